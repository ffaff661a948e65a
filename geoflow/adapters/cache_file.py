"""A file in the git folder that keeps what was worked out from one run to the next.

It is a cache and no more: it may be deleted at any time, whatever is wrong with it counts as if it was not there, and
where it cannot be written nothing is said. Light, as the hot commands come through here: no pathlib, no git.
"""

import os
import sys
import time
from collections.abc import Iterable
from contextlib import suppress

from geoflow import __version__
from geoflow.adapters.git_folder import git_folder
from geoflow.openspec.verdict_keys import digest

_LIMIT = 1 << 28
_STALE_SECONDS = 3600.0


class CacheFile:
    """A file of one kind: a line that says what wrote it with a digest of the rest, then the rest.

    `stamp` stands for the rules in force: what was written under other rules is not read. `mark` stands for the text
    that was read or written last; it is empty before, and where there was none.
    """

    __slots__ = ("_kind", "_path", "mark", "stamp")

    def __init__(self, path: str, kind: str, stamp: str) -> None:
        self._path = path
        self._kind = kind
        self.stamp = stamp
        self.mark = ""

    def beside(self, kind: str) -> "CacheFile":
        """Give the file of another kind for the same folder."""
        folder, name = os.path.split(self._path)
        return CacheFile(os.path.join(folder, name.replace(self._kind, kind, 1)), kind, self.stamp)

    def read(self) -> str:
        """Give the text that was written; empty where there is none that is whole and of these rules."""
        try:
            with open(self._path, "rb") as file:
                if os.fstat(file.fileno()).st_size > _LIMIT:
                    return ""
                head = file.readline().rstrip(b"\n")
                body = file.read()
            if head != self._head(body):
                return ""
            self.mark = head.rpartition(b" ")[2].decode()
            return body.decode("utf-8", "surrogatepass")
        except (OSError, ValueError):
            return ""

    def write(self, text: str) -> None:
        """Write a text in place of the one before, whole or not at all; a failure is silent."""
        growing = f"{self._path}.{os.getpid()}.new"
        try:
            body = text.encode("utf-8", "surrogatepass")
            os.makedirs(os.path.dirname(self._path), exist_ok=True)
            _drop_leftovers(os.path.dirname(self._path), self._kind)
            head = self._head(body)
            with open(growing, "xb") as file:
                file.write(head + b"\n" + body)
            os.replace(growing, self._path)
            self.mark = head.rpartition(b" ")[2].decode()
        except OSError:
            _remove(growing)

    def _head(self, body: bytes) -> bytes:
        return f"geoflow {self._kind} 1 {self.stamp} {digest(body).hex()}".encode()


def cache_file(root: str, kind: str, rules: Iterable[str]) -> CacheFile | None:
    """Find the file for a folder that holds `openspec/`; None where there is no git folder of this user's.

    Nothing is made. Each folder with an `openspec/`, and each work tree, has a file of its own.

    Args:
        root: The folder.
        kind: What is kept, a plural.
        rules: The folders of the modules by which it is worked out.
    """
    found = git_folder(root)
    if found is None:
        return None
    top, git = found
    folder = os.path.join(git, "geoflow")
    if os.path.islink(folder):
        return None
    place = digest(os.fsencode(os.path.relpath(root, top))).hex()[:16]
    return CacheFile(os.path.join(folder, f"{kind}-{place}"), kind, _stamp(rules))


def _stamp(rules: Iterable[str]) -> str:
    """Name the rules in force: the version, and in a checkout the state of the files that hold them."""
    parts = [__version__, str(sys.hexversion)]
    for folder in rules:
        # In an archive of modules there is nothing to look at, and the version alone must do.
        with suppress(OSError), os.scandir(folder) as entries:
            modules = sorted((entry.name, entry.stat()) for entry in entries if entry.name.endswith(".py"))
            parts += [f"{name} {found.st_size} {found.st_mtime_ns}" for name, found in modules]
    return digest("\n".join(parts).encode("utf-8", "surrogatepass")).hex()


def _drop_leftovers(folder: str, kind: str) -> None:
    """Remove what runs that were killed while they wrote have left behind."""
    with os.scandir(folder) as entries:
        for entry in entries:
            growing = entry.name.startswith(f"{kind}-") and entry.name.endswith(".new")
            if growing and entry.stat(follow_symlinks=False).st_mtime < time.time() - _STALE_SECONDS:
                _remove(entry.path)


def _remove(path: str) -> None:
    with suppress(OSError):
        os.unlink(path)
