"""Findings about a place in a document that is no requirement of it: a line of a delta, a word of a proposal."""

from dataclasses import dataclass

from geoflow.openspec.touches import Touch
from geoflow.quality.finding import Finding, Severity


@dataclass(frozen=True, slots=True)
class Place:
    """Where a finding lies: a document with its text, and offsets of the quote in it."""

    path: str
    text: str
    start: int
    end: int
    requirement: str = ""


def place_of(touch: Touch, text: str) -> Place:
    """Give the line of a delta that names the requirement it touches; `text` is the delta's."""
    return Place(touch.path, text, touch.start, touch.end, touch.name)


def line_place(path: str, text: str, line: int) -> Place:
    """Give a line of a document (counted from 1), without the blanks around it."""
    start = 0
    for _ in range(line - 1):
        start = text.find("\n", start) + 1
    end = text.find("\n", start)
    content = text[start : len(text) if end < 0 else end]
    lead = len(content) - len(content.lstrip())
    return Place(path, text, start + lead, start + max(lead, len(content.rstrip())))


def finding_at(place: Place, code: str, severity: Severity, message: str, fix: str) -> Finding:
    """Make a finding of a place."""
    line = place.text.count("\n", 0, place.start) + 1
    quote = place.text[place.start : place.end]
    return Finding(
        code=code,
        severity=severity,
        path=place.path,
        line=line,
        end_line=line + quote.count("\n"),
        requirement=place.requirement,
        message=message,
        fix=fix,
        quote=quote,
        start=place.start,
        end=place.end,
    )
