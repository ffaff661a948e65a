"""Acronyms that one requirement alone uses, and that are written out nowhere."""

import re
from collections.abc import Iterator

from geoflow.quality.asked import Around
from geoflow.quality.finding import Finding
from geoflow.quality.lexicon import KNOWN_ACRONYMS, PLACEHOLDERS
from geoflow.quality.names import ACRONYM, acronyms_in
from geoflow.quality.passages import Reading, Rule, Source

_ACRONYM = Rule("GF217", "info", "R37", "“{quote}” is used here alone and written out nowhere", "write it out once")


def find_acronyms(source: Source, readings: list[Reading], around: Around) -> Iterator[Finding]:
    """Find the acronyms that stand in this requirement only, are not widely known, and are not explained (GF217)."""
    seen: set[str] = set()
    # Few requirements have any that is not well known.
    asked = sorted(acronyms_in(source.block) - KNOWN_ACRONYMS - _PLACEHOLDERS)
    lone = [word for word in asked if around.is_lone(word)]
    for reading in readings if lone else ():
        if not any(word in reading.raw for word in lone):
            continue
        for match in ACRONYM.finditer(reading.prose):
            word = match.group()
            if word not in lone or word in seen:
                continue
            seen.add(word)
            if (
                # An ordinary word in capitals is emphasis.
                not around.is_word(word.lower())
                and not _shouted(reading.prose, match)
                and not _is_expanded(word, reading, match)
            ):
                yield source.finding(_ACRONYM, reading.start + match.start(), reading.start + match.end())


_PLACEHOLDERS = frozenset(PLACEHOLDERS)


def _is_expanded(word: str, reading: Reading, match: re.Match[str]) -> bool:
    around = reading.prose[max(0, match.start() - 90) : match.end() + 90]
    if f"({word})" in around or f"{word} (" in around:
        return True
    # Words with these initials explain it where they are written as a name; in small letters that is chance.
    initials = r"[\s-]+(?:(?:of|the|and|for)\s+)?".join(rf"{letter}\w+" for letter in word)
    return bool(re.search(initials, around))


def _shouted(prose: str, match: re.Match[str]) -> bool:
    """Tell whether a word in capitals is emphasis: another one stands beside it, so all of it is shouted."""
    beside = prose[max(0, match.start() - 12) : match.start()] + prose[match.end() : match.end() + 12]
    return bool(re.search(r"\b[A-Z]{3,}\b", beside))
