"""What a revision tells: for each finding and answer an edit, a question or the reason why there is none."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from geoflow.questions.question import Question
from geoflow.workflow.improve_result import BUDGET_SPENT, MODEL_STOPPED, NEEDS_MODEL, STOPPED, KeptEdit

Source = Literal["person", "agent", "model", "rule", "answer"]
Outcome = Literal["edited", "asked", "settled", "open"]
MOST_QUESTIONS = 5
"""New questions of one revision: more at once nobody answers."""

HELD_BY_NOW = "no rule finds it any more"
NO_SENTENCE = "no sentence of the deltas was found that it is about"
NOT_A_DELTA = "it is about {document}, and only sentences of requirements are edited here: edit it by hand"
NOTED = "noted in the proposal; no edit of a sentence follows from it"
SPLITTING = "splitting or restructuring a requirement is for a person"
ENOUGH_ASKED = (
    f"it needs an answer, and {MOST_QUESTIONS} questions are asked already: run it again when those are answered"
)
UNUSABLE = "not changed: the model's reply could not be used"
ANSWERED = "answered: {path}"
NOT_BROUGHT_IN = "its answer is not in the change: {why}"
_PASSING = frozenset({BUDGET_SPENT, MODEL_STOPPED, NEEDS_MODEL, STOPPED, ENOUGH_ASKED})


@dataclass(frozen=True)
class Handled:
    """One finding or answer, and what came of it.

    `id` is the finding's, or the question's where `source` is `answer`, and `reply` the answer's. `by` is who said it.
    """

    id: str
    source: Source
    by: str
    message: str
    path: str
    line: int
    requirement: str
    outcome: Outcome
    why: str = ""
    edits: tuple[KeptEdit, ...] = ()
    question: Question | None = None
    reply: str = ""

    @property
    def is_left(self) -> bool:
        """Tell whether it stays open for a reason that another run would not do away with."""
        passing = self.why in _PASSING or self.why.startswith(UNUSABLE)
        return self.outcome == "open" and bool(self.why) and not passing

    @property
    def told(self) -> str:
        """Say in one line what was done, for the response that lies with the change."""
        if self.outcome == "asked" and self.question:
            return f"asked: {self.question.path}"
        if self.outcome == "edited":
            places = dict.fromkeys(f"“{one.requirement}”" for one in self.edits)
            return f"edited {', '.join(places)}" + (f" ({self.why})" if self.why else "")
        return self.why

    def document(self) -> dict[str, Any]:
        """Give the fields that scripts see."""
        names = ("id", "source", "by", "message", "path", "line", "requirement", "outcome", "why")
        edits = [
            {name: getattr(one, name) for name in ("path", "requirement", "old", "new", "strategy", "prompt")}
            | {"licences": [licence.document() for licence in one.licences], "checks": list(one.checks)}
            for one in self.edits
        ]
        asked = {"question": self.question.path, "asks": self.question.text} if self.question else {}
        return {name: getattr(self, name) for name in names} | {"edits": edits} | asked


@dataclass(frozen=True)
class RevisionResult:
    """A revision: what came of each finding, the documents that changed ({path: text}), and what it took."""

    change: str
    handled: tuple[Handled, ...]
    documents: Mapping[str, str] = field(default_factory=dict)
    questions: tuple[Question, ...] = ()
    written: bool = False
    state: str = ""
    next: tuple[str, str] = ("", "")
    model: str = ""
    cost: Mapping[str, float | int] = field(default_factory=dict)
    notes: tuple[str, ...] = ()

    @property
    def worked(self) -> bool:
        """Tell whether something was answered, or nothing was there to be answered."""
        return not self.handled or any(one.outcome != "open" for one in self.handled)

    def document(self) -> dict[str, Any]:
        """Give the fields that scripts see."""
        return {
            "schema": "geoflow.revise/1",
            "change": self.change,
            "handled": [one.document() for one in self.handled],
            "documents": [{"path": path, "text": text} for path, text in self.documents.items()],
            "questions": [one.path for one in self.questions],
            "written": self.written,
            "state": self.state,
            "next": {"kind": self.next[0], "name": self.next[1]},
            "model": self.model,
            "cost": dict(self.cost),
            "notes": list(self.notes),
        }
