"""Agents that are asked again and again in one run: their servers are started once, unlike those of `McpAgents`."""

from collections.abc import Mapping, Sequence

from geoflow.adapters.mcp_config import ServerEntry
from geoflow.adapters.mcp_offers import result_text
from geoflow.adapters.mcp_pool import ServerPool
from geoflow.adapters.mcp_tools import invalid_reply, pick_tool, question_argument, shown
from geoflow.errors import ExitCode, GeoflowError
from geoflow.settings import ToolSettings


class SeatedAgents:
    """The port `Agents` over a pool of MCP servers, for seats of a review.

    Args:
        names: The agents, each as `server` or `server:tool`; without a tool the fitting one is chosen.
        servers: The servers by name.
        settings: The limits; what they allow is for tools that a model chooses, and a person chose these.
    """

    def __init__(self, names: Sequence[str], servers: Mapping[str, ServerEntry], settings: ToolSettings) -> None:
        self._parts = {name: _parts(name, servers) for name in names}
        self._servers, self._settings = dict(servers), settings
        self._pool = ServerPool(servers, settings.timeout)

    @property
    def names(self) -> tuple[str, ...]:
        """List the agents."""
        return tuple(self._parts)

    def ask(self, name: str, question: str) -> str:
        """Ask one agent; its answer as text. The first question starts its server.

        Raises:
            GeoflowError: `agent-unknown`, `agent-unsuitable`, `agent-reply-invalid`, and those of `Link.call`.
        """
        server, wanted = self._parts[name]
        link = self._pool.open([server])[server]
        if link.reason:
            raise GeoflowError(
                f'The agent "{name}" is left out: its server {link.reason}',
                fix="Look at it with: geoflow mcp tools",
                code="agent-unreachable",
            )
        tool = pick_tool(name, list(link.offers), wanted)
        argument = question_argument(name, tool, link.offers[tool].form or {})
        result = self._pool.call(server, tool, {argument: question})
        text = result_text(result, self._servers[server], self._settings.result)
        if result.is_error or not text:
            raise invalid_reply(name, f"answered with an error: {shown(text)}" if text else "said nothing")
        return text

    def close(self) -> None:
        """End all servers."""
        self._pool.close()


def _parts(name: str, servers: Mapping[str, ServerEntry]) -> tuple[str, str]:
    if name in servers:
        return name, ""
    server, _, tool = name.rpartition(":")
    if server in servers and tool:
        return server, tool
    raise GeoflowError(
        f'The seat of "{name}" stays empty: there is no such MCP server',
        fix=f"Name one of: {', '.join(servers) or 'none, so far'}; see: geoflow mcp tools",
        code="agent-unknown",
        exit_code=ExitCode.USAGE,
    )
