"""geoflow's own MCP server: one object for both eras of the protocol, over stdin and stdout."""

import logging
import signal
import sys
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, redirect_stdout
from typing import TYPE_CHECKING

from geoflow.adapters.mcp_changes import Changes, add_changes, watched
from geoflow.adapters.mcp_listing import add_completions, add_listing
from geoflow.adapters.mcp_prompts import add_prompts
from geoflow.adapters.mcp_server_tools import Capability, Desks, make_tools
from geoflow.adapters.request_state_key import LIFETIME_SECONDS
from geoflow.errors import GeoflowError

if TYPE_CHECKING:
    from mcp.server import MCPServer

_INSTRUCTIONS = (
    "The OpenSpec specifications of this project. Ask them before you decide what the software shall do; they answer "
    "with file and line, or say that nothing is specified. get_change tells whose turn it is with a change."
)


def build_server(desks: Desks, capability: Capability, version: str, key: bytes | None = None) -> "MCPServer":
    """Make the server. With the capability `read` it has no tool that writes.

    `key` seals what clients hold while they are asked back; without one a client cannot come back to another server.
    """
    from mcp.server import CacheHint, MCPServer
    from mcp.server.mcpserver import RequestStateSecurity

    _log_plainly()
    changes = Changes(desks.pages.stamps)
    tools, lasting = make_tools(desks, capability), CacheHint(ttl_ms=3_600_000, scope="public")
    server = MCPServer(
        "geoflow",
        version=version,
        instructions=_INSTRUCTIONS,
        tools=tools,
        cache_hints={"tools/list": lasting, "prompts/list": lasting, "resources/templates/list": lasting},
        log_level="WARNING",
        lifespan=_at_work,
        subscriptions=changes.bus,
        request_state_security=RequestStateSecurity(keys=[key], ttl=LIFETIME_SECONDS) if key else None,
    )
    _add_resources(server, desks)
    add_changes(server, changes)
    add_listing(server, desks.pages)
    add_completions(server, desks.pages)
    add_prompts(server, desks.pages, frozenset(tool.name for tool in tools))
    return server


def serve(server: "MCPServer") -> None:
    """Serve until stdin ends or the client is gone; what else is written to stdout meanwhile goes to stderr."""
    # The thread that waits for stdin cannot be interrupted, so Ctrl-C ends the process; every write is whole or not.
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    try:
        server.run("stdio")
    except* BrokenPipeError:
        pass  # nobody is left to be told


def _log_plainly() -> None:
    # Else the SDK sets up boxes of a hundred lines for every traceback.
    logging.basicConfig(level="WARNING", format="geoflow: %(message)s", stream=sys.stderr)


@asynccontextmanager
async def _at_work(server: "MCPServer") -> AsyncIterator[None]:
    # The SDK keeps what is written to descriptor 1 off the wire, but not what `print` has buffered when it ends.
    with redirect_stdout(sys.stderr):
        async with watched(server):
            yield


def _add_resources(server: "MCPServer", desks: Desks) -> None:
    @server.resource("geoflow://spec/{+id}", mime_type="text/markdown")
    def spec(id: str) -> str:  # noqa: A002 - the name in the template
        """Give the text of a main spec."""
        return _found(desks.checks.spec_text, id)

    @server.resource("geoflow://question/{id}", mime_type="application/yaml")
    def question(id: str) -> str:  # noqa: A002 - the name in the template
        """Give the file of a stored question."""
        return _found(desks.questions.question_text, id)

    @server.resource("geoflow://change/{id}", mime_type="application/json")
    def change(id: str) -> str:  # noqa: A002 - the name in the template
        """Give a change with its state, documents and reviews."""
        return _found(desks.cycle.change_text, id)

    @server.resource("geoflow://metrics", mime_type="application/json")
    def metrics() -> str:
        """Give the recorded measures."""
        return _found(lambda _: desks.cycle.metrics_text(), "")


def _found(look_up: Callable[[str], str], key: str) -> str:
    from mcp.server.mcpserver.exceptions import ResourceError, ResourceNotFoundError

    try:
        return look_up(key)
    except GeoflowError as error:
        kind = ResourceNotFoundError if error.code.startswith("unknown-") else ResourceError
        raise kind(f"{error.message} ({error.code})") from None
