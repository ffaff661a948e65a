"""How a browser, which sends no token by itself, comes in: by a link with the token, and then by a cookie.

It only ever adds the header that `HttpGuard` asks for, so that the guard decides alone.
"""

from hmac import compare_digest
from http.cookies import CookieError, SimpleCookie
from urllib.parse import parse_qs, quote

from geoflow.adapters.http_guard import App, HttpGuard, Message, Receive, Rules, Send
from geoflow.adapters.http_token import new_token

_READING = frozenset({"GET", "HEAD"})
_UNAUTHORIZED = 401
_HARMLESS = (
    (b"content-security-policy", b"default-src 'none'; style-src 'unsafe-inline'"),
    (b"cache-control", b"no-store"),
)
_PAGE = b"""<!DOCTYPE html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark"><title>geoflow: sign in</title></head>
<body style="font: 1rem/1.5 system-ui, sans-serif; max-width: 40rem; margin: 2rem auto; padding: 0 1rem">
<h1>This page asks for a token</h1>
<p>Open the link that <code>geoflow monitor serve</code> printed: it ends in <code>?token=...</code></p>
</body></html>
"""


class SignIn:
    """An ASGI application that stands before a guard.

    Args:
        app: The application that the guard shall stand before.
        rules: What the guard holds requests to, the token among it.
        port: The server's, so that two servers on one host do not take each other's cookies away.
    """

    def __init__(self, app: App, rules: Rules, port: int) -> None:
        self._token = rules.token
        self._cookie = f"geoflow_{port}"
        # Not the token: cookies of a host go to all of its ports, and so to other people's servers there.
        self._session = new_token()
        self._guarded = HttpGuard(app, rules)
        self._link = HttpGuard(self._trade, rules)

    async def __call__(self, scope: Message, receive: Receive, send: Send) -> None:
        """Answer a request, or have it answered."""
        if scope["type"] != "http" or not self._token or scope["method"] not in _READING:
            await self._guarded(scope, receive, send)
        elif (given := _tokens(scope)) and not _all(scope, b"authorization"):
            await self._link(_with_bearer(scope, given), receive, _told(scope, send))
        elif self._has_cookie(scope):
            await self._guarded(_with_bearer(scope, self._token), receive, send)
        else:
            await self._guarded(scope, receive, _told(scope, send))

    def _has_cookie(self, scope: Message) -> bool:
        if _all(scope, b"authorization"):
            return False
        try:
            found = SimpleCookie(b"; ".join(_all(scope, b"cookie")).decode("latin-1")).get(self._cookie)
        except CookieError:
            return False
        return found is not None and compare_digest(found.value.encode("utf-8", "replace"), self._session.encode())

    async def _trade(self, scope: Message, _receive: Receive, send: Send) -> None:
        """Send whoever came by the link to the same place without it, with a cookie."""
        cookie = f"{self._cookie}={self._session}; HttpOnly; SameSite=Strict; Path=/"
        headers = [
            # The first stroke single: `//host` would lead elsewhere.
            (b"location", b"/" + quote(scope["path"].lstrip("/\\")).encode()),
            (b"set-cookie", cookie.encode()),
            *((b"cache-control", b"no-store"), (b"referrer-policy", b"no-referrer"), (b"content-length", b"0")),
        ]
        await send({"type": "http.response.start", "status": 303, "headers": headers})
        await send({"type": "http.response.body", "body": b""})


def _tokens(scope: Message) -> str:
    return " ".join(parse_qs(scope.get("query_string", b"").decode("latin-1")).get("token", []))


def _all(scope: Message, name: bytes) -> list[bytes]:
    return [value for key, value in scope["headers"] if key == name]


def _with_bearer(scope: Message, token: str) -> Message:
    bearer = (b"authorization", b"Bearer " + token.encode("latin-1", "replace"))
    return {**scope, "headers": [*scope["headers"], bearer]}


def _told(scope: Message, send: Send) -> Send:
    """Give a person's browser that shows no token a page that says where the link is, in place of the JSON."""
    if not any(b"text/html" in value for value in _all(scope, b"accept")):
        return send
    replaced = False

    async def answer(message: Message) -> None:
        nonlocal replaced
        if message["type"] == "http.response.start" and message["status"] == _UNAUTHORIZED:
            replaced = True
            kept = [pair for pair in message["headers"] if pair[0] not in {b"content-type", b"content-length"}]
            about = [(b"content-type", b"text/html; charset=utf-8"), (b"content-length", b"%d" % len(_PAGE))]
            await send({**message, "headers": [*kept, *about, *_HARMLESS]})
        else:
            await send({**message, "body": _PAGE} if replaced else message)

    return answer
