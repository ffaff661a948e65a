"""What there is to validate in a tree, in the npm CLI's order."""

from collections.abc import Iterable
from typing import NamedTuple

from geoflow.openspec.collate import collation_key
from geoflow.openspec.layout import CHANGES, SCHEMAS, SPECS, Layout, capability_of
from geoflow.openspec.model import ItemType


class Item(NamedTuple):
    """Something that can be validated: a main spec or an active change."""

    type: ItemType
    id: str


def items(found: Layout, *, specs: bool = True, changes: bool = True) -> list[Item]:
    """List what there is to validate in the npm CLI's order; a change stands before a spec of the same id."""
    names = [Item("change", name) for name in found.changes] if changes else []
    if specs:
        names.extend(Item("spec", name) for name in found.specs)
    return sorted(names, key=lambda item: collation_key(item.id))


def touched_items(found: Layout, paths: Iterable[str]) -> list[Item]:
    """List the items that have one of these files, in the npm CLI's order; all of them where it is a schema's.

    What the tree has no longer is no item of it.
    """
    named: set[Item] = set()
    for path in paths:
        if path.startswith((SCHEMAS, "openspec/config.")):
            return items(found)
        if path.startswith(CHANGES):
            named.add(Item("change", path[len(CHANGES) :].partition("/")[0]))
        elif path.startswith(SPECS):
            named.add(Item("spec", capability_of(path[len(SPECS) :])))
    return [item for item in items(found) if item in named]
