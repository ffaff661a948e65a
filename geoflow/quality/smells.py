"""Requirement smells: wording that makes a requirement hard to test.

Literals (code, quotations, identifiers) are never judged, and conditions (GIVEN, WHEN) are not judged for vagueness:
there a word such as "gracefully" tells one event from another.
"""

from bisect import bisect_right
from collections.abc import Iterator

from geoflow.openspec.model import Requirement
from geoflow.quality.acronyms import find_acronyms
from geoflow.quality.asked import Around
from geoflow.quality.clauses import find_in_clauses
from geoflow.quality.figures import find_figures
from geoflow.quality.finding import Finding, by_place, number_occurrences
from geoflow.quality.nested import find_nested
from geoflow.quality.passages import Reading, Source, Try, passages
from geoflow.quality.phrases import compiled, index_of
from geoflow.quality.pointers import find_pointers
from geoflow.quality.wording import SMELLS, Smell


def find_smells(path: str, text: str, requirement: Requirement, around: Around | None = None) -> list[Finding]:
    """Find the smells of one requirement of the document `text`, in reading order.

    `around` is what the tree is known to hold; without it nothing is said of references and of what is common there.
    """
    around = around or Around(None, text)
    source = Source(path, text, requirement)
    index = index_of("smells", lambda: _PHRASES, around.kept)
    readings = [Reading(passage, text) for passage in passages(requirement)]
    worded = [
        source.finding(smell.rule, reading.start + start, reading.start + end)
        for reading in readings
        if reading.place in _PLACES
        for tried in reading.worth(index)
        if reading.place in (smell := _SMELLS[tried.number]).places
        for start, end in _matches(smell, tried, reading.prose)
    ]
    found = [
        *_without_inner(worded),
        *find_in_clauses(source, [readings[0], *filter(_may_oblige, readings[1:])], around),
        *find_figures(source, readings),
        *find_nested(source, readings[0]),
    ]
    if around:
        found += [*find_pointers(source, readings, around), *find_acronyms(source, readings, around)]
    return number_occurrences(sorted(found, key=by_place))


_PHRASES = tuple(phrase for smell in SMELLS for phrase in smell.phrases)
_SMELLS = tuple(smell for smell in SMELLS for _ in smell.phrases)

_PLACES = frozenset(place for smell in SMELLS for place in smell.places)
_MODALS = ("shall", "must", "should", "will")


def _may_oblige(reading: Reading) -> bool:
    """Tell whether a step may hold an obligation, whose subject it is asked for then."""
    lower = reading.raw.lower()
    return any(modal in lower for modal in _MODALS)


def _matches(smell: Smell, tried: Try, prose: str) -> Iterator[tuple[int, int]]:
    start, end = tried.start, tried.end
    for match in tried.matches(compiled(_PHRASES[tried.number].source), prose):
        if (
            not (smell.unless and smell.unless.search(prose[start:end]))
            and not (smell.not_after and smell.not_after.search(prose[start : match.start()]))
            and not (smell.not_before and smell.not_before.search(prose[match.end() : end]))
        ):
            name = match.lastgroup
            yield match.span(name) if name else match.span()


def _without_inner(found: list[Finding]) -> list[Finding]:
    """Drop findings whose quote overlaps that of a longer one: one flaw is told once, in its widest form."""
    kept: list[Finding] = []
    starts: list[int] = []
    ends: list[int] = []
    for one in sorted(found, key=lambda one: one.start - one.end):
        # What is kept overlaps nothing, so the ends are in the order of the starts.
        place = bisect_right(ends, one.start)
        if place == len(starts) or starts[place] >= one.end:
            kept.append(one)
            starts.insert(place, one.start)
            ends.insert(place, one.end)
    return kept
