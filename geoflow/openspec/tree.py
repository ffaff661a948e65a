"""From `{path: text}` to everything that OpenSpec knows below `openspec/`."""

from collections.abc import Mapping

from geoflow.openspec.layout import ARCHIVE, CHANGES, delta_paths, layout
from geoflow.openspec.model import Change, Tree
from geoflow.openspec.parser import parse_delta, parse_spec
from geoflow.openspec.tasks import parse_tasks


def read_tree(files: Mapping[str, str]) -> Tree:
    """Parse every spec and change of a tree.

    Args:
        files: {path: text}, paths relative to the root, so they start with `openspec/`.
    """
    found = layout(files)
    return Tree(
        specs=tuple(parse_spec(name, path, files[path]) for name, path in found.specs.items()),
        changes=tuple(_change(name, items, files, archived=False) for name, items in found.changes.items()),
        archived=tuple(_change(name, items, files, archived=True) for name, items in found.archived.items()),
    )


def _change(name: str, items: Mapping[str, str], files: Mapping[str, str], *, archived: bool) -> Change:
    def text(file: str) -> str:
        return files[items[file]] if file in items else ""

    return Change(
        id=name,
        path=(ARCHIVE if archived else CHANGES) + name,
        archived=archived,
        proposal=text("proposal.md"),
        design=text("design.md"),
        tasks=parse_tasks(text("tasks.md")),
        deltas=tuple(parse_delta(spec, path, files[path]) for spec, path in delta_paths(items).items()),
    )
