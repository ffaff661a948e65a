"""Feedback: what a person or an agent thinks of an edit, a finding, an answer, a question or a change."""

from dataclasses import dataclass
from typing import Literal

FOLDER = "openspec/feedback"
Judgement = Literal["accept", "edit", "reject", "comment"]


@dataclass(frozen=True, slots=True)
class Feedback:
    """One judgement; `target` is the id of what is judged, `at` the time (ISO 8601, UTC)."""

    target: str
    verdict: Judgement
    by: str
    kind: Literal["person", "agent"]
    at: str
    reason: str = ""


def edit_id(run: str, finding: str) -> str:
    """Name an edit of a run, as the target of a judgement: an edit mends one finding, and a run holds it once."""
    return f"{run}/{finding}"
