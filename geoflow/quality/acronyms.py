"""Acronyms that one requirement alone uses, and that are written out nowhere."""

import re
from collections.abc import Iterator

from geoflow.quality.finding import Finding
from geoflow.quality.lexicon import KNOWN_ACRONYMS, PLACEHOLDERS
from geoflow.quality.names import ACRONYM, Names, acronyms_in
from geoflow.quality.passages import Reading, Rule, Source

_ACRONYM = Rule("GF217", "info", "R37", "“{quote}” is used here alone and written out nowhere", "write it out once")


def find_acronyms(source: Source, readings: list[Reading], names: Names) -> Iterator[Finding]:
    """Find the acronyms that stand in this requirement only, are not widely known, and are not explained (GF217)."""
    seen: set[str] = set()
    # Most requirements hold none of these, and their text is soon looked through.
    lone = names.lone & acronyms_in(source.block)
    for reading in readings if lone else ():
        for match in ACRONYM.finditer(reading.prose):
            word = match.group()
            if word not in lone or word in seen or word in KNOWN_ACRONYMS or word in PLACEHOLDERS:
                continue
            seen.add(word)
            if (
                # An ordinary word in capitals is emphasis.
                not names.is_word(word.lower())
                and not _shouted(reading.prose, match)
                and not _is_expanded(word, reading, match)
            ):
                yield source.finding(_ACRONYM, reading.start + match.start(), reading.start + match.end())


def _is_expanded(word: str, reading: Reading, match: re.Match[str]) -> bool:
    around = reading.prose[max(0, match.start() - 90) : match.end() + 90]
    initials = r"[\s-]+".join(rf"{letter}\w*" for letter in word)
    return bool(re.search(initials, around, re.IGNORECASE)) or f"({word})" in around or f"{word} (" in around


def _shouted(prose: str, match: re.Match[str]) -> bool:
    """Tell whether a word in capitals is emphasis: another one stands beside it, so all of it is shouted."""
    beside = prose[max(0, match.start() - 12) : match.start()] + prose[match.end() : match.end() + 12]
    return bool(re.search(r"\b[A-Z]{3,}\b", beside))
