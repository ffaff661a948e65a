"""From text to values: specs, deltas, requirements, scenarios, steps, with exact offsets into the text as given."""

from bisect import bisect_right
from collections.abc import Sequence
from functools import partial
from typing import NamedTuple

from geoflow.openspec.blocks import Block, Region, between, body_text, spec_blocks
from geoflow.openspec.delta_reader import read_plan
from geoflow.openspec.headings import level, scenario_name, title
from geoflow.openspec.later import LaterScenarios
from geoflow.openspec.lines import WHITE, Lines, split, starts
from geoflow.openspec.model import (
    Delta,
    RemovedRequirement,
    RenamedRequirement,
    Requirement,
    Scenario,
    Section,
    Span,
    Spec,
)
from geoflow.openspec.steps import read_steps


class Source(NamedTuple):
    """A document with the offset of each of its lines."""

    document: Lines
    begins: list[int]

    def end_of(self, index: int) -> int:
        """Give the offset behind the last character of a line, its ending left out."""
        return self.begins[index] + len(self.document.lines[index])

    def trimmed_end(self, start: int, end: int) -> int:
        """Give the offset behind the last character that is not white space in the lines `start` to `end`."""
        index = end - 1
        while index > start and not self.document.lines[index].strip(WHITE):
            index -= 1
        return self.begins[index] + len(self.document.lines[index].rstrip(WHITE))

    def span(self, start: int, end: int) -> Span:
        """Turn two offsets into a span."""
        first = min(bisect_right(self.begins, start), len(self.document.lines)) - 1
        last = min(bisect_right(self.begins, end), len(self.document.lines)) - 1
        if last > first and self.begins[last] == end:
            last -= 1
            end = self.end_of(last)
        return Span(first + 1, start - self.begins[first] + 1, last + 1, end - self.begins[last] + 1)


def open_source(text: str) -> Source:
    """Split a text and find its lines' offsets."""
    document = split(text)
    return Source(document, starts(document))


def parse_spec(id: str, path: str, text: str) -> Spec:  # noqa: A002  (the word of the format)
    """Parse a main spec; any text gives a value, with empty parts for what is not there.

    Args:
        id: The path of its folder below `specs/`, such as `auth` or `payments/refund`.
        path: Where the file lies, relative to the root.
        text: The file's text, line endings and BOM untouched.
    """
    source = open_source(text)
    found = spec_blocks(source.document)
    purpose = _find_section(source, "purpose")
    return Spec(
        id=id,
        path=path,
        text=text,
        title=_document_title(source.document),
        purpose=section_content(source.document, purpose) if purpose else "",
        purpose_section=_section(source, purpose) if purpose else None,
        requirements_section=_section(source, found.section) if found.section else None,
        requirements=tuple(_requirement(source, block, deeper=True) for block in found.blocks),
    )


def parse_delta(id: str, path: str, text: str) -> Delta:  # noqa: A002
    """Parse a delta spec of a change; `id` is the main spec it is for. Arguments as for `parse_spec`."""
    source = open_source(text)
    plan = read_plan(source.document)
    purpose = _find_section(source, "purpose")
    return Delta(
        id=id,
        path=path,
        text=text,
        purpose=section_content(source.document, purpose) if purpose else "",
        added=tuple(_requirement(source, block, deeper=False) for block in plan.added),
        modified=tuple(_requirement(source, block, deeper=False) for block in plan.modified),
        removed=tuple(
            RemovedRequirement(item.name, _lines_span(source, item.line, item.line)) for item in plan.removed
        ),
        renamed=tuple(
            RenamedRequirement(item.old, item.new, _lines_span(source, item.from_line, item.to_line))
            for item in plan.renamed
        ),
    )


def find_region(document: Lines, name: str) -> Region | None:
    """Find the first heading of any level with this title (lower case), and where its content ends."""
    lines = document.lines
    for index in document.hashes:
        depth = level(lines[index])
        if depth and (title(lines[index], depth) or "").lower() == name:
            end = next((at for at in document.hashes if at > index and 0 < level(lines[at]) <= depth), len(lines))
            return Region(index, end)
    return None


def section_content(document: Lines, region: Region) -> str:
    """Give the text under a heading, trimmed, with line feeds."""
    return "\n".join(document.lines[region.heading + 1 : region.end]).strip(WHITE)


def _find_section(source: Source, name: str) -> Region | None:
    return find_region(source.document, name)


def _document_title(document: Lines) -> str:
    for index in document.hashes:
        if level(document.lines[index]) == 1:
            return title(document.lines[index], 1) or ""
    return ""


def _section(source: Source, region: Region) -> Section:
    line = source.document.lines[region.heading]
    depth = level(line)
    start, end = source.begins[region.heading], source.begins[region.end]
    return Section(
        title=line[depth:].strip(WHITE),
        level=depth,
        start=start,
        end=end,
        body_start=source.begins[region.heading + 1],
        span=source.span(start, source.trimmed_end(region.heading, region.end)),
    )


def _requirement(source: Source, block: Block, *, deeper: bool) -> Requirement:
    document, begins = source.document, source.begins
    start, body_start = begins[block.start], begins[block.start + 1]
    end = max(source.trimmed_end(block.start, block.end), body_start)
    headings = [index for index in between(document.hashes, block.start + 1, block.end) if level(document.lines[index])]
    body_end = begins[headings[0]] if headings else end
    return Requirement(
        name=block.name,
        text=body_text(document, block),
        scenarios=_scenarios_later(source, headings, block.end, deeper=deeper),
        start=start,
        end=end,
        body_start=body_start,
        body_end=body_end,
        span=source.span(start, end),
    )


def _scenarios_later(source: Source, headings: list[int], end: int, *, deeper: bool) -> Sequence[Scenario]:
    return LaterScenarios(partial(_scenarios, source, headings, end, deeper=deeper)) if headings else ()


def _scenarios(source: Source, headings: list[int], end: int, *, deeper: bool) -> tuple[Scenario, ...]:
    """Cut a requirement into scenarios; with `deeper` a `#####` that no scenario holds is one as well."""
    lines = source.document.lines
    found: list[Scenario] = []
    opened, depth = -1, 0
    for index in headings:
        here = level(lines[index])
        if opened >= 0 and here <= depth:
            found.append(_scenario(source, opened, depth, index))
            opened = -1
        if opened < 0 and (here == 4 or (deeper and here > 4)):
            opened, depth = index, here
    if opened >= 0:
        found.append(_scenario(source, opened, depth, end))
    return tuple(found)


def _scenario(source: Source, heading: int, depth: int, limit: int) -> Scenario:
    start, end = source.begins[heading], source.trimmed_end(heading, limit)
    return Scenario(
        name=scenario_name(source.document.lines[heading], depth),
        steps=read_steps(source.document, source.begins, heading + 1, limit),
        start=start,
        end=end,
        span=source.span(start, end),
    )


def _lines_span(source: Source, first: int, last: int) -> Span:
    return Span(first + 1, 1, last + 1, len(source.document.lines[last]) + 1)
