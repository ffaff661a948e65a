"""One run of improve at a time in a repository, whichever work tree or agent it was started from."""

import json
import os
import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path

from geoflow.adapters.embedded_state import process_start
from geoflow.adapters.whole_file import replace_file
from geoflow.errors import GeoflowError

_LOCK, _HOLDER = "improve.lock", "improve-at-work.json"


@contextmanager
def only_run(state_folder: Path, root: Path) -> Iterator[None]:
    """Keep other runs of improve out meanwhile. The kernel lets go of the lock of a dead one.

    Args:
        state_folder: Geoflow's folder in the git folder, which all work trees share.
        root: The folder that the run works in, for those who are kept out.

    Raises:
        GeoflowError: `improve-at-work`, `git-not-writable`.
    """
    from filelock import FileLock, Timeout

    lock, holder = FileLock(state_folder / _LOCK), state_folder / _HOLDER
    try:
        state_folder.mkdir(parents=True, exist_ok=True)
        lock.acquire(timeout=0)
        me = {"pid": os.getpid(), "created": process_start(os.getpid()), "root": str(root), "at": _now().isoformat()}
        replace_file(holder, json.dumps(me).encode())
    except Timeout:
        raise _at_work(holder) from None
    except OSError as error:
        lock.release()
        raise GeoflowError(
            f"{state_folder} cannot be written to: {error.strerror or error}.",
            fix="Make the repository's git folder writable, with room on its disk; or look first: "
            "geoflow improve --dry-run",
            code="git-not-writable",
        ) from error
    try:
        yield
    finally:
        with suppress(OSError):
            holder.unlink(missing_ok=True)
        lock.release()


@contextmanager
def ended_by_kill() -> Iterator[None]:
    """Take a plain `kill` as Ctrl-C meanwhile: a run in the background of a script is deaf to Ctrl-C's own signal."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)


def _at_work(holder: Path) -> GeoflowError:
    try:
        found = json.loads(holder.read_bytes())
        pid, root, since = int(found["pid"]), str(found["root"]), datetime.fromisoformat(found["at"])
        started = process_start(pid)
        is_it = started is not None and abs(started - float(found["created"])) < 1.0
    except (OSError, ValueError, TypeError, KeyError):
        is_it = False
    if not is_it:  # it has the lock and has not said yet who it is
        message, fix = "A run of improve has just begun in this repository.", "Wait until it has ended."
    else:
        minutes = int((_now() - since).total_seconds()) // 60
        message = (
            f"A run of improve is at work in this repository: process {pid} in {root}, "
            f"since {since:%H:%M:%S} UTC ({minutes} min)."
        )
        fix = f"Wait until it has ended, or have it deliver what it has kept so far and end: kill {pid}"
    return GeoflowError(message, fix=fix, code="improve-at-work")


def _now() -> datetime:
    return datetime.now(UTC)
