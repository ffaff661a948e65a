"""How far a change is and who acts next, derived from its files, its reviews and the questions it raised."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

from geoflow.questions.licensing import person_behind
from geoflow.questions.question import Question, Reply
from geoflow.questions.review_round import Event, Proposed, Response, Round, RoundFinding

ChangeState = Literal["draft", "in review", "waiting for answers", "to be revised", "approved", "archived"]
ActorKind = Literal["author", "role", "person", "agent", "nobody"]


@dataclass(frozen=True, slots=True)
class Actor:
    """Who acts next; several names stand with commas between, an empty name means any of that kind."""

    kind: ActorKind
    name: str = ""


@dataclass(frozen=True, slots=True)
class Situation:
    """All that the state of a change depends on.

    Args:
        is_archived: Whether it lies in the archive.
        is_valid: Whether its files are valid.
        content: The hash of what its documents say.
        events: What was said about it, oldest first.
        questions: Those about it that wait for a person.
        people: Who may approve it; empty means anybody.
        has_open_tasks: Whether a task is left.
        has_news: Whether a person has answered what no response speaks of yet.
    """

    is_archived: bool
    is_valid: bool
    content: str
    events: tuple[Event, ...] = ()
    questions: tuple[Question, ...] = ()
    people: tuple[str, ...] = ()
    has_open_tasks: bool = False
    has_news: bool = False


@dataclass(frozen=True, slots=True)
class Standing:
    """Where a change stands. `findings` are the open ones, of all reviewers; `reasons` why they are, by their id."""

    state: ChangeState
    next: Actor
    findings: tuple[RoundFinding, ...] = ()
    reasons: Mapping[str, str] = field(default_factory=dict)


def standing_of(situation: Situation) -> Standing:
    """Derive the state of a change, its next actor and its open findings; there always is exactly one of each."""
    looked = _latest_rounds(situation.events)
    findings = tuple(found for one in looked for found in _open(one, situation.events))
    state, actor = _state(situation, looked)
    if situation.is_archived:
        return Standing(state, actor)
    told = {found: why for one in situation.events if isinstance(one, Response) for found, why in one.reasons.items()}
    return Standing(state, actor, findings, {one.id: told[one.id] for one in findings if one.id in told})


def waits_for_person(question: Question) -> bool:
    """Tell whether no person has answered a question or confirmed an answer, and nobody has withdrawn it.

    An answer counts though the document changed since: revising it is what the answer was for.
    """
    return question.withdrawn is None and not any(reply.is_persons for reply in question.replies)


def spoken_of_in(events: Sequence[Event]) -> dict[str, str]:
    """Give the findings, questions and answers that responses name, by id, with the last word on each."""
    responses = [one for one in events if isinstance(one, Response)]
    return {found: said for one in responses for found, said in {**one.left, **one.resolved, **one.declined}.items()}


def unheard(questions: Sequence[Question], events: Sequence[Event]) -> tuple[tuple[Question, Reply], ...]:
    """List the answers of persons to these questions of which no response speaks: those to be brought in."""
    spoken_of, found = spoken_of_in(events).keys(), []
    for asked in questions:
        replies = [] if asked.withdrawn else [one for one in asked.replies if one.is_persons and person_behind(one)]
        if replies and spoken_of.isdisjoint({asked.id, (last := max(replies, key=lambda one: one.at)).id}):
            found.append((asked, last))
    return tuple(found)


def author_of(events: Sequence[Event]) -> str:
    """Name the author of a change: who proposed it, else who responded first; empty where nobody is known."""
    signed = [one for kind in (Proposed, Response) for one in events if isinstance(one, kind)]
    return signed[0].signed.by if signed else ""


def _state(situation: Situation, looked: Sequence[Round]) -> tuple[ChangeState, Actor]:
    author = Actor("author", author_of(situation.events))
    if situation.is_archived:
        return "archived", Actor("nobody")
    if not situation.is_valid:
        return "draft", author
    if situation.questions:
        asked = [name for one in situation.questions for name in one.audience]
        return "waiting for answers", _people(asked)
    if situation.has_news or any(_objects(one, situation) for one in looked):
        return "to be revised", author
    if missing := _missing(situation, looked):
        return "in review", missing
    return "approved", author if situation.has_open_tasks else _people(situation.people)


def _missing(situation: Situation, looked: Sequence[Round]) -> Actor | None:
    """Name whose approval is missing; None where nobody's is."""
    outdated = [one for one in looked if one.verdict != "approve" or one.signed.about != situation.content]
    if outdated or not looked:
        return _reviewers(outdated) if outdated else Actor("role")
    return None if any(one.signed.kind == "person" for one in looked) else _people(situation.people)


def _latest_rounds(events: Sequence[Event]) -> list[Round]:
    latest: dict[tuple[str, str], Round] = {}
    for one in events:
        if isinstance(one, Round):
            latest.pop(one.seat, None)
            latest[one.seat] = one
    return list(latest.values())


def _objects(one: Round, situation: Situation) -> bool:
    """Tell whether a round still wants something of the author, who has neither responded nor edited since."""
    if one.verdict == "approve":
        return False
    if one.findings:
        return bool(_open(one, situation.events))
    return one.signed.about == situation.content and not _responses_after(one, situation.events)


def _open(one: Round, events: Sequence[Event]) -> list[RoundFinding]:
    resolved: Mapping[str, str] = {}
    for response in _responses_after(one, events):
        resolved = {**resolved, **response.settled}
    return [found for found in one.findings if found.id not in resolved]


def _responses_after(one: Round, events: Sequence[Event]) -> list[Response]:
    later = events[max(place for place, event in enumerate(events) if event is one) + 1 :]
    return [event for event in later if isinstance(event, Response)]


def _reviewers(outdated: Sequence[Round]) -> Actor:
    """Name who looks again: where the first is a role, all the roles, since one review has them all."""
    kind, name = outdated[0].seat
    if kind == "role":
        return Actor("role", ", ".join(one.role for one in outdated if one.seat[0] == "role"))
    return Actor("person" if kind == "person" else "agent", name)


def _people(names: Sequence[str]) -> Actor:
    return Actor("person", ", ".join(dict.fromkeys(names)))
