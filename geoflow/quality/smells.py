"""Requirement smells: wording that makes a requirement hard to test, by rule.

Literals (code, quotations, identifiers) are never judged, and conditions (GIVEN, WHEN) are not judged for vagueness:
there a word such as "gracefully" tells one event from another.
"""

import re
from collections.abc import Iterator
from typing import Literal, NamedTuple

from geoflow.openspec.model import Requirement
from geoflow.quality import lexicon
from geoflow.quality.finding import Finding, Severity, by_place, number_occurrences
from geoflow.quality.prose import masked, sentence_around

Place = Literal["body", "condition", "outcome"]


class Passage(NamedTuple):
    """A piece of a requirement: where it lies in the document, and what part it plays."""

    place: Place
    start: int
    end: int


class Smell(NamedTuple):
    """A rule over prose: `pattern` is matched on masked text, and the match is the quote.

    Where `unless` matches the sentence around it, or `not_after` the sentence up to it, there is no finding.
    """

    code: str
    severity: Severity
    incose: str
    pattern: re.Pattern[str]
    places: frozenset[str]
    message: str
    fix: str
    unless: re.Pattern[str] | None = None
    not_after: re.Pattern[str] | None = None
    hints: tuple[str, ...] = ()
    """Strings of which one stands, to the letter, in every text that the pattern matches."""


_RARE_WORDS: dict[re.Pattern[str], frozenset[str]] = {}
"""A word of each phrase of a pattern: where none of them stands, the pattern need not be tried."""
_WORD = re.compile(r"\w+")
_COMMON = frozenset("and as be but if not the to when where whenever".split())


def _any_of(phrases: tuple[str, ...] | list[str], *, before: str = "", after: str = "") -> re.Pattern[str]:
    choices = "|".join(re.escape(phrase).replace(r"\ ", r"\s+") for phrase in sorted(phrases, key=len, reverse=True))
    pattern = re.compile(rf"{before}(?<![\w-])(?:{choices})(?![\w-]){after}", re.IGNORECASE)
    _RARE_WORDS[pattern] = frozenset(_rare_word(phrase) for phrase in phrases)
    return pattern


def _rare_word(phrase: str) -> str:
    words: list[str] = _WORD.findall(phrase.casefold())
    return max(words, key=lambda word: (word not in _COMMON, len(word)))


_BODY = frozenset({"body"})
_SAID = frozenset({"body", "outcome"})
# "shuts down gracefully" and "graceful shutdown" name a kind of event and are no judgement; a negated word is content.
_NOT_TERM = r"(?<!down )(?<!not )(?<!cannot )(?<!never )(?<!n't )"
_ATTRIBUTIVE = r"(?=\s+(?!to\b|for\b|when\b|where\b|as\b|if\b|by\b|in\b|on\b|at\b|and\b|or\b|that\b)[^\W\d_\0])"
_NOT_PREDICATE = r"(?<!is )(?<!are )(?<!be )(?<!was )(?<!were )(?<!as )(?<!when )(?<!where )(?<!if )(?<!not )"

# In a negated, permitted or conditional clause the word limits what is forbidden, allowed or awaited: it is content.
_LIMITING = re.compile(
    r"(?:\b(?:not|never|no|cannot|without|may|if|when|unless|until|once|while|where|whether)\b|n't\b)[^,;:]*\Z",
    re.IGNORECASE,
)

# A clause that explains or quotes an obligation, comes late, or stands beside one in capitals states none of its own.
_EXPLAINED = re.compile(
    r"\b(?:SHALL|MUST)\b|^(?:\S+\s+){12}.*\b(?:shall|must)\b|\b(?:that|which|who|because|if|when|so|why|what)\b.*\b(?:shall|must)\b",
    re.DOTALL,
)

SMELLS: tuple[Smell, ...] = (
    Smell(
        "GF201",
        "warning",
        "R7",
        _any_of(lexicon.MANNER, before=_NOT_TERM, after=r"(?!\s+shut)"),
        _SAID,
        "“{quote}” judges instead of saying what happens",
        "say what can be observed, or drop the word",
        not_after=_LIMITING,
    ),
    Smell(
        "GF202",
        "warning",
        "R7",
        _any_of(lexicon.QUALITY, before=_NOT_PREDICATE, after=_ATTRIBUTIVE),
        _SAID,
        "“{quote}” judges instead of naming a property",
        "name the property, or drop the word",
        not_after=_LIMITING,
    ),
    Smell(
        "GF203",
        "warning",
        "R8",
        _any_of(list(lexicon.ESCAPES)),
        _SAID,
        "“{quote}” lets the reader off",
        "drop the clause, or say when the obligation does not hold",
        # With an alternative behind it the clause is a condition like any other.
        unless=re.compile(r"\b(?:or|otherwise|else|falls? back|instead)\b", re.IGNORECASE),
    ),
    Smell(
        "GF212",
        "warning",
        "R8",
        _any_of(list(lexicon.UNNAMED_CONDITIONS)),
        _SAID,
        "“{quote}” is a condition that nobody named",
        "say when it applies",
    ),
    Smell(
        "GF204",
        "warning",
        "R9",
        _any_of(list(lexicon.OPEN_ENDS)),
        _SAID,
        "“{quote}” leaves the list open",
        "list what is meant, or drop the clause",
    ),
    Smell(
        "GF205",
        "info",
        "R10",
        _any_of(list(lexicon.INFINITIVES), before=r"(?<=SHALL )", after=r"(?=\s+[a-z])"),
        _SAID,
        "“{quote}” adds nothing to the verb",
        "use the verb alone",
    ),
    Smell(
        "GF206",
        "warning",
        "R17",
        re.compile(r"(?<![\w-])and/or(?![\w-])", re.IGNORECASE),
        _SAID,
        "“{quote}” leaves open which of the two is meant",
        "write “and”, “or”, or “or both”",
        hints=("d/o", "D/O", "d/O", "D/o"),
    ),
    Smell(
        "GF207",
        "warning",
        "R24",
        re.compile(r"(?<![^\s.])(?:It|They)(?=\s+(?:SHALL|MUST)\b)"),
        _BODY,
        "“{quote}” does not name who has to do it",
        "name the subject",
        hints=("It", "They"),
    ),
    Smell(
        "GF210",
        "warning",
        "R7",
        _any_of(lexicon.AMOUNT, before=r"(?<=\s)(?<!fail )(?<!as )(?<!the )(?<!a )(?<!an )"),
        _BODY,
        "“{quote}” stands for a number that nobody gave",
        "give the number and its unit",
    ),
    Smell(
        "GF211",
        "error",
        "",
        re.compile(rf"(?<!\w)(?:{'|'.join(lexicon.PLACEHOLDERS)})(?!\w)"),
        _SAID,
        "“{quote}” is still to be written",
        "write what is missing",
        hints=lexicon.PLACEHOLDERS,
    ),
    Smell(
        "GF101",
        "warning",
        "R1",
        re.compile(r"(?<![\w-])(?:shall|must)(?![\w-])"),
        _BODY,
        "“{quote}” in lower case is not read as an obligation",
        "write it in capitals",
        unless=_EXPLAINED,
        hints=("shall", "must"),
    ),
)


def passages(requirement: Requirement) -> Iterator[Passage]:
    """Walk through the prose of a requirement: its body, then every step of its scenarios."""
    yield Passage("body", requirement.body_start, requirement.body_end)
    for scenario in requirement.scenarios:
        outcome = False
        for step in scenario.steps:
            outcome = step.keyword == "THEN" or (outcome and step.keyword not in {"GIVEN", "WHEN"})
            yield Passage("outcome" if outcome else "condition", step.start, step.end)


def find_smells(path: str, text: str, requirement: Requirement) -> list[Finding]:
    """Find the smells of one requirement of the document `text`, in reading order."""
    found: list[Finding] = []
    for passage in passages(requirement):
        part = text[passage.start : passage.end]
        candidates = _candidates(passage.place, part)
        prose = masked(part) if candidates else ""
        for smell in candidates:
            found += (
                _finding(smell, path, text, requirement, (passage.start + start, passage.start + end))
                for start, end in _matches(smell, prose)
            )
    return number_occurrences(sorted(found, key=by_place))


_SMELLS_OF: dict[Place, tuple[Smell, ...]] = {
    place: tuple(smell for smell in SMELLS if place in smell.places) for place in ("body", "condition", "outcome")
}


def _candidates(place: Place, text: str) -> list[Smell]:
    """List the smells that a text may have; most texts have none, and to see that is far cheaper than every pattern."""
    smells = _SMELLS_OF[place]
    words = set(_WORD.findall(text.casefold())) if smells else set()
    return [smell for smell in smells if _may_match(smell, text, words)]


def _may_match(smell: Smell, text: str, words: set[str]) -> bool:
    rare = _RARE_WORDS.get(smell.pattern)
    if rare is not None and rare.isdisjoint(words):
        return False
    return not smell.hints or any(hint in text for hint in smell.hints)


def _matches(smell: Smell, prose: str) -> Iterator[tuple[int, int]]:
    for match in smell.pattern.finditer(prose):
        start, end = sentence_around(prose, match.start())
        explained = smell.unless is not None and smell.unless.search(prose[start:end])
        limited = smell.not_after is not None and smell.not_after.search(prose[start : match.start()])
        if not explained and not limited:
            yield match.span()


def _finding(smell: Smell, path: str, text: str, requirement: Requirement, place: tuple[int, int]) -> Finding:
    quote = text[place[0] : place[1]]
    line = requirement.span.line + text.count("\n", requirement.start, place[0])
    return Finding(
        code=smell.code,
        severity=smell.severity,
        path=path,
        line=line,
        end_line=line + quote.count("\n"),
        requirement=requirement.name,
        message=smell.message.format(quote=" ".join(quote.split())),
        fix=smell.fix,
        quote=quote,
        start=place[0],
        end=place[1],
        incose=smell.incose,
    )
