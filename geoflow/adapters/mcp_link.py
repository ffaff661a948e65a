"""The link to one MCP server that several calls share, and the one task that opens and closes it.

What is opened in a task must be closed in it, and what waits for it must never be what a limit of time cancels: so one
task owns the connection, and everybody else only waits for its events.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from geoflow.adapters.mcp_config import ServerEntry
from geoflow.adapters.mcp_failures import causes, described, is_cut, is_servers_fault
from geoflow.adapters.mcp_offers import Offer, offer_of
from geoflow.adapters.mcp_transport import open_transport
from geoflow.errors import ExitCode, GeoflowError

if TYPE_CHECKING:
    import anyio
    from mcp import Client
    from mcp.types import CallToolResult

_MOST_PAGES = 20  # of a list of tools
_MOST_TOOLS = 300
_END_SECONDS = 5.0


@dataclass(slots=True)
class Link:
    """A link that is opened once; made in the event loop that it lives in. Its methods are for that loop.

    Args:
        name: The server's name.
        entry: Where it is.
        timeout: Seconds for its start, and for each call.
    """

    name: str
    entry: ServerEntry
    timeout: float
    offers: Mapping[str, Offer] = field(default_factory=dict, init=False)
    protocol: str = field(default="", init=False)
    reason: str = field(default="", init=False)
    _client: "Client | None" = field(default=None, init=False)
    _ready: "anyio.Event" = field(init=False)
    _over: "anyio.Event" = field(init=False)
    _scope: "anyio.CancelScope" = field(init=False)
    _start_until: float = field(init=False)
    _heard: Exception | None = field(default=None, init=False)

    def __post_init__(self) -> None:
        """Make the events by which owner and callers know of each other."""
        import anyio

        self._ready, self._over, self._scope = anyio.Event(), anyio.Event(), anyio.CancelScope()
        self._start_until = anyio.current_time() + self.timeout

    async def own(self) -> None:
        """Hold the connection open until it is given up; failures become `reason`."""
        try:
            with self._scope:
                await self._hold()
        except Exception as error:
            if not is_servers_fault(error):
                raise
            self.reason = self.reason or f"cannot be reached: {self._why(error)}"
        finally:
            self._client = None
            self._ready.set()
            self._over.set()

    async def _hold(self) -> None:
        import anyio
        from mcp import Client

        async with Client(open_transport(self.entry), message_handler=self._hear, cache=None) as client:
            self.protocol = str(client.protocol_version)
            self.offers = await _offers(client)
            self._client = client
            self._ready.set()
            await anyio.sleep_forever()

    async def _hear(self, message: Any) -> None:
        if isinstance(message, Exception):
            self._heard = message

    async def opened(self) -> None:
        """Wait until it is open or is known not to open, at most as long as a start may take."""
        import anyio

        with anyio.CancelScope(deadline=self._start_until):
            await self._ready.wait()
        if not self._ready.is_set():
            said = "writes text that is not MCP" if self._heard else "did not start"
            self._give_up(f"{said} within {self.timeout:g} s")

    async def call(self, tool: str, arguments: Mapping[str, Any]) -> "CallToolResult":
        """Call a tool.

        A server that does not answer in time is given up, since nobody knows what it is still doing.

        Raises:
            GeoflowError: `tool-unreachable`, `tool-timeout`, `tool-failed`, `tool-reply-invalid`.
        """
        import anyio

        if self._client is None:
            raise self._unreachable(self.reason or "is closed")
        with anyio.move_on_after(self.timeout):
            try:
                return await _result(self._client, tool, arguments)
            except Exception as error:
                raise self._failure(tool, error) from error
        self._give_up(f"did not answer {tool} within {self.timeout:g} s")
        raise GeoflowError(
            f'The MCP server "{self.name}" {self.reason}',
            fix="Set tools.timeout higher, or take the tool out of tools.allow.",
            code="tool-timeout",
        )

    async def ended(self) -> None:
        """Close it; wait until its process is over."""
        import anyio

        self._give_up("is closed")
        with anyio.move_on_after(_END_SECONDS):
            await self._over.wait()

    def _give_up(self, reason: str) -> None:
        self.reason = self.reason or reason
        self._client = None
        self._scope.cancel()

    def _failure(self, tool: str, error: Exception) -> GeoflowError:
        from mcp import MCPError

        if not is_servers_fault(error):
            raise error
        cause = causes(error)[0]
        if is_cut(cause):
            self._give_up(f"broke off: {self._why(error)}")
            return self._unreachable(self.reason)
        if isinstance(cause, MCPError):
            return GeoflowError(
                f'The MCP server "{self.name}" refused to call {tool}: {self._why(error)}',
                fix="Look at its tools and their arguments with: geoflow mcp tools",
                code="tool-failed",
                exit_code=ExitCode.NO,
            )
        return reply_invalid(self.name, tool, self._why(error))

    def _why(self, error: Exception) -> str:
        return described(self._heard or causes(error)[0], self.entry)

    def _unreachable(self, reason: str) -> GeoflowError:
        what = "Look at its url and headers" if self.entry.url else "Start its command by hand to see why"
        return GeoflowError(
            f'The MCP server "{self.name}" {reason}',
            fix=f"{what}, and mend its entry in mcp.json.",
            code="tool-unreachable",
        )


def reply_invalid(server: str, tool: str, reason: str) -> GeoflowError:
    """Make the error for a reply that cannot be used."""
    return GeoflowError(
        f'The MCP server "{server}" gave no result of {tool} that can be used: {reason}',
        fix="Try the tool in another MCP client.",
        code="tool-reply-invalid",
    )


async def _offers(client: "Client") -> dict[str, Offer]:
    found: dict[str, Offer] = {}
    cursor = None
    for _ in range(_MOST_PAGES):
        page = await client.list_tools(cursor=cursor)
        for tool in page.tools:
            offer = offer_of(tool)
            if offer and len(found) < _MOST_TOOLS:
                found.setdefault(offer.name, offer)
        cursor = page.next_cursor
        if cursor is None:
            break
    return found


async def _result(client: "Client", tool: str, arguments: Mapping[str, Any]) -> "CallToolResult":
    # Not through `Client.call_tool`: that validates the result by a form of the server's own, which may hold a pattern
    # that takes for ever, and it answers questions that the server asks back. Here a result is text and nothing else.
    from mcp.types import CallToolRequest, CallToolRequestParams, CallToolResult

    request = CallToolRequest(params=CallToolRequestParams(name=tool, arguments=dict(arguments)))
    return await client.session.send_request(request, CallToolResult)
