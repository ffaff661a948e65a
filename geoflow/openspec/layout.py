"""Which path below `openspec/` is what."""

from collections.abc import Mapping
from typing import NamedTuple, TypeVar

SPECS = "openspec/specs/"
CHANGES = "openspec/changes/"
ARCHIVE = "openspec/changes/archive/"
SCHEMAS = "openspec/schemas/"
USER_SCHEMAS = "~/openspec/schemas/"  # where the user's own lie in `{path: text}`, wherever they lie on the disk
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
