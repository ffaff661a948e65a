"""The file in which a running embedded server says where it is, and how to tell that it is really that server.

Both sides read this module, so it imports nothing heavy.
"""

import hashlib
import json
import socket
from dataclasses import asdict, dataclass, field
from pathlib import Path

from geoflow.adapters.whole_file import replace_file

MODULE = "geoflow.adapters.embedded_server"
UNLOAD_SECONDS = 600
"""Seconds without work until a server gives its memory back, and forgets the prompts that it has read."""


@dataclass(frozen=True, slots=True)
class ServerState:
    """What the file says; `base_url` is empty while the model is being loaded, `created` the start of the process."""

    pid: int
    created: float
    model: str
    base_url: str = ""
    api_key: str = field(default="", repr=False)


def state_file(folder: Path, model_file: Path) -> Path:
    """Name the state file of a model's server on this host (a home folder may be shared by several hosts)."""
    identity = f"{socket.gethostname()}\n{model_file.resolve()}"
    return folder / f"{model_file.stem}-{hashlib.sha256(identity.encode()).hexdigest()[:12]}.json"


def lock_file(state: Path) -> Path:
    """Name the lock that is held while a server is looked for, started or ended."""
    return state.with_suffix(".lock")


def read_state(file: Path) -> ServerState | None:
    """Read a state file; None where it is missing or not one."""
    try:
        return ServerState(**json.loads(file.read_text("utf-8")))
    except (OSError, ValueError, TypeError):
        return None


def write_state(file: Path, state: ServerState) -> None:
    """Write a state file whole or not at all, readable by this user only."""
    replace_file(file, json.dumps(asdict(state)).encode())


def process_start(pid: int) -> float | None:
    """Tell when a process of this id started, in seconds since the epoch; None where there is none."""
    import psutil

    try:
        return float(psutil.Process(pid).create_time())
    except psutil.Error:
        return None


def is_alive(state: ServerState) -> bool:
    """Tell whether the process of a state is still that server and not another one that got its id."""
    import psutil

    try:
        process = psutil.Process(state.pid)
        same = abs(process.create_time() - state.created) < 1.0
        return same and process.status() != psutil.STATUS_ZOMBIE and MODULE in process.cmdline()
    except psutil.Error:
        return False
