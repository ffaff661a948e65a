"""The OpenSpec files of the work tree for a process that stays: what has not changed is not read again."""

import os
import threading
import time
from pathlib import Path
from typing import NamedTuple

from geoflow.adapters.documents import WorkTreeDocuments
from geoflow.ports import Part

_SETTLED = 2_000_000_000  # nanoseconds: the coarsest clock of a file system
_Signature = tuple[int, int, int, int]


class _Kept(NamedTuple):
    signature: _Signature
    content: bytes


class _Listed(NamedTuple):
    signature: _Signature
    entries: "list[os.DirEntry[str]]"


class _Whole(NamedTuple):
    """What a part was when it was last read: its files, and every folder and file that was looked at for it."""

    files: dict[str, bytes]
    folders: list[tuple[str, _Signature]]
    contents: list[tuple[str, _Signature]]

    def stands(self) -> bool:
        """Tell whether none of it has changed since."""
        stat = os.stat
        try:
            return all(_signature(stat(path)) == known for path, known in self.folders) and all(
                _signature(stat(path, follow_symlinks=False)) == known for path, known in self.contents
            )
        except OSError:
            return False


class _Walk:
    """One way through the tree: what was looked at, and whether all of it had settled."""

    def __init__(self) -> None:
        self.folders: list[tuple[str, _Signature]] = []
        self.contents: list[tuple[str, _Signature]] = []
        self.settled = True


class RememberedDocuments(WorkTreeDocuments):
    """The `Documents` port that knows a file again by its inode, size and times, and then gives what it read before.

    An edit is seen by the next read, however soon it follows the last one: what changed within two seconds before it
    was read is read again, since a second edit may have left its times as they were. So with folders, whose times
    change when anything in them comes, goes or is renamed. Safe for threads.

    Args:
        root: The folder that holds `openspec/`.
    """

    def __init__(self, root: Path) -> None:
        super().__init__(root)
        self._kept: dict[str, _Kept] = {}
        self._listed: dict[str, _Listed] = {}
        self._whole: dict[Part, _Whole] = {}
        self._walk = threading.local()

    def read(self, part: Part = "all") -> dict[str, bytes]:
        """Read as `WorkTreeDocuments.read` does; where nothing has changed, only the times are looked at."""
        whole = self._whole.get(part)
        if whole and whole.stands():
            return dict(whole.files)
        walk = self._walk.now = _Walk()
        files = super().read(part)
        # What lies above such a folder decides whether it is read at all, and is no part of the walk through it.
        if walk.settled and walk.folders and part not in ("history", "feedback"):
            self._whole[part] = _Whole(files, walk.folders, walk.contents)
            return dict(files)
        self._whole.pop(part, None)
        return files

    def _entries(self, folder: str) -> "list[os.DirEntry[str]]":
        status = os.stat(folder)  # noqa: PTH116 - a string: there may be thousands of folders
        signature, listed = _signature(status), self._listed.get(folder)
        self._walk.now.folders.append((folder, signature))
        if listed and listed.signature == signature:
            return listed.entries
        now = time.time_ns()
        entries = super()._entries(folder)
        if _is_settled(status, now):
            self._listed[folder] = _Listed(signature, entries)
        else:
            self._walk.now.settled = False
            self._listed.pop(folder, None)
        return entries

    def _content(self, entry: "os.DirEntry[str]") -> bytes:
        # An entry remembers its first status, and may be of an earlier listing.
        status = os.stat(entry.path, follow_symlinks=False)  # noqa: PTH116 - as above
        signature, kept = _signature(status), self._kept.get(entry.path)
        self._walk.now.contents.append((entry.path, signature))
        if kept and kept.signature == signature:
            return kept.content
        now = time.time_ns()
        content = super()._content(entry)
        if _is_settled(status, now):
            self._kept[entry.path] = _Kept(signature, content)
        else:
            self._walk.now.settled = False
            self._kept.pop(entry.path, None)
        return content


def _signature(status: os.stat_result) -> _Signature:
    return status.st_ino, status.st_size, status.st_mtime_ns, status.st_ctime_ns


def _is_settled(status: os.stat_result, now: int) -> bool:
    return now - max(status.st_mtime_ns, status.st_ctime_ns) > _SETTLED
