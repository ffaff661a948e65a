"""Words that consistent outcomes teach: those that a team drops again and again, and those it will not have mended."""

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Literal

from geoflow.improvement.learning import is_clearly_rejected
from geoflow.quality.project_lexicon import ABOUT_WORDS, ProjectLexicon, Word, folded
from geoflow.quality.tokens import Kind, Token, tokens

ENOUGH = 3
"""So many outcomes teach a word."""
LONGEST = 4
"""Words of a phrase."""
_REASON = 200
Section = Literal["judging", "allowed"]
_SMALL: frozenset[Kind] = frozenset({"free", "relation"})
_LETTERS = re.compile(r"\w+")
_SEAM = re.compile(r"[^\w\s'’-]")


@dataclass(frozen=True, slots=True)
class Drop:
    """A target whose text is settled: before and after, and what a rule had quoted there.

    `edits` are the ids of what led to it, `place` tells targets apart.
    """

    place: tuple[str, str]
    old: str
    new: str
    quotes: tuple[str, ...]
    edits: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Objected:
    """Words that a role of a review objected to and that are gone from its requirement (`gone`), or stand there."""

    place: tuple[str, str]
    quote: str
    finding: str
    gone: bool


@dataclass(frozen=True, slots=True)
class Judged:
    """An edit about words that a person rejected, or that was taken (`rejected` is false)."""

    edit: str
    capability: str
    code: str
    quote: str
    rejected: bool
    reason: str = ""


@dataclass(frozen=True, slots=True)
class LearntWord:
    """A word for the lexicon, and the section that it belongs into."""

    section: Section
    word: Word

    @property
    def key(self) -> str:
        """Name it among all that was ever offered."""
        return f"{self.section}:{folded(self.word.text)}" + (f":{self.word.within}" if self.word.within else "")


def dropped_phrases(old: str, new: str) -> list[str]:
    """List the phrases, up to four words long, that a text has lost with nothing in their place.

    They are words alone: where a number, a literal, an obligation or a negation went with them, or where only small
    words went, it is no matter of wording.
    """
    before, after = _apart(tokens(old), tokens(new))
    matcher = SequenceMatcher(None, [one.key for one in before], [one.key for one in after], autojunk=False)
    found = []
    for tag, start, end, _, _ in matcher.get_opcodes():
        # Articles and forms of "be" fit the words around them; what stands for them is no replacement.
        if tag == "delete" and (phrase := _phrase(old, before[start:end])):
            found.append(phrase)
    return found


def _apart(one: Sequence[Token], other: Sequence[Token]) -> tuple[Sequence[Token], Sequence[Token]]:
    """Leave out what two texts begin and end with: most of them is the same, and finding that out is quadratic."""
    limit = min(len(one), len(other))
    start = next((index for index in range(limit) if one[index].key != other[index].key), limit)
    tail = next(
        (index for index in range(limit - start) if one[-1 - index].key != other[-1 - index].key), limit - start
    )
    return one[start : len(one) - tail], other[start : len(other) - tail]


def _phrase(text: str, gone: Sequence[Token]) -> str:
    while gone and gone[0].kind in _SMALL:
        gone = gone[1:]
    while gone and gone[-1].kind in _SMALL:
        gone = gone[:-1]
    if not 0 < len(gone) <= LONGEST or any(one.kind not in {"word", *_SMALL} for one in gone):
        return ""
    phrase = text[gone[0].start : gone[-1].end]
    return "" if _SEAM.search(phrase) or "\n\n" in phrase else " ".join(phrase.split())


def ruled_out(drops: Iterable[Drop], objected: Iterable[Objected], known: ProjectLexicon) -> list[LearntWord]:
    """Find the words that at least three targets have dropped, and that fewer settled texts have kept.

    What a rule quoted does not count: it finds the fourth by itself. Nor does what the lexicon decides already.
    """
    every, seen = list(drops), list(objected)
    lost: dict[str, dict[tuple[str, str], tuple[str, ...]]] = {}
    said: dict[str, str] = {}
    for drop in every:
        quoted = {folded(quote) for quote in drop.quotes}
        if not _lost(drop.old, drop.new) - _lost(" ".join(quoted), ""):
            continue  # most edits lose what the rule had quoted and nothing else
        for phrase in dropped_phrases(drop.old, drop.new):
            if not any(_holds(quote, folded(phrase)) for quote in quoted):
                said.setdefault(folded(phrase), phrase)
                lost.setdefault(folded(phrase), {}).setdefault(drop.place, drop.edits)
    for one in seen:
        phrase = _quoted_words(one.quote)
        if phrase and one.gone:
            said.setdefault(folded(phrase), phrase)
            lost.setdefault(folded(phrase), {}).setdefault(one.place, (one.finding,))
    kept = [folded(drop.new) for drop in every] + [folded(one.quote) for one in seen if not one.gone]
    decided = {folded(one.text) for one in (*known.judging, *known.allowed)}
    found = []
    for key in sorted(lost):
        places = lost[key]
        if len(places) < ENOUGH or key in decided or sum(_holds(text, key) for text in kept) >= len(places):
            continue
        evidence = tuple(sorted({edit for edits in places.values() for edit in edits}))
        found.append(LearntWord("judging", Word(_spelt(said[key]), _times(len(places)), "", evidence)))
    return found


def let_stand(judged: Iterable[Judged], known: ProjectLexicon) -> list[LearntWord]:
    """Find the words about which people rejected at least three edits, and where they are to be allowed.

    They must have rejected four times as many as they took: one slip teaches nothing.

    Three rejections in one capability allow it there; from three capabilities, everywhere.
    """
    by_word: dict[str, list[Judged]] = {}
    for one in judged:
        if one.code.startswith(ABOUT_WORDS) and _is_phrase(one.quote):
            by_word.setdefault(folded(one.quote), []).append(one)
    found: list[LearntWord] = []
    for word in sorted(by_word):
        if word in {folded(one.text) for one in known.judging}:
            continue  # a person has ruled it out
        allowed = {one.within for one in known.allowed if folded(one.text) == word}
        if "" not in allowed:
            found += (one for one in _in_scopes(by_word[word]) if one.word.within not in allowed)
    return found


def _in_scopes(cases: Sequence[Judged]) -> list[LearntWord]:
    scopes: dict[str, list[Judged]] = {}
    for one in cases:
        scopes.setdefault(one.capability, []).append(one)
    if _are_rejected(cases) and sum(any(one.rejected for one in found) for found in scopes.values()) >= ENOUGH:
        return [_allowed(cases, "")]
    return [_allowed(found, scope) for scope, found in sorted(scopes.items()) if scope and _are_rejected(found)]


def _are_rejected(cases: Sequence[Judged]) -> bool:
    rejected = sum(one.rejected for one in cases)
    return rejected >= ENOUGH and is_clearly_rejected(rejected, len(cases) - rejected)


def _allowed(every: Sequence[Judged], scope: str) -> LearntWord:
    cases = [one for one in every if one.rejected]
    reason = next((one.reason for one in reversed(cases) if one.reason), f"rejected {len(cases)} times")
    evidence = tuple(sorted({one.edit for one in cases}))
    return LearntWord("allowed", Word(_spelt(cases[0].quote), " ".join(reason.split())[:_REASON], scope, evidence))


def _quoted_words(quote: str) -> str:
    return _phrase(quote, tokens(quote)) if _is_phrase(quote) else ""


def _is_phrase(quote: str) -> bool:
    return 0 < len(quote.split()) <= LONGEST and not _SEAM.search(quote)


def _spelt(text: str) -> str:
    return " ".join(text.split()).lower()


def _lost(old: str, new: str) -> Counter[str]:
    return Counter(_LETTERS.findall(old.casefold())) - Counter(_LETTERS.findall(new.casefold()))


def _times(count: int) -> str:
    return f"texts of {count} requirements have dropped it"


def _holds(text: str, phrase: str) -> bool:
    return re.search(rf"(?<![\w-]){re.escape(phrase)}(?![\w-])", text) is not None


def fresh(found: Iterable[LearntWord], offered: Mapping[str, object] | Iterable[str]) -> list[LearntWord]:
    """Leave out what was offered before."""
    known = set(offered)
    return [one for one in found if one.key not in known]
