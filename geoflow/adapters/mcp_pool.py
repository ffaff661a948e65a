"""MCP servers that one run shares: started when the first is needed, in a thread of their own, ended with the run."""

import atexit
import threading
from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import TimeoutError as NotInTime
from contextlib import AbstractContextManager, suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from geoflow.adapters.mcp_config import ServerEntry
from geoflow.adapters.mcp_link import Link
from geoflow.adapters.mcp_transport import depth, load_sdk
from geoflow.errors import GeoflowError

if TYPE_CHECKING:
    from anyio.from_thread import BlockingPortal
    from mcp.types import CallToolResult

_AFTER = 3.0  # seconds that the loop may take beyond a limit of its own
_END_SECONDS = 8.0
TOO_DEEP = "geoflow was itself started by an MCP client of geoflow, and calls no server from there"


@dataclass(slots=True)
class _Running:
    portal: "BlockingPortal"
    context: "AbstractContextManager[BlockingPortal]"


class ServerPool:
    """Links to servers, opened on first use and then kept; safe to be used from several threads.

    Args:
        servers: The servers by name.
        timeout: Seconds for a server's start, and for each call.
    """

    def __init__(self, servers: Mapping[str, ServerEntry], timeout: float) -> None:
        self._servers, self._timeout = dict(servers), timeout
        self._links: dict[str, Link] = {}
        self._running: _Running | None = None
        self._closed = False
        self._lock = threading.Lock()

    def open(self, names: Iterable[str]) -> dict[str, Link]:
        """Open the links to these servers, all at a time; one that fails has a `reason` instead of offers.

        Raises:
            GeoflowError: `tool-too-deep` where a server that geoflow started has started this geoflow.
        """
        wanted = [name for name in dict.fromkeys(names) if name in self._servers]
        if depth() and wanted:
            raise GeoflowError(
                TOO_DEEP[0].upper() + TOO_DEEP[1:],
                fix="Take geoflow's own server out of tools.allow.",
                code="tool-too-deep",
            )
        with self._lock:
            new = [name for name in wanted if name not in self._links]
            if new:
                portal = self._start()
                for name in new:
                    self._links[name] = portal.call(Link, name, self._servers[name], self._timeout)
                    portal.start_task_soon(self._links[name].own)
            links = {name: self._links[name] for name in wanted}
        for link in links.values():
            self._in_loop(link.opened)
        return links

    def call(self, server: str, tool: str, arguments: Mapping[str, Any]) -> "CallToolResult":
        """Call a tool of a server that was opened; errors are those of `Link.call`."""
        result: CallToolResult | None = self._in_loop(self._links[server].call, tool, arguments)
        if result is None:
            raise GeoflowError(
                f'The MCP server "{server}" keeps geoflow too busy to end the call of {tool}',
                fix="Take it out of tools.allow.",
                code="tool-timeout",
            )
        return result

    def close(self) -> None:
        """End all servers, all at a time; what does not end by itself is killed."""
        with self._lock:
            running, self._running, self._closed = self._running, None, True
        if running is None:
            return
        atexit.unregister(self.close)
        ends = [running.portal.start_task_soon(link.ended) for link in self._links.values()]
        for end in ends:
            with suppress(NotInTime):
                end.result(_END_SECONDS)
        if all(end.done() for end in ends):
            running.context.__exit__(None, None, None)

    def _start(self) -> "BlockingPortal":
        from anyio.from_thread import start_blocking_portal

        if self._closed:
            raise GeoflowError("The tools are closed: the run has ended.", code="tool-unreachable")
        if self._running is None:
            load_sdk()
            context = start_blocking_portal(name="geoflow-tools")
            self._running = _Running(context.__enter__(), context)
            atexit.register(self.close)
        return self._running.portal

    def _in_loop(self, method: Callable[..., Any], *arguments: Any) -> Any:
        """Run a method of a link in the loop; None where even the loop does not come back in time."""
        with self._lock:
            portal = self._start()
        future = portal.start_task_soon(method, *arguments)
        try:
            return future.result(self._timeout + _AFTER)
        except NotInTime:
            future.cancel()
            return None
