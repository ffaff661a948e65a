"""A write plan with its paths checked and followed to the real folder that `openspec/` is."""

import os
from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

from geoflow.errors import GeoflowError
from geoflow.openspec.model import WritePlan

_FOLDER = "openspec"
DRAFT_PREFIX = ".geoflow-new-"
_CLAIM = "openspec/changes/archive/.openspec-archive.lock"


class PlacedPlan(NamedTuple):
    """What happens to the files of one real folder; paths are relative to it, with links followed.

    `folder` is absolute. `contents` is what must stand in the folder until the plan is carried out: bytes of a file, or
    None where nothing may be. `claim` is the file by which the npm CLI keeps archives in a row.
    """

    folder: str
    writes: Mapping[str, bytes]
    deletes: frozenset[str]
    moves: tuple[tuple[str, str], ...]
    contents: Mapping[str, bytes | None]
    claim: str


def place_plan(root: Path, plan: WritePlan, expected: Mapping[str, str]) -> PlacedPlan:
    """Check a plan's paths and follow the links in them.

    Raises:
        GeoflowError: `outside-openspec` for a path that leaves the real folder; `plan-conflict` where two paths lead
            to one file; `exists` where something stands at the new place of a folder; `not-a-folder`.
    """
    folder = os.path.realpath(root / _FOLDER)
    if not os.path.isdir(folder):
        raise GeoflowError(
            f"{root / _FOLDER} is no folder.", fix="Run it in the folder that holds openspec/.", code="not-a-folder"
        )
    writes = {_file(folder, path): _encoded(text) for path, text in plan.writes}
    deletes = frozenset(_entry(folder, path) for path in plan.deletes)
    moves = tuple((_entry(folder, source), _entry(folder, target)) for source, target in plan.moves)
    if len({*writes, *deletes}) < len(plan.writes) + len(plan.deletes):
        raise GeoflowError(
            "Two of the files that would be written are one file, by a link between them.",
            fix="Replace the link by a file of its own.",
            code="plan-conflict",
        )
    for source, target in moves:
        _check_move(folder, source, target)
    deleted = [_file(folder, path) for path in plan.deletes]
    contents: dict[str, bytes | None] = dict.fromkeys([*writes, *deleted, *(target for _, target in moves)])
    contents |= {_file(folder, path): _encoded(text) for path, text in expected.items() if _is_kept(path)}
    return PlacedPlan(folder, writes, deletes, moves, contents, _file(folder, _CLAIM))


def changed_contents(plan: PlacedPlan, folder: str) -> list[str]:
    """List the files in a copy of the plan's folder that are not what the plan was made from."""
    return sorted(path for path, content in plan.contents.items() if not holds(os.path.join(folder, path), content))


def changed_meanwhile(paths: list[str]) -> GeoflowError:
    """Make the error for files that somebody else touched while the plan was carried out."""
    more = f" and {len(paths) - 1} more" if len(paths) > 1 else ""
    return GeoflowError(
        f"Files changed while this ran ({_FOLDER}/{paths[0]}{more}), so nothing was changed.",
        fix="Look at what changed there, then run it again.",
        code="changed-meanwhile",
    )


def _is_kept(path: str) -> bool:
    """Tell a file from the mark of an empty folder, and from what a killed run left and this one removes."""
    return not path.endswith("/") and path != _CLAIM and f"/{DRAFT_PREFIX}" not in path


def _encoded(text: str) -> bytes:
    return text.encode("utf-8", "surrogateescape")


def _entry(folder: str, path: str) -> str:
    """Follow the folders of a path, but not what the path itself names."""
    parts = path.split("/")
    if len(parts) < 2 or parts[0] != _FOLDER or any(part in {"", ".", ".."} or "\0" in part for part in parts):
        raise GeoflowError(
            f"{path!r} is no path below {_FOLDER}/.",
            fix=f"Name a file such as {_FOLDER}/specs/NAME/spec.md.",
            code="outside-openspec",
        )
    return _inside(folder, os.path.join(os.path.realpath(os.path.join(folder, *parts[1:-1])), parts[-1]), path)


def _file(folder: str, path: str) -> str:
    return _inside(folder, os.path.realpath(os.path.join(folder, _entry(folder, path))), path)


def _inside(folder: str, place: str, path: str) -> str:
    if not place.startswith(folder + os.sep):
        raise GeoflowError(
            f"{path} leaves {_FOLDER}/ through a link.",
            fix="Replace the link by the folder or file itself.",
            code="outside-openspec",
        )
    return os.path.relpath(place, folder).replace(os.sep, "/")


def _check_move(folder: str, source: str, target: str) -> None:
    place = os.path.join(folder, source)
    if os.path.islink(place) or not os.path.isdir(place):
        raise GeoflowError(f"{_FOLDER}/{source} is no folder.", fix="Put the folder itself there.", code="not-a-folder")
    if os.path.lexists(os.path.join(folder, target)):
        raise GeoflowError(f"{_FOLDER}/{target} exists already.", fix="Move it away, or remove it.", code="exists")


def holds(path: str, content: bytes | None) -> bool:
    """Tell whether a file has this content, or, for None, whether nothing stands there."""
    if content is None:
        return not os.path.lexists(path)
    try:
        with open(path, "rb") as file:
            return file.read() == content
    except (FileNotFoundError, NotADirectoryError, IsADirectoryError):
        return False
