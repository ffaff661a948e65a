"""The process of the embedded model: llama.cpp's own HTTP server on 127.0.0.1, ended when nobody needs it.

Started by `geoflow.adapters.embedded` as `python -m geoflow.adapters.embedded_server`. It outlives the command that
started it, and ends itself when it was idle for long enough, or when its state file is gone or another server's.
"""

import argparse
import faulthandler
import os
import secrets
import signal
import time
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import Any

from geoflow.adapters.embedded_state import (
    UNLOAD_SECONDS,
    ServerState,
    lock_file,
    process_start,
    read_state,
    write_state,
)

_LOOK_EVERY = 0.5  # seconds
_BUSY = 0.02  # seconds of CPU in a second that mean work; an idle server was measured at 0.0001
_LOAD_TIME = 900  # seconds; a load that hangs must not leave a process behind
_CACHE_MIB = 512


def main() -> None:
    """Load the model, serve it, and end."""
    options = _options()
    os.umask(0o077)  # the engine writes what it has read of prompts, which is their text in effect
    faulthandler.dump_traceback_later(_LOAD_TIME, exit=True)
    started = ServerState(os.getpid(), process_start(os.getpid()) or 0.0, options.alias)
    write_state(options.state, started)
    key = secrets.token_hex(32)
    server = _serve(options, key)
    faulthandler.cancel_dump_traceback_later()
    ready = replace(started, base_url=f"{server.listening_address}/v1", api_key=key)
    if read_state(options.state) == started:
        write_state(options.state, ready)
        _wait_until_idle(options, ready)
    os._exit(0)  # the engine's threads have nothing to save


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="geoflow-embedded-server", description="Serve one model file on 127.0.0.1.")
    parser.add_argument("--model", type=Path, required=True)
    parser.add_argument("--alias", required=True)
    parser.add_argument("--state", type=Path, required=True)
    parser.add_argument("--context", type=int, default=8192)
    parser.add_argument("--idle", type=float, default=1800.0, help="seconds without work until the process ends")
    parser.add_argument("--prompts", type=Path, help="folder for what was read of prompts; nothing is kept unless told")
    unload = "seconds without work until the memory is given back"
    parser.add_argument("--unload", type=int, default=UNLOAD_SECONDS, help=unload)
    return parser.parse_args()


def _serve(options: argparse.Namespace, key: str) -> Any:
    # Read by libgomp when it is loaded: threads that spin while they wait fall to one token a second on a busy machine.
    os.environ["OMP_WAIT_POLICY"] = "PASSIVE"
    import xllamacpp

    threads = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    wanted = xllamacpp.CommonParams()
    wanted.model.path = str(options.model)
    wanted.model_alias = {options.alias}
    wanted.hostnames = ["127.0.0.1"]
    wanted.port = 0
    wanted.api_keys = [key]
    wanted.n_ctx = options.context
    wanted.n_parallel = 1  # two at once on two cores bring nothing and halve the context
    wanted.n_gpu_layers = 0
    wanted.cpuparams.n_threads = wanted.cpuparams_batch.n_threads = threads
    wanted.n_cache_reuse = 256
    wanted.cache_prompt = True
    wanted.cache_ram_mib = _CACHE_MIB
    wanted.endpoint_slots = False
    if options.prompts:
        options.prompts.mkdir(parents=True, exist_ok=True, mode=0o700)
        wanted.slot_save_path = f"{options.prompts}{os.sep}"
    wanted.ui = False
    wanted.cors_origins = ""
    wanted.sleep_idle_seconds = options.unload
    wanted.verbosity = 1
    return xllamacpp.Server(wanted)


def _wait_until_idle(options: argparse.Namespace, state: ServerState) -> None:
    """Return when nobody needs the server. Work shows as CPU time, interest as a touch of the state file."""
    signal.signal(signal.SIGTERM, lambda *_: os._exit(_forget(options.state, state)))
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    last_work = looked = time.monotonic()
    cpu, touched = time.process_time(), _touched(options.state)
    while time.monotonic() - last_work < options.idle:
        time.sleep(min(_LOOK_EVERY, options.idle / 4))
        if read_state(options.state) != state:
            return
        now, spent, touch = time.monotonic(), time.process_time(), _touched(options.state)
        busy = spent - cpu > _BUSY * (now - looked)
        if touch != touched or (busy and not _unloads(now - last_work, options.unload)):
            last_work = now
        looked, cpu, touched = now, spent, touch
    _end_between_commands(options.state, state)


def _unloads(idle: float, unload: float) -> bool:
    """Tell whether CPU time is spent on giving back the memory, which must not count as work."""
    return unload - 1 <= idle <= unload + 5


def _touched(file: Path) -> int:
    try:
        return file.stat().st_mtime_ns
    except OSError:
        return 0


def _end_between_commands(file: Path, state: ServerState) -> None:
    """Take the state away under the lock, so that no command finds it and then nobody; but end in any case."""
    from filelock import FileLock, Timeout

    with suppress(Timeout), FileLock(lock_file(file), timeout=5):
        _forget(file, state)
    _forget(file, state)


def _forget(file: Path, state: ServerState) -> int:
    if read_state(file) == state:
        file.unlink(missing_ok=True)
    return 0


if __name__ == "__main__":
    main()
