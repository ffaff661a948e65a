"""One run of improve in progress: every finding tried, first by code, then with the model."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from geoflow.errors import GeoflowError
from geoflow.improvement.contract import contract_of
from geoflow.improvement.edit import Candidate
from geoflow.improvement.gate import Verdict, judge
from geoflow.improvement.insight import Insight
from geoflow.improvement.span_strategy import REWORD_STRATEGY, STRATEGY, span_question
from geoflow.improvement.template_strategy import from_template
from geoflow.ports import ChatModel, Clock, Progress, QuestionStore, Repository, RunProgress, Runs, Templates
from geoflow.quality.finding import Finding
from geoflow.quality.kept import Kept
from geoflow.quality.project_lexicon import NO_WORDS, ProjectLexicon
from geoflow.settings import Allowed
from geoflow.workflow.budget import SPENT, Meter
from geoflow.workflow.improve_result import (
    ANSWER_UNUSED,
    BETWEEN_DOCUMENTS,
    BUDGET_SPENT,
    MODEL_STOPPED,
    NEEDS_ANSWER,
    NEEDS_MODEL,
    STOPPED,
    Heard,
    KeptEdit,
    Left,
    Refusal,
)
from geoflow.workflow.model_failures import ENDS_THE_RUN, INTERRUPTED, ONE_CALL_ONLY
from geoflow.workflow.past_cases import NOTHING_LEARNT, Learning
from geoflow.workflow.span_dialogue import Dialogue, SpanDialogue
from geoflow.workflow.workbench import Target, Workbench, changed_elsewhere

BETWEEN = "GF3"
"""How the codes of findings between documents start: no edit of one document mends them."""

TRIES = 2
"""How often the model is asked for one finding: once, and once more with the gate's own message."""


class Workplace(Protocol):
    """What a session works with, whoever runs it."""

    @property
    def model(self) -> ChatModel | None:
        """Give the model; None where none answers."""

    @property
    def templates(self) -> Templates:
        """Give the prompts."""

    @property
    def progress(self) -> Progress:
        """Give what is told how far it is."""

    @property
    def off(self) -> frozenset[str]:
        """Give the codes of rules that are off."""


@dataclass(frozen=True)
class Workshop:
    """What improve works with. Without a model only code makes edits; findings of rules that are `off` are none.

    `questions` reads the question files of the base commit; without it no answer licenses anything. In `runs` the run
    is kept; `learn` derives what past runs teach, for a run's name. `allowed` are findings that the settings let stand;
    `words` reads the project's lexicon from the files of the base commit. `kept` is what rules worked out before.
    """

    repository: Repository
    model: ChatModel | None
    templates: Templates
    clock: Clock
    progress: RunProgress
    off: frozenset[str] = frozenset()
    questions: QuestionStore | None = None
    runs: Runs | None = None
    learn: Callable[[str], Learning] = Learning
    allowed: tuple[Allowed, ...] = ()
    words: Callable[[Mapping[str, str]], ProjectLexicon] = lambda _: NO_WORDS
    kept: Kept | None = None


class Session:
    """One run in progress: the bench, and what has been kept, refused and left so far."""

    def __init__(
        self, workshop: Workplace, bench: Workbench, meter: Meter, learning: Learning = NOTHING_LEARNT
    ) -> None:
        self.workshop, self.bench, self.meter, self.learning = workshop, bench, meter, learning
        self.kept: list[tuple[Target, KeptEdit]] = []
        self.refused: list[Refusal] = []
        self.left: list[Left] = []
        self.notes: list[str] = []
        self.heard: list[Heard] = []
        self.answered: set[str] = set()
        self.stopped = False
        self._elsewhere = changed_elsewhere(bench.tree)
        self._specs = {spec.path: spec.id for spec in bench.tree.specs}

    def work(self, findings: Sequence[Finding]) -> None:
        """Try every finding: first what code alone can mend, then what needs the model, until the budget is spent."""
        if self.stopped:
            self.left += (Left(finding, STOPPED) for finding in findings)
            return
        for_model: list[Finding] = []
        for finding in findings:
            if why := self._hindrance(finding):
                self.left.append(Left(finding, why))
            elif not self._by_template(finding):
                for_model.append(finding)
        for done, finding in enumerate(for_model):
            self.workshop.progress.update(f"{finding.code} {finding.requirement}"[:60], done, len(for_model))
            try:
                self._by_model(finding)
            except GeoflowError as error:
                self._give_up(error, for_model[done:])
                return
        self.workshop.progress.update("done", len(for_model), len(for_model))

    def _give_up(self, error: GeoflowError, remaining: Sequence[Finding]) -> None:
        # What was kept so far is still delivered; with nothing kept the failure is the answer.
        self.stopped = error.code == INTERRUPTED
        if error.code in ENDS_THE_RUN - {INTERRUPTED} or not (self.kept or self.stopped or error.code == SPENT):
            raise error
        if error.code != SPENT:
            self.notes.append(f"{error.message} {error.fix}".strip())
        why = BUDGET_SPENT if error.code == SPENT else STOPPED if self.stopped else MODEL_STOPPED
        self.left += (Left(finding, why) for finding in remaining)

    def _hindrance(self, finding: Finding) -> str:
        if why := self.closed(finding.path):
            return why
        if finding.code.startswith(BETWEEN):
            return BETWEEN_DOCUMENTS
        if contract_of(finding).maker == "none":
            return ANSWER_UNUSED if finding.id in self.answered else NEEDS_ANSWER
        if unwanted := self.learning.unwanted(finding.id, finding.code, finding.quote):
            said = f", the last time because: {unwanted.reason}" if unwanted.reason else ""
            return f"people rejected {len(unwanted.cases)} edits like it{said}"
        return self.under_change(finding.path, finding.requirement)

    def closed(self, path: str) -> str:
        """Say why nothing in a document can be edited now; an empty string where it can."""
        return BUDGET_SPENT if self.meter.out_of_time else self.bench.editable(path)

    def under_change(self, path: str, requirement: str) -> str:
        """Say which active change keeps a requirement from being edited; an empty string where none does."""
        change = self._elsewhere.get((self._specs.get(path, ""), requirement))
        return f"the active change {change} touches this requirement" if change else ""

    def _by_template(self, finding: Finding) -> bool:
        current = self.bench.refresh(finding)
        candidate = from_template(self.bench.document(finding.path), current) if current else None
        if current is None or candidate is None:
            return current is None
        verdict = self.judge(candidate)
        return verdict.kept or contract_of(finding).maker == "template"

    def _by_model(self, finding: Finding) -> None:
        current = self.bench.refresh(finding)
        if current is None:
            return
        question = span_question(self.bench.document(finding.path), current)
        model = self.workshop.model
        if question is None:
            self.left.append(Left(finding, "no strategy for this kind of finding"))
            return
        if model is None:
            self.left.append(Left(finding, NEEDS_MODEL))
            return
        if self.meter.exhausted:
            self.left.append(Left(finding, BUDGET_SPENT))
            return
        first = self.learning.ordered(finding.code, (STRATEGY, REWORD_STRATEGY))[0]
        self.converse(current, SpanDialogue(model, self.workshop.templates, self.meter, question, first))

    def converse(self, finding: Finding, dialogue: Dialogue, insight: Insight | None = None) -> str:
        """Ask the model, and once more with the reason where the gate refuses; why nothing was kept, if nothing was."""
        refused = ""
        for _ in range(TRIES):
            try:
                answer = dialogue.ask(self.bench.document(finding.path), finding, refused)
            except GeoflowError as error:
                if error.code not in ONE_CALL_ONLY:
                    raise
                answer = f"no usable reply: {error.message}"
            if isinstance(answer, str):
                self.refused.append(Refusal(finding, "span-found", answer, finding.quote, "", dialogue.strategy))
                refused = answer
            else:
                refused = self.judge(answer, insight).reason
            if not refused or self.meter.exhausted:
                break
        return refused

    def judge(self, candidate: Candidate, insight: Insight | None = None) -> Verdict:
        """Put a candidate through the gate; it is kept, or written down as refused."""
        proposal = self.bench.propose(candidate)
        verdict = judge(proposal)
        finding = candidate.finding
        if not verdict.kept:
            self.refused.append(
                Refusal(
                    finding,
                    verdict.refused_by,
                    verdict.reason,
                    proposal.old_text,
                    proposal.new_text,
                    candidate.strategy,
                    verdict.passed,
                )
            )
            return verdict
        target = self.bench.target(finding)
        self.kept.append(
            (
                target,
                KeptEdit(
                    finding=finding,
                    path=finding.path,
                    requirement=finding.requirement,
                    old=proposal.old_text,
                    new=proposal.new_text,
                    strategy=candidate.strategy,
                    prompt=candidate.prompt,
                    licences=verdict.licences,
                    checks=verdict.passed,
                    insight=insight,
                ),
            )
        )
        self.bench.keep(proposal)
        return verdict
