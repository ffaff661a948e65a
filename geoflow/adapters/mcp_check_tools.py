"""The tools of geoflow's own MCP server that say what is wrong in specs and changes."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Protocol

from geoflow.adapters.mcp_arguments import check_item
from geoflow.adapters.mcp_results import Judged, Reviewed
from geoflow.adapters.mcp_tool import make_tool, told

if TYPE_CHECKING:
    from mcp.server.mcpserver.tools import Tool


class CheckDesk(Protocol):
    """What these tools do. Each call may come on a thread of its own; errors are GeoflowErrors."""

    def validate(self, item: str) -> Judged:
        """Validate one spec or change, or all."""

    def review(self, target: str) -> Reviewed:
        """Review one spec or change by rule, or all."""

    def spec_text(self, spec_id: str) -> str:
        """Give the text of a main spec."""


def check_tools(desk: CheckDesk) -> "list[Tool]":
    """Make the tools; they only read."""
    return [make_tool(one, writes=False) for one in _checks(desk)]


def _checks(desk: CheckDesk) -> tuple[Callable[..., Any], ...]:
    def validate(item: str = "") -> Judged:
        """Check one spec or change by id, or all, against the rules of OpenSpec; gives those with issues."""
        with told():
            return desk.validate(check_item("item", item))

    def review(target: str = "") -> Reviewed:
        """Find vague words, gaps and contradictions by rule in one spec or change, or in all."""
        with told():
            return desk.review(check_item("target", target))

    return validate, review
