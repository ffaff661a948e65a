"""What geoflow, a local model server and the machine use now, by psutil."""

import os
from pathlib import Path

from geoflow.adapters.embedded_state import is_alive, read_state

_SERVERS = ("lm studio", "lm-studio", "lmstudio", "llama-server", "llmster")


def machine_figures(state_folder: Path, embedded_folder: Path) -> dict[str, float]:
    """Measure CPU (seconds, percent), memory and disk (bytes); what cannot be told is left out.

    Args:
        state_folder: geoflow's folder in the git folder.
        embedded_folder: Where running embedded servers say where they are.
    """
    import psutil

    own = psutil.Process()
    times = own.cpu_times()
    found: dict[str, float] = {
        "machine.cpu_time": times.user + times.system + times.children_user + times.children_system,
        "machine.memory": own.memory_info().rss,
        "machine.disk": folder_size(state_folder),
        "machine.memory_used": psutil.virtual_memory().percent,
    }
    load = os.getloadavg()[0] if hasattr(os, "getloadavg") else 0.0
    found["machine.cpu_used"] = min(100.0, 100 * load / (os.cpu_count() or 1))
    servers = _servers(embedded_folder)
    if servers:
        found["machine.model_cpu_time"] = sum(cpu for cpu, _ in servers)
        found["machine.model_memory"] = sum(memory for _, memory in servers)
    return {name: round(value, 4) for name, value in found.items()}


def _servers(embedded_folder: Path) -> list[tuple[float, int]]:
    """Give CPU time and memory of the model servers that run here: the embedded ones, and LM Studio's."""
    import psutil

    states = [read_state(file) for file in sorted(embedded_folder.glob("*.json"))]
    embedded = {state.pid for state in states if state is not None and is_alive(state)}
    found = []
    for process in psutil.process_iter(["pid", "name", "cpu_times", "memory_info"]):
        name, times, memory = (process.info[key] for key in ("name", "cpu_times", "memory_info"))
        ours = process.info["pid"] in embedded or (name or "").lower().startswith(_SERVERS)
        if ours and times and memory:
            found.append((times.user + times.system, memory.rss))
    return found


def folder_size(folder: Path) -> int:
    """Sum up the files below a folder; those that vanish meanwhile count as nothing."""
    total = 0
    for inside, _, names in os.walk(folder):
        for name in names:
            try:
                total += (Path(inside) / name).lstat().st_size
            except OSError:
                continue
    return total
