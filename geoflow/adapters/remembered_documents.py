"""The OpenSpec files of the work tree for a process that stays: what has not changed is not read again."""

import os
import time
from pathlib import Path
from typing import NamedTuple

from geoflow.adapters.documents import WorkTreeDocuments

_SETTLED = 2_000_000_000  # nanoseconds: the coarsest clock of a file system
_Signature = tuple[int, int, int, int]


class _Kept(NamedTuple):
    signature: _Signature
    content: bytes


class _Listed(NamedTuple):
    signature: _Signature
    entries: "list[os.DirEntry[str]]"


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

    def _entries(self, folder: str) -> "list[os.DirEntry[str]]":
        status = os.stat(folder)  # noqa: PTH116 - a string: there may be thousands of folders
        signature, listed = _signature(status), self._listed.get(folder)
        if listed and listed.signature == signature:
            return listed.entries
        now = time.time_ns()
        entries = super()._entries(folder)
        if _is_settled(status, now):
            self._listed[folder] = _Listed(signature, entries)
        else:
            self._listed.pop(folder, None)
        return entries

    def _content(self, entry: "os.DirEntry[str]") -> bytes:
        # An entry remembers its first status, and may be of an earlier listing.
        status = os.stat(entry.path, follow_symlinks=False)  # noqa: PTH116 - as above
        signature, kept = _signature(status), self._kept.get(entry.path)
        if kept and kept.signature == signature:
            return kept.content
        now = time.time_ns()
        content = super()._content(entry)
        if _is_settled(status, now):
            self._kept[entry.path] = _Kept(signature, content)
        else:
            self._kept.pop(entry.path, None)
        return content


def _signature(status: os.stat_result) -> _Signature:
    return status.st_ino, status.st_size, status.st_mtime_ns, status.st_ctime_ns


def _is_settled(status: os.stat_result, now: int) -> bool:
    return now - max(status.st_mtime_ns, status.st_ctime_ns) > _SETTLED
