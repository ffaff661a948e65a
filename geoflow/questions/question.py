"""A question that was written down: who may answer, what came of asking, and which answer still stands."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from hashlib import sha256
from typing import Literal

from geoflow.questions.passage import Passage

RouteName = Literal["documents", "stored", "model", "agent", "person"]
AuthorKind = Literal["person", "agent", "model", "documents", "unknown"]
QuestionState = Literal["open", "answered", "stale", "withdrawn"]
FOLDER = "openspec/questions"
MOST_OPEN = 5
"""How many questions one person has open at a time; those asked later wait."""


@dataclass(frozen=True, slots=True)
class Mark:
    """Who did something to a question and when (ISO 8601, UTC), with a reason where one was given."""

    by: str
    at: str
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Evidence:
    """A passage that an answer rests on, by its content: the answer stands as long as the document still says it."""

    path: str
    heading: str
    hash: str


@dataclass(frozen=True, slots=True)
class Step:
    """One route that was tried: who was asked, what came, and why that was not enough (empty where it was)."""

    route: RouteName
    who: str
    came: str
    why: str = ""


@dataclass(frozen=True, slots=True)
class About:
    """What a question is about: a document, a requirement in it, and the finding that nobody could answer.

    `parts` names what it is about where that is several: requirements, or the texts of tasks.
    """

    path: str
    requirement: str = ""
    code: str = ""
    quote: str = ""
    parts: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Reply:
    """An answer that someone gave to a stored question. `name` is the author's: a person, an agent, a model."""

    id: str
    text: str
    kind: AuthorKind
    name: str
    at: str
    evidence: tuple[Evidence, ...] = ()
    confirmed: Mark | None = None
    rejected: Mark | None = None

    @property
    def is_persons(self) -> bool:
        """Tell whether a person stands behind it: gave it, or confirmed it. Nothing else licenses an edit."""
        return self.rejected is None and (self.kind == "person" or self.confirmed is not None)


@dataclass(frozen=True, slots=True)
class Question:
    """One file of `openspec/questions/`. Its state is derived and never stored.

    `audience` are those who may answer, as CODEOWNERS or the settings name them; empty means anybody.
    """

    id: str
    text: str
    asked: Mark
    about: About | None = None
    audience: tuple[str, ...] = ()
    options: tuple[str, ...] = ()
    route: tuple[Step, ...] = ()
    replies: tuple[Reply, ...] = field(default_factory=tuple)
    withdrawn: Mark | None = None

    @property
    def path(self) -> str:
        """Give the file's path, relative to the root."""
        return f"{FOLDER}/{self.id}.yaml"


PassagesOf = Callable[[str], Sequence[Passage]]
"""Gives the passages of the document at a path; none where there is no such document."""


def content_hash(text: str) -> str:
    """Hash a passage by its words: white space may change without making an answer stale."""
    return sha256(" ".join(text.split()).encode("utf-8", "surrogatepass")).hexdigest()[:16]


def evidence_of(passage: Passage) -> Evidence:
    """Make evidence of a passage as it reads now."""
    return Evidence(passage.path, passage.heading, content_hash(passage.text))


def evidence_about(question: Question, of: PassagesOf) -> tuple[Evidence, ...]:
    """Give the passage that a question is about as evidence; empty where it names none that is there."""
    about = question.about
    if about is None:
        return ()
    passage = next((one for one in of(about.path) if one.heading == about.requirement), None)
    return (evidence_of(passage),) if passage else ()


def stands(reply: Reply, passages_of: PassagesOf) -> bool:
    """Tell whether all that an answer rests on is still in the documents; without evidence it stands by itself."""
    return not changed_evidence(reply, passages_of)


def changed_evidence(reply: Reply, passages_of: PassagesOf) -> tuple[Evidence, ...]:
    """List the evidence of an answer that the documents no longer hold, wherever in its document it may have moved."""
    return tuple(
        one
        for one in reply.evidence
        if all(content_hash(passage.text) != one.hash for passage in passages_of(one.path))
    )


def best_reply(question: Question, passages_of: PassagesOf) -> Reply | None:
    """Choose the answer that holds: of those not rejected that still stand, a person's first, then the latest."""
    found = [reply for reply in question.replies if reply.rejected is None and stands(reply, passages_of)]
    return max(found, key=lambda reply: (reply.is_persons, reply.at), default=None)


def state_of(question: Question, passages_of: PassagesOf) -> QuestionState:
    """Derive the state of a question from its file and the documents as they are now."""
    if question.withdrawn:
        return "withdrawn"
    if best_reply(question, passages_of):
        return "answered"
    return "stale" if any(reply.rejected is None for reply in question.replies) else "open"


def waited(question: Question, kind: AuthorKind) -> float | None:
    """Give the seconds until the first answer of this kind of author that was not rejected.

    None where there is none, or where a time in the file is no time.
    """
    try:
        asked = datetime.fromisoformat(question.asked.at)
        told = [datetime.fromisoformat(one.at) for one in question.replies if one.kind == kind and not one.rejected]
        seconds = min((at - asked).total_seconds() for at in told)
    except (ValueError, TypeError):  # the latter where one of them says no zone
        return None
    return seconds if seconds >= 0 else None


def new_reply_id(question_id: str, text: str, author: str, at: str) -> str:
    """Make the id of an answer."""
    return content_hash(f"{question_id} {author} {at} {text}")[:8]
