"""Applying a delta to the requirements of a main spec, or refusing it.

Renamed, removed, modified, added: in this order. The rules and the order of refusals are those of the npm CLI 1.13.2.
No text is put together here: `validate` asks for every delta of every change whether an archive would refuse it.
"""

from collections.abc import Iterable
from typing import NamedTuple

from geoflow.openspec.blocks import block_scenarios
from geoflow.openspec.delta_reader import Plan
from geoflow.openspec.headings import folded_name, normal_name, requirement_name
from geoflow.openspec.lines import Lines
from geoflow.openspec.mains import Entry, Main
from geoflow.openspec.model import Counts, Refusal
from geoflow.openspec.plan_rules import check_plan, refuse


class Applied(NamedTuple):
    """What a delta makes of the requirements of a spec, before any text is put together.

    `entries` are the requirements by name, in the order in which they came; `keys` name, for each block that the spec
    had, what it is called now.
    """

    entries: dict[str, Entry]
    keys: list[str]
    counts: Counts
    warnings: tuple[str, ...]


def apply_delta(document: Lines, plan: Plan, main: Main | None, capability: str) -> Applied | Refusal:
    """Apply a delta to the requirements of a main spec (None: a new one), without putting text together."""
    refusal = check_plan(plan) or _check_target(plan, main, capability)
    if refusal:
        return refusal
    state = _State(document, main)
    for step in (_rename, _remove, _modify, _add):
        refusal = step(state, plan)
        if refusal:
            return refusal
    warnings = [
        f'Requirement "{orphan.name}" on line {orphan.line + 1} stands outside the delta sections and is not applied.'
        for orphan in plan.orphans
    ]
    counts = Counts(state.added, state.modified, state.removed, state.renamed)
    return Applied(state.entries, state.keys, counts, (*warnings, *state.warnings))


def _check_target(plan: Plan, main: Main | None, capability: str) -> Refusal | None:
    """Refuse a delta without operations, or one that its main spec cannot take."""
    if not (plan.added or plan.modified or plan.removed or plan.renamed):
        return Refusal(
            "no-operations",
            f"The delta of {capability} adds, modifies, removes and renames nothing.",
            "Write a delta section such as `## ADDED Requirements` with a requirement in it.",
        )
    if main is None:
        if plan.modified or plan.renamed:
            return Refusal(
                "no-spec",
                f"There is no main spec {capability}, so nothing in it can be modified or renamed.",
                "Put the requirements under `## ADDED Requirements`, or mend the name of the delta's folder.",
            )
        return None
    broken = main.broken
    if broken is None:
        return None
    message = f"The main spec {capability} cannot be updated as it is: {broken.message}"
    return Refusal("broken-spec", message, broken.fix, broken.requirement, broken.span.line)


class _State:
    """The requirements while a delta is applied to them."""

    __slots__ = ("added", "document", "entries", "folds", "keys", "modified", "new", "removed", "renamed", "warnings")

    def __init__(self, document: Lines, main: Main | None) -> None:
        self.document = document
        self.new = main is None
        self.entries = dict(main.entries) if main else {}
        self.keys = list(main.keys) if main else []
        self.folds = set(main.folds) if main else set()
        self.added = self.modified = self.removed = self.renamed = 0
        self.warnings: list[str] = []

    def near(self, name: str, besides: str | None = None) -> str | None:
        """Find another requirement whose name folds to the same as this one."""
        folded = folded_name(name)
        if folded not in self.folds:
            return None
        return next((key for key in self.entries if key != besides and folded_name(key) == folded), None)

    def put(self, key: str, entry: Entry) -> None:
        """Add a requirement, or put it in the place of the one of this name."""
        self.entries[key] = entry
        self.folds.add(folded_name(key))


def _rename(state: _State, plan: Plan) -> Refusal | None:
    for item in plan.renamed:
        old, new = normal_name(item.old), normal_name(item.new)
        known = new in state.entries
        if old not in state.entries:
            near = state.near(old, new) if known else None
            if known and near is None:
                continue  # An earlier archive, or a person, has renamed it already.
            return _missing("rename-source", "RENAMED", (item.old, item.from_line), near)
        near = new if known else state.near(new, old)
        if near is not None:
            return _taken("rename-target", "RENAMED", (new, item.to_line), near)
        before = state.entries.pop(old)
        state.put(new, Entry(new, before.document, before.block, f"### Requirement: {new}"))
        if old in state.keys:
            state.keys[state.keys.index(old)] = new
        state.renamed += 1
    return None


def _remove(state: _State, plan: Plan) -> Refusal | None:
    if state.new:
        if plan.removed:
            state.warnings.append("There is no main spec yet, so what is under REMOVED is passed over.")
        return None
    for item in plan.removed:
        key = normal_name(item.name)
        if key in state.entries:
            del state.entries[key]
            state.removed += 1
            continue
        near = state.near(key)
        if near is not None:
            return _missing("removed", "REMOVED", (item.name, item.line), near)
        state.warnings.append(f'Requirement "{item.name}" under REMOVED is not in the spec: taken as removed already.')
    return None


def _modify(state: _State, plan: Plan) -> Refusal | None:
    for block in plan.modified:
        key = normal_name(block.name)
        current, incoming = state.entries.get(key), Entry(block.name, state.document, block, "")
        if current is None:
            return _missing("modified", "MODIFIED", (block.name, block.start), state.near(key))
        if requirement_name(incoming.raw().partition("\n")[0]) != key:
            message = f'The heading of the MODIFIED requirement "{block.name}" has no name that can be read.'
            return refuse("modified-heading", message, "Write the name behind it.", (block.name, block.start))
        lost = without(scenario_names(current), scenario_names(incoming))
        if lost:
            names = ", ".join(f'"{name}"' for name in lost)
            message = f'MODIFIED requirement "{block.name}" would drop {names}.'
            fix = "Copy the dropped scenarios into the MODIFIED block, which replaces the whole requirement."
            return refuse("drops-scenarios", message, fix, (block.name, block.start))
        state.modified += current.raw() != incoming.raw()
        state.put(key, incoming)
    return None


def _add(state: _State, plan: Plan) -> Refusal | None:
    for block in plan.added:
        key, incoming = normal_name(block.name), Entry(block.name, state.document, block, "")
        current = state.entries.get(key)
        if current is not None:
            if current.raw() == incoming.raw():
                continue  # It has been added already.
            return _taken("added", "ADDED", (block.name, block.start), key)
        near = state.near(key)
        if near is not None:
            return _taken("added", "ADDED", (block.name, block.start), near)
        state.put(key, incoming)
        state.added += 1
    return None


def _missing(code: str, section: str, at: tuple[str, int], near: str | None) -> Refusal:
    if near is None:
        message = f'Requirement "{at[0]}" under {section} is not in the spec.'
        return refuse(f"{code}-missing", message, "Write the name as the spec has it.", at)
    message = f'Requirement "{at[0]}" under {section} is not in the spec, which has "{near}".'
    return refuse(f"{code}-near", message, f'Write the name as the spec has it: "{near}".', at)


def _taken(code: str, section: str, at: tuple[str, int], holder: str) -> Refusal:
    if holder == normal_name(at[0]):
        message = f'Requirement "{at[0]}" under {section} is in the spec already, with another text.'
        fix = "Put it under MODIFIED, or choose another name." if code == "added" else "Choose another name."
        return refuse(f"{code}-exists", message, fix, at)
    message = f'Requirement "{at[0]}" under {section} differs from "{holder}" in the spec only in case or spacing.'
    return refuse(f"{code}-near", message, "Choose a name of its own, or modify that one.", at)


def scenario_names(entry: Entry) -> list[str]:
    """List the names of a requirement's scenarios as merges compare them."""
    return [scenario.name for scenario in block_scenarios(entry.document, entry.block)]


def without(names: Iterable[str], among: Iterable[str]) -> list[str]:
    """List the names that the other list lacks; a name that stands twice must be there twice."""
    left: dict[str, int] = {}
    for name in among:
        left[name] = left.get(name, 0) + 1
    lacking = []
    for name in names:
        if left.get(name, 0):
            left[name] -= 1
        else:
            lacking.append(name)
    return lacking
