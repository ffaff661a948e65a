"""From `{path: text}` to everything that OpenSpec knows below `openspec/`."""

from collections.abc import Callable, Mapping

from geoflow.openspec.layout import ARCHIVE, CHANGES, delta_paths, layout
from geoflow.openspec.model import Change, Delta, Spec, Tree
from geoflow.openspec.parser import parse_delta, parse_spec
from geoflow.openspec.tasks import parse_tasks


def read_tree(
    files: Mapping[str, str],
    spec: Callable[[str, str, str], Spec] = parse_spec,
    delta: Callable[[str, str, str], Delta] = parse_delta,
) -> Tree:
    """Parse every spec and change of a tree.

    Args:
        files: {path: text}, paths relative to the root, so they start with `openspec/`.
        spec: Parses a main spec, given its id, path and text.
        delta: Parses a delta spec, as `spec` does.
    """
    found = layout(files)
    return Tree(
        specs=tuple(spec(name, path, files[path]) for name, path in found.specs.items()),
        changes=tuple(_change(name, items, files, delta) for name, items in found.changes.items()),
        archived=tuple(_change(name, items, files, delta, archived=True) for name, items in found.archived.items()),
    )


def _change(
    name: str,
    items: Mapping[str, str],
    files: Mapping[str, str],
    delta: Callable[[str, str, str], Delta],
    *,
    archived: bool = False,
) -> Change:
    def text(file: str) -> str:
        return files[items[file]] if file in items else ""

    return Change(
        id=name,
        path=(ARCHIVE if archived else CHANGES) + name,
        archived=archived,
        proposal=text("proposal.md"),
        design=text("design.md"),
        tasks=parse_tasks(text("tasks.md")),
        deltas=tuple(delta(spec, path, files[path]) for spec, path in delta_paths(items).items()),
    )
