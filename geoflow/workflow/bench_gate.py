"""Bench gate: edits that damage and edits that repair, made of the team's own specs, put through the gate."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import lru_cache

from geoflow.improvement.composing import changed_span
from geoflow.improvement.contract import contract_of
from geoflow.improvement.edit import Candidate, SpanEdit
from geoflow.improvement.gate import judge
from geoflow.improvement.gate_meaning import known_subjects
from geoflow.improvement.proposal import Proposal
from geoflow.openspec import read_tree
from geoflow.openspec.model import Tree
from geoflow.ports import Progress
from geoflow.quality.finding import Finding
from geoflow.quality.kept import Kept
from geoflow.quality.mutation.mutant import Mutant, Operator
from geoflow.quality.mutation.operators import OPERATORS, mutants
from geoflow.workflow.bench_gate_result import GateBenchResult, Judged
from geoflow.workflow.workbench import Workbench

STRATEGY = "bench"
_ADVISES, _PERMITS, _PRONOUN = "N1", "N2", "A4"
_MARKS = re.compile(r"[^\w/]+")
AROUND = 60
"""Characters on each side of an edit that an example shows."""
_MANNER = "A1"
"""Seeds the finding that a damaging edit claims to mend: a word of manner, which any sentence can take."""


_BY_ITSELF = {"structure", "reword"}
"""Contracts under which an edit needs nobody's answer; a scenario that no document holds is no repair."""


@dataclass(frozen=True, slots=True)
class Case:
    """An edit as the gate sees it, the operator behind it, and whether it damages."""

    mutant: Mutant
    proposal: Proposal
    span: SpanEdit
    damages: bool

    @property
    def operator(self) -> str:
        """Name the operator."""
        return self.mutant.operator.id


@dataclass
class GateBench:
    """The bench at work.

    Args:
        files: The tree: {path: text}.
        seed: The same seed makes the same edits.
        per_operator: How many mutants an operator and half.
        progress: Told how far it is.
    """

    files: Mapping[str, str]
    seed: int
    per_operator: int
    progress: Progress
    _seeds: dict[tuple[str, str], Mutant] = field(default_factory=dict)
    _kept: Kept = field(default_factory=Kept)

    def run(self) -> GateBenchResult:
        """Judge every edit."""
        return GateBenchResult(self.seed, tuple(_judged(case) for case in self.cases()))

    def cases(self) -> Iterator[Case]:
        """Make every edit. A document is a tree of its own here: what other documents say is not the gate's matter."""
        tree = read_tree(self.files)
        alone = [one for one in OPERATORS if one.setting != "change"]
        self._seeds = {(one.path, one.requirement): one for one in _every(tree, _operator(_MANNER), self.seed)}
        made = list(mutants(tree, self.seed, self.per_operator, alone))
        for done, mutant in enumerate(made):
            self.progress.update(f"{mutant.operator.id} {mutant.requirement}"[:60], done, len(made))
            if mutant.path == mutant.home:
                yield from self._damage(mutant)
                yield from self._repair(mutant)
        self.progress.update("done", len(made), len(made))

    def _damage(self, mutant: Mutant) -> Iterator[Case]:
        """Claim to mend a word of manner, and bring the mutant's defect in with it."""
        seeded = self._seeds.get((mutant.path, mutant.requirement))
        if seeded is None:
            return
        bench = _bench(mutant.path, seeded.after, self._kept)
        finding = next((one for one in bench.findings if seeded.holds(one) and one.quote in seeded.injected), None)
        if finding is None or contract_of(finding).maker == "none":
            return
        # The seeded word goes and the defect comes; what the gate sees is one edit of the document.
        span = changed_span(seeded.after, mutant.after)
        yield _case(mutant, bench, finding, span, damages=True)

    def _repair(self, mutant: Mutant) -> Iterator[Case]:
        """Mend what the mutant made wrong, where its finding is one that an edit may mend without an answer."""
        bench = _bench(mutant.path, mutant.after, self._kept)
        known = _ids(mutant.path, mutant.before, self._kept)
        for finding in bench.findings:
            is_its = mutant.holds(finding) and finding.id not in known and _fits(mutant, finding)
            if is_its and contract_of(finding).name in _BY_ITSELF and not _needs_answer(mutant, finding):
                start = mutant.edit.start
                span = SpanEdit(start, start + len(mutant.bad), mutant.good)
                yield _case(mutant, bench, finding, span, damages=False)
                return


def _case(mutant: Mutant, bench: Workbench, finding: Finding, span: SpanEdit, *, damages: bool) -> Case:
    return Case(mutant, bench.propose(Candidate(finding, (span,), STRATEGY)), span, damages)


def _judged(case: Case) -> Judged:
    verdict = judge(case.proposal)
    mutant, span, finding, text = case.mutant, case.span, case.proposal.finding, case.proposal.base.text
    return Judged(
        operator=mutant.operator.id,
        title=mutant.operator.title,
        half=mutant.half,
        code=finding.code,
        refused_by=verdict.refused_by,
        reason=verdict.reason,
        damages=case.damages,
        old=text[max(0, span.start - AROUND) : span.end + AROUND],
        new=text[max(0, span.start - AROUND) : span.start] + span.new + text[span.end : span.end + AROUND],
    )


def _needs_answer(mutant: Mutant, finding: Finding) -> bool:
    """Tell whether only somebody who knows could restore the text: nothing that is left of it says what stood there.

    A permission may have been meant as one, and a pronoun stands for what the requirement or most of its document says.
    Nor is it one edit where several words were changed.
    """
    if mutant.operator.id == _PERMITS:
        return True
    if mutant.operator.id == _ADVISES:
        return mutant.bad.count("should") > 1  # each is a finding of its own, one after the other
    if mutant.operator.id != _PRONOUN:
        return False
    before = mutant.after[mutant.after.rfind("### Requirement:", 0, finding.start) : finding.start]
    known = known_subjects(mutant.after, before, mutant.after[finding.end :])
    return not known or known[-1].casefold() not in f"{mutant.good} ".casefold()


def _fits(mutant: Mutant, finding: Finding) -> bool:
    """Tell whether taking the mutation back is what mends a finding: what came with it is the quote and no more.

    Where content was brought in beside the quote, taking it back would drop that content.
    """
    operator = mutant.operator
    if not (finding.code in operator.codes or operator.incose & set(finding.incose.split())):
        return False
    brought, quote = (" ".join(_MARKS.sub(" ", text).casefold().split()) for text in (mutant.injected, finding.quote))
    return not mutant.injected or finding.code.startswith("OS-") or brought in quote or quote == brought


def _operator(name: str) -> Operator:
    return next(one for one in OPERATORS if one.id == name)


def _every(tree: Tree, operator: Operator, seed: int) -> Iterator[Mutant]:
    for mutant in mutants(tree, seed, 1_000_000, [operator]):
        if mutant.half == "first":
            yield mutant


@lru_cache(maxsize=256)
def _bench(path: str, text: str, kept: Kept) -> Workbench:
    return Workbench({path: text}, kept=kept)


def _ids(path: str, text: str, kept: Kept) -> frozenset[str]:
    return frozenset(one.id for one in _bench(path, text, kept).findings)
