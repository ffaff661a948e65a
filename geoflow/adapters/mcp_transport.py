"""The way to one MCP server: a process of its own or an HTTP address, with the bounds that geoflow sets."""

import logging
import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, TextIO

from geoflow.adapters.addresses import is_loopback
from geoflow.adapters.body_limit import LARGEST_BODY, TooLargeError
from geoflow.adapters.mcp_config import ServerEntry

if TYPE_CHECKING:
    from mcp.client._transport import TransportStreams


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

    A process gets the SDK's few safe variables and those of its entry, nothing else of the environment, and what it
    writes to stderr goes nowhere. It is asked to end by the end of its stdin, and after 2 seconds it is terminated and
    2 seconds later killed, with its process group.
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
    from mcp.client.stdio import stdio_client

    parameters = StdioServerParameters(
        command=entry.command,
        args=list(entry.args),
        env=dict(entry.env),
        cwd=entry.cwd or Path.home(),
        encoding_error_handler="replace",
    )
    with _nowhere() as nowhere:
        async with stdio_client(parameters, errlog=nowhere) as streams:
            yield streams


def _nowhere() -> TextIO:
    return Path(os.devnull).open("w", encoding="utf-8")


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
