"""The port `ToolBox` over MCP: what the setting `tools.allow` allows, of the servers that may be used."""

import json
import threading
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from geoflow.adapters.mcp_link import reply_invalid
from geoflow.adapters.mcp_offers import Offer, result_text
from geoflow.adapters.mcp_pool import ServerPool
from geoflow.adapters.mcp_servers import ServerList
from geoflow.adapters.mcp_tools import shown
from geoflow.adapters.tool_allowance import Allowance
from geoflow.errors import ExitCode, GeoflowError
from geoflow.questions.tool import Tool
from geoflow.settings import ToolSettings


@dataclass(frozen=True, slots=True)
class ServerState:
    """One server as `geoflow mcp tools` shows it. `offers` has each tool with whether a model may call it."""

    name: str
    origin: Literal["user", "project"]
    state: Literal["ready", "left out", "not trusted"]
    why: str = ""
    protocol: str = ""
    offers: tuple[tuple[Offer, bool], ...] = ()


class McpToolBox:
    """Tools of MCP servers; safe to be used from several threads.

    A server is offered neither sampling nor elicitation, and its result is text and nothing more.

    Args:
        servers: Those that may be used.
        settings: What is allowed, and the limits.
    """

    def __init__(self, servers: ServerList, settings: ToolSettings) -> None:
        self._list, self._settings = servers, settings
        self._allowance = Allowance(settings.allow)
        self._pool = ServerPool(servers.servers, settings.timeout)
        self._left_out: dict[str, str] = {}
        self._tools: list[Tool] | None = None
        self._calls = 0
        self._lock = threading.Lock()

    def tools(self) -> Sequence[Tool]:
        """List the tools that are allowed; the first call starts their servers, all at a time."""
        with self._lock:
            if self._tools is None:
                self._tools = self._find()
            return list(self._tools)

    @property
    def left_out(self) -> Mapping[str, str]:
        """Say why servers are left out, those that broke off on the way included."""
        return dict(self._left_out)

    def call(self, tool: Tool, arguments: Mapping[str, Any]) -> str:
        """Call an allowed tool within the limits; its result as text."""
        if tool not in self.tools():
            raise _unknown_tool(tool.server, tool.name, [one.name for one in self.tools() if one.server == tool.server])
        _check(tool, arguments)
        with self._lock:
            if self._calls >= self._settings.calls:
                raise GeoflowError(
                    f"The run has made its {self._settings.calls} calls of tools",
                    fix="Set tools.calls higher.",
                    code="tool-calls-spent",
                    exit_code=ExitCode.NO,
                )
            self._calls += 1
        return self._call(tool.server, tool.name, arguments)

    def call_for_person(self, server: str, tool: str, arguments: Mapping[str, Any], texts: Mapping[str, str]) -> str:
        """Call any tool of a server that may be used: the allow-list binds models, not the person at the terminal.

        `texts` are arguments as they were typed: JSON, unless the tool wants a text there.

        Raises:
            GeoflowError: `tool-server-unknown`, `tool-untrusted`, `tool-unknown`, and those of the port.
        """
        if server in self._list.inert:
            raise GeoflowError(
                f'The MCP server "{server}" is not used: {self._list.inert[server].rpartition(":")[0]}.',
                fix="Look at what it would start, and trust it, with: geoflow trust",
                code="tool-untrusted",
            )
        if server not in self._list.servers:
            raise GeoflowError(
                f'There is no MCP server "{server}" in your mcp.json or the repository\'s.',
                fix=f"Name one of: {', '.join(self._list.servers) or 'none, so far'}; see: geoflow mcp tools",
                code="tool-server-unknown",
                exit_code=ExitCode.USAGE,
            )
        link = self._pool.open([server])[server]
        if not link.reason and tool not in link.offers:
            raise _unknown_tool(server, tool, list(link.offers))
        form = (link.offers[tool].form if tool in link.offers else None) or {}
        typed = {name: _typed(text, form.get("properties", {}).get(name, {})) for name, text in texts.items()}
        return self._call(server, tool, {**arguments, **typed})

    def states(self) -> list[ServerState]:
        """Open all servers that may be used, and tell how each is; GeoflowError `tool-too-deep`."""
        links = self._pool.open(self._list.servers)
        found = []
        for name, link in links.items():
            origin: Literal["user", "project"] = "project" if name in self._list.project else "user"
            offers = tuple((offer, self._allows(name, offer)) for offer in link.offers.values())
            state = ServerState(name, origin, "left out" if link.reason else "ready", link.reason)
            found.append(state if link.reason else ServerState(name, origin, "ready", "", link.protocol, offers))
        inert = [ServerState(name, "project", "not trusted", why) for name, why in self._list.inert.items()]
        return [*found, *inert]

    def close(self) -> None:
        """End all servers."""
        self._pool.close()

    def _find(self) -> list[Tool]:
        wanted = self._allowance.servers()
        complaints = self._allowance.complaints(self._list.servers)
        self._left_out |= {name: self._list.inert.get(name, why) for name, why in complaints.items()}
        try:
            links = self._pool.open(name for name in wanted if name in self._list.servers)
        except GeoflowError as error:
            self._left_out["geoflow"] = error.message
            return []
        found: list[Tool] = []
        for name, link in links.items():
            if link.reason:
                self._left_out[name] = link.reason
                continue
            tools = [offer.tool(name) for offer in link.offers.values() if self._allows(name, offer)]
            found += [tool for tool in tools if tool]
            self._left_out |= self._missing(name, link.offers.values())
        return found

    def _missing(self, server: str, offers: Iterable[Offer]) -> dict[str, str]:
        usable = {offer.name for offer in offers if offer.form is not None}
        words = [word for word in self._settings.allow if word.rpartition(":")[0] == server]
        return {
            word: "the server has no such tool that a model could fill in"
            for word in words
            if word.rpartition(":")[2] not in {"*", *usable}
        }

    def _allows(self, server: str, offer: Offer) -> bool:
        return offer.form is not None and self._allowance.allows(server, offer.name, only_reads=offer.only_reads)

    def _call(self, server: str, tool: str, arguments: Mapping[str, Any]) -> str:
        try:
            result = self._pool.call(server, tool, arguments)
        except GeoflowError as error:
            if error.code in {"tool-unreachable", "tool-timeout"}:
                self._left_out[server] = error.message.removeprefix(f'The MCP server "{server}" ')
            raise
        text = result_text(result, self._list.servers[server], self._settings.result)
        if result.is_error:
            raise GeoflowError(
                f"{tool} of the MCP server {server} answered with an error: {shown(text) or 'without a word'}",
                fix="Look at its arguments with: geoflow mcp tools",
                code="tool-failed",
                exit_code=ExitCode.NO,
            )
        if not text:
            raise reply_invalid(server, tool, "it says nothing")
        return text


def _typed(text: str, form: Mapping[str, Any]) -> Any:
    if form.get("type") == "string":
        return text
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return text


def _check(tool: Tool, arguments: Mapping[str, Any]) -> None:
    from jsonschema import Draft202012Validator
    from jsonschema.exceptions import best_match

    error = best_match(Draft202012Validator(tool.form).iter_errors(json.loads(json.dumps(dict(arguments)))))
    if error is not None:
        raise GeoflowError(
            f"The arguments for {tool.id} do not fit: {shown(f'{error.json_path}: {error.message}')}",
            fix="Look at its arguments with: geoflow mcp tools --json",
            code="tool-arguments-invalid",
            exit_code=ExitCode.USAGE,
        )


def _unknown_tool(server: str, tool: str, known: Sequence[str]) -> GeoflowError:
    return GeoflowError(
        f'The MCP server "{server}" has no tool "{tool}" that may be called',
        fix=f"Name one of: {shown(', '.join(known)) or 'none'}; see: geoflow mcp tools",
        code="tool-unknown",
        exit_code=ExitCode.USAGE,
    )
