"""From `{path: text}` to everything that OpenSpec knows below `openspec/`."""

from collections.abc import Mapping
from typing import NamedTuple, TypeVar

from geoflow.openspec.model import Change, Tree
from geoflow.openspec.parser import parse_delta, parse_spec
from geoflow.openspec.tasks import parse_tasks

SPECS = "openspec/specs/"
CHANGES = "openspec/changes/"
ARCHIVE = "openspec/changes/archive/"
_T = TypeVar("_T")


class Layout(NamedTuple):
    """Which file is what: specs by id, and for each change its files, keyed by their path inside the change.

    A change is a folder, so one is here even if no file in it means anything.
    """

    specs: dict[str, str]
    changes: dict[str, dict[str, str]]
    archived: dict[str, dict[str, str]]


def layout(files: Mapping[str, str]) -> Layout:
    """Sort paths (relative to the root, with forward slashes) into specs and changes, by id."""
    specs: dict[str, str] = {}
    changes: dict[str, dict[str, str]] = {}
    archived: dict[str, dict[str, str]] = {}
    for path in files:
        if path.startswith(SPECS):
            capability = capability_of(path[len(SPECS) :])
            if capability:
                specs[capability] = path
        elif path.startswith(ARCHIVE):
            _file_of_change(archived, path, ARCHIVE)
        elif path.startswith(CHANGES):
            _file_of_change(changes, path, CHANGES)
    return Layout(_sorted(specs), _sorted(changes), _sorted(archived))


def _file_of_change(changes: dict[str, dict[str, str]], path: str, folder: str) -> None:
    name, slash, rest = path[len(folder) :].partition("/")
    if slash and name and name[0] != ".":
        changes.setdefault(name, {})[rest] = path


def _sorted(items: dict[str, _T]) -> dict[str, _T]:
    return dict(sorted(items.items()))


def capability_of(path: str) -> str:
    """Give the id of a `spec.md` from its path below a specs folder; empty where it is none."""
    folder, slash, name = path.rpartition("/")
    if not slash or name != "spec.md" or any(part.startswith(".") for part in folder.split("/")):
        return ""
    return folder


def delta_paths(change: Mapping[str, str]) -> dict[str, str]:
    """Give the delta specs of a change by capability, sorted: {id: path relative to the root}."""
    found = {capability_of(name[6:]): path for name, path in change.items() if name.startswith("specs/")}
    found.pop("", None)
    return dict(sorted(found.items()))


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
