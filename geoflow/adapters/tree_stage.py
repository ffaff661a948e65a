"""Where a new tree is built: the folders of one run, the lock that keeps runs in a row, what killed runs left."""

import hashlib
import os
import secrets
import shutil
import stat
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from geoflow.errors import GeoflowError

_LOCK_SECONDS = 60
_POLL_SECONDS = 0.05


class Workshop:
    """The places beside one real folder where its successor may be built, best first.

    Args:
        folder: The real folder, absolute.
        scratch: A folder of geoflow's own, such as one in the git folder, or None.
    """

    def __init__(self, folder: str, scratch: Path | None) -> None:
        self._folder = folder
        home = os.path.dirname(folder)
        # One scratch folder serves all work trees of a repository: the name says whose it is.
        owner = hashlib.sha256(os.fsencode(folder)).hexdigest()[:12]
        self._prefixes = [os.path.join(home, f".{os.path.basename(folder)}-swap-")]
        self._home = home
        place = _usable(scratch, folder)
        if place is not None:
            self._home = place
            self._prefixes.insert(0, os.path.join(place, f"swap-{owner}-"))

    @contextmanager
    def lock(self) -> Iterator[bool]:
        """Keep the runs on this computer in a row; whether the file system could promise it.

        Raises:
            GeoflowError: `archive-in-progress` where another run did not end.
        """
        if sys.platform == "win32":
            yield False
            return
        opened = os.open(self._home, os.O_RDONLY)
        try:
            yield self._locked(opened)
        finally:
            # The system gives the lock back here, and also when the run is killed.
            os.close(opened)

    def _locked(self, opened: int) -> bool:
        import fcntl

        deadline = time.monotonic() + _LOCK_SECONDS
        while time.monotonic() < deadline:
            try:
                # Of the folder itself, so that no lock file is left behind.
                fcntl.flock(opened, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                time.sleep(_POLL_SECONDS)
            except OSError:
                return False
            else:
                return True
        raise GeoflowError(
            f"Another run of geoflow is changing {self._folder}.",
            fix="Wait for it, then run this again.",
            code="archive-in-progress",
        )

    def places(self) -> list[str]:
        """Name a new folder for each place on the file system of the real one; none is made."""
        device = os.lstat(self._folder).st_dev
        return [
            f"{prefix}{secrets.token_hex(6)}"
            for prefix in self._prefixes
            if os.stat(os.path.dirname(prefix)).st_dev == device
        ]

    def sweep(self) -> None:
        """Remove what killed runs left; only for a run that has the lock."""
        for prefix in self._prefixes:
            home, start = os.path.split(prefix)
            for name in os.listdir(home):
                if name.startswith(start):
                    remove_tree(os.path.join(home, name))


def remove_tree(top: str) -> None:
    """Remove a folder with all in it, read-only folders too; what the system refuses stays for the next sweep."""
    shutil.rmtree(top, ignore_errors=True)
    with suppress(OSError):
        if not os.path.isdir(top):
            return
        os.chmod(top, stat.S_IRWXU)
        for folder, names, _ in os.walk(top):
            for path in (os.path.join(folder, name) for name in names):
                if not os.path.islink(path):
                    os.chmod(path, stat.S_IRWXU)
        shutil.rmtree(top, ignore_errors=True)


def _usable(scratch: Path | None, folder: str) -> str | None:
    if scratch is None:
        return None
    place = os.path.realpath(scratch)
    if place.startswith(folder + os.sep):
        return None
    with suppress(OSError):
        os.makedirs(place, exist_ok=True)
    return place if os.access(place, os.W_OK) else None
