"""Who may speak to a server of geoflow over HTTP, and how much at a time: one check around all of its routes."""

import json
import re
from collections.abc import Awaitable, Callable, MutableMapping
from hmac import compare_digest
from typing import Any, NamedTuple

LARGEST_BODY = 1_000_000
"""Bytes of a request."""
BODY_SECONDS = 10.0
"""How long the body of a request may be on its way."""

Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
App = Callable[[Message, Receive, Send], Awaitable[None]]

_HOST = re.compile(rb"(?:\[([0-9a-f:.]+)\]|([0-9a-z._-]+))(?::[0-9]{1,5})?")


class Rules(NamedTuple):
    """What requests are held to.

    `hosts` are the names and addresses, in lower case and without a port, under which the server may be spoken to, and
    from whose pages. An empty `token` means that none is asked for.
    """

    hosts: frozenset[str]
    token: str = ""
    largest_body: int = LARGEST_BODY
    body_seconds: float = BODY_SECONDS


class _Refusal(NamedTuple):
    status: int
    code: str
    message: str
    fix: str


_FOREIGN_HOST = _Refusal(
    421, "foreign-host", "This server does not go by that name.", "Use the address that it printed, or --allow-host."
)
_FOREIGN_ORIGIN = _Refusal(
    403, "foreign-origin", "Pages from there may not use this server.", "Allow their host with --allow-host."
)
_NO_TOKEN = _Refusal(
    401, "token-wrong", "The token is missing or wrong.", "Send the header `Authorization: Bearer TOKEN`."
)
_TOO_LARGE = _Refusal(413, "body-too-large", "The request is larger than this server reads.", "Send less at a time.")
_TOO_SLOW = _Refusal(408, "body-too-slow", "The request did not arrive in time.", "Send it again.")


class HttpGuard:
    """An ASGI application around another: what does not pass is answered here, and the other never hears of it.

    Args:
        app: The application, whose body then comes whole.
        rules: What requests are held to.
    """

    def __init__(self, app: App, rules: Rules) -> None:
        self._app = app
        self._rules = rules

    async def __call__(self, scope: Message, receive: Receive, send: Send) -> None:
        """Answer a request, or have it answered."""
        if scope["type"] == "lifespan":
            await self._app(scope, receive, send)
        elif scope["type"] == "http":
            await self._guard(scope, receive, send)
        else:
            raise RuntimeError(f"no {scope['type']} is served")

    async def _guard(self, scope: Message, receive: Receive, send: Send) -> None:
        refusal = _refusal(scope["headers"], self._rules)
        body = b"" if refusal else await _body(receive, self._rules)
        if refusal or isinstance(body, _Refusal):
            await _refuse(send, refusal or body)  # type: ignore[arg-type]
        elif body is not None:
            await self._app(scope, _first(body, receive), send)


def _refusal(headers: list[tuple[bytes, bytes]], rules: Rules) -> _Refusal | None:
    def given(name: bytes) -> list[bytes]:
        return [value for key, value in headers if key == name]

    if not (hosts := given(b"host")) or not all(_is_known(host, rules.hosts) for host in hosts):
        return _FOREIGN_HOST
    if not all(_is_known(_without_scheme(origin), rules.hosts) for origin in given(b"origin")):
        return _FOREIGN_ORIGIN
    if rules.token and not _is_token(given(b"authorization"), rules.token):
        return _NO_TOKEN
    declared = given(b"content-length")
    return _TOO_LARGE if any(int(size) > rules.largest_body for size in declared if size.isdigit()) else None


def _is_known(host: bytes, hosts: frozenset[str]) -> bool:
    # Any port: what comes through a tunnel names the port at its other end.
    found = _HOST.fullmatch(host.lower())
    return found is not None and (found[1] or found[2]).decode() in hosts


def _without_scheme(origin: bytes) -> bytes:
    scheme, mark, host = origin.partition(b"://")
    return host if mark and scheme.lower() in (b"http", b"https") else b""


def _is_token(given: list[bytes], token: str) -> bool:
    scheme, _, value = given[0].partition(b" ") if len(given) == 1 else (b"", b"", b"")
    # Takes the same time wherever the two differ.
    return compare_digest(value.strip(), token.encode()) and scheme.lower() == b"bearer"


async def _body(receive: Receive, rules: Rules) -> bytes | _Refusal | None:
    """Read the whole body; None where the client is gone."""
    from asyncio import timeout

    body = bytearray()
    try:
        async with timeout(rules.body_seconds):
            while True:
                message = await receive()
                if message["type"] != "http.request":
                    return None
                body += message.get("body", b"")
                if len(body) > rules.largest_body:
                    return _TOO_LARGE
                if not message.get("more_body"):
                    return bytes(body)
    except TimeoutError:
        return _TOO_SLOW


def _first(body: bytes, receive: Receive) -> Receive:
    waiting: list[Message] = [{"type": "http.request", "body": body, "more_body": False}]

    async def next_message() -> Message:
        return waiting.pop() if waiting else await receive()

    return next_message


async def _refuse(send: Send, refusal: _Refusal) -> None:
    told = {"message": refusal.message, "fix": refusal.fix, "code": refusal.code}
    body = json.dumps({"error": told}).encode()
    # The connection ends, since the rest of a body that nobody reads would be taken for the next request.
    headers = [
        (b"content-type", b"application/json"),
        (b"content-length", str(len(body)).encode()),
        (b"connection", b"close"),
        *([(b"www-authenticate", b'Bearer realm="geoflow"')] if refusal.status == 401 else []),
    ]
    await send({"type": "http.response.start", "status": refusal.status, "headers": headers})
    await send({"type": "http.response.body", "body": body})
