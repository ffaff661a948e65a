"""What there is to validate in a tree, in the npm CLI's order."""

from typing import NamedTuple

from geoflow.openspec.collate import collation_key
from geoflow.openspec.layout import Layout
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
