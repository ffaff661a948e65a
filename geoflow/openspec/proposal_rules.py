"""What is poor in a change's proposal: `validate` never reads it, and whoever archives it is told, not stopped."""

import re
from collections.abc import Iterator
from typing import NamedTuple

from geoflow.openspec.blocks import Region
from geoflow.openspec.delta_reader import Plan, read_plan
from geoflow.openspec.layout import CHANGES, delta_paths
from geoflow.openspec.lines import WHITE, Lines, split
from geoflow.openspec.marks import honoured
from geoflow.openspec.model import Issue, Span
from geoflow.openspec.nesting import Folder
from geoflow.openspec.outline import Heading, content, find, outline, utf16_length
from geoflow.openspec.rules import START, Where, issue, line_span

NAME = "proposal.md"
_WHY_UNITS = (50, 1000)
_MANY = 10
_BRIEF = 10
_ADDS = re.compile(r"\b(?:adds?|added|adding|creates?|created|creating|new)\b", re.ASCII)
_REMOVES = re.compile(r"\b(?:removes?|removed|removing|deletes?|deleted|deleting)\b", re.ASCII)
_RENAMES = re.compile(r"\brename(?:s|d|ing)?\b", re.ASCII)


class _Delta(NamedTuple):
    """A delta that the proposal itself lists, as `- **capability**: description`."""

    operation: str
    description: str


def check_proposal(change: Folder) -> list[Issue]:
    """Check a change's proposal.md; empty where it has none."""
    path = change.names.get(NAME)
    if path is None:
        return []
    document = split(change.files[path])
    headings = outline(document)
    why, what = (_section(document, headings, name) for name in ("why", "what changes"))
    for rule, name, found in (("P1", "Why", why), ("P2", "What Changes", what)):
        if found is None or not found[0]:
            span = START if found is None else found[1]
            message = f"The proposal has no `## {name}` section with a text."
            return [issue(rule, Where("file", path, span), message, f"Say it under a `## {name}` heading.")]
    if why is None or what is None:
        return []
    return [*_why_issues(path, *why), *_delta_issues(change, Where("deltas", path, what[1]), what[0])]


def _section(document: Lines, headings: list[Heading], name: str) -> tuple[str, Span] | None:
    at = find(headings, name)
    if at is None:
        return None
    heading = headings[at]
    return content(document, Region(heading.line, heading.end)), line_span(document, heading.line)


def _why_issues(path: str, why: str, span: Span) -> Iterator[Issue]:
    least, most = _WHY_UNITS
    where = Where("why", path, span)
    if utf16_length(why) < least:
        yield issue(
            "P3", where, f"The Why has fewer than {least} characters.", "Say what is wrong today, and for whom."
        )
    if utf16_length(why) > most:
        yield issue("P4", where, f"The Why has more than {most} characters.", "Move details into design.md.")


def _delta_issues(change: Folder, where: Where, what: str) -> Iterator[Issue]:
    plans = [read_plan(split(change.files[path])) for path in delta_paths(change.names).values()]
    listed = [] if any(plan.present for plan in plans) else _listed(what)
    count = sum(map(_entries, plans)) or len(listed)
    marks = honoured(change)
    if not count and not marks.skip_specs:
        message = (
            f"The proposal's change has no delta: nothing below {CHANGES}{change.id}/specs/ changes a requirement."
        )
        yield issue("P5", where, message, "Write specs/<capability>/spec.md with a delta section.")
    if count > _MANY:
        yield issue("P6", where, f"The change has {count} deltas, more than {_MANY}.", "Split it into smaller changes.")
    for index, delta in enumerate(listed):
        if utf16_length(delta.description) < _BRIEF:
            place = where._replace(path=f"deltas[{index}].description")
            yield issue("P7", place, f'"{delta.description}" says too little of a delta.', "Say what it changes.")
        if delta.operation in ("ADDED", "MODIFIED"):
            place = where._replace(path=f"deltas[{index}].requirements")
            message = f'The delta "{delta.description}" has no requirement.'
            yield issue("P8", place, message, "Write it in specs/<capability>/spec.md.")


def _entries(plan: Plan) -> int:
    names = [block.name for block in (*plan.added, *plan.modified)] + [item.name for item in plan.removed]
    return sum(bool(name.strip(WHITE)) for name in names) + len(plan.renamed)


def _listed(what: str) -> list[_Delta]:
    """Read the bullets `- **capability**: description` of a change that has no delta spec."""
    found = []
    for line in what.split("\n"):
        bare = line.strip(WHITE)
        if bare[:1] != "-" or not bare[1:].lstrip(WHITE).startswith("**"):
            continue
        name, _, rest = bare[1:].lstrip(WHITE)[2:].partition("**")
        description = rest[1:] if rest[:1] == ":" and ":" not in name else rest if name.endswith(":") else ""
        if description.strip(WHITE) and name.rstrip(":") and ":" not in name[:-1] and "*" not in name:
            found.append(_Delta(_operation(description.lower()), description.strip(WHITE)))
    return found


def _operation(description: str) -> str:
    if _RENAMES.search(description):
        return "RENAMED"
    if _ADDS.search(description):
        return "ADDED"
    return "REMOVED" if _REMOVES.search(description) else "MODIFIED"
