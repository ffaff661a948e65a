"""Phrases: patterns that are compiled and tried only where one of their own words stands in the text.

A pattern is written as a regular expression with three liberties. A blank stands for any white space. `«a|b»` is a
group that begins with a whole word, by which a text is known that may match. A group `q...` is what is quoted, where
the rest of the match is only around it.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import cache, lru_cache
from typing import NamedTuple

from geoflow.quality import lexicon
from geoflow.quality.kept import Kept
from geoflow.quality.needed import MARKS, Need, Needs, needs_of

_WORD = re.compile(r"[a-z]+")


class Phrase(NamedTuple):
    """One pattern; `cues` are words or marks of which a text that matches has one, where the pattern does not show it.

    `written` is the pattern with its marks, from which the words are read that it needs.
    """

    source: str
    cues: frozenset[str] = frozenset()
    written: str = ""

    @property
    def needs(self) -> Needs:
        """Tell what a text that matches has."""
        return needs_of(self.written or self.source, self.cues)


class Words(frozenset[str]):
    """What phrases need of a text: its words in lower case, its marks, and the words in a row in `line`."""

    __slots__ = ("line",)
    line: str


def words_of(prose: str) -> Words:
    """Give the words and marks of a text, `-ly` for an adverb that may judge, `-shall` for a small obligation."""
    lower = prose.lower()
    inside = _WORD.findall(lower)
    found = set(inside)
    for mark in MARKS:
        if mark in prose:
            found.add(mark)
    if "…" in prose:
        found.add("...")
    if "ly" in lower and any(map(_may_judge, found)):
        found.add("-ly")
    if "shall" in prose or "must" in prose:
        found.add("-shall")
    words = Words(found)
    words.line = f" {' '.join(inside)} "
    return words


_ADVERBS, _NEUTRAL, _ENDS = frozenset(lexicon.MANNER), frozenset(lexicon.NEUTRAL), tuple(lexicon.JUDGING_ENDS)


def _may_judge(word: str) -> bool:
    return word.endswith("ly") and (word in _ADVERBS or (word.endswith(_ENDS) and word not in _NEUTRAL))


def phrases(*choices: str, before: str = "", after: str = "") -> tuple[Phrase, ...]:
    """Read patterns; `before` and `after` are put around each, at the edges of whole words."""
    return tuple(_phrase(choice, before, after) for choice in choices)


def any_word(listed: Iterable[str], *, before: str = "", after: str = "") -> tuple[Phrase, ...]:
    """Make one pattern of a list of words and phrases; the longest wins."""
    return phrases(f"«{one_of(listed)}»", before=before, after=after)


def with_cue(cue: str, choice: str, *, before: str = "", after: str = "") -> tuple[Phrase, ...]:
    """Make one pattern with a cue that is none of its words."""
    return (_phrase(choice, before, after)._replace(cues=frozenset({cue})),)


def one_of(listed: Iterable[str]) -> str:
    """Write an alternation of words, so that none hides a longer one."""
    return "|".join(re.escape(one).replace(r"\ ", " ") for one in sorted(set(listed), key=lambda one: (-len(one), one)))


def found_in(prose: str, words: Words, tried: Sequence[Phrase]) -> Iterator[re.Match[str]]:
    """Find all matches of phrases; `words` are those of the prose (`words_of`)."""
    for index in _index(tuple(tried)).among(words):
        yield from compiled(tried[index].source).finditer(prose)


class Index:
    """Which words let which phrases match."""

    def __init__(self, tried: Iterable[Phrase | Needs]) -> None:
        self._always: list[int] = []
        self._by_word: dict[str, tuple[list[int], list[tuple[int, Need]]]] = {}
        for number, phrase in enumerate(tried):
            needs = phrase.needs if isinstance(phrase, Phrase) else phrase
            if not needs:
                self._always.append(number)
            for need in needs:
                for word in need.either:
                    alone, with_others = self._by_word.setdefault(word, ([], []))
                    if need.alone():
                        alone.append(number)
                    else:
                        with_others.append((number, need))

    def among(self, words: Words) -> list[int]:
        """Tell which phrases may match a text of these words: their numbers, in order."""
        found = set(self._always)
        line, by_word = words.line, self._by_word
        for word in words & by_word.keys():
            alone, with_others = by_word[word]
            found.update(alone)
            for number, (_, along, runs) in with_others:
                if number not in found and not any(map(words.isdisjoint, along)) and _hold(runs, line):
                    found.add(number)
        return sorted(found)


def _hold(runs: tuple[tuple[str, ...], ...], line: str) -> bool:
    """Tell whether a line has one of each of these."""
    return all(any(one in line for one in run) for run in runs)


_INDEXES: dict[str, Index] = {}


def index_of(name: str, tried: Callable[[], Iterable[Phrase]], kept: Kept | None) -> Index:
    """Give the index of some phrases; to read off what all of them need takes longer than to look at one document."""
    if name not in _INDEXES:
        held = kept or Kept()
        written = held.worked_out(f"phrases-{name}", "needs", lambda: [_written(one.needs) for one in tried()])
        _INDEXES[name] = Index([tuple(_need(*need) for need in needs) for needs in written])
    return _INDEXES[name]


def _written(needs: Needs) -> list[list[str]]:
    return [
        [" ".join(sorted(need.either)), "\n".join(" ".join(sorted(one)) for one in need.along)]
        + ["\n".join(run) for run in need.runs]
        for need in needs
    ]


def _need(either: str, along: str, *runs: str) -> Need:
    others = tuple(frozenset(one.split(" ")) for one in along.split("\n")) if along else ()
    return Need(frozenset(either.split(" ")), others, tuple(tuple(run.split("\n")) for run in runs))


@lru_cache(maxsize=256)
def _index(tried: tuple[Phrase, ...]) -> Index:
    return Index(tried)


@cache
def compiled(source: str) -> re.Pattern[str]:
    """Compile a pattern, at the first text that it is tried on."""
    return re.compile(source, re.IGNORECASE)


def _phrase(choice: str, before: str, after: str) -> Phrase:
    spaced = _spaced(choice)
    before, after = rf"(?<![\w-]){before}", rf"(?![\w-]){_spaced(after)}"
    pattern = spaced.replace("«", "(?:").replace("»", ")")
    return Phrase(f"{before}(?:{pattern}){after}", written=f"{before}(?:{spaced}){after}")


def _spaced(pattern: str) -> str:
    return pattern.replace(" ?", r"\s*").replace(" *", r"\s*").replace(" ", r"\s+")
