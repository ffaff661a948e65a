"""The tools of geoflow's own MCP server that give agents a seat in the cycle of a change."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Protocol

from geoflow.adapters.mcp_changes import tell_of_changes
from geoflow.adapters.mcp_cycle_arguments import (
    Judgement,
    SaidFeedback,
    SaidProposal,
    SaidReview,
    SaidRevision,
    Verdict,
    check_change_id,
    check_feedback,
    check_proposal,
    check_review,
    check_revision,
)
from geoflow.adapters.mcp_results import Changes, ChangeState, Metrics, Noted, Row
from geoflow.adapters.mcp_tool import client_name, in_thread, make_tool, told

if TYPE_CHECKING:
    from mcp.server.mcpserver.tools import Tool

_NO_FILES: Row = {}
_NONE_RESOLVED: dict[str, str] = {}


_SHOWN = frozenset({"changes", "snapshots", "id", "state", "next", "base", "file"})
"""What of their results the schemas name."""


class CycleDesk(Protocol):
    """What these tools do. Each call may come on a thread of its own; errors are GeoflowErrors."""

    def change(self, change: str) -> Changes:
        """Give a change with all that is in it, or list the active ones where none is named."""

    def metrics(self) -> Metrics:
        """Give the recorded snapshots, or the measures of HEAD."""

    def propose(self, proposal: SaidProposal, author: str) -> ChangeState:
        """Write a new change."""

    def review(self, change: str, review: SaidReview, author: str) -> ChangeState:
        """Write a review round."""

    def revise(self, change: str, revision: SaidRevision, author: str) -> ChangeState:
        """Rewrite documents of a change."""

    def feedback(self, feedback: SaidFeedback, author: str) -> Noted:
        """Write a judgement down."""

    def change_text(self, change: str) -> str:
        """Give a change as JSON."""

    def metrics_text(self) -> str:
        """Give the measures as JSON."""


def cycle_tools(desk: CycleDesk) -> "list[Tool]":
    """Make the tools that only read."""

    def get_change(id: str = "") -> Changes:  # noqa: A002 - the name that agents see
        """Give a change: state, next actor, documents, reviews, findings; or list all."""
        with told():
            return desk.change(check_change_id(id))

    def get_metrics() -> Metrics:
        """Give the measures of the specs by commit."""
        with told():
            return desk.metrics()

    return [make_tool(one, writes=False, shown=_SHOWN) for one in (get_change, get_metrics)]


def writing_cycle_tools(desk: CycleDesk) -> "list[Tool]":
    """Make the tools that write changes, rounds and feedback."""
    return [make_tool(one, writes=True, shown=_SHOWN) for one in (*_proposals(desk), *_judgements(desk))]


def _proposals(desk: CycleDesk) -> tuple[Callable[..., Any], ...]:
    from mcp.server.mcpserver import Context

    async def propose_change(
        idea: str, ctx: Context, name: str = "", capability: str = "", files: Row = _NO_FILES
    ) -> ChangeState:
        """Propose a change: your `files` {proposal, design, tasks, specs: {capability: text}}, or a model drafts it."""
        with told():
            said, author = check_proposal(idea, name, capability, files), client_name(ctx)
            made = await in_thread(lambda: desk.propose(said, author), waits=not files)
            await tell_of_changes(ctx)
            return made

    def revise_change(
        change: str,
        base: str,
        ctx: Context,
        files: Row = _NO_FILES,
        resolved: dict[str, str] = _NONE_RESOLVED,
        left: dict[str, str] = _NONE_RESOLVED,
    ) -> ChangeState:
        """Replace `files` of a change; by id how you `resolved` or why you `left` a finding; `base`: get_change."""
        with told():
            said = check_revision(base, files, resolved, left)
            return desk.revise(check_change_id(change), said, client_name(ctx))

    return propose_change, revise_change


def _judgements(desk: CycleDesk) -> tuple[Callable[..., Any], ...]:
    from mcp.server.mcpserver import Context

    def submit_review(
        change: str, base: str, verdict: Verdict, ctx: Context, role: str = "", findings: tuple[Row, ...] = ()
    ) -> ChangeState:
        """Review a change; a finding is {quote or requirement, message, severity, fix}."""
        with told():
            return desk.review(check_change_id(change), check_review(base, verdict, role, findings), client_name(ctx))

    def give_feedback(target: str, verdict: Judgement, ctx: Context, reason: str = "") -> Noted:
        """Judge an edit, finding, answer or change by its id."""
        with told():
            return desk.feedback(check_feedback(target, verdict, reason), client_name(ctx))

    return submit_review, give_feedback
