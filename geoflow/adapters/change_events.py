"""Server-sent events that say that something is new.

The format: https://html.spec.whatwg.org/multipage/server-sent-events.html
"""

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable

MOST_STREAMS = 100
_TICK = 1.0
_PING_TICKS = 15


class ChangeEvents:
    """Streams that tell each client the version, at first and whenever it is another one.

    A client that does not listen for a while hears of the newest version only: nothing is queued for it.

    Args:
        version: Gives the version.
    """

    def __init__(self, version: Callable[[], Awaitable[str]]) -> None:
        self._version = version
        self._loop: asyncio.AbstractEventLoop | None = None
        self._ended = asyncio.Event()
        self.open = 0

    def end(self) -> None:
        """End all streams; may be called from a signal handler or another thread."""
        if self._loop is not None:
            self._loop.call_soon_threadsafe(self._ended.set)

    async def stream(self) -> AsyncIterator[bytes]:
        """Give the lines of a stream until it ends."""
        self._loop = asyncio.get_running_loop()
        last, quiet = await self._version(), 0
        yield b"retry: 2000\n\n" + _event(last)
        while not self._ended.is_set():
            await self._tick()
            version, quiet = await self._version(), quiet + 1
            if version != last:
                last, quiet = version, 0
                yield _event(version)
            elif quiet >= _PING_TICKS:
                quiet = 0
                yield b": still here\n\n"

    async def _tick(self) -> None:
        try:
            async with asyncio.timeout(_TICK):
                await self._ended.wait()
        except TimeoutError:
            return


def _event(version: str) -> bytes:
    return f"event: version\ndata: {json.dumps(version)}\n\n".encode()
