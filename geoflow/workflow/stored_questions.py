"""What people and agents do with questions that were written down: answer, confirm, refuse, assign, withdraw."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

from geoflow.errors import ExitCode, GeoflowError
from geoflow.ports import Clock, Documents, QuestionStore
from geoflow.questions.answer import Answer
from geoflow.questions.question import (
    About,
    AuthorKind,
    Mark,
    PassagesOf,
    Question,
    Reply,
    changed_evidence,
    evidence_about,
    evidence_of,
    new_reply_id,
    stands,
)
from geoflow.workflow.ask_desk import Opener
from geoflow.workflow.passages_of import passages_in
from geoflow.workflow.question_list import shown_reply

LONGEST_ANSWER = 4_000
_ROUTE_KINDS: Mapping[str, AuthorKind] = {"documents": "documents", "model": "model", "agent": "agent"}


@dataclass(frozen=True, slots=True)
class Secretary:
    """What the questions are kept with, and who is at work.

    Args:
        questions: The question files.
        documents: The documents, which answers rest on.
        clock: Says when.
        author: Who is at work, as `Name <email>`.
        is_person: Whether a person typed it at a terminal; anything else counts as an agent's word.
    """

    questions: QuestionStore
    documents: Documents
    clock: Clock
    author: str
    is_person: bool

    def mark(self, reason: str = "") -> Mark:
        """Sign and date something."""
        return Mark(self.author, self.now(), reason)

    def now(self) -> str:
        """Give the time in the form that files hold."""
        return self.clock.now().strftime("%Y-%m-%dT%H:%M:%SZ")

    def passages_of(self) -> PassagesOf:
        """Read the documents as they are now."""
        return passages_in(self.documents.read("live"))


def answer_question(secretary: Secretary, key: str, text: str) -> Question:
    """Add an answer to a question; it rests on the requirement that the question is about, as that reads now.

    Raises:
        GeoflowError: `unknown-question`, `question-unreadable`, `answer-empty`, `answer-too-long`,
            `question-withdrawn`.
    """
    said = text.strip()
    if not said or len(said) > LONGEST_ANSWER:
        raise GeoflowError(
            f"An answer has {len(said):,} characters; 1 to {LONGEST_ANSWER:,} are allowed.",
            fix='Type it after the id: geoflow ask --answer ID "The answer in words."',
            code="answer-empty" if not said else "answer-too-long",
            exit_code=ExitCode.USAGE,
        )
    of = secretary.passages_of()

    def add(question: Question) -> Question:
        if question.withdrawn:
            raise _withdrawn(question)
        kind: AuthorKind = "person" if secretary.is_person else "agent"
        at = secretary.now()
        made = new_reply_id(question.id, said, secretary.author, at)
        if any(reply.id == made for reply in question.replies):
            return question  # the same answer by the same author in the same second: a call that was made twice
        reply = Reply(made, said, kind, secretary.author, at, evidence_about(question, of))
        return replace(question, replies=(*question.replies, reply))

    return secretary.questions.change(key, add)


def confirm(secretary: Secretary, key: str) -> Question:
    """Let a person stand behind the latest answer of a question that an agent or a model gave.

    Raises:
        GeoflowError: `needs-person` where no person is at work, `nothing-to-confirm`, `unknown-question`,
            `answer-stale` where what the answer rests on has changed.
    """
    of = secretary.passages_of()
    return _accept(secretary, key, lambda question: _unconfirmed_reply(question, of) or shown_reply(question, of))


def take(secretary: Secretary, key: str) -> Question:
    """Let a person stand behind the answer that `ask` gives to a stored question; raises what `confirm` does."""
    of = secretary.passages_of()
    return _accept(secretary, key, lambda question: shown_reply(question, of))


def _accept(secretary: Secretary, key: str, choose: Callable[[Question], Reply | None]) -> Question:
    _require_person(secretary, "confirm an answer")
    of = secretary.passages_of()

    def accepted(reply: Reply) -> Reply:
        if changed := changed_evidence(reply, of):
            raise GeoflowError(
                f"What the answer rests on has changed: {', '.join(dict.fromkeys(one.path for one in changed))}.",
                fix='Answer the question anew: geoflow ask --answer ID "TEXT"',
                code="answer-stale",
                exit_code=ExitCode.USAGE,
            )
        return replace(reply, confirmed=secretary.mark())

    return _mark_reply(secretary, key, choose, accepted)


def refuse(secretary: Secretary, key: str, reason: str) -> Question:
    """Refuse the answer of a stored question, with the reason; it is not given again, and its route learns from it."""
    of = secretary.passages_of()
    return _mark_reply(
        secretary,
        key,
        lambda question: shown_reply(question, of),
        lambda reply: replace(reply, rejected=secretary.mark(reason)),
    )


def judge_answer(secretary: Secretary, answer: Answer, reason: str | None, opener: Opener) -> Question:
    """Write down what is thought of an answer that `ask` gave: taken without a reason, refused with one.

    A question that this makes is about the passage that was cited, unless the opener says otherwise.

    Raises:
        GeoflowError: `nothing-to-confirm` where there was no answer; `needs-person` where it is taken and no person is
            at work.
    """
    if answer.state != "answered":
        raise _nothing(answer.question)
    if answer.route == "stored":
        return take(secretary, answer.id) if reason is None else refuse(secretary, answer.id, reason)
    if reason is None:
        _require_person(secretary, "take an answer")
    kind = _ROUTE_KINDS[answer.route]
    of = secretary.passages_of()
    holding = (
        one for cited in answer.citations[:1] for one in of(cited.path) if one.line <= cited.line <= one.end_line
    )
    passage = next(holding, None)
    at = secretary.now()
    reply = Reply(
        new_reply_id(answer.id, answer.text, kind, at),
        answer.text,
        kind,
        answer.by or kind,
        at,
        (evidence_of(passage),) if passage else (),
        confirmed=secretary.mark() if reason is None else None,
        rejected=secretary.mark(reason) if reason is not None else None,
    )
    about = opener.about or (About(passage.path, passage.heading) if passage else None)
    people = opener.people or opener.audience(about.path if about else "")
    made = Question(answer.id, answer.question, secretary.mark(), about, people, opener.options, answer.steps)
    stored = secretary.questions.create(made)
    return secretary.questions.change(stored.id, lambda question: replace(question, replies=(*question.replies, reply)))


def assign(secretary: Secretary, key: str, people: tuple[str, ...]) -> Question:
    """Say who may answer a question; GeoflowError `unknown-question`."""
    return secretary.questions.change(key, lambda question: replace(question, audience=people))


def withdraw(secretary: Secretary, key: str, reason: str) -> Question:
    """Withdraw a question: nobody is asked any more, and its answers are not given."""

    def mark(question: Question) -> Question:
        return question if question.withdrawn else replace(question, withdrawn=secretary.mark(reason))

    return secretary.questions.change(key, mark)


def _unconfirmed_reply(question: Question, of: PassagesOf) -> Reply | None:
    """Find the latest answer that waits for a person's word, though another person's answer may be there."""
    waiting = [one for one in question.replies if one.rejected is None and not one.is_persons and stands(one, of)]
    return max(waiting, key=lambda reply: reply.at, default=None)


def _mark_reply(
    secretary: Secretary, key: str, choose: Callable[[Question], Reply | None], mark: Callable[[Reply], Reply]
) -> Question:
    def change(question: Question) -> Question:
        if question.withdrawn:
            raise _withdrawn(question)
        chosen = choose(question)
        if chosen is None:
            raise _nothing(question.text)
        replies = tuple(mark(reply) if reply.id == chosen.id else reply for reply in question.replies)
        return replace(question, replies=replies)

    return secretary.questions.change(key, change)


def _require_person(secretary: Secretary, what: str) -> None:
    if not secretary.is_person:
        raise GeoflowError(
            f"Only a person can {what}, and without a terminal nobody knows that one typed it.",
            fix="Type it in a terminal; or write `confirmed:` into the question's file and commit it.",
            code="needs-person",
            exit_code=ExitCode.USAGE,
        )


def _nothing(question: str) -> GeoflowError:
    return GeoflowError(
        f"There is no answer to judge yet: {' '.join(question.split())[:80]}",
        fix='Answer it: geoflow ask --answer ID "TEXT"',
        code="nothing-to-confirm",
        exit_code=ExitCode.USAGE,
    )


def _withdrawn(question: Question) -> GeoflowError:
    return GeoflowError(
        f"The question {question.id} was withdrawn.",
        fix=f"Remove `withdrawn:` from {question.path} to open it again.",
        code="question-withdrawn",
        exit_code=ExitCode.USAGE,
    )
