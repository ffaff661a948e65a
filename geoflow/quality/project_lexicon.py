"""The words of one project: those it has ruled out, those it allows, and its terms; to the letter, no patterns."""

import re
from collections.abc import Iterable, Iterator
from functools import lru_cache
from typing import NamedTuple

from geoflow.openspec.model import Requirement
from geoflow.quality.finding import Finding
from geoflow.quality.place import Place, finding_at
from geoflow.quality.prose import masked

RULED_OUT = "GF219"
ABOUT_WORDS = "GF2"
"""How the codes of rules begin that judge words."""


class Word(NamedTuple):
    """A word or phrase, and why it is ruled out or allowed.

    `within` is the capability in which it is allowed, empty for all; `evidence` names the edits that taught it.
    """

    text: str
    reason: str = ""
    within: str = ""
    evidence: tuple[str, ...] = ()


class Term(NamedTuple):
    """What a thing is called here, and what it is not to be called."""

    preferred: str
    synonyms: tuple[str, ...]


class ProjectLexicon(NamedTuple):
    """The words of a project; empty where it has written down none."""

    judging: tuple[Word, ...] = ()
    allowed: tuple[Word, ...] = ()
    terms: tuple[Term, ...] = ()


NO_WORDS = ProjectLexicon()


def without_allowed(findings: Iterable[Finding], lexicon: ProjectLexicon, capability: str) -> list[Finding]:
    """Drop the findings on words that the project allows, everywhere or in the capability that they are of."""
    allowed = {folded(word.text) for word in lexicon.allowed if word.within in {"", capability}}
    return [one for one in findings if not (one.code.startswith(ABOUT_WORDS) and folded(one.quote) in allowed)]


def find_words(path: str, text: str, requirement: Requirement, lexicon: ProjectLexicon) -> Iterator[Finding]:
    """Find words that the project has ruled out (GF219), and synonyms in the place of its terms (GF313).

    Code and quotations are no prose. A condition may hold a word that judges, where it tells one event from another.
    """
    from geoflow.quality.passages import passages

    judging, terms = _judging(lexicon), _terms(lexicon)
    for passage in passages(requirement):
        prose = masked(text[passage.start : passage.end])
        for pattern, words, code in ((judging[0], judging[1], "GF219"), (terms[0], terms[1], "GF313")):
            if pattern is None or (code == "GF219" and passage.place == "condition"):
                continue
            for match in pattern.finditer(prose):
                said = words.get(folded(match.group()))
                if said is None:
                    continue  # a preferred term, which may hold its own synonym
                start = passage.start + match.start()
                place = Place(path, text, start, passage.start + match.end(), requirement.name)
                quote = " ".join(match.group().split())
                if code == "GF219":
                    why = f": {said}" if said else ""
                    message = f"“{quote}” is ruled out in this project{why}"
                    yield finding_at(place, code, "warning", message, "say what can be observed, or drop the word")
                else:
                    message = f"“{quote}” stands for what this project calls “{said}”"
                    yield finding_at(place, code, "warning", message, f"write “{said}”")


def stands_for_amount(quote: str) -> bool:
    """Tell whether a word that is ruled out stands for a number, a time or a rate, so that it cannot simply go."""
    return _amount().search(quote) is not None


@lru_cache(maxsize=1)
def _amount() -> re.Pattern[str]:
    from geoflow.quality.lexicon import AMOUNTS, COUNTS, RATES

    listed = "|".join([*map(re.escape, (*RATES, *COUNTS)), AMOUNTS])
    return re.compile(rf"\d|(?<![\w-])(?:{listed}|{_NEARLY})(?![\w-])", re.IGNORECASE)


_NEARLY = (
    "immediately|instantly|instantaneously|as soon as|asap|later|sooner|shortly|presently|at once|right away|about"
    "|around|approximately|nearly|almost|circa|close to|up to|at least|at most|some|most|a lot of|a few|a couple of"
    "|enough|plenty of|lots of|too much|too many|real[- ]time|near[- ]real[- ]time|daily|hourly|weekly|monthly"
    r"|(?:every|per|within) \w+"
)
"""Words of degree and of time besides those of the rules; in a phrase a team may have ruled out any of them."""


def folded(text: str) -> str:
    """Give a phrase as it is compared: without regard to case, spacing and line breaks."""
    return " ".join(text.split()).casefold()


Words = tuple[re.Pattern[str] | None, dict[str, str]]


@lru_cache(maxsize=8)
def _judging(lexicon: ProjectLexicon) -> Words:
    said = {folded(word.text): word.reason for word in lexicon.judging}
    return _any_of(said), said


@lru_cache(maxsize=8)
def _terms(lexicon: ProjectLexicon) -> Words:
    said = {folded(one): term.preferred for term in lexicon.terms for one in term.synonyms}
    return _any_of([*said, *(folded(term.preferred) for term in lexicon.terms)] if said else ()), said


def _any_of(phrases: Iterable[str]) -> re.Pattern[str] | None:
    longest_first = sorted(phrases, key=len, reverse=True)
    choices = "|".join(r"\s+".join(map(re.escape, phrase.split())) for phrase in longest_first)
    return re.compile(rf"(?<![\w-])(?:{choices})(?![\w-])", re.IGNORECASE) if choices else None
