"""Validity of a whole tree: every main spec and every active change."""

from collections.abc import Mapping
from typing import NamedTuple

from geoflow.openspec.change_rules import check_change
from geoflow.openspec.collate import collation_key
from geoflow.openspec.layout import Layout, layout
from geoflow.openspec.mains import Mains
from geoflow.openspec.model import ItemType, Report
from geoflow.openspec.nesting import Folder
from geoflow.openspec.schemas import Schemas
from geoflow.openspec.spec_rules import check_spec


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


class OpenTree(NamedTuple):
    """A tree that is ready to be validated item by item."""

    files: Mapping[str, str]
    found: Layout
    schemas: Schemas
    mains: Mains


def open_tree(files: Mapping[str, str]) -> OpenTree:
    """Sort the files of a tree (as for `validate`)."""
    return OpenTree(files, layout(files), Schemas(files), Mains(files))


def folder_of(tree: OpenTree, change: str) -> Folder:
    """Give the files of an active change."""
    return Folder(change, tree.found.changes[change], tree.files, tree.schemas, tree.mains)


def check_item(item: Item, tree: OpenTree) -> Report:
    """Validate one item."""
    if item.type == "spec":
        path = tree.found.specs[item.id]
        issues = check_spec(path, tree.files[path])
    else:
        issues = check_change(folder_of(tree, item.id))
    return Report(item.id, item.type, tuple(issues))


def validate(files: Mapping[str, str], *, specs: bool = True, changes: bool = True) -> tuple[Report, ...]:
    """Validate the main specs and active changes of a tree; archived changes are not looked at.

    Args:
        files: {path: text}, paths relative to the root, so they start with `openspec/`. An empty folder is a path that
            ends in a slash.
        specs: Whether to validate main specs.
        changes: Whether to validate active changes.

    Returns:
        One report an item, in the npm CLI's order. Whether an item passes is `report.valid(strict=...)`.
    """
    tree = open_tree(files)
    return tuple(check_item(item, tree) for item in items(tree.found, specs=specs, changes=changes))
