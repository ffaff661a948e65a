"""A client that takes nothing of an answer is cut off, and what was held for it is let go."""

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager

from geoflow.adapters.http_guard import Message, Receive, Send
from geoflow.adapters.http_patience import patient_protocol
from geoflow.adapters.http_server import listen
from tests.cli.mcp_clients import PATIENCE

PIECE = b"x" * 65_536


class Endless:
    """An application that sends without end, and notes when it could no more."""

    def __init__(self) -> None:
        self.cut_off = threading.Event()

    async def __call__(self, scope: Message, receive: Receive, send: Send) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": []})
        while (await _is_there(scope, receive)) and not self.cut_off.is_set():
            await send({"type": "http.response.body", "body": PIECE, "more_body": True})
        self.cut_off.set()


async def _is_there(scope: Message, receive: Receive) -> bool:
    """Tell whether the client is still there, without waiting for a message."""
    import asyncio

    state = scope.setdefault("state", {})
    if "task" not in state:
        await receive()
        state["task"] = asyncio.ensure_future(receive())
    await asyncio.sleep(0)
    return not state["task"].done()


@contextmanager
def client_of(app: Endless) -> Iterator[socket.socket]:
    """Serve to one client, which has sent its request."""
    import uvicorn

    listener = listen("127.0.0.1", 0)
    protocol = patient_protocol(PATIENCE, reading_seconds=0.3)
    config = uvicorn.Config(app, http=protocol, ws="none", lifespan="off", log_config=None, log_level="critical")
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listener.socket]})
    thread.start()
    try:
        with socket.create_connection(("127.0.0.1", listener.port), timeout=PATIENCE) as client:
            client.sendall(b"GET / HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n")
            yield client
    finally:
        server.should_exit = True
        app.cut_off.set()
        thread.join(PATIENCE)
        listener.socket.close()


def test_who_takes_nothing_of_an_answer_is_cut_off() -> None:
    app = Endless()
    with client_of(app):
        assert app.cut_off.wait(PATIENCE)


def test_who_takes_all_of_it_is_not() -> None:
    app, taken = Endless(), 0
    with client_of(app) as client:
        while taken < 50_000_000:
            part = client.recv(1 << 20)
            assert part
            taken += len(part)
        assert not app.cut_off.is_set()
