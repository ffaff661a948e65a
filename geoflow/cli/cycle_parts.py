"""Join what the cycle of changes works with, and how a change looks to scripts and agents."""

from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from geoflow.questions.review_round import Author, Event, RoundFinding
    from geoflow.workflow.change_cycle import ChangeView, Cycle

_LONGEST_DOCUMENT = 100_000
"""Characters of one document; an agent cannot hand in a longer one either."""
_MOST_ROUNDS = 50
_MOST_NAMED = 3


def open_cycle(root: Path, author: str, kind: "Author") -> "Cycle":
    """Open the cycle on a root, for one who is at work there."""
    from geoflow.adapters.clock import SystemClock
    from geoflow.adapters.documents import WorkTreeDocuments
    from geoflow.adapters.event_files import EventFiles
    from geoflow.adapters.folders import locks_folder
    from geoflow.adapters.people import audience_for
    from geoflow.adapters.planning_tree import WorkTree
    from geoflow.cli.ask_parts import open_questions
    from geoflow.cli.context import load_settings, state_folder_or_none
    from geoflow.workflow.change_cycle import Cycle

    people = load_settings().questions.people
    return Cycle(
        tree=WorkTree(root),
        documents=WorkTreeDocuments(root),
        events=EventFiles(state_folder_or_none(root) or locks_folder()),
        questions=open_questions(root),
        clock=SystemClock(),
        people=lambda path: audience_for(root, path, people),
        author=author,
        kind=kind,
    )


def state_row(view: "ChangeView") -> dict[str, Any]:
    """Give a change's state and who acts next."""
    standing = view.standing
    return {
        "id": view.id,
        "state": standing.state,
        "next": {"kind": standing.next.kind, "name": standing.next.name},
        "open_findings": len(standing.findings),
    }


def state_line(view: "ChangeView") -> str:
    """Say on one line how far a change is and who acts next, for people."""
    from geoflow.cli.render import one_line

    actor = view.standing.next
    names = actor.name.split(", ")
    more = f" and {len(names) - _MOST_NAMED} more" if len(names) > _MOST_NAMED + 1 else ""
    shown = f"{', '.join(names[:_MOST_NAMED])}{more}" if more else actor.name
    name = f" {one_line(shown)}" if shown else ""
    return f"{view.standing.state}; next: {actor.kind}{name}"


def full_row(view: "ChangeView") -> dict[str, Any]:
    """Give all of a change: documents, rounds, open findings and questions, and the base of the next revision.

    A finding has `why_open` where a response says so; `answers` are those that no response speaks of yet.
    """
    from geoflow.questions.cycle import unheard

    issues = [{"path": one.document, "line": one.span.line, "message": one.message} for one in view.report.issues]
    broken = [{"path": one.path, "line": one.line, "reason": one.reason} for one in view.broken]
    return state_row(view) | {
        "base": view.base,
        "documents": [_document_row(name, text) for name, text in view.documents.items()],
        "rounds": [_event_row(one) for one in view.events[-_MOST_ROUNDS:]],
        "findings": [_finding_row(one, view) for one in view.standing.findings],
        "questions": [{"id": one.id, "question": one.text, "for": list(one.audience)} for one in view.questions],
        "answers": [
            {"question": one.id, "asked": one.text, "answer": reply.text, "by": reply.name}
            for one, reply in unheard(view.asked, view.events)
        ],
        "issues": issues,
        "unreadable": broken,
    }


def _document_row(name: str, text: str) -> dict[str, Any]:
    shown = text.encode("utf-8", "surrogateescape").decode("utf-8", "replace")  # what is no text was read all the same
    return {"name": name, "text": shown[:_LONGEST_DOCUMENT], "is_cut": len(shown) > _LONGEST_DOCUMENT}


def _finding_row(finding: "RoundFinding", view: "ChangeView") -> dict[str, Any]:
    from dataclasses import asdict

    return asdict(finding) | {"why_open": view.standing.reasons.get(finding.id, "")}


def _event_row(event: "Event") -> dict[str, Any]:
    from dataclasses import asdict

    body = asdict(event)
    return {"event": type(event).__name__.lower(), **body.pop("signed"), **body}
