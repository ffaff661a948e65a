"""The tools of geoflow's own MCP server that follow long work, and the one that improves the specs on a branch."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Protocol

from geoflow.adapters.mcp_arguments import check_item, check_items, check_text
from geoflow.adapters.mcp_results import Run, Started
from geoflow.adapters.mcp_tool import make_tool, told

if TYPE_CHECKING:
    from mcp.server.mcpserver.tools import Tool


class RunDesk(Protocol):
    """What these tools do. Each call may come on a thread of its own; errors are GeoflowErrors."""

    def improve(self, targets: tuple[str, ...], budget: str) -> Started:
        """Start a run that improves specs on a branch."""

    def review(self, target: str, roles: str) -> Started:
        """Start a review in which the model takes roles."""

    def get_run(self, run: str) -> Run:
        """Tell how far a run is."""

    def cancel_run(self, run: str, *, may_improve: bool) -> Run:
        """End a run; one of improve only for those who may start one."""


def run_tools(desk: RunDesk, *, may_improve: bool) -> "list[Tool]":
    """Make the tools that follow runs, and the one that starts an improve run for those who may."""
    reading, ending = _following(desk, may_improve=may_improve)
    tools = [
        make_tool(reading, writes=False, shown={"state", "progress", "result", "error"}),
        make_tool(ending, writes=True, shown={"state", "result"}),
    ]
    return [*tools, make_tool(_improving(desk), writes=True)] if may_improve else tools


def _following(desk: RunDesk, *, may_improve: bool) -> tuple[Callable[..., Any], Callable[..., Any]]:
    def get_run(run: str) -> Run:
        """Tell how far a run is, and its result."""
        with told():
            return desk.get_run(check_item("run", run))

    def cancel_run(run: str) -> Run:
        """End a run; what it has so far is kept."""
        with told():
            return desk.cancel_run(check_item("run", run), may_improve=may_improve)

    return get_run, cancel_run


def _improving(desk: RunDesk) -> Callable[..., Any]:
    def improve(targets: tuple[str, ...] = (), budget: str = "10m") -> Started:
        """Start a run that mends specs on a branch for a person to merge."""
        with told():
            return desk.improve(check_items("targets", targets), check_text("budget", budget))

    return improve
