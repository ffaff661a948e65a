"""An end to answers without end: a response's body is read up to a limit, whatever the server sends."""

from collections.abc import Callable, Iterator
from functools import cache
from typing import Any

LARGEST_BODY = 16_000_000
"""Bytes. A stream takes about 300 of them for a token, so this is ten times what the longest reply needs."""


class TooLargeError(Exception):
    """The body is larger than any answer."""


def limit_body(response: Any) -> None:
    """Let the body of a response end with TooLargeError at `LARGEST_BODY`: an event hook for responses of httpx2."""
    response.stream = _limited_stream()(response.stream)


@cache
def _limited_stream() -> Callable[[Any], Any]:
    import httpx2

    class LimitedStream(httpx2.SyncByteStream):
        def __init__(self, stream: Any) -> None:
            self._stream = stream

        def __iter__(self) -> Iterator[bytes]:
            left = LARGEST_BODY
            for block in self._stream:
                left -= len(block)
                if left < 0:
                    raise TooLargeError(f"more than {LARGEST_BODY:,} bytes")
                yield block

        def close(self) -> None:
            self._stream.close()

    return LimitedStream
