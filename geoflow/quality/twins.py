"""Requirements that share all their scenarios: a copy in other words, or one with a word turned into another.

Scenarios say what comes out, so that two requirements with the same ones speak of one thing, whatever their words.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from difflib import SequenceMatcher
from typing import NamedTuple

from geoflow.openspec.model import Requirement
from geoflow.quality.finding import Finding, Severity
from geoflow.quality.gist import same_word
from geoflow.quality.kept import Kept, short
from geoflow.quality.place import Place, finding_at
from geoflow.quality.statements import Stated, of_each

_WORD = re.compile(r"`[^`\n]+`|[^\W_]+(?:[.'’-][^\W_]+)*")
_MODALS = frozenset({"shall", "must"})
_LEAST = 4  # words of a text: below that two agree by chance
_TELLING = 12  # words of all steps: below that many things may have the same scenario
_LONGEST = 4  # words of a phrase that takes the place of another one
_ALIKE = 0.6  # share of words that a copy in other words keeps


_Edit = tuple[str, int, int, int, int]


class _Turned(NamedTuple):
    """What stands in one requirement where the other one has something else."""

    here: str
    there: str


def find_twins(
    every: Iterable[Sequence[Stated]], said: set[tuple[str, str]], asked: frozenset[str] | None, kept: Kept
) -> Iterator[Finding]:
    """Find requirements with the scenarios of an earlier one: copies (GF315), and opposites (GF312).

    Args:
        every: The requirements of each document, in reading order.
        said: Path and name of those of which something of the kind was said; it grows.
        asked: Paths of the files whose findings are asked for; None: all.
        kept: What rules worked out before.
    """
    first: dict[str, Stated] = {}
    for one, steps in of_each(every, "steps", _steps, kept):
        if not steps:
            continue
        other = first.setdefault(steps, one)
        place = one.document.path, one.requirement.name
        if other is one or place in said or not one.is_apart_from(other):
            continue
        if asked is None or one.document.path in asked:
            found = _told(one, other)
            if found:
                said.add(place)
                yield found


def _steps(requirement: Requirement) -> str:
    """Give a digest of all steps; empty where they tell too little."""
    steps = [step.text for scenario in requirement.scenarios for step in scenario.steps]
    return short(steps) if sum(len(step.split()) for step in steps) >= _TELLING else ""


def _told(one: Stated, other: Stated) -> Finding | None:
    here, there = _words(one), _words(other)
    if min(len(here), len(there)) < _LEAST or here == there:
        return None
    matcher = SequenceMatcher(None, there, here, autojunk=False)
    edits = [edit for edit in matcher.get_opcodes() if edit[0] != "equal"]
    if len(edits) == 1 and (turned := _turned(here, there, edits[0], _subject(other))):
        return _finding(one, other, turned)
    kept = sum(block.size for block in matcher.get_matching_blocks())
    return _finding(one, other, None) if kept >= _ALIKE * min(len(here), len(there)) else None


def _turned(here: list[str], there: list[str], edit: _Edit, subject: int) -> _Turned | None:
    """Give what was put in the place of what; None where it was added, says the same, or is in the `subject`."""
    _, start, end, begin, stop = edit
    if start == end or begin == stop or max(end - start, stop - begin) > _LONGEST:
        return None
    if end - start == stop - begin == 1 and same_word(there[start], here[begin]):
        return None
    return _Turned(" ".join(here[begin:stop]), " ".join(there[start:end])) if start >= subject else None


def _subject(one: Stated) -> int:
    """Count the words in front of the first obligation."""
    words = [word.casefold() for word in _WORD.findall(one.requirement.text)]
    return next((index for index, word in enumerate(words) if word in _MODALS), 0)


def _words(one: Stated) -> list[str]:
    words = [word.casefold() for word in _WORD.findall(one.requirement.text)]
    return [word for word in words if word not in _MODALS]


def _finding(one: Stated, other: Stated, turned: _Turned | None) -> Finding:
    text, requirement = one.document.text, one.requirement
    end = text.find("\n", requirement.start)
    place = Place(one.document.path, text, requirement.start, end if end >= 0 else len(text), requirement.name)
    where = f"“{other.requirement.name}” ({other.document.path}:{other.requirement.span.line})"
    if turned:
        message = f"“{requirement.name}” has the scenarios of {where}, but “{turned.here}” for “{turned.there}”"
        return finding_at(place, "GF312", "warning", message, "decide which one holds, or write when each does")
    severity: Severity = "warning" if one.document.id == other.document.id else "info"
    message = f"“{requirement.name}” says in other words what {where} says: their scenarios are the same"
    return finding_at(place, "GF315", severity, message, "keep one of them")
