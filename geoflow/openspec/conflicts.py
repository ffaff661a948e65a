"""Which changes get into each other's way: pairs where archiving one makes the other refused or overwrites it."""

from collections.abc import Iterable, Iterator, Mapping
from typing import NamedTuple

from geoflow.openspec.headings import folded_name
from geoflow.openspec.model import Tree
from geoflow.openspec.touches import Operation, Touch, block_text, touches

Place = tuple[str, str]
"""A requirement: its capability and its name."""


class Conflict(NamedTuple):
    """One requirement that several changes touch so that not every order of archiving does what all of them say.

    `sides` are two or more touches of at least two changes, sorted by change. `first` are the changes that go first
    in an order that works; it is empty where no order does, so that a change has to be rewritten.
    """

    capability: str
    requirement: str
    sides: tuple[Touch, ...]
    why: str
    first: tuple[str, ...]


class _Clash(NamedTuple):
    one: Operation
    other: Operation
    why: str


_MAKERS: tuple[Operation, ...] = ("ADDED", "RENAMED TO")
_SAME_NAME = "both make a requirement of this name, so the second is refused"
_CLASHES = (
    _Clash("ADDED", "ADDED", _SAME_NAME),
    _Clash("ADDED", "RENAMED TO", _SAME_NAME),
    _Clash("RENAMED TO", "RENAMED TO", _SAME_NAME),
    _Clash("MODIFIED", "MODIFIED", "the second replaces what the first writes"),
    _Clash("MODIFIED", "REMOVED", "one rewrites what the other removes"),
    _Clash("RENAMED FROM", "RENAMED FROM", "it gets two new names, and the second rename is refused"),
    _Clash("REMOVED", "RENAMED FROM", "one renames what the other removes"),
)
_ENDS: tuple[Operation, ...] = ("REMOVED", "RENAMED FROM")


def main_blocks(tree: Tree) -> dict[Place, str]:
    """Give the text of every requirement of the main specs, in the form in which merges compare it."""
    return {(spec.id, block.name): block_text(spec.text, block) for spec in tree.specs for block in spec.requirements}


def conflicts(
    tree: Tree, deeds: Iterable[Touch] | None = None, blocks: Mapping[Place, str] | None = None
) -> list[Conflict]:
    """Find the conflicts between active changes, by capability and requirement.

    Names are compared as a merge does: exactly, and folded where a second requirement would come to be. Work and result
    grow with the number of touches, not of pairs: many changes of one requirement are one conflict with many sides.
    `deeds` are all touches of the active changes and `blocks` what `main_blocks` gives, where they are known.
    """
    every = [touch for change in tree.changes for touch in touches(change)] if deeds is None else list(deeds)
    main = main_blocks(tree) if blocks is None else blocks
    found = [
        conflict
        for (capability, name), group in _by_place(every).items()
        for conflict in _in_group(capability, name, group, main.get((capability, name)))
    ]
    return sorted([*found, *_near_misses(every)], key=lambda one: (one.capability, one.requirement, one.why))


def _by_place(every: Iterable[Touch]) -> dict[Place, list[Touch]]:
    groups: dict[Place, list[Touch]] = {}
    for touch in every:
        groups.setdefault((touch.capability, touch.name), []).append(touch)
    return groups


def _in_group(capability: str, name: str, group: list[Touch], main: str | None) -> Iterator[Conflict]:
    if len({touch.change for touch in group}) < 2:
        return
    by_operation = _by_operation(touch for touch in group if touch.text != main)
    for clash in _CLASHES:
        sides = _sides(clash, by_operation)
        if len({touch.change for touch in sides}) > 1:
            yield Conflict(capability, name, _sorted(sides), clash.why, ())
    # What the main spec says already does no harm when it is archived now, and may be refused or undo another later.
    synced = [touch for touch in group if touch.text == main]
    later = [touch for touch in group if touch.text != main and touch.operation in ("MODIFIED", *_ENDS)]
    yield from _in_order(
        capability,
        name,
        (synced, later),
        "one is in the main spec already; archived later it is refused, or undoes the other",
    )
    ends = by_operation.get("RENAMED FROM", [])
    why = "under its new name the modified one is not found"
    yield from _in_order(capability, name, (by_operation.get("MODIFIED", []), ends), why)


def _by_operation(group: Iterable[Touch]) -> dict[str, list[Touch]]:
    found: dict[str, list[Touch]] = {}
    for touch in group:
        found.setdefault(touch.operation, []).append(touch)
    return found


def _sides(clash: _Clash, by_operation: Mapping[str, list[Touch]]) -> list[Touch]:
    ones, others = by_operation.get(clash.one, []), by_operation.get(clash.other, [])
    if clash.one == clash.other:
        # What says the same twice does no harm: a merge passes over it.
        return ones if len({(touch.text, touch.other) for touch in ones}) > 1 else []
    return [*ones, *others] if ones and others else []


def _in_order(capability: str, name: str, sides: tuple[list[Touch], list[Touch]], why: str) -> Iterator[Conflict]:
    first, later = ({touch.change for touch in side} for side in sides)
    if first and later - first:
        yield Conflict(capability, name, _sorted([*sides[0], *sides[1]]), why, tuple(sorted(first)))


def _near_misses(every: Iterable[Touch]) -> Iterator[Conflict]:
    groups: dict[Place, list[Touch]] = {}
    for touch in every:
        if touch.operation in _MAKERS:
            groups.setdefault((touch.capability, folded_name(touch.name)), []).append(touch)
    for (capability, _), group in groups.items():
        if len({touch.name for touch in group}) > 1 and len({touch.change for touch in group}) > 1:
            why = "the names differ only in case or spacing, so the second is refused"
            yield Conflict(capability, min(touch.name for touch in group), _sorted(group), why, ())


def _sorted(sides: Iterable[Touch]) -> tuple[Touch, ...]:
    return tuple(sorted(sides, key=lambda touch: (touch.change, touch.start)))
