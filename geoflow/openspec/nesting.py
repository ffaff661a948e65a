"""Changes that lie inside another folder of changes, where nothing reads them."""

from collections.abc import Iterable, Mapping
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
    if _is_change("", folder) or any("/" not in path and path[:1] not in (".", "") for path in folder.names):
        return []
    return sorted(f"{folder.id}/{name}" for name in _below("", folder, depth=1))


def _below(prefix: str, folder: Folder, *, depth: int) -> list[str]:
    if depth > _DEPTH:
        return []
    found = []
    for child in _folders(prefix, folder.names):
        if _is_change(f"{child}/", folder):
            found.append(child)
        else:
            found.extend(_below(f"{child}/", folder, depth=depth + 1))
    return found


def _folders(prefix: str, names: Iterable[str]) -> list[str]:
    inside = (path[len(prefix) :].partition("/") for path in names if path.startswith(prefix))
    return sorted({f"{prefix}{head}" for head, slash, _ in inside if slash and head[:1] not in (".", "")})


def _is_change(prefix: str, folder: Folder) -> bool:
    if any(f"{prefix}{mark}" in folder.names for mark in _MARKS):
        return True
    specs = f"{prefix}specs/"
    for path in folder.names:
        if path.startswith(specs) and not any(part[:1] in (".", "") for part in path[len(specs) :].split("/")):
            return True
    return _has_output(prefix, folder)


def _has_output(prefix: str, folder: Folder) -> bool:
    """Tell whether anything is there that the schema makes."""
    schema = folder.schemas.get(folder.schemas.default())
    inside = [path[len(prefix) :] for path in folder.names if path.startswith(prefix)]
    return schema is not None and any(outputs(generates, inside) for generates in schema.generates)
