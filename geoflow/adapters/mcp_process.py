"""The process of one MCP server: JSON lines over its pipes, read within bounds, ended with all it has started.

The SDK's own transport keeps what comes until a line ends, however long that takes; a server that floods would take
all memory before any limit of time is reached. So this one counts.
"""

import os
import sys
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from subprocess import DEVNULL
from typing import TYPE_CHECKING, Any

from geoflow.adapters.body_limit import TooLargeError

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from anyio.abc import Process
    from mcp import StdioServerParameters
    from mcp.client._transport import TransportStreams

_MOST_BYTES = 32_000_000  # since something was last said; the SDK sends a result twice, as text and structured
_MOST_MESSAGES = 10_000  # that nobody asked for, one after the other
_MOST_GARBAGE = 200  # lines that are no JSON-RPC, one after the other
_GRACE = 1.0  # seconds for a process to end by itself, and again after it was told to
_BLOCK = 65_536
_LOOK_EVERY = 0.01  # seconds


@asynccontextmanager
async def open_process(parameters: "StdioServerParameters") -> "AsyncIterator[TransportStreams]":
    """Start a process and speak JSON-RPC with it; when the block is left it is over, and so is its process group.

    Its stdin ends when the block is left, or when geoflow does, however that ends; then it has a second before it is
    terminated, and another before it is killed.
    """
    import anyio

    process = await _start(parameters)
    inward, read_stream = anyio.create_memory_object_stream[Any](0)
    write_stream, outward = anyio.create_memory_object_stream[Any](0)
    line = _Line(process)
    try:
        async with anyio.create_task_group() as group:
            group.start_soon(line.read_into, inward)
            group.start_soon(line.write_from, outward, inward)
            try:
                yield read_stream, write_stream
            finally:
                group.cancel_scope.cancel()
    finally:
        for stream in (inward, read_stream, write_stream, outward):
            stream.close()
        with anyio.CancelScope(shield=True):
            await _end(process)
    if line.flooded:
        raise line.flooded


async def _start(parameters: "StdioServerParameters") -> "Process":
    import anyio
    from mcp.client.stdio import get_default_environment

    return await anyio.open_process(
        [parameters.command, *parameters.args],
        env=get_default_environment() | (parameters.env or {}),
        cwd=parameters.cwd,
        stderr=DEVNULL,
        start_new_session=True,
    )


@dataclass(slots=True)
class _Line:
    """The line to a process, and how much came on it since something was last said."""

    process: "Process"
    flooded: TooLargeError | None = None
    _bytes: int = 0
    _messages: int = 0
    _garbage: int = 0
    _rest: bytearray = field(default_factory=bytearray)

    async def read_into(self, inward: Any) -> None:
        """Hand on each message that comes, until the process says no more or too much."""
        import anyio

        broken = (anyio.EndOfStream, anyio.BrokenResourceError, anyio.ClosedResourceError, OSError)
        async with inward:
            try:
                while True:
                    await self._take(await _output(self.process).receive(_BLOCK), inward)
            except TooLargeError as error:
                self.flooded = error
                with suppress(*broken):
                    await inward.send(error)
            except broken:
                return

    async def _take(self, block: bytes, inward: Any) -> None:
        self._bytes += len(block)
        if self._bytes > _MOST_BYTES:
            raise TooLargeError(f"more than {_MOST_BYTES:,} bytes came at a time")
        first, *others = block.split(b"\n")
        self._rest += first
        for other in others:
            whole, self._rest = bytes(self._rest), bytearray(other)
            if whole.strip():
                await inward.send(self._message(whole))

    def _message(self, line: bytes) -> Any:
        from mcp.shared.message import SessionMessage
        from mcp.types import jsonrpc_message_adapter

        self._messages += 1
        try:
            message = jsonrpc_message_adapter.validate_json(line.decode("utf-8", "replace"), by_name=False)
        except ValueError as error:
            self._garbage += 1
            if self._garbage > _MOST_GARBAGE:
                raise TooLargeError("it writes text that is not MCP without end") from error
            return error
        self._garbage = 0
        if self._messages > _MOST_MESSAGES:
            raise TooLargeError("it sends messages without end")
        return SessionMessage(message)

    async def write_from(self, outward: Any, inward: Any) -> None:
        """Send each message that is to go; where the process takes no more, nothing more comes from it either."""
        import anyio

        try:
            async for message in outward:
                text = message.message.model_dump_json(by_alias=True, exclude_unset=True)
                self._bytes = self._messages = self._garbage = 0
                await _input(self.process).send(f"{text}\n".encode("utf-8", "replace"))
        except (anyio.BrokenResourceError, anyio.ClosedResourceError, OSError):
            await inward.aclose()


def _output(process: "Process") -> Any:
    return process.stdout


def _input(process: "Process") -> Any:
    return process.stdin


async def _end(process: "Process") -> None:
    import anyio

    gone = (OSError, anyio.BrokenResourceError, anyio.ClosedResourceError)
    with suppress(*gone):
        await _input(process).aclose()
    if not await _is_over(process):
        _signal(process, force=False)
        if not await _is_over(process):
            _signal(process, force=True)
            await _is_over(process)
    _signal(process, force=True)  # what it has started and left behind
    with suppress(*gone):
        await _output(process).aclose()
    transport = getattr(getattr(process, "_process", None), "_transport", None)
    if transport is not None:  # or it is told of as unclosed where a grandchild keeps the pipe
        with suppress(PermissionError):
            transport.close()


async def _is_over(process: "Process") -> bool:
    import anyio

    with anyio.move_on_after(_GRACE):
        # Waiting for the process itself would wait for its pipes as well.
        while process.returncode is None:  # noqa: ASYNC110
            await anyio.sleep(_LOOK_EVERY)
    return process.returncode is not None


def _signal(process: "Process", *, force: bool) -> None:
    if sys.platform == "win32":
        return
    import signal

    with suppress(ProcessLookupError, PermissionError):
        os.killpg(process.pid, signal.SIGKILL if force else signal.SIGTERM)
