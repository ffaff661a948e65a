"""An order in which active changes can be archived, found by merging them in memory."""

from collections.abc import Mapping
from heapq import heapify, heappop, heappush
from typing import NamedTuple

from geoflow.openspec.conflicts import Conflict, Place, conflicts, main_blocks
from geoflow.openspec.flat_yaml import YamlError, parse_yaml
from geoflow.openspec.headings import folded_name
from geoflow.openspec.metadata import FILE
from geoflow.openspec.model import Refusal, Tree
from geoflow.openspec.precedence import precedence
from geoflow.openspec.rehearsal import Rehearsal, Stopped
from geoflow.openspec.touches import Touch, touches
from geoflow.openspec.tree import read_tree
from geoflow.openspec.validity import open_tree


class Left(NamedTuple):
    """A change that cannot be archived behind the others.

    `refusal` is what stops it in `capability` (empty: the change as a whole). `waits_for` are other changes that are
    left and would make what it needs; `stopped_by` are changes of the order that touch the same requirement.
    """

    change: str
    capability: str
    refusal: Refusal
    waits_for: tuple[str, ...]
    stopped_by: tuple[str, ...]


class ArchiveOrder(NamedTuple):
    """The changes that can be archived one after the other, those that cannot then, and the conflicts of all."""

    order: tuple[str, ...]
    left: tuple[Left, ...]
    conflicts: tuple[Conflict, ...]


def archive_order(files: Mapping[str, str]) -> ArchiveOrder:
    """Find an order in which active changes archive, each into the specs as those before it have left them.

    Oldest first, and whatever builds on another change behind it. A change that was refused is tried again only when a
    requirement or capability that it touches has moved, so work grows with the number of touches. A change that would
    undo what one before it wrote is left out, although a merge would take it.

    Args:
        files: {path: text} as for `validate`.
    """
    tree = read_tree(files)
    deeds = {change.id: touches(change) for change in tree.changes}
    every = [touch for group in deeds.values() for touch in group]
    ranked = precedence(_ages(files, tree), every, main_blocks(tree))
    search = _Search(Rehearsal(open_tree(files)), deeds, ranked)
    search.run()
    left = tuple(search.left(change) for change in ranked if change in search.stopped)
    return ArchiveOrder(tuple(search.order), left, tuple(conflicts(tree)))


def _ages(files: Mapping[str, str], tree: Tree) -> dict[str, str]:
    return {change.id: created(files.get(f"{change.path}/{FILE}", "")) for change in tree.changes}


def created(metadata: str) -> str:
    """Read the day on which a change was created (`2026-01-31`) from its metadata; empty where it says none."""
    if "created" not in metadata:
        return ""
    try:
        value = parse_yaml(metadata)
    except YamlError:
        return ""
    day = value.get("created") if isinstance(value, dict) else None
    return day if isinstance(day, str) else ""


class _Search:
    """The search in progress: who is to be tried, who is stopped and by what, and who waits for which place."""

    def __init__(self, rehearsal: Rehearsal, deeds: Mapping[str, list[Touch]], ranked: list[str]) -> None:
        self.order: list[str] = []
        self.stopped: dict[str, Stopped] = {}
        self._rehearsal = rehearsal
        self._deeds = deeds
        self._ranks = {change: rank for rank, change in enumerate(ranked)}
        self._ranked = ranked
        self._waiting: dict[Place, set[str]] = {}
        self._touching: dict[Place, dict[str, bool]] = {}  # by folded name: who, and whether they make it
        self._makers: dict[str, set[str]] = {}
        self._index()

    def _index(self) -> None:
        for change, deeds in self._deeds.items():
            for touch in deeds:
                makes = touch.operation in ("ADDED", "RENAMED TO")
                makers = self._makers.setdefault(touch.capability, set())
                if makes:
                    makers.add(change)
                near = self._touching.setdefault((touch.capability, folded_name(touch.name)), {})
                near[change] = makes or near.get(change, False)

    def run(self) -> None:
        """Try the changes by rank until nothing is left that another try could help."""
        to_try = list(self._ranks.values())
        heapify(to_try)
        while to_try:
            change = self._ranked[heappop(to_try)]
            stopped = self._rehearsal.archive(change, self._deeds[change])
            if stopped:
                self.stopped[change] = stopped
                for place in self._needs(change, stopped):
                    self._waiting.setdefault(place, set()).add(change)
                continue
            self.order.append(change)
            for other in self._woken(change):
                del self.stopped[other]
                heappush(to_try, self._ranks[other])

    def _needs(self, change: str, stopped: Stopped) -> set[Place]:
        """Tell which places must move before another try can end otherwise; a place without a name is a whole spec."""
        if not stopped.capability:
            return set()
        if not stopped.refusal.requirement:
            return {(stopped.capability, "")}
        return {place for place in _places(self._deeds[change]) if place[0] == stopped.capability}

    def _woken(self, change: str) -> list[str]:
        moved = _places(self._deeds[change])
        moved |= {(capability, "") for capability, _ in moved}
        woken = {other for place in moved for other in self._waiting.pop(place, ())}
        return [other for other in woken if other in self.stopped]

    def left(self, change: str) -> Left:
        """Say why a change is left, and which others have to do with it."""
        capability, refusal = self.stopped[change]
        near = self._touching.get((capability, folded_name(refusal.requirement)), {})
        touching = {other for other in near if other != change and other not in self.stopped}
        makers = (
            {other for other, makes in near.items() if makes}
            if refusal.requirement
            else self._makers.get(capability, set())
        )
        waits_for = (makers & self.stopped.keys()) - {change} if refusal.code in _MISSING else set[str]()
        return Left(change, capability, refusal, tuple(sorted(waits_for)), tuple(sorted(touching)))


_MISSING = frozenset({"no-spec", "modified-missing", "rename-source-missing"})


def _places(group: list[Touch]) -> set[Place]:
    return {(touch.capability, folded_name(touch.name)) for touch in group}
