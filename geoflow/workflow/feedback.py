"""Feedback: what somebody thinks of a finding, an edit, a run, an answer or a change, written down once."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal

from geoflow.errors import ExitCode, GeoflowError
from geoflow.ports import Clock, Documents, Events
from geoflow.questions.feedback import SATISFACTION, Feedback
from geoflow.questions.question import Question
from geoflow.workflow.feedback_target import Target

Verdict = Literal["accept", "reject", "comment"]
_UNSATISFIED = 3
LONGEST_REASON = 4_000
"""Characters."""


@dataclass(frozen=True, slots=True)
class Said:
    """What is said: a verdict, why, and how satisfied one is (0: not said)."""

    verdict: Verdict
    reason: str = ""
    satisfaction: int = 0


@dataclass(frozen=True, slots=True)
class FeedbackDesk:
    """What judgements are written with, and by whom; `judge` notes what is thought of a question's answer."""

    documents: Documents
    events: Events
    clock: Clock
    author: str
    kind: Literal["person", "agent"]
    judge: Callable[[str, str | None], Question]


@dataclass(frozen=True, slots=True)
class Noted:
    """A judgement that stands, and its file; `is_new` is false where the same was said before."""

    target: Target
    feedback: Feedback
    path: str
    is_new: bool = True

    def document(self) -> dict[str, Any]:
        """Give the fields that scripts see."""
        one, said = self.target, self.feedback
        about = {"kind": one.kind, "id": one.id, "text": one.text, "code": one.code, "quote": one.quote}
        names = ("verdict", "reason", "satisfaction", "by", "kind", "at")
        return {"target": about, "path": self.path, "new": self.is_new} | {name: getattr(said, name) for name in names}


def give_feedback(desk: FeedbackDesk, target: Target, said: Said, *, dry_run: bool = False) -> Noted:
    """Write a judgement down, unless it is the same author's last word on this already.

    What is thought of an answer is noted in the file of its question, where `ask` reads it.

    Raises:
        GeoflowError: `reason-missing`, `reason-too-long`, `bad-rating`; those of the documents and the questions.
    """
    checked = _checked(said)
    at = f"{desk.clock.now():%Y-%m-%dT%H:%M:%S.%fZ}"  # of two words in one second the later one counts
    code, quote = (target.code, target.quote) if target.kind == "finding" else ("", "")
    made = Feedback(
        target.id, checked.verdict, desk.author, desk.kind, at, checked.reason, checked.satisfaction, code, quote
    )
    if target.kind == "question" and checked.verdict != "comment":
        path = f"openspec/questions/{target.id}.yaml"
        if not dry_run:
            desk.judge(target.id, checked.reason if checked.verdict == "reject" else None)
        return Noted(target, made, path)
    if any(replace(one, at=at) == made for one in _last_words(desk, target.id)):
        return Noted(target, made, "", is_new=False)
    file = desk.events.feedback_file(made)
    if not dry_run:
        desk.documents.create(file)
    return Noted(target, made, next(iter(file)))


def _last_words(desk: FeedbackDesk, target: str) -> Sequence[Feedback]:
    said = desk.events.feedback(desk.documents.read("live")).feedback
    return [one for one in said if one.target == target and one.by == desk.author][-1:]


def _checked(said: Said) -> Said:
    reason = " ".join(said.reason.split())
    if said.satisfaction and said.satisfaction not in SATISFACTION:
        raise _refused(f"{said.satisfaction} is no rating.", "Rate from 1, no use at all, to 5.", "bad-rating")
    rated_well = said.satisfaction > _UNSATISFIED
    if not reason and said.verdict != "accept" and not rated_well:
        raise _refused(
            "It is said without a reason, and a reason is what can be learnt from.",
            'Say why: --reject "REASON", --comment "TEXT", or --rate 2 --reason "TEXT"',
            "reason-missing",
        )
    if len(reason) > LONGEST_REASON:
        message = f"The reason has {len(reason)} characters; {LONGEST_REASON} are the most."
        raise _refused(message, "Say it in fewer words.", "reason-too-long")
    return replace(said, reason=reason)


def _refused(message: str, fix: str, code: str) -> GeoflowError:
    return GeoflowError(message, fix=fix, code=code, exit_code=ExitCode.USAGE)
