"""The questions that were written down, with their states, for whoever may answer them."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from typing import Any

from geoflow.ports import BrokenFile, Documents, QuestionStore
from geoflow.questions.question import MOST_OPEN, PassagesOf, Question, QuestionState, Reply, best_reply, state_of
from geoflow.workflow.passages_of import passages_in


@dataclass(frozen=True, slots=True)
class Listed:
    """A question with its state; one that waits has an audience with enough other open questions."""

    question: Question
    state: QuestionState
    reply: Reply | None
    waits: bool = False

    def document(self) -> dict[str, Any]:
        """Give the fields that scripts see."""
        one = self.question
        shown = {"id": one.id, "path": one.path, "question": one.text, "state": self.state, "waits": self.waits}
        about = {"path": one.about.path, "requirement": one.about.requirement} if one.about else None
        found = self.reply
        answer = (
            {"id": found.id, "text": found.text, "by": found.name, "kind": found.kind, "confirmed": found.is_persons}
            if found
            else None
        )
        asked = {"by": one.asked.by, "at": one.asked.at}
        return shown | {
            "asked": asked,
            "for": list(one.audience),
            "about": about,
            "options": list(one.options),
            "answer": answer,
        }


def list_questions(
    questions: QuestionStore, documents: Documents, wanted: Callable[[Question], bool]
) -> tuple[list[Listed], tuple[BrokenFile, ...]]:
    """List the stored questions that are wanted, oldest first, and the files that cannot be read."""
    stored, of = questions.read(), passages_in(documents.read("live"))
    found = sorted(stored.questions.values(), key=lambda one: (one.asked.at, one.id))
    listed = [Listed(one, state_of(one, of), shown_reply(one, of)) for one in found]
    waiting = _waiting(listed)
    return [replace(one, waits=one.question.id in waiting) for one in listed if wanted(one.question)], stored.broken


def shown_reply(question: Question, of: PassagesOf) -> Reply | None:
    """Choose the answer that a list shows: the one that stands, else the latest that nobody refused."""
    standing = [reply for reply in question.replies if reply.rejected is None]
    return best_reply(question, of) or (standing[-1] if standing else None)


def _waiting(listed: Iterable[Listed]) -> set[str]:
    """Find the open questions for which everyone who may answer has as many others as one person can bear."""
    counts: dict[str, int] = {}
    waiting = set()
    for one in listed:
        if one.state not in ("open", "stale"):
            continue
        people = one.question.audience or ("",)
        if all(counts.get(person, 0) >= MOST_OPEN for person in people):
            waiting.add(one.question.id)
            continue
        for person in people:
            counts[person] = counts.get(person, 0) + 1
    return waiting
