"""Candidates before the gate: what it keeps goes to the bench, what it refuses is written down, with what each took."""

from dataclasses import replace

from geoflow.improvement.edit import Candidate
from geoflow.improvement.gate import Verdict
from geoflow.improvement.insight import Insight
from geoflow.improvement.proposal import Proposal
from geoflow.quality.finding import Finding
from geoflow.workflow.budget import Meter
from geoflow.workflow.improve_result import KeptEdit, Refusal
from geoflow.workflow.meaning_veto import CHECK, MeaningVeto
from geoflow.workflow.taken import Taken
from geoflow.workflow.workbench import Target, Workbench
from geoflow.workflow.workshop import Gate


class EditJudging:
    """The part of a run that judges: the bench, the gate, and what was kept and refused so far.

    `veto`, where it is set, is the second reader of what a model wrote.
    """

    def __init__(self, bench: Workbench, meter: Meter, gate: Gate) -> None:
        self.bench, self.meter, self._gate = bench, meter, gate
        self.kept: list[tuple[Target, KeptEdit]] = []
        self.refused: list[Refusal] = []
        self.veto: MeaningVeto | None = None
        self._mark = meter.taken()

    def _vetoed(self, verdict: Verdict, proposal: Proposal, candidate: Candidate) -> Verdict:
        """Let the second reader speak against what a model wrote and the gate has passed; it has no other say."""
        by_model = bool(candidate.prompt) and candidate.answer is None and proposal.contract.name == "reword"
        if self.veto is None or not verdict.kept or not by_model:
            return verdict
        if why := self.veto.why(proposal):
            return Verdict(verdict.passed, CHECK, why)
        return replace(verdict, passed=(*verdict.passed, CHECK))

    def judge(self, candidate: Candidate, insight: Insight | None = None) -> Verdict:
        """Put a candidate through the gate; it is kept, or written down as refused."""
        proposal = self.bench.propose(candidate)
        verdict = self._vetoed(self._gate(proposal), proposal, candidate)
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
                    candidate.lesson,
                    prompt=candidate.prompt,
                    cost=self._taken(),
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
                    lesson=candidate.lesson,
                    cost=self._taken(),
                ),
            )
        )
        self.bench.keep(proposal)
        return verdict

    def unusable(self, finding: Finding, why: str, strategy: str) -> Refusal:
        """Write a reply of a model down that makes no candidate."""
        prompt = self.meter.last_prompt
        return Refusal(finding, "span-found", why, finding.quote, "", strategy, (), prompt=prompt, cost=self._taken())

    def _taken(self) -> Taken:
        """Give what was taken since the candidate before."""
        now = self.meter.taken()
        taken, self._mark = now.since(self._mark), now
        return taken
