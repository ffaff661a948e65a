"""The rules of one delta spec of a change, in the order in which the npm CLI reports them."""

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from geoflow.openspec.applying import apply_delta, scenario_names, without
from geoflow.openspec.blocks import Block, block_scenarios, body_text
from geoflow.openspec.delta_reader import Plan, Rename, read_plan
from geoflow.openspec.headings import folded_name, normal_name
from geoflow.openspec.layout import SPECS
from geoflow.openspec.lines import Lines, split
from geoflow.openspec.mains import Entry, Main
from geoflow.openspec.model import Issue, Refusal
from geoflow.openspec.rules import Where, is_normative, issue, line_span
from geoflow.openspec.spec_rules import keyword_issue

_SECTIONS = (
    "`## ADDED Requirements`, `## MODIFIED Requirements`, `## REMOVED Requirements` or `## RENAMED Requirements`"
)


class DeltaFile(NamedTuple):
    """A delta spec under check: its capability, its path relative to the root, what it says."""

    capability: str
    path: str
    document: Lines
    plan: Plan

    @property
    def place(self) -> str:
        """Give the path inside the change's specs folder, by which the npm CLI names the file."""
        return f"{self.capability}/spec.md"


def open_delta(capability: str, path: str, text: str) -> DeltaFile:
    """Read a delta spec for checking."""
    document = split(text)
    return DeltaFile(capability, path, document, read_plan(document))


def entries(delta: DeltaFile) -> int:
    """Count what a delta asks for: requirements added, modified, removed, renamed."""
    plan = delta.plan
    return len(plan.added) + len(plan.modified) + len(plan.removed) + len(plan.renamed)


def check_delta(delta: DeltaFile, main: Main | None, problem: str = "") -> list[Issue]:
    """Check a delta spec against itself and against its main spec (None where there is none).

    Args:
        delta: The delta spec.
        main: Its main spec.
        problem: Why the main spec is there and cannot be read; empty where it can.
    """
    return [
        *_ignored_issues(delta),
        *_block_issues(delta, "ADDED", delta.plan.added),
        *_block_issues(delta, "MODIFIED", delta.plan.modified),
        *(_loss_issues(delta, main) if main is not None and delta.plan.modified else ()),
        *(_unreadable_issue(delta, problem) if problem and delta.plan.modified else ()),
        *_repeated(delta, "REMOVED", ((item.name, item.line) for item in delta.plan.removed)),
        *_rename_issues(delta),
        *_conflict_issues(delta),
    ]


def refusal_issue(delta: DeltaFile, main: Main | None) -> list[Issue]:
    """Say why an archive would refuse the delta, if it would; for a delta without an error of its own."""
    applied = apply_delta(delta.document, delta.plan, main, delta.capability)
    if not isinstance(applied, Refusal):
        return []
    line = applied.line - 1 if applied.line and applied.code != "broken-spec" else _first_entry(delta.plan)
    message = f"Archive would refuse this delta: {applied.message}"
    return [_issue(delta, "C1", line, message, applied.fix, applied.requirement)]


def _first_entry(plan: Plan) -> int:
    """Give the line of the first thing that a delta asks for: what is wrong then lies in the main spec."""
    blocks = (block.start for block in (*plan.added, *plan.modified))
    others = (item.line for item in plan.removed)
    return min((*blocks, *others, *(item.from_line for item in plan.renamed)), default=0)


def _issue(delta: DeltaFile, rule: str, line: int, message: str, fix: str, requirement: str = "") -> Issue:
    span = line_span(delta.document, line)
    return issue(rule, Where(delta.place, delta.path, span, requirement), message, fix)


def _ignored_issues(delta: DeltaFile) -> Iterator[Issue]:
    for item in delta.plan.skipped:
        if item.header.lower() in ("requirement", "requirement:"):
            message = f"A requirement heading in {item.section} has no name, so it is ignored."
            yield _issue(delta, "D1b", item.line, message, "Write the name behind `### Requirement:`.")
        else:
            message = f'"{item.header}" in {item.section} is no requirement heading, so it is ignored.'
            yield _issue(delta, "D1", item.line, message, f"Write `### Requirement: {item.header}` if it is one.")
    for lone in delta.plan.unpaired:
        other = "TO" if lone.side == "FROM" else "FROM"
        message = f'The {lone.side} line of "{lone.name}" has no {other} line, so nothing is renamed.'
        yield _issue(
            delta, "D2", lone.line, message, "Write each rename as a FROM line with its TO line below.", lone.name
        )
    for orphan in delta.plan.orphans:
        where = f'under "{orphan.section}"' if orphan.section else "above the first section"
        message = f'Requirement "{orphan.name}" stands {where}, where no delta is read.'
        yield _issue(delta, "D3", orphan.line, message, f"Move it under {_SECTIONS}.", orphan.name)


def _block_issues(delta: DeltaFile, operation: str, blocks: list[Block]) -> Iterator[Issue]:
    seen: set[str] = set()
    for block in blocks:
        who = f'{operation} requirement "{block.name}"'
        if normal_name(block.name) in seen:
            yield _duplicate(delta, operation, block.name, block.start)
        seen.add(normal_name(block.name))
        text = body_text(delta.document, block)
        if not text or not is_normative(text):
            yield keyword_issue("D6" if text else "D5", delta.place, who, delta.path, delta.document, block)
        scenarios = block_scenarios(delta.document, block)
        if not any(scenario.filled for scenario in scenarios):
            message = f"{who} has no scenario" + (" with steps under its heading." if scenarios else ".")
            fix = "Write `- **WHEN** ...` and `- **THEN** ...` under a `#### Scenario: <name>` heading."
            yield _issue(delta, "D7", block.start, message, fix, block.name)


def _duplicate(delta: DeltaFile, operation: str, name: str, line: int) -> Issue:
    message = f'Requirement "{name}" stands more than once under {operation}.'
    return _issue(delta, "D4", line, message, "Keep one of them.", name)


def _repeated(delta: DeltaFile, operation: str, names: Iterable[tuple[str, int]]) -> Iterator[Issue]:
    seen: set[str] = set()
    for name, line in names:
        if normal_name(name) in seen:
            yield _duplicate(delta, operation, name, line)
        seen.add(normal_name(name))


def _rename_issues(delta: DeltaFile) -> Iterator[Issue]:
    olds: set[str] = set()
    news: set[str] = set()
    for item in delta.plan.renamed:
        for side, name, line, seen in (
            ("FROM", item.old, item.from_line, olds),
            ("TO", item.new, item.to_line, news),
        ):
            if normal_name(name) in seen:
                message = f'"{name}" is the {side} of more than one rename.'
                yield _issue(delta, "D4", line, message, "Keep one rename for each name.", name)
            seen.add(normal_name(name))


def _conflict_issues(delta: DeltaFile) -> Iterator[Issue]:
    added = {normal_name(block.name): block.start for block in delta.plan.added}
    modified = {normal_name(block.name): block.start for block in delta.plan.modified}
    removed = {normal_name(item.name): item.line for item in delta.plan.removed}
    for name, line in modified.items():
        if name in removed:
            yield _both(delta, "MODIFIED", "REMOVED", name, line)
        if name in added:
            yield _both(delta, "MODIFIED", "ADDED", name, line)
    for name, line in added.items():
        if name in removed:
            yield _both(delta, "ADDED", "REMOVED", name, line)
    folded: dict[str, str] = {}
    for name in removed:
        folded.setdefault(folded_name(name), name)
    for item in delta.plan.renamed:
        yield from _rename_conflicts(delta, item, added, modified, folded)


def _both(delta: DeltaFile, one: str, other: str, name: str, line: int) -> Issue:
    message = f'Requirement "{name}" stands under both {one} and {other}.'
    return _issue(delta, "D9", line, message, "Keep it under one of the two.", name)


def _rename_conflicts(
    delta: DeltaFile, item: Rename, added: dict[str, int], modified: dict[str, int], removed: dict[str, str]
) -> Iterator[Issue]:
    old, new = normal_name(item.old), normal_name(item.new)
    if old in modified:
        message = f'MODIFIED names "{old}", which this delta renames to "{new}".'
        yield _issue(delta, "D9", modified[old], message, f'Write the new name "{new}" under MODIFIED.', old)
    if new in added:
        message = f'"{new}" is both the new name of a rename and an ADDED requirement.'
        yield _issue(delta, "D9", item.to_line, message, "Choose another name for one of them.", new)
    spelled = removed.get(folded_name(old))
    if spelled is not None:
        how = "" if spelled == old else f' (spelled "{spelled}" under REMOVED)'
        message = f'Requirement "{old}" is both renamed and removed{how}.'
        yield _issue(delta, "D9", item.from_line, message, "Either rename it or remove it.", old)


def _unreadable_issue(delta: DeltaFile, problem: str) -> Iterator[Issue]:
    first = delta.plan.modified[0]
    message = f"{SPECS}{delta.place} cannot be read, so what is modified cannot be compared with it: {problem}."
    yield _issue(delta, "D8", first.start, message, "Make it a file that you may read.", first.name)


def _loss_issues(delta: DeltaFile, main: Main) -> Iterator[Issue]:
    came_from = {normal_name(item.new): normal_name(item.old) for item in delta.plan.renamed}
    renamed_away = {normal_name(item.old) for item in delta.plan.renamed}
    for block in delta.plan.modified:
        name = normal_name(block.name)
        base = None if name in renamed_away else _base_of(name, main.entries, came_from)
        if base is None:
            continue
        before, after = scenario_names(base), scenario_names(Entry(block.name, delta.document, block, ""))
        lost = without(before, after)
        if lost:
            names = ", ".join(f'"{item}"' for item in lost)
            message = (
                f'MODIFIED requirement "{block.name}" would drop {names}: it has {len(after)} scenarios, '
                f"the current spec {len(before)}, and {len(without(after, before))} of its are new."
            )
            fix = "Copy the dropped scenarios into the MODIFIED block, which replaces the whole requirement."
            yield _issue(delta, "D8", block.start, message, fix, block.name)


def _base_of(name: str, current: dict[str, Entry], came_from: dict[str, str]) -> Entry | None:
    """Find the block that a MODIFIED name replaces, back through the renames that come before it."""
    visited: set[str] = set()
    key: str | None = name
    while key is not None and key not in visited:
        if key in current:
            return current[key]
        visited.add(key)
        key = came_from.get(key)
    return None
