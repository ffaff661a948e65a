"""Findings about conditions that cut an obligation in two: "The store SHALL, when the disk is full, refuse"."""

import re
from collections.abc import Iterator

from geoflow.quality.ears import KEYWORDS, clauses
from geoflow.quality.finding import Finding
from geoflow.quality.passages import Reading, Rule, Source

_NESTED = Rule(
    "GF220",
    "info",
    "R1",
    "“{quote}” stands in the middle of what it sets off",
    "put the condition first: “When ..., the X SHALL ...”",
)
# What holds such a condition has a comma before it, which is found much faster than all that belongs to it.
_KEY = rf",\s+(?:{'|'.join(KEYWORDS)})\s"
_MAY_BE_CUT = re.compile(_KEY, re.IGNORECASE)
# Nothing else can hold such a condition, and this is found at a hundredth of the cost of reading the clauses.
_CUT = re.compile(
    rf"{_KEY}[^;.]{{3,300}}?,\s+(?:SHALL|MUST)\b|\b(?:SHALL|MUST)(?:\s+NOT)?{_KEY}",
    re.IGNORECASE,
)

_SHORTEST = 3  # words: "when non-null" is no clause of its own


def find_nested(source: Source, body: Reading) -> Iterator[Finding]:
    """Find the conditions that stand between a subject and its SHALL, or between SHALL and its verb (GF220)."""
    if not (_MAY_BE_CUT.search(body.prose) and _CUT.search(body.prose)):
        return
    for start, end in body.sentences:
        found = clauses(body.raw[start:end], body.prose[start:end]) if _CUT.search(body.prose, start, end) else None
        if found and found.position == "inside" and len(body.raw[start:end][slice(*found.lead)].split()) >= _SHORTEST:
            place = body.start + start
            yield source.finding(_NESTED, place + found.lead.start, place + found.lead.end)
