"""The OpenSpec files of the work tree for a process that stays: what has not changed is not read again."""

import time
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from geoflow.adapters.documents import WorkTreeDocuments

if TYPE_CHECKING:
    import os

_SETTLED = 2_000_000_000  # nanoseconds: the coarsest clock of a file system
_Signature = tuple[int, int, int, int]


class _Kept(NamedTuple):
    signature: _Signature
    content: bytes


class RememberedDocuments(WorkTreeDocuments):
    """The `Documents` port that knows a file again by its inode, size and times, and then gives what it read before.

    An edit is seen by the next read, however soon it follows the last one: a file that changed within two seconds
    before it was read is read again, since a second edit may have left its times as they were. Safe for threads.

    Args:
        root: The folder that holds `openspec/`.
    """

    def __init__(self, root: Path) -> None:
        super().__init__(root)
        self._kept: dict[str, _Kept] = {}

    def _content(self, entry: "os.DirEntry[str]") -> bytes:
        status = entry.stat(follow_symlinks=False)
        signature = (status.st_ino, status.st_size, status.st_mtime_ns, status.st_ctime_ns)
        kept = self._kept.get(entry.path)
        if kept and kept.signature == signature:
            return kept.content
        now = time.time_ns()
        content = super()._content(entry)
        if now - max(status.st_mtime_ns, status.st_ctime_ns) > _SETTLED:
            self._kept[entry.path] = _Kept(signature, content)
        else:
            self._kept.pop(entry.path, None)
        return content
