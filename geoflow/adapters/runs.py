"""Long work in processes of its own. Its state lies in a folder, so that whoever looks later finds what came of it."""

import json
import os
import re
import secrets
import shutil
import signal
import subprocess
import threading
from collections.abc import Sequence
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from geoflow.adapters.embedded_state import process_start
from geoflow.adapters.run_state import PROGRESS_VARIABLE, RunState, running_process, state_of
from geoflow.adapters.whole_file import replace_file
from geoflow.errors import ExitCode, GeoflowError

MOST_KEPT = 50
_GRACE_SECONDS = 20.0  # for delivering what was kept, after which a run that was cancelled is killed
_ID = re.compile(r"\d{8}-\d{6}-[0-9a-f]{6}")


class Runs:
    """The runs of one repository, a folder each; safe to be used by several processes.

    Args:
        folder: Where they are kept; made if need be.
        grace: Seconds that a cancelled run has until it is killed.
    """

    def __init__(self, folder: Path, *, grace: float = _GRACE_SECONDS) -> None:
        self._folder = folder
        self._grace = grace

    def start(self, kind: str, command: Sequence[str], work_folder: Path, most: int) -> RunState:
        """Start a command that prints one JSON document, unless as many of its kind are at work.

        Raises:
            GeoflowError: `run-in-progress`; `not-writable` where the folder cannot be made.
        """
        with self._starting():
            at_work = [
                run for run in self._ids() if (one := state_of(self._folder / run)).is_at_work and one.kind == kind
            ]
            if len(at_work) >= most:
                raise _too_many(kind, at_work[0])
            self._forget_old()
            run = f"{datetime.now(UTC):%Y%m%d-%H%M%S}-{secrets.token_hex(3)}"
            place = self._folder / run
            place.mkdir()
            process = _begin(command, work_folder, place)
            record = {"kind": kind, "pid": process.pid, "created": process_start(process.pid)}
            replace_file(place / "run.json", json.dumps(record).encode())
        threading.Thread(target=process.wait, name="geoflow-run", daemon=True).start()  # else it stays a zombie
        return state_of(place)

    def look(self, run: str) -> RunState:
        """Tell how far a run is; GeoflowError `unknown-run`."""
        return state_of(self._place(run))

    def cancel(self, run: str) -> RunState:
        """End a run as Ctrl-C does, and kill it where that takes too long; GeoflowError `unknown-run`."""
        import psutil

        place = self._place(run)
        if process := running_process(place):
            (place / "cancelled").touch()
            with suppress(psutil.NoSuchProcess):
                process.send_signal(signal.SIGINT)
                with suppress(psutil.TimeoutExpired):
                    process.wait(self._grace)
            _kill_group(process.pid)
            with suppress(psutil.Error):
                process.wait(self._grace)
        return state_of(place)

    def _place(self, run: str) -> Path:
        place = self._folder / run
        if not _ID.fullmatch(run) or not place.is_dir():
            raise GeoflowError(
                "There is no such run.",
                fix="Take the id that `improve` or `review` gave.",
                code="unknown-run",
                exit_code=ExitCode.USAGE,
            )
        return place

    def _ids(self) -> list[str]:
        return sorted(place.name for place in self._folder.iterdir() if _ID.fullmatch(place.name))

    def _forget_old(self) -> None:
        for run in self._ids()[: -MOST_KEPT + 1]:
            if not state_of(self._folder / run).is_at_work:
                shutil.rmtree(self._folder / run, ignore_errors=True)

    def _starting(self) -> Any:
        from filelock import FileLock

        try:
            self._folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        except OSError as error:
            raise GeoflowError(
                f"{self._folder} cannot be made: {error.strerror}.",
                fix="Make the folder above it writable for you.",
                code="not-writable",
            ) from error
        return FileLock(self._folder / "start.lock")


def _begin(command: Sequence[str], work_folder: Path, place: Path) -> "subprocess.Popen[bytes]":
    environment = {**os.environ, PROGRESS_VARIABLE: str(place / "progress.json")}
    with (place / "out.json").open("wb") as out, (place / "talk.txt").open("wb") as talk:
        return subprocess.Popen(
            command,
            cwd=work_folder,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=out,
            stderr=talk,
            start_new_session=True,  # it outlives the server, and its group is its own
        )


def _kill_group(leader: int) -> None:
    # The leader is gone, or will not go; what it started goes with it. A group's id is not given away while it has
    # members, so without members this reaches nobody.
    with suppress(ProcessLookupError, PermissionError):
        os.killpg(leader, signal.SIGKILL)


def _too_many(kind: str, run: str) -> GeoflowError:
    return GeoflowError(
        f"The {kind} run {run} is at work.",
        fix=f"Follow it with `get_run`, or end it with `cancel_run`: {run}",
        code="run-in-progress",
    )
