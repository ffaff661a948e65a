"""An ASGI application served over HTTP: the socket, the patience with slow clients, and a clean end."""

import errno
import os
import signal
import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from ipaddress import ip_address
from typing import TYPE_CHECKING, Any, NamedTuple

from geoflow.adapters.http_guard import App
from geoflow.adapters.http_patience import patient_protocol
from geoflow.errors import ExitCode, GeoflowError

if TYPE_CHECKING:
    from types import FrameType

HEADER_SECONDS = 10.0
"""How long the headers of a request may be on their way, the first of a connection included."""
_MOST_CONNECTIONS = 500
_LAST_SECONDS = 2  # for what is still answered when the server ends
_LOOPBACK_NAMES = frozenset({"localhost", "127.0.0.1", "::1"})
_TAKEN = "{} is in use by another program."


class Listener(NamedTuple):
    """An open socket, under the name of its host and the port that it got."""

    socket: socket.socket
    host: str
    port: int

    @property
    def url(self) -> str:
        """Give the address without a path."""
        return f"http://{_in_url(self.host)}:{self.port}"

    def names(self) -> frozenset[str]:
        """Give the names under which it may be spoken to: its own, and those that mean this machine on it."""
        return _LOOPBACK_NAMES | {self.host.lower()}


def listen(host: str, port: int) -> Listener:
    """Open a socket; port 0 takes a free one.

    Raises:
        GeoflowError: `port-in-use`, `port-refused`, `unknown-host`.
    """
    family, address = _resolved(host, port)[0]
    try:
        opened = _opened(family, address)
    except OSError as error:
        raise _not_opened(error, f"{_in_url(host)}:{port}") from None
    everywhere = ip_address(address[0].partition("%")[0]).is_unspecified
    return Listener(opened, socket.gethostname() if everywhere else host, opened.getsockname()[1])


def _opened(family: int, address: Any) -> socket.socket:
    # Named, or asyncio takes the connections for no TCP, and each answer waits 40 ms till its head is acknowledged.
    opened = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    try:
        if os.name != "nt":  # where it would let two programs have one port
            opened.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        if family == socket.AF_INET6:
            opened.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
        opened.bind(address)
        opened.listen(128)
    except OSError:
        opened.close()
        raise
    return opened


def is_loopback(host: str) -> bool:
    """Tell whether everything that a host's name stands for stays on this machine; GeoflowError `unknown-host`."""
    return all(ip_address(address[0].partition("%")[0]).is_loopback for _, address in _resolved(host, 0))


def _resolved(host: str, port: int) -> list[tuple[int, Any]]:
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)
    except (OSError, UnicodeError):
        raise _unknown(host) from None
    return [(family, address) for family, _, _, _, address in found]


def _in_url(host: str) -> str:
    return f"[{host}]" if ":" in host else host


def _not_opened(error: OSError, place: str) -> GeoflowError:
    if error.errno == errno.EADDRINUSE:
        fix = "End that program, or take another port: --port 0 takes a free one."
        return GeoflowError(_TAKEN.format(place), fix=fix, code="port-in-use")
    if error.errno == errno.EADDRNOTAVAIL:
        return _unknown(place.rpartition(":")[0])
    reason = (error.strerror or type(error).__name__).lower()
    return GeoflowError(f"{place} cannot be listened on: {reason}.", fix="Take a port above 1023.", code="port-refused")


def _unknown(host: str) -> GeoflowError:
    return GeoflowError(
        f'"{host}" is no address of this machine.',
        fix="Use --host 127.0.0.1, or --host 0.0.0.0 for all of its addresses.",
        code="unknown-host",
        exit_code=ExitCode.USAGE,
    )


def serve_app(
    app: App,
    listener: Listener,
    header_seconds: float = HEADER_SECONDS,
    ending: Callable[[], None] | None = None,
) -> None:
    """Serve until SIGTERM, or until Ctrl-C, which is raised as KeyboardInterrupt.

    `ending` is called when the signal comes, so that what would go on for ever can end.
    """
    with _caught() as signals:
        make_server(app, header_seconds, ending).run(sockets=[listener.socket])
    if signal.SIGINT in signals:
        raise KeyboardInterrupt


def make_server(app: App, header_seconds: float = HEADER_SECONDS, ending: Callable[[], None] | None = None) -> Any:
    """Make the uvicorn server, which whoever runs it in a thread can tell to end."""
    import uvicorn

    config = uvicorn.Config(
        app,
        http=patient_protocol(header_seconds),
        ws="none",
        lifespan="on",
        log_config=None,
        log_level="error",
        access_log=False,
        proxy_headers=False,
        server_header=False,
        limit_concurrency=_MOST_CONNECTIONS,
        timeout_graceful_shutdown=_LAST_SECONDS,
    )
    server = _quiet_server()(config)
    server.ending = ending
    return server


@contextmanager
def _caught() -> Iterator[list[int]]:
    # uvicorn raises again what ended it; what it finds then decides, instead of the end of the process.
    caught: list[int] = []
    wanted = (signal.SIGINT, signal.SIGTERM)
    before = {number: signal.signal(number, lambda number, _: caught.append(number)) for number in wanted}
    try:
        yield caught
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _quiet_server() -> Any:
    import logging

    import uvicorn

    class QuietServer(uvicorn.Server):
        """When it ends, streams that clients hold open are cut off, which is no error that a person must read of."""

        ending: Callable[[], None] | None = None

        def handle_exit(self, sig: int, frame: "FrameType | None") -> None:
            if self.ending:
                self.ending()
            logging.getLogger("uvicorn.error").setLevel(logging.CRITICAL)
            super().handle_exit(sig, frame)

    return QuietServer
