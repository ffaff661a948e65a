"""How the setting `llm.executor` is written: where the calls of a run are made."""

import re
from typing import NamedTuple

from geoflow.adapters.addresses import is_loopback
from geoflow.errors import ExitCode, GeoflowError

THREADS = "threads"
_FORM = re.compile(r"(dask|tls)://(\[[0-9A-Fa-f:.]+\]|[A-Za-z0-9.-]+):(\d{1,5})\Z")
_LARGEST_PORT = 65_535


class Scheduler(NamedTuple):
    """A Dask scheduler, by the address that Dask knows it under."""

    address: str


def read_executor(text: str) -> Scheduler | None:
    """Read `threads` (or nothing), `dask://HOST:PORT` or `tls://HOST:PORT`; None stands for threads.

    A scheduler and whoever can speak to it can run any code on whoever is connected to it, and Dask asks nobody for a
    name: beyond this machine it is only spoken to over TLS, with the certificates of Dask's own configuration.

    Raises:
        GeoflowError: `bad-executor`, `scheduler-open` where it is on another machine and without TLS.
    """
    given = text.strip()
    if given in ("", THREADS):
        return None
    match = _FORM.match(given)
    if match is None or not 0 < int(match[3]) <= _LARGEST_PORT:
        raise GeoflowError(
            f'"{given}" is no place where calls can be made',
            fix="Write it as threads, dask://127.0.0.1:8786 or tls://HOST:8786.",
            code="bad-executor",
            exit_code=ExitCode.USAGE,
        )
    host, port = match[2], match[3]
    if match[1] == "dask" and not is_loopback(f"tcp://{host}"):
        raise GeoflowError(
            f"the Dask scheduler at {host} is on another machine, where anybody could answer in its place",
            fix=f"Use TLS: tls://{host}:{port}; or a tunnel: ssh -N -L {port}:127.0.0.1:{port} {host}, "
            f"and --executor dask://127.0.0.1:{port}",
            code="scheduler-open",
            exit_code=ExitCode.USAGE,
        )
    return Scheduler(f"{'tcp' if match[1] == 'dask' else 'tls'}://{host}:{port}")
