"""Deltas that do not fit the main specs: what they change is not there, or what they add is there already."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from functools import cached_property

from geoflow.openspec.conflicts import Place as Named
from geoflow.openspec.conflicts import main_blocks
from geoflow.openspec.headings import folded_name
from geoflow.openspec.model import Delta, Tree
from geoflow.openspec.touches import Touch, touches
from geoflow.quality.finding import Finding, Severity
from geoflow.quality.place import finding_at, place_of

_ALIKE = 0.75
"""How much of two names must agree for one to be offered instead of the other."""

_DOES = {"MODIFIED": "is to be modified", "REMOVED": "is to be removed", "RENAMED FROM": "is to be renamed"}


@dataclass(frozen=True)
class Known:
    """What is known when a delta is judged.

    Attributes:
        blocks: The requirements of the main specs with their text.
        names: Their names by capability, in the order of the spec.
        makes: Which active changes add a requirement or rename another to its name.
        ends: Which active changes remove it or rename it.
    """

    blocks: Mapping[Named, str]
    names: Mapping[str, list[str]]
    makes: Mapping[Named, list[str]]
    ends: Mapping[Named, list[str]]

    def near(self, capability: str, name: str, besides: str = "") -> str:
        """Find another requirement whose name differs from this one only in case or spacing; empty where none does."""
        alike = self._folded.get((capability, folded_name(name)), ())
        return next((one for one in alike if one not in (name, besides)), "")

    @cached_property
    def _folded(self) -> dict[Named, list[str]]:
        found: dict[Named, list[str]] = {}
        for capability, names in self.names.items():
            for name in names:
                found.setdefault((capability, folded_name(name)), []).append(name)
        return found


def known(tree: Tree, deeds: Iterable[Touch] | None = None) -> Known:
    """Gather what main specs hold and what active changes do to it; `deeds` are their touches, where known."""
    makes: dict[Named, list[str]] = {}
    ends: dict[Named, list[str]] = {}
    for touch in deeds if deeds is not None else (one for change in tree.changes for one in touches(change)):
        if touch.operation != "MODIFIED":
            side = makes if touch.operation in ("ADDED", "RENAMED TO") else ends
            side.setdefault((touch.capability, touch.name), []).append(touch.change)
    names = {spec.id: [block.name for block in spec.requirements] for spec in tree.specs}
    return Known(main_blocks(tree), names, makes, ends)


def find_unmatched(deeds: Iterable[Touch], delta: Delta, there: Known) -> Iterator[Finding]:
    """Find what one delta (its touches in `deeds`) asks for that its main spec cannot give (GF301) or has (GF302)."""
    mine = list(deeds)
    applied = applied_of(mine, there)
    whole = is_whole(applied, mine)
    new_names = {touch.name for touch in mine if touch.operation == "RENAMED TO"}
    for touch in mine:
        if touch.operation in ("ADDED", "RENAMED TO"):
            yield from _taken(touch, delta, there)
        elif not _is_there(touch, there, new_names) and not (
            touch in applied and (whole or touch.operation != "REMOVED")
        ):
            yield _missing(touch, delta, there)
    shown = [touch for touch in applied if touch.operation != "REMOVED"]
    if shown:
        yield _synced(shown, delta, whole=whole)


def applied_of(deeds: list[Touch], there: Known) -> list[Touch]:
    """List what the main spec says already of one delta; nothing where only removals are without an object.

    A removal of what is not there may as well be misspelt; beside others that are applied it has been carried out.
    """
    applied = [touch for touch in deeds if _is_applied(touch, there)]
    return applied if any(touch.operation != "REMOVED" for touch in applied) else []


def is_whole(applied: list[Touch], deeds: list[Touch]) -> bool:
    """Tell whether these are all that a delta asks for."""
    return bool(applied) and len(applied) == sum(touch.operation != "RENAMED TO" for touch in deeds)


def _is_applied(touch: Touch, there: Known) -> bool:
    """Tell whether the main spec says already what a delta asks for here (for a rename: its FROM line)."""
    place = (touch.capability, touch.name)
    if touch.operation in ("ADDED", "MODIFIED"):
        return there.blocks.get(place) == touch.text
    if place in there.blocks or touch.operation == "RENAMED TO" or there.near(*place, touch.other):
        return False
    return touch.operation == "REMOVED" or (touch.capability, touch.other) in there.blocks


def _is_there(touch: Touch, there: Known, new_names: set[str]) -> bool:
    return (touch.capability, touch.name) in there.blocks or (touch.operation == "MODIFIED" and touch.name in new_names)


def _missing(touch: Touch, delta: Delta, there: Known) -> Finding:
    severity: Severity = "warning" if touch.operation == "REMOVED" else "error"
    what = f"“{touch.name}” {_DOES[touch.operation]} and is not in the main spec {touch.capability}"
    makers = [change for change in there.makes.get((touch.capability, touch.name), ()) if change != touch.change]
    names = there.names.get(touch.capability)
    if makers:
        severity, what = "info", f"{what} yet: {_listed(makers)} makes it"
        fix = f"archive {_listed(makers)} first"
    elif names is None:
        what = f"“{touch.name}” {_DOES[touch.operation]}, but there is no main spec {touch.capability}"
        near = get_close_matches(touch.capability, there.names, n=1, cutoff=_ALIKE)
        fix = f"is it {near[0]}? otherwise write it under ADDED" if near else "write it under ADDED, or drop it"
    elif like := there.near(touch.capability, touch.name) or _alike(touch.name, names):
        fix = f"is it “{like}”? write the name as the main spec has it"
    else:
        fix = "drop it where it is gone already" if touch.operation == "REMOVED" else "write it under ADDED, or drop it"
    return finding_at(place_of(touch, delta.text), "GF301", severity, what, fix)


def _alike(name: str, names: list[str]) -> str:
    return next(iter(get_close_matches(name, names, n=1, cutoff=_ALIKE)), "")


def _taken(touch: Touch, delta: Delta, there: Known) -> Iterator[Finding]:
    place = (touch.capability, touch.name)
    renames = touch.operation == "RENAMED TO"
    if renames and (touch.capability, touch.other) not in there.blocks:
        return  # its FROM line says what is wrong
    near = "" if place in there.blocks else there.near(*place, touch.other)
    if _is_applied(touch, there) or (place not in there.blocks and not near):
        return
    enders = [change for change in there.ends.get((touch.capability, near or touch.name), ()) if change != touch.change]
    severity: Severity = "error"
    if near:
        message = f"“{touch.name}” differs from “{near}” in the main spec {touch.capability} only in case or spacing"
    else:
        message = f"“{touch.name}” is in the main spec {touch.capability} already, with another text"
    fix = "choose another name" if renames else f"modify “{near or touch.name}” under MODIFIED, or choose another name"
    if enders:
        severity, fix = "info", f"archive {_listed(enders)} first, which makes room for it"
    yield finding_at(place_of(touch, delta.text), "GF302", severity, message, fix)


def _synced(applied: list[Touch], delta: Delta, *, whole: bool) -> Finding:
    first = min(applied, key=lambda touch: touch.start)
    if whole:
        message = f"the main spec {first.capability} says already all that this delta asks for"
        fix = "archive the change when its work is done"
    else:
        count = len(applied)
        message = f"the main spec {first.capability} says already what this delta asks for here"
        message += f" and in {count - 1} more place{'s' * (count > 2)}" if count > 1 else ""
        fix = "drop what is there already, or bring the rest into line with it"
    return finding_at(place_of(first, delta.text), "GF302", "info", message, fix)


def _listed(changes: list[str]) -> str:
    names = sorted(set(changes))
    return ", ".join(names[:3]) + (f" and {len(names) - 3} more" if len(names) > 3 else "")
