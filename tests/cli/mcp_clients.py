"""Clients of `geoflow mcp`: the SDK's own in both eras, to a process, in memory, over HTTP, and one that speaks raw lines."""

import json
import os
import subprocess
import sys
import threading
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any, Literal, NamedTuple, Self

from geoflow import __version__
from geoflow.adapters.http_guard import App, Rules
from geoflow.adapters.http_server import HEADER_SECONDS, listen, make_server
from geoflow.adapters.mcp_http import PATH, http_app
from geoflow.adapters.mcp_server import build_server
from geoflow.adapters.mcp_server_tools import Capability, Desks
from geoflow.cli.mcp_desk import open_desks

if TYPE_CHECKING:
    from mcp import Client, StdioServerParameters
    from mcp.server import MCPServer

PATIENCE = 20.0  # seconds, on a busy machine
READING = [
    "ask_question",
    "search_specs",
    "get_answer",
    "list_questions",
    "validate",
    "review",
    "get_change",
    "get_metrics",
    "get_run",
]
ENDING = ["cancel_run"]
IMPROVING = ["improve"]
WRITING = [
    "open_question",
    "answer_question",
    "propose_change",
    "revise_change",
    "submit_review",
    "give_feedback",
]
CLIENT = "Claude Code"
TOKEN = "a-token-for-the-tests"  # noqa: S105 - opens nothing else
BEARER = {"Authorization": f"Bearer {TOKEN}"}


class Way(NamedTuple):
    """How a client reaches the server: over which transport and in which era of the protocol."""

    transport: Literal["stdio", "memory", "http"]
    mode: Literal["auto", "legacy"]


WAYS = [
    *(Way("stdio", "auto"), Way("stdio", "legacy")),
    *(Way("memory", "auto"), Way("memory", "legacy")),
    *(Way("http", "auto"), Way("http", "legacy")),
]
IN_MEMORY = [way for way in WAYS if way.transport == "memory"]
IN_PROCESS = [way for way in WAYS if way.transport != "stdio"]


class Agent:
    """A connected client; what a tool gives is its structured content.

    Args:
        client: The SDK's client.
    """

    def __init__(self, client: "Client") -> None:
        self.client = client

    async def call(self, tool: str, **arguments: Any) -> Any:
        """Call a tool that must not fail."""
        result = await self.client.call_tool(tool, arguments)
        assert not result.is_error, result.content
        assert isinstance(result.structured_content, dict)
        [block] = result.content
        assert block.type == "text"
        assert json.loads(block.text) == result.structured_content
        return result.structured_content

    async def refused(self, tool: str, **arguments: Any) -> str:
        """Call a tool that must fail; what the agent reads."""
        result = await self.client.call_tool(tool, arguments)
        assert result.is_error, result.structured_content
        return "\n".join(block.text for block in result.content if block.type == "text")


async def happens(is_so: Callable[[], object]) -> None:
    """Wait until something is so; whoever holds the conversation bounds the time."""
    import anyio

    while not is_so():  # noqa: ASYNC110 - what is waited for happens in another process
        await anyio.sleep(0.02)


async def ended(agent: Agent, run: str) -> Any:
    """Wait until a run is over; what `get_run` gives."""
    import anyio

    while (found := await agent.call("get_run", run=run))["state"] == "running":  # noqa: ASYNC110
        await anyio.sleep(0.05)
    return found


def talk(
    way: Way,
    conversation: Callable[[Agent], Awaitable[None]],
    *,
    capability: Capability = "contribute",
    name: str = CLIENT,
    desks: Desks | None = None,
    **callbacks: Any,
) -> None:
    """Connect in the folder where the test works, and hold a conversation.

    Args:
        way: How to connect.
        conversation: What is said.
        capability: What the server is started with.
        name: The client's.
        desks: What the server works with, unless it is a process.
        callbacks: What the client can do beside: `sampling_callback`, `elicitation_callback`, `message_handler`.
    """
    import anyio
    from mcp import Client
    from mcp.types import Implementation

    async def run(target: Any) -> None:
        with anyio.fail_after(PATIENCE * 2):
            info = Implementation(name=name, version="1")
            async with Client(target, mode=way.mode, client_info=info, **callbacks) as client:
                await conversation(Agent(client))

    async def over_http(url: str) -> None:
        import httpx2
        from mcp.client.streamable_http import streamable_http_client

        async with httpx2.AsyncClient(headers=BEARER, timeout=PATIENCE) as http:
            await run(streamable_http_client(url, http_client=http))

    if way.transport == "stdio":
        _run_to_a_process(run, capability)
        return
    server = build_server(desks or open_desks(Path.cwd()), capability, __version__)
    if way.transport == "memory":
        anyio.run(run, server)
    else:
        with serving(server) as url:
            anyio.run(over_http, url)


def _run_to_a_process(run: Callable[[Any], Awaitable[None]], capability: Capability) -> None:
    import anyio
    from mcp.client.stdio import stdio_client

    # The SDK's own choice for the server's stderr is what `sys.stderr` was at its import: under a test no file.
    with Path(os.devnull).open("w") as nowhere:
        anyio.run(run, stdio_client(_process(capability), errlog=nowhere))


@contextmanager
def serving(server: "MCPServer", rules: Rules | None = None, **options: Any) -> Iterator[str]:
    """Serve over HTTP in a thread, as the command does in its process; gives the URL of the endpoint."""
    with served(http_app(server, rules or Rules(frozenset({"127.0.0.1", "localhost"}), TOKEN), **options)) as url:
        yield f"{url}{PATH}"


@contextmanager
def served(app: App, header_seconds: float = HEADER_SECONDS) -> Iterator[str]:
    """Serve an application in a thread; gives its address."""
    listener = listen("127.0.0.1", 0)
    running = make_server(app, header_seconds)
    thread = threading.Thread(target=running.run, kwargs={"sockets": [listener.socket]})
    thread.start()
    try:
        yield listener.url
    finally:
        running.should_exit = True
        thread.join(PATIENCE)
        listener.socket.close()


def _process(capability: Capability) -> "StdioServerParameters":
    from mcp import StdioServerParameters

    command = ["-m", "geoflow", "mcp", "--capability", capability]
    return StdioServerParameters(command=sys.executable, args=command, cwd=Path.cwd(), env=dict(os.environ))


class RawServer:
    """A server's process that is spoken to line by line, and whose every line on stdout must be JSON-RPC.

    Args:
        command: How to start it.
    """

    def __init__(self, *command: str) -> None:
        self.process = subprocess.Popen(
            [sys.executable, *command], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE
        )
        self._end = threading.Timer(PATIENCE, self.process.kill)

    def __enter__(self) -> Self:
        """Shake hands as clients of 2025 do; who waits too long for a line finds the process killed."""
        self._end.start()
        info = {"name": "raw", "version": "1"}
        asked = {"protocolVersion": "2025-11-25", "capabilities": {}, "clientInfo": info}
        assert self.ask(1, "initialize", **asked)["serverInfo"]["name"] == "geoflow"
        self.say(json.dumps({"jsonrpc": "2.0", "method": "notifications/initialized"}))
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Leave no process behind."""
        self._end.cancel()
        if self.process.poll() is None:
            self.process.kill()
        self.process.communicate()

    def say(self, line: str | bytes) -> None:
        """Write a line."""
        assert self.process.stdin
        self.process.stdin.write((line.encode() if isinstance(line, str) else line) + b"\n")
        self.process.stdin.flush()

    def ask(self, number: int, method: str, **params: Any) -> Any:
        """Send a request and read its answer, which must be the next line."""
        self.say(json.dumps({"jsonrpc": "2.0", "id": number, "method": method, "params": params}))
        assert self.process.stdout
        message = json.loads(self.process.stdout.readline())
        assert (message["jsonrpc"], message["id"]) == ("2.0", number), message
        return message.get("result", message.get("error"))

    def end(self) -> tuple[int, bytes, str]:
        """Close stdin; the exit code, what was still written to stdout, and stderr."""
        out, talk = self.process.communicate(timeout=PATIENCE)
        return self.process.returncode, out, talk.decode()
