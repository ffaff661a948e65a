"""What a change does to each requirement, as one flat list."""

from typing import Literal, NamedTuple

from geoflow.openspec.lines import WHITE, split, starts
from geoflow.openspec.model import Change, Delta, Requirement

Operation = Literal["ADDED", "MODIFIED", "REMOVED", "RENAMED FROM", "RENAMED TO"]


class Touch(NamedTuple):
    """One thing that a change does to one requirement.

    A rename gives two: the name that goes (`RENAMED FROM`) and the one that comes (`RENAMED TO`), each with the
    other as `other`. `text` is the block of an added or modified requirement as `block_text` gives it. `start` to `end`
    is the line that names the requirement in the delta (character offsets, its ending left out).
    """

    change: str
    capability: str
    operation: Operation
    name: str
    other: str
    text: str
    path: str
    line: int
    start: int
    end: int


def touches(change: Change) -> list[Touch]:
    """List what a change does, delta by delta: renames first, then what is removed, modified and added."""
    return [touch for delta in change.deltas for touch in _touches(change.id, delta)]


def block_text(text: str, requirement: Requirement) -> str:
    """Give a requirement's whole block in the form in which a merge compares it: line feeds, trimmed."""
    block = text[requirement.start : requirement.end]
    return block.replace("\r\n", "\n").replace("\r", "\n").strip(WHITE)


def _touches(change: str, delta: Delta) -> list[Touch]:
    begins = starts(split(delta.text)) if delta.removed or delta.renamed else []

    def at(line: int) -> tuple[int, int, int]:
        start = begins[line - 1]
        return line, start, start + len(delta.text[start : begins[line]].rstrip("\r\n"))

    def named(operation: Operation, name: str, line: int, other: str = "") -> Touch:
        return Touch(change, delta.id, operation, name, other, "", delta.path, *at(line))

    found = []
    for item in delta.renamed:
        found.append(named("RENAMED FROM", item.old, item.span.line, item.new))
        found.append(named("RENAMED TO", item.new, item.span.end_line, item.old))
    found += (named("REMOVED", gone.name, gone.span.line) for gone in delta.removed)
    found += (_stated(change, delta, "MODIFIED", block) for block in delta.modified)
    found += (_stated(change, delta, "ADDED", block) for block in delta.added)
    return found


def _stated(change: str, delta: Delta, operation: Operation, block: Requirement) -> Touch:
    heading = delta.text[block.start : block.body_start].rstrip("\r\n")
    end = block.start + len(heading)
    text = block_text(delta.text, block)
    return Touch(change, delta.id, operation, block.name, "", text, delta.path, block.span.line, block.start, end)
