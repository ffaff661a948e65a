"""What a run of improve tells: edits with the finding and the checks behind each, refusals, what was left, the cost."""

from dataclasses import dataclass, field
from typing import Any

from geoflow.improvement.adopt_answers import DONE
from geoflow.improvement.adopt_codes import BY_HAND, STANDS
from geoflow.improvement.answer_strategy import FINDING_GONE
from geoflow.improvement.choice import LEFT
from geoflow.improvement.edit import Licence
from geoflow.improvement.insight import HELD, Insight
from geoflow.improvement.step_text import ASKED_EACH
from geoflow.metrics.alert import Alert
from geoflow.quality.finding import Finding
from geoflow.questions.licensing import WITHDRAWN
from geoflow.questions.question import About, Question
from geoflow.workflow.adopted_item import AdoptedItem
from geoflow.workflow.carried_answer import CarriedAnswer
from geoflow.workflow.taken import NOTHING_TAKEN, Taken


@dataclass(frozen=True)
class KeptEdit:
    """An edit that passed the gate. `old` and `new` are the target's text before and after.

    `insight` is the answered question behind it, where one is; `lesson` the lesson that stood in its prompt.
    """

    finding: Finding
    path: str
    requirement: str
    old: str
    new: str
    strategy: str
    prompt: str
    licences: tuple[Licence, ...]
    checks: tuple[str, ...]
    commit: str = ""
    insight: Insight | None = None
    lesson: str = ""
    cost: Taken = NOTHING_TAKEN

    def document(self) -> dict[str, Any]:
        """Give the fields that scripts see."""
        return {
            "finding": self.finding.document(),
            "path": self.path,
            "requirement": self.requirement,
            "old": self.old,
            "new": self.new,
            "strategy": self.strategy,
            "prompt": self.prompt,
            "licences": [licence.document() for licence in self.licences],
            "checks": list(self.checks),
            "commit": self.commit,
            "lesson": self.lesson,
            "cost": self.cost.document(),
        } | ({"question": self.insight.path} if self.insight else {})


@dataclass(frozen=True)
class Refusal:
    """An edit that was not kept: the check that refused it, and why. `passed` are the checks before that one."""

    finding: Finding
    check: str
    reason: str
    old: str
    new: str
    strategy: str
    passed: tuple[str, ...] = ()
    lesson: str = ""
    prompt: str = ""
    cost: Taken = NOTHING_TAKEN

    def document(self) -> dict[str, Any]:
        """Give the fields that scripts see."""
        return {
            "finding": self.finding.document(),
            "check": self.check,
            "reason": self.reason,
            "old": self.old,
            "new": self.new,
            "strategy": self.strategy,
            "checks": list(self.passed),
            "lesson": self.lesson,
            "prompt": self.prompt,
            "cost": self.cost.document(),
        }


NEEDS_ANSWER = "needs an answer from someone who knows"
ANSWER_UNUSED = "has an answer that no edit could be made of"
BETWEEN_DOCUMENTS = "lies between documents, where a person has to choose"
ASKED = "is asked in openspec/questions/"
"""How the reason begins of a finding that is put to people; the question's file follows."""
NO_STRATEGY = "no strategy for this kind of finding"
NEEDS_MODEL = "needs a model, and none answers"
BUDGET_SPENT = "the budget was spent"
MODEL_STOPPED = "the model stopped answering"
STOPPED = "the run was stopped by Ctrl-C"
WOULD_BE_WORK = frozenset({NEEDS_MODEL, BUDGET_SPENT, MODEL_STOPPED, STOPPED})
"""Reasons after which another run could do more."""


@dataclass(frozen=True)
class Left:
    """A finding that was not worked on, and why."""

    finding: Finding
    why: str

    def document(self) -> dict[str, Any]:
        """Give the fields that scripts see."""
        return {"finding": self.finding.document(), "why": self.why}


@dataclass(frozen=True)
class Heard:
    """An insight and what came of it: an edit, or why there is none."""

    insight: Insight
    why: str = ""

    @property
    def path(self) -> str:
        """Give the question's file."""
        return self.insight.path

    def document(self) -> dict[str, Any]:
        """Give the fields that scripts see."""
        return self.insight.document() | ({"why_left": self.why} if self.why else {})


SETTLED = frozenset({HELD, WITHDRAWN, FINDING_GONE, LEFT, ASKED_EACH, DONE, STANDS, BY_HAND})
"""Reasons after which nobody has to do anything more about a question."""


@dataclass(frozen=True)
class Idle:
    """A stored question that is no insight, or none yet, and why."""

    question: Question
    why: str

    @property
    def path(self) -> str:
        """Give the question's file."""
        return self.question.path

    def document(self) -> dict[str, Any]:
        """Give the fields that scripts see."""
        about = self.question.about or About("")
        place = (about.path, about.requirement, about.code)
        return Insight(self.question.id, self.path, self.question.text, "", 0, "", *place).document() | {
            "why_left": self.why
        }


@dataclass(frozen=True)
class ImproveResult:
    """One run. `branch` is empty where nothing was kept or nothing was to be written.

    `insights` are the stored questions: those whose answer was to get into the specs, and those that are none, or none
    yet. `questions` are those that arose; they lie on the branch. `resumed` says how many findings of how many were
    done when the run was killed that this one goes on with.
    `adopted` are the items that were not in OpenSpec form, `carried` the answers about such items that led to an edit.
    `worse` are the measures that got worse at the base commit; the findings behind them came first.
    """

    run: str
    base: str
    branch: str
    edits: tuple[KeptEdit, ...]
    refused: tuple[Refusal, ...]
    left: tuple[Left, ...]
    before: dict[str, float | int]
    after: dict[str, float | int]
    cost: dict[str, float | int]
    model: str = ""
    notes: tuple[str, ...] = field(default_factory=tuple)
    stopped: bool = False
    insights: tuple[Heard | Idle, ...] = ()
    resumed: tuple[int, int] | None = None
    questions: tuple[Question, ...] = ()
    adopted: tuple[AdoptedItem, ...] = ()
    worse: tuple[Alert, ...] = ()
    carried: tuple[CarriedAnswer, ...] = ()

    @property
    def worked(self) -> bool:
        """Tell whether something was kept, or there was nothing that a run could do."""
        whys = [left.why for left in self.left] + [one.why for one in self.insights]
        undone = bool(self.refused) or any(why in WOULD_BE_WORK for why in whys)
        return bool(self.edits or self.questions or self.carried) or any(one.kept for one in self.adopted) or not undone

    def document(self) -> dict[str, Any]:
        """Give the whole run as scripts see it (`geoflow.improve/1`)."""
        return {
            "schema": "geoflow.improve/1",
            "run": self.run,
            "base": self.base,
            "branch": self.branch,
            "edits": [edit.document() for edit in self.edits],
            "refused": [refusal.document() for refusal in self.refused],
            "questions": [*map(_asked, self.questions), *(asked for one in self.adopted for asked in one.questions())],
            "adopted": [one.document() for one in self.adopted],
            "carried": [one.document() for one in self.carried],
            "insights": [insight.document() for insight in self.insights],
            "worse": [one.document() for one in self.worse],
            "left": [left.document() for left in self.left],
            "before": self.before,
            "after": self.after,
            "cost": self.cost,
            "model": self.model,
            "notes": list(self.notes),
            "resumed": dict(zip(("done", "total"), self.resumed, strict=True)) if self.resumed else None,
        }


def _asked(question: Question) -> dict[str, Any]:
    about = question.about or About("")
    place = {"path": about.path, "requirement": about.requirement, "code": about.code, "quote": about.quote}
    shown = {"id": question.id, "file": question.path, "text": question.text, "options": list(question.options)}
    return shown | place | {"for": list(question.audience)}
