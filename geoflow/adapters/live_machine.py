"""The machine and the geoflow processes on it, looked at again and again."""

import os
import time
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import takewhile
from pathlib import Path

from geoflow.adapters.embedded_state import MODULE

_FIRST_LOOK = 0.1  # seconds over which the first share of CPU is measured
_GROUPS = frozenset({"bench", "config", "mcp", "model", "monitor"})


@dataclass(frozen=True, slots=True)
class MachineNow:
    """Shares in percent of the whole machine, sizes in bytes; the disk is the one that holds the repository."""

    cpu: float
    cores: int
    load: float | None
    memory: float
    memory_total: int
    disk: float
    disk_free: int
    own_disk: int


@dataclass(frozen=True, slots=True)
class GeoflowProcess:
    """A geoflow process of this user: its command without arguments, its folder, seconds so far, bytes of memory."""

    pid: int
    command: str
    folder: str
    seconds: float
    memory: int


def machine_now(state_folder: Path, root: Path, *, first: bool) -> MachineNow:
    """Measure the machine; CPU since the look before, or over a tenth of a second at the first one."""
    import psutil

    from geoflow.adapters.machine import folder_size

    memory, disk = psutil.virtual_memory(), psutil.disk_usage(str(root))
    return MachineNow(
        cpu=psutil.cpu_percent(_FIRST_LOOK if first else None),
        cores=os.cpu_count() or 1,
        load=os.getloadavg()[0] if hasattr(os, "getloadavg") else None,
        memory=memory.percent,
        memory_total=memory.total,
        disk=disk.percent,
        disk_free=disk.free,
        own_disk=folder_size(state_folder),
    )


def geoflow_processes() -> list[GeoflowProcess]:
    """List the other geoflow processes of this user, the oldest first; those that end meanwhile are left out."""
    import psutil

    me = psutil.Process()
    user = me.username()
    found = []
    for process in psutil.process_iter(["cmdline", "username", "create_time", "memory_info"]):
        told = process.info
        command = command_of(told["cmdline"] or ())
        if not command or process.pid == me.pid or told["username"] != user:
            continue
        try:
            folder = process.cwd()
        except (psutil.Error, OSError):
            folder = ""
        memory = told["memory_info"].rss if told["memory_info"] else 0
        seconds = max(0.0, time.time() - (told["create_time"] or time.time()))
        found.append(GeoflowProcess(process.pid, command, folder, seconds, memory))
    return sorted(found, key=lambda one: -one.seconds)


def command_of(line: Sequence[str]) -> str:
    """Name the geoflow command of a command line; empty where it is none. Its arguments may be anybody's words."""
    if MODULE in line:
        return "model server"
    for index, word in enumerate(line[:6]):
        if Path(word).name not in {"geoflow", "geoflow.exe"}:
            continue
        before = Path(line[index - 1]).name if index else ""
        if not index or before == "-m" or (index == 1 and before.startswith("python")):
            said = list(takewhile(lambda one: not one.startswith("-"), line[index + 1 :]))
            return " ".join(said[: 2 if said and said[0] in _GROUPS else 1]) or "state"
    return ""
