"""The way to one MCP server: a process of its own or an HTTP address, with the bounds that geoflow sets."""

import logging
import os
import sys
from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from geoflow.adapters.addresses import is_loopback
from geoflow.adapters.body_limit import LARGEST_BODY, TooLargeError
from geoflow.adapters.mcp_config import ServerEntry

if TYPE_CHECKING:
    from mcp import StdioServerParameters
    from mcp.client._transport import TransportStreams

DEPTH = "GEOFLOW_MCP_DEPTH"
"""The variable that tells a server's process how deep it lies, so that geoflow is not called back through itself."""


def load_sdk() -> None:
    """Import the MCP SDK, which takes most of a second, and keep its log off the terminal.

    The client logs what a server says wrong with a traceback, and Python prints that where no log is set up.
    """
    import httpx2  # noqa: F401 - so that no call pays for it out of its own time
    import mcp.client.stdio
    import mcp.client.streamable_http  # noqa: F401

    for name in ("mcp.client", "mcp.shared"):
        logger = logging.getLogger(name)
        if not logger.handlers:
            logger.addHandler(logging.NullHandler())
    logging.getLogger("mcp.client").propagate = False


@asynccontextmanager
async def open_transport(entry: ServerEntry) -> "AsyncIterator[TransportStreams]":
    """Open the streams of a server; its process, if it has one, is over when the block is left.

    A process gets the SDK's few safe variables, those of its entry and its depth, nothing else of the environment, and
    what it writes to stderr goes nowhere. It is asked to end by the end of its stdin, and after a second it is
    terminated and a second later killed, with its process group.
    """
    if entry.url:
        async with _open_http(entry) as streams:
            yield streams
    else:
        async with _open_process(entry) as streams:
            yield streams


@asynccontextmanager
async def _open_process(entry: ServerEntry) -> "AsyncIterator[TransportStreams]":
    from mcp import StdioServerParameters

    parameters = StdioServerParameters(
        command=entry.command,
        args=list(entry.args),
        env={**entry.env, DEPTH: str(depth() + 1)},
        cwd=entry.cwd or Path.home(),
        encoding_error_handler="replace",
    )
    async with _transport(parameters) as streams:
        yield streams


def _transport(parameters: "StdioServerParameters") -> "AbstractAsyncContextManager[TransportStreams]":
    if sys.platform == "win32":  # how a process and its children are ended there, the SDK knows
        from mcp.client.stdio import stdio_client

        return stdio_client(parameters)
    from geoflow.adapters.mcp_process import open_process

    return open_process(parameters)


def depth() -> int:
    """Tell how many MCP servers lie between a person and this process that geoflow itself has started."""
    text = os.environ.get(DEPTH, "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 4 else int(bool(text))


@asynccontextmanager
async def _open_http(entry: ServerEntry) -> "AsyncIterator[TransportStreams]":
    import httpx2
    from mcp.client.streamable_http import streamable_http_client

    client = httpx2.AsyncClient(
        headers=dict(entry.headers),
        timeout=None,  # the call has one limit for all of it
        trust_env=not is_loopback(entry.url),
        event_hooks={"response": [_limit_body]},
    )
    async with (
        client,
        streamable_http_client(entry.url, http_client=client, max_sse_event_size=LARGEST_BODY) as streams,
    ):
        yield streams


async def _limit_body(response: Any) -> None:
    import httpx2

    class LimitedStream(httpx2.AsyncByteStream):
        def __init__(self, stream: Any) -> None:
            self._stream = stream

        async def __aiter__(self) -> AsyncIterator[bytes]:
            left = LARGEST_BODY
            async for block in self._stream:
                left -= len(block)
                if left < 0:
                    raise TooLargeError(f"more than {LARGEST_BODY:,} bytes")
                yield block

        async def aclose(self) -> None:
            await self._stream.aclose()

    response.stream = LimitedStream(response.stream)
