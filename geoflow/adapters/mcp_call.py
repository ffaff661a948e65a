"""One question to one tool of one MCP server, from the start of the server to its end."""

import atexit
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from geoflow.adapters.mcp_config import ServerEntry
from geoflow.adapters.mcp_failures import causes, described, is_cut, is_servers_fault
from geoflow.adapters.mcp_tools import answer_text, invalid_reply, pick_tool, question_argument
from geoflow.adapters.mcp_transport import load_sdk, open_transport
from geoflow.errors import GeoflowError

if TYPE_CHECKING:
    from mcp import Client
    from mcp.types import CallToolResult, Tool

_MOST_PAGES = 20  # of a list of tools
_END_SECONDS = 6.0  # what the SDK takes at most to end a process, and a little more


@dataclass(slots=True)
class AgentCall:
    """A call that is made once.

    Args:
        agent: The name under which the user knows the agent.
        server: Where it is.
        tool: The tool to call; empty to choose one.
        timeout: Seconds for all of it; ending the server's process may take four more.
    """

    agent: str
    server: ServerEntry
    tool: str
    timeout: float
    _is_connected: bool = field(default=False, init=False)
    _is_asked: bool = field(default=False, init=False)
    _heard_garbage: bool = field(default=False, init=False)
    _result: "CallToolResult | None" = field(default=None, init=False)

    def ask(self, question: str) -> str:
        """Ask, in an event loop of this call's own; blocking. Errors are those of `McpAgents.ask`."""
        import anyio

        load_sdk()
        anyio.run(self._ask_in_time, question.encode("utf-8", "replace").decode())
        if self._result is None:
            raise self._no_reply()
        return answer_text(self.agent, self._result)

    async def _ask_in_time(self, question: str) -> None:
        import anyio

        with anyio.move_on_after(self.timeout) as scope, _ended_at_exit(scope):
            try:
                await self._ask(question)
            except Exception as error:
                if scope.cancel_called or self._result:
                    return  # what breaks when the call is given up, or after its answer came, is no news
                if failure := self._failure(error):
                    raise failure from error
                raise

    async def _ask(self, question: str) -> None:
        from mcp import Client

        async with Client(open_transport(self.server), message_handler=self._hear, cache=None) as client:
            self._is_connected = True
            tool = await self._find_tool(client)
            argument = question_argument(self.agent, tool.name, tool.input_schema)
            self._is_asked = True
            self._result = await client.call_tool(tool.name, {argument: question})

    async def _hear(self, message: Any) -> None:
        self._heard_garbage = self._heard_garbage or isinstance(message, Exception)

    async def _find_tool(self, client: "Client") -> "Tool":
        tools: dict[str, Tool] = {}
        cursor = None
        for _ in range(_MOST_PAGES):
            page = await client.list_tools(cursor=cursor)
            tools |= {tool.name: tool for tool in page.tools}
            cursor = page.next_cursor
            if cursor is None:
                break
        return tools[pick_tool(self.agent, list(tools), self.tool)]

    def _failure(self, error: Exception) -> GeoflowError | None:
        """Say what an exception of the SDK means; None where it is none that a server can cause."""
        found = causes(error)
        for cause in found:
            if isinstance(cause, GeoflowError):
                return cause
        if not is_servers_fault(error):
            return None
        reason = described(found[0], self.server)
        if self._is_asked and not is_cut(found[0]):
            return invalid_reply(self.agent, f"gave no answer that can be used: {reason}")
        return self._unreachable(f"broke off: {reason}" if self._is_asked else f"cannot be reached: {reason}")

    def _no_reply(self) -> GeoflowError:
        if self._heard_garbage and not self._is_connected:
            return self._unreachable("writes text to its standard output that is not MCP")
        return GeoflowError(
            f'The agent "{self.agent}" did not {"answer" if self._is_asked else "start"} within {self.timeout:g} s',
            fix="Set questions.agent_timeout higher, or take it out of questions.agents.",
            code="agent-timeout",
        )

    def _unreachable(self, reason: str) -> GeoflowError:
        what = "Look at its url and headers" if self.server.url else "Start its command by hand to see why"
        return GeoflowError(
            f'The agent "{self.agent}" {reason}',
            fix=f"{what}, and mend its entry in mcp.json.",
            code="agent-unreachable",
        )


_running: dict[threading.Event, Any] = {}
"""What ends each call that runs, by what is set when it is over."""


@contextmanager
def _ended_at_exit(scope: Any) -> Iterator[None]:
    """Have the call end with the program: its thread may be one that nobody waits for, and its server must not stay."""
    import asyncio

    loop, over = asyncio.get_running_loop(), threading.Event()
    _running[over] = lambda: loop.call_soon_threadsafe(scope.cancel)
    try:
        yield
    finally:
        del _running[over]
        over.set()


@atexit.register
def _end_all() -> None:
    running = dict(_running)
    for end in running.values():
        with suppress(RuntimeError):  # its loop closed meanwhile
            end()
    for over in running:
        over.wait(_END_SECONDS)
