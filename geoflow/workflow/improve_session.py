"""One run of improve in progress: every finding tried, first by code, then with the model."""

from collections.abc import Sequence
from contextlib import closing
from copy import copy
from dataclasses import replace

from geoflow.errors import GeoflowError
from geoflow.improvement.contract import contract_of
from geoflow.improvement.gate import judge
from geoflow.improvement.insight import Insight
from geoflow.improvement.scenario_strategy import MISSING
from geoflow.improvement.strategies import BY_CODE, begins_with_code, by_code, by_model, fitting
from geoflow.quality.finding import Finding
from geoflow.workflow.ahead import Ahead, Calls, Errand
from geoflow.workflow.budget import SPENT, Meter
from geoflow.workflow.edit_judging import EditJudging
from geoflow.workflow.improve_result import (
    BETWEEN_DOCUMENTS,
    BUDGET_SPENT,
    MODEL_STOPPED,
    NEEDS_ANSWER,
    NEEDS_MODEL,
    NO_STRATEGY,
    STOPPED,
    Heard,
    Left,
)
from geoflow.workflow.model_failures import ENDS_THE_RUN, INTERRUPTED, ONE_CALL_ONLY
from geoflow.workflow.past_cases import NOTHING_LEARNT, Learning
from geoflow.workflow.span_dialogue import Dialogue
from geoflow.workflow.strategy_dialogue import Asked, dialogue_for
from geoflow.workflow.workbench import Workbench, changed_elsewhere
from geoflow.workflow.workshop import Gate, Workplace

BETWEEN = "GF3"
"""How the codes of findings between documents start: no edit of one document mends them."""

ASKABLE = MISSING
"""Codes of findings that are put to a person where neither code nor the model finds the words."""

TRIES = 2
"""How often the model is asked for one finding: once, and once more with the gate's own message."""


class Session(EditJudging):
    """One run in progress: the bench, and what has been kept, refused and left so far."""

    def __init__(
        self,
        workshop: Workplace,
        bench: Workbench,
        meter: Meter,
        learning: Learning = NOTHING_LEARNT,
        gate: Gate = judge,
    ) -> None:
        super().__init__(bench, meter, gate)
        self.workshop, self.learning = workshop, learning
        self.left: list[Left] = []
        self.notes: list[str] = []
        self.heard: list[Heard] = []
        self.answered: dict[str, str] = {}
        self._orders: dict[str, list[str]] = {}
        self.stopped = False
        self.calls: Calls | None = None
        self._elsewhere = changed_elsewhere(bench.tree)
        self._specs = {spec.path: spec.id for spec in bench.tree.specs}

    @property
    def gated(self) -> bool:
        """Tell whether edits go through the gate; only an experiment has none."""
        return self._gate is judge

    def work(self, findings: Sequence[Finding]) -> None:
        """Try every finding: first what code alone can mend, then what needs the model, until the budget is spent."""
        if self.stopped:
            self.left += (Left(finding, STOPPED) for finding in findings)
            return
        for_model: list[Finding] = []
        for finding in findings:
            if self._is_mended(finding):
                continue
            if why := self._hindrance(finding):
                self.left.append(Left(finding, why))
            elif not self._by_code(finding):
                for_model.append(finding)
        self._work_by_model(for_model)

    def _work_by_model(self, findings: Sequence[Finding]) -> None:
        groups = _by_requirement(findings)
        places = {_requirement(group[0]): place for place, group in enumerate(groups)}
        calls = self.calls if self.workshop.model else None
        with closing(Ahead(self.meter, calls, lambda place: self._errand(groups[place]), len(groups))) as ahead:
            for done, finding in enumerate(findings):
                self.workshop.progress.update(f"{finding.code} {finding.requirement}"[:60], done, len(findings))
                ahead.until(places[_requirement(finding)])
                try:
                    self.mend_by_model(finding)
                except GeoflowError as error:
                    self._give_up(error, findings[done:])
                    return
        self.workshop.progress.update("done", len(findings), len(findings))

    def _errand(self, findings: Sequence[Finding]) -> Errand:
        """Go through the findings of a requirement ahead, on a copy of what the documents are now."""
        ahead = copy(self)
        # A draw of the policy ahead of its turn would change every later one.
        learning = replace(self.learning, policy=None)
        vars(ahead).update(bench=self.bench.fork(), learning=learning, _orders=dict(self._orders))
        vars(ahead).update(kept=[], refused=[], left=[], notes=[])

        def go(meter: Meter) -> None:
            ahead.meter, ahead.veto = meter, self.veto.metered(meter) if self.veto else None
            for finding in findings:
                ahead.mend_by_model(finding)

        return go

    def _give_up(self, error: GeoflowError, remaining: Sequence[Finding]) -> None:
        # What was kept so far is still delivered; with nothing kept the failure is the answer.
        self.stopped = error.code == INTERRUPTED
        if error.code in ENDS_THE_RUN - {INTERRUPTED} or not (self.kept or self.stopped or error.code == SPENT):
            raise error
        if error.code != SPENT:
            self.notes.append(f"{error.message} {error.fix}".strip())
        why = BUDGET_SPENT if error.code == SPENT else STOPPED if self.stopped else MODEL_STOPPED
        self.left += (Left(finding, why) for finding in remaining)

    def _is_mended(self, finding: Finding) -> bool:
        """Tell whether an answer that was brought in has mended it with others of its kind."""
        by_answer = contract_of(finding).shape == "step" and self.bench.is_edited(finding.path)
        return by_answer and self.bench.refresh(finding) is None

    def _hindrance(self, finding: Finding) -> str:
        if why := self.closed(finding.path):
            return why
        if finding.code.startswith(BETWEEN):
            return BETWEEN_DOCUMENTS
        if contract_of(finding).maker in {"none", "answer"}:
            return self.answered.get(finding.id, NEEDS_ANSWER)
        if unwanted := self.learning.unwanted(finding.id, finding.code, finding.quote):
            said = f", the last time because: {unwanted.reason}" if unwanted.reason else ""
            return f"people rejected {len(unwanted.cases)} edits like it{said}"
        return self.under_change(finding.path, finding.requirement)

    def closed(self, path: str) -> str:
        """Say why nothing in a document can be edited now; an empty string where it can."""
        return BUDGET_SPENT if self.meter.out_of_time else self.bench.editable(path)

    def under_change(self, path: str, requirement: str) -> str:
        """Say which active change or waiting branch keeps a requirement from being edited; empty where none does."""
        change = self._elsewhere.get((self._specs.get(path, ""), requirement))
        waiting = self.bench.past.why_waiting(path, requirement)
        return f"the active change {change} touches this requirement" if change else waiting

    def _by_code(self, finding: Finding) -> bool:
        """Try the strategies that need no model; true where the finding needs none any more."""
        order = self._order(finding)
        if self.workshop.model and not begins_with_code(finding.code, order):
            return False
        current = self.bench.refresh(finding)
        if current is None or self._made(current, order):
            return True
        return bool(by_code(finding.code)) and not by_model(finding.code) and finding.code not in ASKABLE

    def _made(self, finding: Finding, order: Sequence[str]) -> bool:
        for name in order:
            make = BY_CODE.get(name) if name in by_code(finding.code) else None
            document = self.bench.document(finding.path)
            candidate = make(document, finding, self._obligation(finding.path)) if make else None
            if candidate and self.judge(candidate).kept:
                return True
        return False

    def _obligation(self, path: str) -> str:
        """Give the word that obliges in a document: what people made of earlier edits counts before what it has."""
        return self.learning.obligation or self.bench.obligation(path)

    def _order(self, finding: Finding) -> list[str]:
        if finding.id not in self._orders:
            self._orders[finding.id] = self.learning.ordered(finding.code, fitting(finding.code))
        return self._orders[finding.id]

    def mend_by_model(self, finding: Finding) -> None:
        """Have the model mend a finding, or write down why it is left; GeoflowError as the model raises it."""
        current = self.bench.refresh(finding)
        if current is None:
            return
        order = [name for name in self._order(finding) if name in by_model(finding.code)]
        document = self.bench.document(finding.path)
        asked = self._asked(finding.path)
        if not order or not (asked is None or dialogue_for(document, current, order, asked)):
            # Where nothing tells what a pronoun stands for, somebody who knows can.
            is_asked = finding.code in ASKABLE or contract_of(finding).names_subject
            self.left.append(Left(finding, NEEDS_ANSWER if is_asked else NO_STRATEGY))
        elif why := self.bench.past.why_not_by_model(finding.path, finding.requirement):
            self.left.append(Left(finding, why))
        elif asked is None:
            self.left.append(Left(finding, NEEDS_ANSWER if finding.code in ASKABLE else NEEDS_MODEL))
        elif self.meter.exhausted:
            self.left.append(Left(finding, BUDGET_SPENT))
        else:
            self._ask(current, order, asked)

    def _asked(self, path: str) -> Asked | None:
        shop, model = self.workshop, self.workshop.model
        if model is None:
            return None
        return Asked(model, shop.templates, self.meter, self.learning.lessons, self._obligation(path))

    def _ask(self, finding: Finding, order: Sequence[str], asked: Asked) -> None:
        dialogue = dialogue_for(self.bench.document(finding.path), finding, order, asked)
        if dialogue is None or not self.converse(finding, dialogue):
            return
        begun = begins_with_code(finding.code, self._order(finding))
        if (begun or not self._made(finding, self._order(finding))) and finding.code in ASKABLE:
            self.left.append(Left(finding, NEEDS_ANSWER))

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
                self.refused.append(self.unusable(finding, answer, dialogue.strategy))
                refused = answer
            else:
                refused = self.judge(answer, insight).reason
            if not refused or self.meter.exhausted:
                break
        return refused


def _requirement(finding: Finding) -> tuple[str, str]:
    return finding.path, finding.requirement


def _by_requirement(findings: Sequence[Finding]) -> list[list[Finding]]:
    """Group what is edited together: an edit of a requirement changes what is asked about the next one there."""
    groups: dict[tuple[str, str], list[Finding]] = {}
    for finding in findings:
        groups.setdefault(_requirement(finding), []).append(finding)
    return list(groups.values())
