"""Time limits of one HTTP call that hold whatever the server does: hang, trickle, or stop halfway."""

import socket
import threading
from contextlib import ExitStack, suppress
from contextvars import ContextVar
from functools import partial
from typing import Any, Literal, Self

from geoflow.adapters.stop import current_stop

_current: ContextVar["Watchdog | None"] = ContextVar("watchdog", default=None)

Cut = Literal["first-token", "total", "stopped"]


class Watchdog:
    """Cuts the connection of the call in its block when a limit passes, or when nobody waits for it any more.

    A read timeout starts anew with every byte, so a server that trickles would never run into it.

    Args:
        first_token: Seconds until `first_token_came` must have been called.
        total: Seconds until the block must be over.
    """

    def __init__(self, first_token: float, total: float) -> None:
        self.cut: Cut | None = None
        self._socket: socket.socket | None = None
        self._lock = threading.Lock()
        self._first = threading.Timer(first_token, self._end, ["first-token"])
        self._total = threading.Timer(total, self._end, ["total"])
        self._stopping = ExitStack()

    def __enter__(self) -> Self:
        self._stopping.enter_context(current_stop().ends(partial(self._end, "stopped")))
        self._token = _current.set(self)
        for timer in (self._first, self._total):
            timer.daemon = True
            timer.start()
        return self

    def __exit__(self, *reason: object) -> None:
        self._stopping.close()
        self._first.cancel()
        self._total.cancel()
        _current.reset(self._token)

    def first_token_came(self) -> None:
        """Stop waiting for the first token."""
        self._first.cancel()

    def watch(self, connection: socket.socket) -> None:
        """Take the socket that is to be cut; at once if the time is over already."""
        with self._lock:
            self._socket = connection
            if self.cut:
                _shut(connection)

    def _end(self, reason: Cut) -> None:
        with self._lock:
            self.cut = self.cut or reason
            if self._socket is not None:
                _shut(self._socket)


def follow_connection(request: Any) -> None:
    """Tell the watchdog of this context about the request's socket: an event hook for requests of httpx2."""
    watchdog = _current.get()
    if watchdog is None:
        return

    def trace(event: str, details: dict[str, Any]) -> None:
        if event.endswith(("connect_tcp.complete", "start_tls.complete")):
            watchdog.watch(details["return_value"].get_extra_info("socket"))

    request.extensions["trace"] = trace


def _shut(connection: socket.socket) -> None:
    with suppress(OSError):
        connection.shutdown(socket.SHUT_RDWR)
