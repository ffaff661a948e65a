"""Validity of a whole tree: every main spec and every active change."""

from collections.abc import Callable, Collection, Mapping
from typing import TYPE_CHECKING, NamedTuple

from geoflow.errors import UnreadableError
from geoflow.openspec.items import Item, items
from geoflow.openspec.layout import Layout, layout
from geoflow.openspec.model import Issue, Report
from geoflow.openspec.rules import Where, issue
from geoflow.openspec.spec_rules import check_spec

# What only changes need is two thirds of the rules, and is loaded when there is a change to look at.
if TYPE_CHECKING:
    from geoflow.openspec.mains import Mains
    from geoflow.openspec.nesting import Folder
    from geoflow.openspec.schemas import Schemas


class OpenTree(NamedTuple):
    """A tree that is ready to be validated item by item."""

    files: Mapping[str, str]
    found: Layout
    schemas: "Schemas"
    mains: "Mains"


def open_tree(files: Mapping[str, str], found: Layout | None = None) -> OpenTree:
    """Sort the files of a tree (as for `validate`), unless that was done."""
    from geoflow.openspec.mains import Mains
    from geoflow.openspec.schemas import Schemas

    return OpenTree(files, found or layout(files), Schemas(files), Mains(files))


def folder_of(tree: OpenTree, change: str) -> "Folder":
    """Give the files of an active change."""
    from geoflow.openspec.nesting import Folder

    return Folder(change, tree.found.changes[change], tree.files, tree.schemas, tree.mains)


def check_item(item: Item, tree: OpenTree) -> Report:
    """Validate one item; a file that cannot be read makes an item invalid, and nothing more is said of it."""
    if item.type == "spec":
        return check_main(item, tree.files, tree.found)
    from geoflow.openspec.change_rules import check_change

    return _report(item, "C0", lambda: check_change(folder_of(tree, item.id)))


def check_main(item: Item, files: Mapping[str, str], found: Layout) -> Report:
    """Validate one main spec, for which nothing else of the tree counts."""
    path = found.specs[item.id]
    return _report(item, "S0", lambda: check_spec(path, files[path]))


def _report(item: Item, unreadable: str, check: Callable[[], list[Issue]]) -> Report:
    try:
        issues = check()
    except UnreadableError as error:
        issues = [issue(unreadable, Where("file", error.path), f"{error.message}.", error.fix)]
    return Report(item.id, item.type, tuple(issues))


def archived_items(found: Layout) -> list[Item]:
    """List the archived changes in the npm CLI's order, which is that of UTF-16 units."""
    names = sorted(found.archived, key=lambda name: name.encode("utf-16-be", "surrogatepass"))
    return [Item("change", name) for name in names]


def check_archived(change: str, tree: OpenTree) -> Report:
    """Check the tasks of an archived change."""
    from geoflow.openspec.archived_rules import check_finished
    from geoflow.openspec.nesting import Folder

    folder = Folder(change, tree.found.archived[change], tree.files, tree.schemas, tree.mains)
    return Report(change, "change", tuple(check_finished(folder)))


def validate(
    files: Mapping[str, str], *, specs: bool = True, changes: bool = True, within: Collection[str] | None = None
) -> tuple[Report, ...]:
    """Validate the main specs and active changes of a tree; archived changes are not looked at.

    Args:
        files: {path: text}, paths relative to the root, so they start with `openspec/`. An empty folder is a path that
            ends in a slash.
        specs: Whether to validate main specs.
        changes: Whether to validate active changes.
        within: Paths of files; only the items that one of them belongs to are validated. None: all.

    Returns:
        One report an item, in the npm CLI's order. Whether an item passes is `report.valid(strict=...)`.
    """
    tree = open_tree(files)
    asked = items(tree.found, specs=specs, changes=changes)
    return tuple(check_item(item, tree) for item in asked if within is None or _holds(tree.found, item, within))


def _holds(found: Layout, item: Item, paths: Collection[str]) -> bool:
    own = (found.specs[item.id],) if item.type == "spec" else found.changes[item.id].values()
    return any(path in paths for path in own)
