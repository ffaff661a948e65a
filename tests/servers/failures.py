"""Whole responses that are no chat: statuses, pages, silence, cut connections; and addresses where no server is."""

import socket
import struct
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import Any

from tests.servers.front import forward
from tests.servers.server import NO_MODEL, Handler, Misbehaviour, Reply

OVERFLOW = "The number of tokens to keep from the initial prompt is greater than the context length (n_keep: 9000>= n_ctx: 4096). Try to load the model with a larger context length, or provide a shorter input."
_MEGABYTE = 1_000_000


def http_error(status: int, document: Any) -> Misbehaviour:
    """Answer with a status and a JSON body."""
    return Misbehaviour(lambda handler: handler.send_json(status, document))


def broken_after(calls: int, reply: Callable[[dict[str, Any]], Reply]) -> Callable[[dict[str, Any]], Reply]:
    """Answer so many calls, and refuse every one that comes later."""
    taken: list[object] = []

    def answer(body: dict[str, Any]) -> Reply:
        taken.append(body)
        return reply(body) if len(taken) <= calls else http_error(400, {"error": "broken"})

    return answer


def html(status: int = 200) -> Misbehaviour:
    """Answer with a web page, as a proxy does."""
    return body(b"<html><body>Sign in</body></html>", "text/html", status)


def body(content: bytes, kind: str = "application/json", status: int = 200) -> Misbehaviour:
    """Answer with these bytes under this content type."""
    return Misbehaviour(lambda handler: handler.send_bytes(status, content, kind))


def huge_body(status: int = 200, kind: str = "application/json", megabytes: int = 50) -> Misbehaviour:
    """Answer with a JSON text of 50 MB."""

    def act(handler: Handler) -> None:
        handler.send_response(status)
        handler.send_header("Content-Type", kind)
        handler.send_header("Content-Length", str(megabytes * _MEGABYTE + 13))
        handler.end_headers()
        handler.wfile.write(b'{"error": "')
        for _ in range(megabytes):
            handler.wfile.write(b"x" * _MEGABYTE)
        handler.wfile.write(b'"}')

    return Misbehaviour(act)


def overflow() -> Misbehaviour:
    """Refuse a prompt that is too long for the context, the first of LM Studio's three ways."""
    return http_error(400, {"error": OVERFLOW})


def unload() -> Misbehaviour:
    """Lose the model before this request; the next one loads it again, unless the server has `jit=False`."""

    def act(handler: Handler) -> None:
        handler.server.offer.loaded = False
        handler.send_json(404, NO_MODEL)

    return Misbehaviour(act)


def unexpected_endpoint() -> Misbehaviour:
    """Answer 200 as LM Studio does where it has no such address."""
    return http_error(200, {"error": "Unexpected endpoint or method. (POST /v1/chat/completions)"})


def redirect(url: str, status: int = 307) -> Misbehaviour:
    """Send the client to another server."""
    return Misbehaviour(lambda handler: handler.send_bytes(status, b"", "text/plain", Location=url))


def huge_headers() -> Misbehaviour:
    """Answer with a header of a megabyte."""
    return Misbehaviour(lambda handler: handler.send_bytes(200, b"{}", "application/json", X_Pad="x" * _MEGABYTE))


def pass_on() -> Misbehaviour:
    """Let the real server behind this one answer."""

    def act(handler: Handler) -> None:
        assert handler.server.behind, "there is no server behind this one"
        forward(handler, handler.server.behind)

    return Misbehaviour(act)


def reset() -> Misbehaviour:
    """Take the request and reset the connection."""
    return Misbehaviour(lambda handler: _reset(handler.connection))


def hang() -> Misbehaviour:
    """Take the request and send nothing until the client goes away."""
    return Misbehaviour(lambda handler: wait(handler, 60))


def wait(handler: Handler, seconds: float) -> None:
    """Wait until the client goes away, the server stops or the time is over."""
    end = time.monotonic() + seconds
    with suppress(OSError):
        handler.connection.settimeout(0.05)
        while time.monotonic() < end and not handler.server.stopping.is_set():
            with suppress(TimeoutError):
                if not handler.connection.recv(1):
                    return


@contextmanager
def nobody() -> Iterator[str]:
    """Give the address of a port that refuses every connection, and that nobody else can take meanwhile."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        yield f"http://127.0.0.1:{taken.getsockname()[1]}/v1"


@contextmanager
def resetting() -> Iterator[str]:
    """Give the address of a port that accepts every connection and resets it at once."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        threading.Thread(target=_reset_all, args=(listener,), daemon=True).start()
        yield f"http://127.0.0.1:{listener.getsockname()[1]}/v1"
        with suppress(OSError):
            listener.shutdown(socket.SHUT_RDWR)


def _reset_all(listener: socket.socket) -> None:
    with suppress(OSError):
        while True:
            _reset(listener.accept()[0])


def _reset(connection: socket.socket) -> None:
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    connection.close()
