"""Changes that lie inside another folder of changes, where nothing reads them."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import NamedTuple

from geoflow.openspec.mains import Mains
from geoflow.openspec.metadata import FILE
from geoflow.openspec.schemas import Schemas, outputs

_MARKS = (FILE, "proposal.md", "tasks.md", "design.md")
_DEPTH = 3


class Folder(NamedTuple):
    """A folder below `openspec/changes/`: its name, its files by their path inside it, and the tree it lies in."""

    id: str
    names: Mapping[str, str]
    files: Mapping[str, str]
    schemas: Schemas
    mains: Mains


def nested_changes(folder: Folder) -> list[str]:
    """List the changes (`folder/change`) inside a folder that is no change itself; empty for an ordinary change."""
    schema = folder.schemas.get(folder.schemas.default())
    made = schema.generates if schema else ()
    if _is_change(folder.names, made) or any("/" not in path and path[:1] not in (".", "") for path in folder.names):
        return []
    return sorted(f"{folder.id}/{name}" for name in _below(folder.names, made, depth=1))


def _below(inside: Collection[str], made: Sequence[str], *, depth: int) -> list[str]:
    """List the changes among these files, by their path; a folder that is one is not looked into."""
    found = []
    for child, files in _folders(inside).items():
        if _is_change(files, made):
            found.append(child)
        elif depth < _DEPTH:
            found.extend(f"{child}/{name}" for name in _below(files, made, depth=depth + 1))
    return found


def _folders(inside: Iterable[str]) -> dict[str, set[str]]:
    """Sort files by the visible folder that they lie in, each with its path in there."""
    found: dict[str, set[str]] = {}
    for path in inside:
        head, slash, rest = path.partition("/")
        if slash and head[:1] not in (".", ""):
            found.setdefault(head, set()).add(rest)
    return found


def _is_change(inside: Collection[str], made: Sequence[str]) -> bool:
    """Tell whether files are those of a change: a mark, a visible file below specs/, or what the schema makes."""
    if any(mark in inside for mark in _MARKS):
        return True
    for path in inside:
        if path.startswith("specs/") and not any(part[:1] in (".", "") for part in path[6:].split("/")):
            return True
    return any(outputs(generates, inside) for generates in made)
