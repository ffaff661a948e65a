"""Deltas that contradict themselves: a requirement twice, in two sections, or renamed by halves.

The rules and the order of refusals are those of the npm CLI 1.13.2.
"""

from collections.abc import Iterable

from geoflow.openspec.delta_reader import Plan
from geoflow.openspec.headings import folded_name, normal_name
from geoflow.openspec.model import Refusal


def check_plan(plan: Plan) -> Refusal | None:
    """Refuse a delta whose sections contradict each other, whatever its main spec says; None where they do not."""
    for lone in plan.unpaired:
        other = "TO" if lone.side == "FROM" else "FROM"
        return refuse(
            "unpaired-rename",
            f'The {lone.side} line of "{lone.name}" has no {other} line.',
            "Write each rename as a FROM line with its TO line below.",
            (lone.name, lone.line),
        )
    olds, news = ([(one.old, one.from_line) for one in plan.renamed], [(one.new, one.to_line) for one in plan.renamed])
    for names, where in (
        ([(one.name, one.start) for one in plan.added], "ADDED"),
        ([(one.name, one.start) for one in plan.modified], "MODIFIED"),
        ([(one.name, one.line) for one in plan.removed], "REMOVED"),
        (olds, "FROM"),
        (news, "TO"),
    ):
        repeated = _repeated(names)
        if repeated:
            return refuse("duplicate", f'"{repeated[0]}" stands twice under {where}.', "Keep one of them.", repeated)
    return _check_renames(plan) or _check_sections(plan)


def _repeated(names: Iterable[tuple[str, int]]) -> tuple[str, int] | None:
    seen: set[str] = set()
    for name, line in names:
        key = normal_name(name)
        if key in seen:
            return name, line
        seen.add(key)
    return None


def _check_renames(plan: Plan) -> Refusal | None:
    added = {normal_name(block.name) for block in plan.added}
    modified = {normal_name(block.name) for block in plan.modified}
    removed = {folded_name(item.name) for item in plan.removed} if plan.renamed else set()
    for item in plan.renamed:
        old, new = normal_name(item.old), normal_name(item.new)
        if folded_name(old) in removed:
            return _both("RENAMED", "REMOVED", item.old, item.from_line)
        if old in modified:
            return refuse(
                "modified-old-name",
                f'MODIFIED names "{old}", which this delta renames to "{new}".',
                f'Write the new name "{new}" under MODIFIED.',
                (old, item.from_line),
            )
        if new in added:
            return refuse(
                "renamed-and-added",
                f'"{new}" is both the new name of a rename and an ADDED requirement.',
                "Choose another name for one of them.",
                (new, item.to_line),
            )
    return None


def _check_sections(plan: Plan) -> Refusal | None:
    added = {normal_name(block.name) for block in plan.added}
    removed = {normal_name(item.name) for item in plan.removed}
    for block in plan.modified:
        key = normal_name(block.name)
        if key in removed or key in added:
            return _both("MODIFIED", "REMOVED" if key in removed else "ADDED", block.name, block.start)
    for block in plan.added:
        if normal_name(block.name) in removed:
            return _both("ADDED", "REMOVED", block.name, block.start)
    return None


def _both(one: str, other: str, name: str, line: int) -> Refusal:
    message = f'Requirement "{name}" stands under both {one} and {other}.'
    return refuse("in-two-sections", message, "Keep it under one of the two.", (name, line))


def refuse(code: str, message: str, fix: str, at: tuple[str, int]) -> Refusal:
    """Refuse because of a requirement and its line index."""
    return Refusal(code, message, fix, at[0], at[1] + 1)
