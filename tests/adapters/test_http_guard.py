"""The guard around every route, over real connections to an application that only says what reached it."""

import json
import socket
import time
from collections.abc import Iterator
from http.client import HTTPConnection
from itertools import product
from typing import Any

import pytest

from geoflow.adapters.http_guard import HttpGuard, Message, Receive, Rules, Send
from geoflow.adapters.http_server import listen
from tests.cli.mcp_clients import PATIENCE, TOKEN, served

RULES = Rules(
    frozenset({"127.0.0.1", "localhost", "::1", "specs.example"}), TOKEN, largest_body=1_000, body_seconds=0.5
)
GOOD = [("Host", "127.0.0.1:4363"), ("Authorization", f"Bearer {TOKEN}")]
PATHS = ["/mcp", "/health", "/nowhere", "/mcp/../health", "//mcp"]
Headers = list[tuple[str, str]]


class Echo:
    """An application that gives back the body, and keeps what reached it."""

    def __init__(self) -> None:
        self.reached: list[tuple[str, bytes]] = []

    async def __call__(self, scope: Message, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            for kind in ("startup", "shutdown"):
                await receive()
                await send({"type": f"lifespan.{kind}.complete"})
            return
        body = (await receive())["body"]
        self.reached.append((scope["path"], body))
        await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"%d" % len(body))]})
        await send({"type": "http.response.body", "body": body})


@pytest.fixture
def echo() -> Echo:
    return Echo()


@pytest.fixture
def address(echo: Echo) -> Iterator[tuple[str, int]]:
    with served(HttpGuard(echo, RULES), header_seconds=0.5) as url:
        host, _, port = url.removeprefix("http://").rpartition(":")
        yield host, int(port)


def _ask(address: tuple[str, int], path: str, headers: Headers, body: bytes = b"") -> tuple[int, Any]:
    connection = HTTPConnection(*address, timeout=PATIENCE)
    connection.putrequest("POST", path, skip_host=True, skip_accept_encoding=True)
    for name, value in headers:
        connection.putheader(name, value)
    if not any(name == "Transfer-Encoding" for name, _ in headers):
        connection.putheader("Content-Length", str(len(body)))
    connection.endheaders(body)
    response = connection.getresponse()
    text = response.read()
    connection.close()
    return response.status, text if response.status == 200 else json.loads(text)["error"]


def _with(name: str, *values: str) -> Headers:
    return [one for one in GOOD if one[0] != name] + [(name, value) for value in values]


REFUSED: list[tuple[Headers, int, str]] = [
    (_with("Authorization"), 401, "token-wrong"),
    (_with("Authorization", "Bearer "), 401, "token-wrong"),
    (_with("Authorization", f"Bearer {TOKEN}x"), 401, "token-wrong"),
    (_with("Authorization", f"Bearer {TOKEN[:-1]}"), 401, "token-wrong"),
    (_with("Authorization", f"Basic {TOKEN}"), 401, "token-wrong"),
    (_with("Authorization", TOKEN), 401, "token-wrong"),
    (_with("Authorization", f"Bearer {TOKEN}", "Bearer other"), 401, "token-wrong"),
    (_with("Authorization", "Bearer \xe9\xff"), 401, "token-wrong"),
    (_with("Host", "evil.example"), 421, "foreign-host"),
    (_with("Host", "evil.example:4363"), 421, "foreign-host"),
    (_with("Host", "127.0.0.1.evil.example"), 421, "foreign-host"),
    (_with("Host", "127.0.0.1@evil.example"), 421, "foreign-host"),
    (_with("Host", "localhost:4363:80"), 421, "foreign-host"),
    (_with("Host", ""), 421, "foreign-host"),
    *(
        ([*GOOD, ("Origin", origin)], 403, "foreign-origin")
        for origin in ("http://evil.example", "null", "", "localhost")
    ),
    ([*GOOD, ("Origin", "file://localhost")], 403, "foreign-origin"),
    ([*GOOD, ("Origin", "http://localhost.evil.example")], 403, "foreign-origin"),
    ([*GOOD, ("Origin", "http://localhost"), ("Origin", "http://evil.example")], 403, "foreign-origin"),
]


def test_who_was_not_let_in_reaches_no_route(address: tuple[str, int], echo: Echo) -> None:
    for path, (headers, status, code) in product(PATHS, REFUSED):
        got, told = _ask(address, path, headers, b"{}")
        assert (got, told["code"]) == (status, code), (path, headers)
        assert told["message"]
        assert told["fix"]
        assert TOKEN not in json.dumps(told)
    assert echo.reached == []


def test_who_was_let_in_reaches_it_with_the_whole_body(address: tuple[str, int], echo: Echo) -> None:
    hosts = ("127.0.0.1:1", "LOCALHOST", "[::1]:4363", "specs.example:443")
    origins = ("http://localhost:6274", "https://127.0.0.1", "http://[::1]:1", "https://SPECS.example")
    for host, more in product(hosts, [[], *([("Origin", origin)] for origin in origins)]):
        assert _ask(address, "/mcp", [*_with("Host", host), *more], b"x" * 1_000) == (200, b"x" * 1_000), (host, more)
    assert echo.reached == [("/mcp", b"x" * 1_000)] * 20


def test_without_a_token_in_the_rules_none_is_needed(echo: Echo) -> None:
    with served(HttpGuard(echo, Rules(frozenset({"127.0.0.1"})))) as url:
        host, _, port = url.removeprefix("http://").rpartition(":")
        assert _ask((host, int(port)), "/", [("Host", host)], b"hello") == (200, b"hello")
        assert _ask((host, int(port)), "/", [("Host", "evil.example")])[0] == 421


def test_a_large_body_is_not_read_whether_or_not_it_says_so(address: tuple[str, int], echo: Echo) -> None:
    status, told = _ask(address, "/mcp", GOOD, b"x" * 1_001)
    assert (status, told["code"]) == (413, "body-too-large")
    pieces = (b"1f4\r\n" + b"x" * 500 + b"\r\n") * 3 + b"0\r\n\r\n"
    status, told = _ask(address, "/mcp", [*GOOD, ("Transfer-Encoding", "chunked")], pieces)
    assert (status, told["code"]) == (413, "body-too-large")
    assert echo.reached == []


def _dripping(address: tuple[str, int], text: str) -> socket.socket:
    sent = socket.create_connection(address, timeout=PATIENCE)
    sent.sendall(text.encode())
    return sent


def test_who_drips_is_cut_off_and_holds_up_nobody(address: tuple[str, int], echo: Echo) -> None:
    heads = "".join(f"{name}: {value}\r\n" for name, value in GOOD)
    bodies = [_dripping(address, f"POST /mcp HTTP/1.1\r\n{heads}Content-Length: 9\r\n\r\n") for _ in range(20)]
    headers = [_dripping(address, "POST /mcp HTTP/1.1\r\nHost: 127.0.0.1\r\nX-Slow: ") for _ in range(20)]
    silent = [_dripping(address, "") for _ in range(20)]

    assert _ask(address, "/mcp", GOOD, b"meanwhile") == (200, b"meanwhile")

    assert all(b" 408 " in _last_words(one) for one in bodies)
    assert all(_last_words(one) == b"" for one in (*headers, *silent))
    assert echo.reached == [("/mcp", b"meanwhile")]


def _last_words(connection: socket.socket) -> bytes:
    """Send a byte now and then until the other side has had enough; what it says."""
    with connection:
        for _ in range(200):
            try:
                connection.sendall(b"x")
                connection.settimeout(0.05)
                return connection.recv(4096)
            except TimeoutError:
                time.sleep(0.05)
            except OSError:
                return b""
    raise AssertionError("it was waited for")


def test_a_connection_that_is_kept_may_not_drip_either(address: tuple[str, int]) -> None:
    heads = "".join(f"{name}: {value}\r\n" for name, value in GOOD)
    kept = _dripping(address, f"POST /mcp HTTP/1.1\r\n{heads}Content-Length: 2\r\n\r\nhi")
    answer = b""
    while not answer.endswith(b"\r\n\r\nhi"):
        answer += kept.recv(4096)
    kept.sendall(b"POST /mcp HTTP/1.1\r\nHost: ")
    assert _last_words(kept) == b""


def test_a_web_socket_is_not_served(address: tuple[str, int], echo: Echo) -> None:
    upgrade = [*GOOD, ("Connection", "Upgrade"), ("Upgrade", "websocket"), ("Sec-WebSocket-Version", "13")]
    assert _ask(address, "/mcp", upgrade, b"plain") == (200, b"plain")
    assert echo.reached == [("/mcp", b"plain")]


def test_connections_are_known_for_tcp_so_that_no_answer_waits_for_an_acknowledgement() -> None:
    for host in ("127.0.0.1", "localhost"):
        with listen(host, 0).socket as opened:
            assert opened.proto == socket.IPPROTO_TCP
