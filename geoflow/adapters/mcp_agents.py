"""Agents that may know what the specs do not say: tools of MCP servers that the user configured."""

from collections.abc import Mapping, Sequence

from geoflow.adapters.mcp_call import AgentCall
from geoflow.adapters.mcp_config import ServerEntry
from geoflow.errors import ExitCode, GeoflowError


class McpAgents:
    """The port `Agents` over MCP.

    Each question starts the server, or connects to it, calls one tool and lets the server go. A server is offered
    neither sampling nor elicitation, and its answer is only returned.

    Args:
        names: The agents, each as `server` or `server:tool`; without a tool the fitting one is chosen.
        servers: The servers by name, as `read_servers` reads them.
        timeout: Seconds for one question, from the start of the server to its answer.
    """

    def __init__(self, names: Sequence[str], servers: Mapping[str, ServerEntry], timeout: float) -> None:
        self._names = tuple(names)
        self._servers = dict(servers)
        self._timeout = timeout

    @property
    def names(self) -> tuple[str, ...]:
        """List the agents, in the order of the settings."""
        return self._names

    def ask(self, name: str, question: str) -> str:
        """Ask one agent; its answer as text, at most `LONGEST_ANSWER` characters.

        It blocks, and may be called from several threads at once: each call runs an event loop of its own in its
        thread, so not from a thread where one runs already.

        Raises:
            GeoflowError: `agent-unknown` where the server or its tool is not there, `agent-unsuitable` where the tool
                takes no question or more than that, `agent-unreachable`, `agent-timeout`, `agent-reply-invalid`.
        """
        server, tool = self._parts(name)
        return AgentCall(name, self._servers[server], tool, self._timeout).ask(question)

    def _parts(self, name: str) -> tuple[str, str]:
        if name in self._servers:
            return name, ""
        server, _, tool = name.rpartition(":")
        if server in self._servers and tool:
            return server, tool
        known = ", ".join(self._servers) or "none"
        raise GeoflowError(
            f'The agent "{name}" of questions.agents is no server of your mcp.json, which has: {known}',
            fix="Add the server to mcp.json in geoflow's folder of your settings, or correct questions.agents.",
            code="agent-unknown",
            exit_code=ExitCode.USAGE,
        )
