"""Bench review: make the team's own specs wrong in a copy, let the reviewer look, and count what it saw."""

import sys
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from random import Random
from typing import TypeVar

from geoflow.errors import GeoflowError
from geoflow.openspec import Spec, Tree, read_tree
from geoflow.openspec.layout import CHANGES
from geoflow.ports import Spent
from geoflow.quality.finding import Finding
from geoflow.quality.kept import Kept
from geoflow.quality.mutation.mutant import Target
from geoflow.quality.mutation.operators import EQUIVALENT, OPERATORS, mutants, targets
from geoflow.quality.mutation.rounds import Files, Round, rounds
from geoflow.quality.mutation.verdict import by_path, jaccard, new_findings
from geoflow.workflow.bench_review_model import ModelLook, ModelSaid
from geoflow.workflow.bench_review_result import Clean, ReviewBenchResult, Seen, Stability
from geoflow.workflow.budget import Meter
from geoflow.workflow.limits import Limits
from geoflow.workflow.review import Reviewer, review

RUNS = 3
_Any = TypeVar("_Any")
_JUDGED = ("GF1", "GF2")
"""The beginnings of codes of wording and of form: those that are counted on what people wrote."""


@dataclass(frozen=True, slots=True)
class ReviewBench:
    """What the bench works with: the reviewer as it is set up, the seed, and how many mutants an operator and half."""

    reviewer: Reviewer
    seed: int
    per_operator: int


class _Nobody:
    """A progress for the many small reviews of a bench, which has one of its own."""

    def update(self, label: str, done: int, total: int) -> None:
        """Show nothing."""

    def follow(self, spent: Callable[[], Spent]) -> None:
        """Show nothing."""


def bench_review(bench: ReviewBench, files: Mapping[str, str], limits: Limits) -> ReviewBenchResult:
    """Mutate in memory, review by rule and, where the reviewer has a model, by its roles within the limits.

    Args:
        bench: The parts.
        files: The tree, {path: text}; archived changes may be left out.
        limits: What the model may take; the rules are not counted.

    Raises:
        GeoflowError: `nothing-to-mutate` where there is no requirement; what a model raises that never answered.
    """
    files, tree, every = _ground(files)
    seen = [Seen(mutant) for mutant in mutants(tree, bench.seed, bench.per_operator, OPERATORS + EQUIVALENT)]
    rules = _Rules(bench.reviewer, files)
    played = rounds(files, (one.mutant for one in seen))
    _look(bench, rules, played, {id(one.mutant): one for one in seen})
    stability = rules.stability(played, bench.seed)
    clean = _clean(rules.of_tree, every)
    meter = Meter(bench.reviewer.clock, limits)
    said = ModelSaid()
    if bench.reviewer.model is not None:
        look = ModelLook(bench.reviewer, bench.reviewer.model, meter)
        said = look.over(seen, _sample(every, bench.seed, bench.per_operator))
        clean = replace(clean, asked=said.clean_asked, objections=said.clean_objections)
    return ReviewBenchResult(
        seed=bench.seed,
        per_operator=bench.per_operator,
        model=bench.reviewer.model.name if bench.reviewer.model else "",
        backend=bench.reviewer.model.backend if bench.reviewer.model else "",
        seen=seen,
        clean=clean,
        stability=Stability(stability, said.stability),
        cost={**meter.cost(), "rules_seconds": round(rules.seconds, 2)},
        notes=said.notes,
        stopped=said.stopped,
    )


def _ground(files: Mapping[str, str]) -> tuple[Mapping[str, str], Tree, list[Target]]:
    """Choose what is mutated, and the files around it; GeoflowError `nothing-to-mutate`."""
    tree = read_tree(files)
    every = targets(tree)
    if not every:
        raise GeoflowError(
            "Nothing can be mutated: neither a main spec nor an active change states a requirement.",
            fix="Try it on a tree with requirements.",
            code="nothing-to-mutate",
        )
    if not isinstance(every[0].document, Spec):
        return files, tree, every
    # No finding on a main spec comes from a change, and the bench makes changes of its own: those that are active
    # would only take their time, and touch the same requirements.
    files = {path: text for path, text in files.items() if not path.startswith(CHANGES)}
    tree = read_tree(files)
    return files, tree, targets(tree)


class _Rules:
    """The reviewer without a model, over copies of a tree."""

    def __init__(self, reviewer: Reviewer, files: Files) -> None:
        self._reviewer = replace(reviewer, model=None, seats=None, history=None, progress=_Nobody(), kept=Kept())
        self.seconds = 0.0
        self.of_tree = self.findings(files)

    def findings(self, files: Files, before: Files | None = None) -> tuple[Finding, ...]:
        """Review one copy, against an earlier one where that is given."""
        clock = self._reviewer.clock
        started = clock.seconds()
        found = review(self._reviewer, files, (), Limits(), before).findings
        self.seconds += clock.seconds() - started
        return found

    def of(self, one: Round) -> tuple[Sequence[Finding], Sequence[Finding]]:
        """Review the right and the wrong copy of a round."""
        before = self.of_tree if one.is_plain else self.findings(one.good)
        return before, self.findings(one.bad, one.good if one.setting == "since" else None)

    def stability(self, played: Iterable[Round], seed: int) -> float:
        """Review the first copy several times, its files in another order each time; how alike are the runs?"""
        first = next(iter(played))
        runs = []
        for run in range(RUNS):
            shuffled = {path: first.bad[path] for path in _sample(list(first.bad), f"{seed}:{run}")}
            runs.append(frozenset(finding.id for finding in self.findings(shuffled)))
        return jaccard(runs)


def _look(bench: ReviewBench, rules: _Rules, played: Sequence[Round], seen: Mapping[int, Seen]) -> None:
    for number, one in enumerate(played):
        bench.reviewer.progress.update("rules", number, len(played))
        before, after = (by_path(findings) for findings in rules.of(one))
        for mutant in one.mutants:
            codes = {finding.code for finding in new_findings(mutant, before, after)}
            seen[id(mutant)].by_rules = tuple(sorted(codes))


def _sample(every: Sequence[_Any], seed: object, most: int = sys.maxsize) -> list[_Any]:
    order = Random(f"{seed}")  # noqa: S311 - to repeat a run, not to hide anything
    return order.sample(every, min(most, len(every)))


def _clean(findings: Iterable[Finding], every: Sequence[Target]) -> Clean:
    places = {(target.document.path, target.requirement.name) for target in every}
    counted = Counter(
        finding.code
        for finding in findings
        if finding.code.startswith(_JUDGED) and (finding.path, finding.requirement) in places
    )
    return Clean(len(every), counted)
