"""The tools of geoflow's own MCP server that say what is wrong in specs and changes."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Protocol

from geoflow.adapters.mcp_arguments import check_item
from geoflow.adapters.mcp_results import Judged, Reviewed
from geoflow.adapters.mcp_run_tools import RunDesk
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


def check_tools(desk: CheckDesk, runs: RunDesk) -> "list[Tool]":
    """Make the tools; they only read."""
    validate, review = _checks(desk, runs)
    return [
        make_tool(validate, writes=False, shown={"valid", "items"}),
        make_tool(review, writes=False, shown={"verdict", "findings", "run"}),
    ]


def _checks(desk: CheckDesk, runs: RunDesk) -> tuple[Callable[..., Any], ...]:
    def validate(item: str = "") -> Judged:
        """Check a spec or change, or all, against the rules of OpenSpec."""
        with told():
            return desk.validate(check_item("item", item))

    def review(target: str = "", roles: str = "") -> Reviewed:
        """Find vague words, gaps and contradictions by rule, or by `roles` (`all`, `security`) in a run."""
        with told():
            item, wanted = check_item("target", target), check_item("roles", roles)
            return _by_roles(runs, item, wanted) if wanted else desk.review(item)

    return validate, review


def _by_roles(runs: RunDesk, target: str, roles: str) -> Reviewed:
    started = runs.review(target, roles)
    return {
        "verdict": "",
        "findings": [],
        "left_out": 0,
        "notes": ["Follow the run with get_run."],
        "run": started["run"],
    }
