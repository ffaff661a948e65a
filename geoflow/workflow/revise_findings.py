"""Handle what is open about a change: answers, people's words, what rules find, and what agents and models say."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from geoflow.errors import ExitCode, GeoflowError
from geoflow.improvement.contract import ANSWERABLE
from geoflow.improvement.edit import Wish
from geoflow.ports import ChatModel, Progress, Templates
from geoflow.quality.finding import Finding
from geoflow.quality.roles import role_of_code
from geoflow.questions.cycle import waits_for_person
from geoflow.questions.review_round import Author, Round, RoundFinding
from geoflow.workflow.budget import SPENT
from geoflow.workflow.change_cycle import ChangeView, Cycle
from geoflow.workflow.improve_result import BUDGET_SPENT, MODEL_STOPPED, NEEDS_ANSWER, KeptEdit
from geoflow.workflow.improve_session import Session
from geoflow.workflow.model_failures import ENDS_THE_RUN, INTERRUPTED
from geoflow.workflow.revise_answers import Answers
from geoflow.workflow.revise_questions import Asking
from geoflow.workflow.revise_result import (
    ANSWERED,
    ENOUGH_ASKED,
    HELD_BY_NOW,
    NOT_A_DELTA,
    NOT_BROUGHT_IN,
    SPLITTING,
    Handled,
)
from geoflow.workflow.revise_wishes import Granted, Wishes

_SPLITS = frozenset({"GF502", "GF503"})
"""Codes of roles whose findings ask for another requirement, not for another word."""


@dataclass
class Working:
    """What a session works with; a model that stops answering is not asked again."""

    model: ChatModel | None
    templates: Templates
    progress: Progress
    off: frozenset[str]


class Findings:
    """Handles what is open about one change.

    Args:
        cycle: The changes, and who is at work.
        found: The change.
        session: The run.
        own: The prompts for reviewers' words.
        working: What the session works with.
    """

    def __init__(self, cycle: Cycle, found: ChangeView, session: Session, own: Templates, working: Working) -> None:
        deltas = [found.folder + name for name in found.documents if name.startswith("specs/")]
        self._found, self._session, self._working = found, session, working
        self._wishes = Wishes(session, own, deltas)
        self._answers = Answers(cycle, found, session, self._wishes)
        self._asking = Asking(cycle, found)
        self._failure: GeoflowError | None = None
        self._heard: dict[str, Handled] = {}
        self._said = {one.id: event for event in found.events if isinstance(event, Round) for one in event.findings}

    @property
    def questions(self) -> Asking:
        """Give the questions that arose."""
        return self._asking

    def handle(self, by_rule: Sequence[Finding]) -> tuple[Handled, ...]:
        """Handle everything; raises `interrupted`, and the model's failure where nothing else was done.

        `by_rule` is all that rules find in the change now.
        """
        rounds = [(one, _same(one, by_rule)) for one in self._found.standing.findings]
        words = [one for one, _ in rounds if not _is_rules(one)]
        done: list[Handled] = []
        self._guarded(lambda: done.extend(self._answers.handle()))
        self._heard = {one.id: one for one in done}
        done += [self._worded(one) for one in words if self._kind(one) == "person"]
        done += self._ruled(by_rule, rounds)
        done += [self._worded(one) for one in words if self._kind(one) != "person"]
        if self._session.stopped:
            raise GeoflowError(
                "Stopped by Ctrl-C; nothing was written.", code=INTERRUPTED, exit_code=ExitCode.INTERRUPTED
            )
        if self._failure and all(one.outcome == "open" for one in done):
            raise self._failure
        return tuple(done)

    def _guarded(self, work: Callable[[], object]) -> str:
        """Say why work that asks the model was not done; an empty text where it was."""
        try:
            work()
        except GeoflowError as error:
            if error.code in ENDS_THE_RUN:
                raise
            if error.code == SPENT:
                return BUDGET_SPENT
            self._failure, self._working.model = error, None
            self._session.notes.append(f"{error.message} {error.fix}".strip())
            return MODEL_STOPPED
        return ""

    def _kind(self, finding: RoundFinding) -> Author:
        return self._said[finding.id].signed.kind

    def _worded(self, finding: RoundFinding) -> Handled:
        kind, by = self._kind(finding), self._said[finding.id].signed.by
        done = Handled(finding.id, kind, by, finding.message, finding.path, finding.line, finding.requirement, "open")
        if finding.code not in _SPLITS and (role_of_code(finding.code) or finding.message.rstrip().endswith("?")):
            return self._asked(done, finding)
        document = finding.path.removeprefix(self._found.folder)
        if finding.code in _SPLITS or (document and not document.startswith("specs/")):
            return replace(done, why=SPLITTING if finding.code in _SPLITS else NOT_A_DELTA.format(document=document))
        return self._granted(done, finding)

    def _granted(self, done: Handled, finding: RoundFinding) -> Handled:
        kind = self._kind(finding)
        words = f"{finding.message} {finding.fix}".strip()
        around = "\n".join(text for name, text in self._found.documents.items() if name.endswith(".md"))
        wish = Wish(
            finding.id, words, done.by, kind == "person", finding.path, finding.requirement, finding.quote, around
        )
        granted = [Granted()]
        if why := self._guarded(lambda: granted.append(self._wishes.grant(wish))):
            return replace(done, why=why)
        if granted[-1].edits:
            return replace(done, outcome="edited", edits=granted[-1].edits)
        if granted[-1].lacks_fact and kind != "person":
            return self._asked(done, finding)
        return replace(done, why=granted[-1].why)

    def _asked(self, done: Handled, finding: RoundFinding) -> Handled:
        question = self._asking.of_reviewer(finding, finding.requirement)
        if question is None:
            return replace(done, why=ENOUGH_ASKED)
        if waits_for_person(question):
            return replace(done, outcome="asked", question=question)
        answer = self._heard.get(question.id)
        if answer and answer.outcome == "open":
            return replace(done, why=NOT_BROUGHT_IN.format(why=answer.why))
        return replace(done, outcome="settled", why=ANSWERED.format(path=question.path))

    def _ruled(
        self, by_rule: Sequence[Finding], rounds: Sequence[tuple[RoundFinding, Finding | None]]
    ) -> list[Handled]:
        """Handle what rules find now, under the id of the round that says the same where there is one."""
        self._guarded(lambda: self._session.work(by_rule))
        ids = {found.id: one for one, found in rounds if found}
        done = [self._rule(finding, ids.get(finding.id)) for finding in by_rule]
        gone = [one for one, found in rounds if _is_rules(one) and found is None]
        return done + [
            Handled(one.id, "rule", one.code, one.message, one.path, one.line, one.requirement, "settled", HELD_BY_NOW)
            for one in gone
        ]

    def _rule(self, finding: Finding, said: RoundFinding | None) -> Handled:
        done = Handled(
            said.id if said else finding.id,
            "rule",
            finding.code,
            finding.message,
            finding.path,
            finding.line,
            finding.requirement,
            "open",
        )
        if edits := self._edits_of(finding):
            return replace(done, outcome="edited", edits=edits)
        left = next((one.why for one in self._session.left if one.finding.id == finding.id), "")
        if left == NEEDS_ANSWER and finding.code in ANSWERABLE:
            question = self._asking.of_rule(finding)
            return replace(done, outcome="asked", question=question) if question else replace(done, why=ENOUGH_ASKED)
        refused = next((one.reason for one in reversed(self._session.refused) if one.finding.id == finding.id), "")
        if not (left or refused) and self._is_gone(finding):
            return replace(done, outcome="settled", why=HELD_BY_NOW)
        if left == NEEDS_ANSWER:
            left = f"a person has to mend it: {finding.fix}"
        return replace(done, why=f"not changed: the edit {refused}" if refused else left or MODEL_STOPPED)

    def _edits_of(self, finding: Finding) -> tuple[KeptEdit, ...]:
        return tuple(edit for _, edit in self._session.kept if edit.finding.id == finding.id)

    def _is_gone(self, finding: Finding) -> bool:
        return self._session.bench.looked(finding.path) is not None and self._session.bench.refresh(finding) is None


def _is_rules(finding: RoundFinding) -> bool:
    return bool(finding.code) and not role_of_code(finding.code)


def _same(said: RoundFinding, by_rule: Sequence[Finding]) -> Finding | None:
    """Find what a rule finds now and a round has said."""
    if not _is_rules(said):
        return None
    key = (said.code, said.path, said.requirement, " ".join(said.quote.split()).casefold())
    return next(
        (
            one
            for one in by_rule
            if (one.code, one.path, one.requirement, " ".join(one.quote.split()).casefold()) == key
        ),
        None,
    )
