"""What stands in a folder, and what a plan leaves of it."""

import os
import stat
from collections.abc import Iterator, Mapping
from typing import NamedTuple

from geoflow.adapters.tree_plan import PlacedPlan
from geoflow.errors import GeoflowError

_KEPT_FOLDERS = frozenset({"specs", "changes"})


class Entry(NamedTuple):
    """A file, folder or link as `lstat` shows it; `target` is where a link points."""

    status: os.stat_result
    target: str

    @property
    def is_folder(self) -> bool:
        """Tell a folder."""
        return stat.S_ISDIR(self.status.st_mode)

    @property
    def is_link(self) -> bool:
        """Tell a symbolic link."""
        return stat.S_ISLNK(self.status.st_mode)

    def is_same(self, other: "Entry") -> bool:
        """Tell whether both are one: the same file, a link to the same, a folder with the same owner and mode.

        A file that was written in place is the same: every hard link of it shows the new text.
        """
        ours, theirs = self.status, other.status
        if stat.S_IFMT(ours.st_mode) != stat.S_IFMT(theirs.st_mode):
            return False
        if self.is_folder:
            return (ours.st_mode, ours.st_uid, ours.st_gid) == (theirs.st_mode, theirs.st_uid, theirs.st_gid)
        return self.target == other.target if self.is_link else ours.st_ino == theirs.st_ino


class Arrangement(NamedTuple):
    """Where all that stays will stand, {old path: new path}, and the folders (new paths) whose entries change."""

    places: Mapping[str, str]
    stirred: frozenset[str]


def scan(folder: str) -> dict[str, Entry]:
    """List all that stands below a folder, {path relative to it: entry}, folders before what is in them.

    Raises:
        GeoflowError: `special-file` where a pipe, socket or device stands.
        OSError: The system refuses to list a folder.
    """
    entries: dict[str, Entry] = {}
    _scan(folder, "", entries)
    return entries


def _scan(folder: str, prefix: str, entries: dict[str, Entry]) -> None:
    with os.scandir(f"{folder}/{prefix}") as listing:
        found = list(listing)
    for item in found:
        path = f"{prefix}{item.name}"
        status = item.stat(follow_symlinks=False)
        if stat.S_ISDIR(status.st_mode):
            entries[path] = Entry(status, "")
            _scan(folder, f"{path}/", entries)
        elif stat.S_ISLNK(status.st_mode):
            entries[path] = Entry(status, os.readlink(item.path))
        elif stat.S_ISREG(status.st_mode):
            entries[path] = Entry(status, "")
        else:
            raise GeoflowError(
                f"{path} below openspec/ is a pipe, socket or device.", fix="Move it away.", code="special-file"
            )


def differences(known: Mapping[str, Entry], seen: Mapping[str, Entry], *, ignored: frozenset[str]) -> list[str]:
    """List the paths that came, went or were replaced between two scans of a folder."""
    return sorted(
        path
        for path in (known.keys() | seen.keys()) - ignored
        if path not in known or path not in seen or not known[path].is_same(seen[path])
    )


def arrange(entries: Mapping[str, Entry], plan: PlacedPlan) -> Arrangement:
    """Say where each entry goes: moved with its folder, left out where it is deleted or written anew, else kept."""
    gone = plan.deletes | plan.writes.keys()
    places = {path: _moved(path, plan.moves) for path in entries if path not in gone}
    pruned = _emptied(plan, places)
    touched = {*gone, *(path for move in plan.moves for path in move), *pruned}
    return Arrangement(
        {path: place for path, place in places.items() if path not in pruned},
        frozenset(os.path.dirname(path) for path in touched),
    )


def emptied_folders(path: str) -> Iterator[str]:
    """List the folders that may go when the file at this path goes, innermost first; not `specs` and `changes`."""
    while (path := os.path.dirname(path)) and path not in _KEPT_FOLDERS:
        yield path


def _moved(path: str, moves: tuple[tuple[str, str], ...]) -> str:
    for source, target in moves:
        if path == source or path.startswith(f"{source}/"):
            return target + path[len(source) :]
    return path


def _emptied(plan: PlacedPlan, places: Mapping[str, str]) -> frozenset[str]:
    emptied: set[str] = set()
    for deleted in sorted(plan.deletes):
        for folder in emptied_folders(deleted):
            inside = f"{folder}/"
            standing = (path for path in (*plan.writes, *places.values()) if path.startswith(inside))
            if any(path not in emptied for path in standing):
                break
            emptied.add(folder)
    return frozenset(emptied)
