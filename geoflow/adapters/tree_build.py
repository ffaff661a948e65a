"""A folder built anew beside the old one: hard links to what stays, new files for what is written."""

import os
import shutil
import stat
from collections.abc import Mapping
from contextlib import suppress

from geoflow.adapters.tree_entries import Arrangement, Entry

_OWN = stat.S_IRWXU


class TreeBuild:
    """The making of one new folder.

    Args:
        old: The folder that stands.
        new: An empty folder on the same file system.
        entries: What stands in the old one.
        arrangement: Where that goes.
    """

    def __init__(self, old: str, new: str, entries: Mapping[str, Entry], arrangement: Arrangement) -> None:
        self._old = old
        self._new = new
        self._entries = entries
        self._arrangement = arrangement
        self._folders = sorted((place, path) for path, place in arrangement.places.items() if entries[path].is_folder)

    def run(self, writes: Mapping[str, bytes]) -> dict[str, Entry]:
        """Build it, written files on the disk; the old folder as it was linked, to be compared with what stands later.

        Raises:
            OSError: The file system has no hard links, refuses one, or an entry is gone.
        """
        self._make_folders()
        known = dict(self._entries)
        for path, place in self._arrangement.places.items():
            entry = self._entries[path]
            if entry.is_link:
                self._copy_link(path, place, entry)
            elif not entry.is_folder:
                known[path] = self._link(path, place)
        for path, content in writes.items():
            self._write(path, content)
        self._finish_folders()
        return known

    def _make_folders(self) -> None:
        _dress_like(self._old, self._new)
        for place, path in self._folders:
            new = f"{self._new}/{place}"
            _make_parents(new)
            os.mkdir(new)
            # Done now and not at the end, so that what is made inside inherits group and access list as it would there.
            _dress_like(f"{self._old}/{path}", new)

    def _link(self, path: str, place: str) -> Entry:
        new = f"{self._new}/{place}"
        os.link(f"{self._old}/{path}", new, follow_symlinks=False)
        # Asked of the new name: on layered file systems a file may change its number when it is linked.
        return Entry(os.lstat(new), "")

    def _copy_link(self, path: str, place: str, entry: Entry) -> None:
        new = f"{self._new}/{place}"
        os.symlink(entry.target, new)
        shutil.copystat(f"{self._old}/{path}", new, follow_symlinks=False)

    def _write(self, path: str, content: bytes) -> None:
        new = f"{self._new}/{path}"
        _make_parents(new)
        with open(new, "xb") as file:
            if path in self._entries:
                with suppress(PermissionError):
                    os.chown(new, -1, self._entries[path].status.st_gid)
                shutil.copystat(f"{self._old}/{path}", new)
            file.write(content)
            file.flush()
            os.fsync(file.fileno())

    def _finish_folders(self) -> None:
        for place, path in reversed(self._folders):
            self._finish_folder(f"{self._new}/{place}", self._entries[path].status, place)
        self._finish_folder(self._new, os.lstat(self._old), "")

    def _finish_folder(self, new: str, status: os.stat_result, place: str) -> None:
        if status.st_mode & _OWN != _OWN:
            os.chmod(new, stat.S_IMODE(status.st_mode))
        if place not in self._arrangement.stirred:
            os.utime(new, ns=(status.st_atime_ns, status.st_mtime_ns))


def _make_parents(path: str) -> None:
    folder = os.path.dirname(path)
    if not os.path.isdir(folder):
        os.makedirs(folder)


def _dress_like(old: str, new: str) -> None:
    """Give a new folder the owner, mode and attributes of an old one, writable for us until it is finished."""
    status, made = os.stat(old), os.stat(new)
    if (status.st_uid, status.st_gid) != (made.st_uid, made.st_gid):
        os.chown(new, status.st_uid, status.st_gid)
    shutil.copystat(old, new)
    if status.st_mode & _OWN != _OWN:
        os.chmod(new, stat.S_IMODE(status.st_mode) | _OWN)
