"""How a server of geoflow that only shows answers: pages and documents piece by piece, failures as documents."""

import json
from collections.abc import AsyncIterator, Mapping
from typing import TYPE_CHECKING, Any

from geoflow.errors import ExitCode, GeoflowError

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.responses import Response

_PIECE = 65_536  # bytes that are on their way to a client at a time
_POLICY = (
    "default-src 'none'; img-src data:; style-src 'unsafe-inline'; script-src 'self'; connect-src 'self'; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
HEADERS = {
    "Cache-Control": "no-store",
    "Content-Security-Policy": _POLICY,
    "Cross-Origin-Resource-Policy": "same-origin",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
}


def dumped(document: Mapping[str, Any]) -> bytes:
    """Write a document as JSON."""
    return json.dumps(document, ensure_ascii=True, allow_nan=False).encode()


def json_answer(
    document: Mapping[str, Any] | bytes, status: int = 200, headers: Mapping[str, str] | None = None
) -> "Response":
    """Answer with a document, which may be written already."""
    text = document if isinstance(document, bytes) else dumped(document)
    return sent(text, "application/json", status, headers)


def sent(content: bytes, kind: str, status: int = 200, headers: Mapping[str, str] | None = None) -> "Response":
    """Send a body piece by piece, so that who takes it slowly holds no more than a piece of it in memory."""
    from starlette.responses import StreamingResponse

    async def pieces() -> AsyncIterator[bytes]:
        for start in range(0, len(content), _PIECE):
            yield content[start : start + _PIECE]

    about = {**HEADERS, "Content-Length": str(len(content)), "Content-Type": kind, **(headers or {})}
    return StreamingResponse(pieces(), status, about)


def error_answer(status: int, code: str, message: str, fix: str, retry: int = 0) -> "Response":
    """Answer with a failure, as `geoflow.error/1`; `retry` is how many seconds to wait before asking again."""
    document = {"schema": "geoflow.error/1", "code": code, "message": message, "fix": fix}
    return json_answer(document, status, {"Retry-After": str(retry)} if retry else None)


async def failed(_: "Request", error: Exception) -> "Response":
    """Answer where a GeoflowError was raised: 400 where it was asked wrong, else 503."""
    assert isinstance(error, GeoflowError)  # noqa: S101 - what the handler is registered for
    status = 400 if error.exit_code == ExitCode.USAGE else 503
    return error_answer(status, error.code, error.message, error.fix)


async def not_found(_: "Request", __: Exception) -> "Response":
    """Answer at an address where nothing is."""
    fix = "There are /, /events, /health, /metrics, /api/measures, /api/history, /api/snapshots and /api/runs."
    return error_answer(404, "not-found", "There is nothing at this address.", fix)


async def not_allowed(_: "Request", __: Exception) -> "Response":
    """Answer to a method that would change something."""
    return error_answer(405, "not-allowed", "This server only shows.", "Send a GET.")
