"""Phrases: patterns that are compiled and tried only where one of their own words stands in the text.

A pattern is written as a regular expression with three liberties. A blank stands for any white space. `«a|b»` is a
group that every match goes through, so that a text without one of its words cannot match. A group `q...` is what is
quoted, where the rest of the match is only around it.
"""

import re
from collections.abc import Collection, Iterable, Iterator
from functools import cache
from typing import NamedTuple

_WORD = re.compile(r"[a-z]+")
_CUE = re.compile(r"[a-z](?:[a-z]|\?|\[[a-z]+\])*")
_MARKED = re.compile(r"«([^»]*)»")
_EITHER = re.compile(r"\[([a-z]+)\](\??)|([a-z])\?")


_MARKS = ("??", "__", "<", "[", "{", "(", "/", "...")


class Phrase(NamedTuple):
    """One pattern: `cues` are words of which a text that matches has at least one; an empty set says nothing."""

    source: str
    cues: frozenset[str]


def words_of(prose: str) -> frozenset[str]:
    """Give the words of a text in lower case, its marks, and `-ly` where a word ends so: what cues may be."""
    found = set(_WORD.findall(prose.lower()))
    found.update(mark for mark in _MARKS if mark in prose)
    if "…" in prose:
        found.add("...")
    if any(word.endswith("ly") for word in found):
        found.add("-ly")
    return frozenset(found)


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


def found_in(prose: str, words: Collection[str], tried: Iterable[Phrase]) -> Iterator[re.Match[str]]:
    """Find all matches of phrases; `words` are those of the prose (`words_of`)."""
    for phrase in tried:
        if not phrase.cues or not phrase.cues.isdisjoint(words):
            yield from _compiled(phrase.source).finditer(prose)


@cache
def _compiled(source: str) -> re.Pattern[str]:
    return re.compile(source, re.IGNORECASE)


def _phrase(choice: str, before: str, after: str) -> Phrase:
    cues = {word for group in _MARKED.findall(choice) for cue in _CUE.findall(group.lower()) for word in _variants(cue)}
    pattern = _spaced(choice.replace("«", "(?:").replace("»", ")"))
    return Phrase(rf"(?<![\w-]){before}(?:{pattern})(?![\w-]){_spaced(after)}", frozenset(cues))


def _spaced(pattern: str) -> str:
    return pattern.replace(" ?", r"\s*").replace(" *", r"\s*").replace(" ", r"\s+")


def _variants(cue: str) -> Iterator[str]:
    """Spell out `finali[sz]e` and `standards?`."""
    match = _EITHER.search(cue)
    if match is None:
        yield cue
        return
    letters = [*(match[1] or match[3]), *([""] if match[2] or match[3] else [])]
    for letter in letters:
        yield from _variants(cue[: match.start()] + letter + cue[match.end() :])
