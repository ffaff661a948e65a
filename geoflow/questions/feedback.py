"""Feedback: what a person or an agent thinks of an edit, a finding, an answer, a question, a run or a change."""

from dataclasses import dataclass
from typing import Literal

FOLDER = "openspec/feedback"
Judgement = Literal["accept", "edit", "reject", "comment"]
SATISFACTION = range(1, 6)
"""From 1, no use at all, to 5."""


@dataclass(frozen=True, slots=True)
class Feedback:
    """One judgement; `target` is the id of what is judged, `at` the time (ISO 8601, UTC).

    `satisfaction` is one of `SATISFACTION`, 0 where none was given; `code` and `quote` are those of a finding, which
    is worked out anew each time and could not be found by its id once its text is another one.
    """

    target: str
    verdict: Judgement
    by: str
    kind: Literal["person", "agent"]
    at: str
    reason: str = ""
    satisfaction: int = 0
    code: str = ""
    quote: str = ""


def edit_id(run: str, finding: str) -> str:
    """Name an edit of a run, as the target of a judgement: an edit mends one finding, and a run holds it once."""
    return f"{run}/{finding}"
