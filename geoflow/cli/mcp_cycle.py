"""The desk behind the tools of `geoflow mcp` that give agents a seat in the cycle of a change."""

import json
from pathlib import Path
from typing import TYPE_CHECKING

from geoflow.cli.cycle_parts import full_row, open_cycle, state_row
from geoflow.cli.mcp_questions import BUDGET
from geoflow.cli.mcp_rows import bounded

if TYPE_CHECKING:
    from geoflow.adapters.mcp_cycle_arguments import SaidFeedback, SaidParts, SaidProposal, SaidReview, SaidRevision
    from geoflow.adapters.mcp_results import Changes, ChangeState, Metrics, Noted
    from geoflow.ports import ChatModel
    from geoflow.workflow.change_cycle import ChangeView, Cycle
    from geoflow.workflow.change_parts import Parts
    from geoflow.workflow.propose import Desk

_SNAPSHOTS = 10


class Changing:
    """The `CycleDesk` of the MCP server on one root. Whoever calls counts as an agent."""

    def __init__(self, root: Path) -> None:
        self._root = root

    def change(self, change: str) -> "Changes":
        """Give a change, or list the active ones; GeoflowError `unknown-change`."""
        from geoflow.workflow.change_cycle import look_at_change, look_at_changes

        cycle = self._cycle("")
        if change:
            return {"changes": [full_row(look_at_change(cycle, change))], "left_out": 0}
        shown, left_out = bounded([state_row(view) for view in look_at_changes(cycle)])
        return {"changes": shown, "left_out": left_out}

    def propose(self, proposal: "SaidProposal", author: str) -> "ChangeState":
        """Write the documents that were handed in, or the model's draft where there are none."""
        from geoflow.workflow.propose import Idea, checked_line
        from geoflow.workflow.propose_finished import propose_drafted, propose_finished

        idea, cycle = Idea(proposal.idea, proposal.name, proposal.capability), self._cycle(author)
        checked_line(idea)
        if any(proposal.parts):
            return _state(propose_finished(cycle, idea, _parts(proposal.parts)))
        return _state(propose_drafted(cycle, idea, *self._drafting()))

    def review(self, change: str, review: "SaidReview", author: str) -> "ChangeState":
        """Write a review round."""
        from geoflow.workflow.submit_review import Review, Said, submit_review

        findings = tuple(Said(*one) for one in review.findings)
        said = Review(review.verdict, review.base, review.role, findings)
        return _state(submit_review(self._cycle(author), change, said))

    def revise(self, change: str, revision: "SaidRevision", author: str) -> "ChangeState":
        """Rewrite documents of a change."""
        from geoflow.workflow.revise_change import Revision, revise_change

        made = Revision(
            revision.base,
            _parts(revision.parts),
            revision.resolved,
            left=revision.left,
        )
        return _state(revise_change(self._cycle(author), change, made))

    def feedback(self, feedback: "SaidFeedback", author: str) -> "Noted":
        """Write a judgement down."""
        from geoflow.questions.feedback import Feedback

        cycle = self._cycle(author)
        at = cycle.sign("").at
        made = Feedback(feedback.target, feedback.verdict, author, "agent", at, feedback.reason)
        file = cycle.events.feedback_file(made)
        cycle.documents.create(file)
        return {"file": next(iter(file))}

    def metrics(self) -> "Metrics":
        """Give the recorded snapshots, newest first; the measures of HEAD, recorded nowhere, where there is none."""
        from geoflow.cli.monitor_parts import open_recorder
        from geoflow.workflow.record_snapshot import record_snapshot
        from geoflow.workflow.show_snapshots import show_snapshots

        repository, recorder = open_recorder(self._root)
        found = [one.snapshot.document() for one in show_snapshots(repository, _SNAPSHOTS)]
        if found:
            return {"recorded": True, "snapshots": found}
        measured = record_snapshot(recorder, dry_run=True)
        return {"recorded": False, "snapshots": [measured.snapshot.document()]}

    def change_text(self, change: str) -> str:
        """Give a change as JSON; GeoflowError `unknown-change`."""
        from geoflow.adapters.mcp_cycle_arguments import check_change_id

        return json.dumps(self.change(check_change_id(change)), ensure_ascii=False)

    def metrics_text(self) -> str:
        """Give the measures as JSON."""
        return json.dumps(self.metrics(), ensure_ascii=False)

    def _cycle(self, author: str) -> "Cycle":
        return open_cycle(self._root, author, "agent")

    def _drafting(self) -> "tuple[Desk, ChatModel]":
        from geoflow.adapters.clock import SystemClock
        from geoflow.adapters.documents import WorkTreeDocuments
        from geoflow.cli.context import open_model, open_passages, open_templates
        from geoflow.cli.progress import silent_progress
        from geoflow.workflow.budget import Meter, Metered
        from geoflow.workflow.limits import read_limits
        from geoflow.workflow.propose import Desk

        model = Metered(open_model(), Meter(SystemClock(), read_limits(BUDGET)))
        templates = open_templates("propose", self._root)
        desk = Desk(
            WorkTreeDocuments(self._root), open_passages(self._root), templates, SystemClock(), silent_progress()
        )
        return desk, model


def _parts(said: "SaidParts") -> "Parts":
    from geoflow.workflow.change_parts import Parts

    return Parts(*said)


def _state(view: "ChangeView") -> "ChangeState":
    standing = view.standing
    return {
        "id": view.id,
        "state": standing.state,
        "next": {"kind": standing.next.kind, "name": standing.next.name},
        "base": view.base,
        "open_findings": len(standing.findings),
    }
