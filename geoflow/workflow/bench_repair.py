"""Bench repair: put defects of wording into a copy of the team's own specs, and let improve mend them."""

from collections.abc import Iterable, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from functools import partial
from itertools import groupby, zip_longest

from geoflow.errors import GeoflowError
from geoflow.improvement.contract import contract_of
from geoflow.openspec import read_tree
from geoflow.ports import ChatModel, Clock, RunProgress, Templates
from geoflow.quality.finding import SEVERITY_ORDER, Finding
from geoflow.quality.mutation.mutant import Mutant
from geoflow.quality.mutation.operators import mutants
from geoflow.quality.mutation.superfluous import ANSWERED, REPAIRED
from geoflow.quality.mutation.verdict import by_path, new_findings
from geoflow.workflow.ahead import Ahead, Calls
from geoflow.workflow.bench_repair_judge import Texts, difference
from geoflow.workflow.bench_repair_result import Outcome, RepairBenchResult, Tried
from geoflow.workflow.budget import Meter
from geoflow.workflow.improve_result import BUDGET_SPENT, NEEDS_ANSWER, STOPPED
from geoflow.workflow.improve_session import Session
from geoflow.workflow.limits import Limits
from geoflow.workflow.workbench import Workbench


@dataclass(frozen=True)
class RepairBench:
    """What the bench works with, which is what a run of improve works with (`Workplace`), and which mutants it makes.

    `files` are the tree, {path: text}; `per_operator` is how many mutants an operator and half of phrasings.
    With `calls` several are mended at a time.
    """

    model: ChatModel | None
    templates: Templates
    clock: Clock
    progress: RunProgress
    files: Mapping[str, str]
    seed: int
    per_operator: int
    off: frozenset[str] = frozenset()
    calls: Calls | None = None


class _Nobody:
    """A progress for the many small sessions of a bench, which has one of its own."""

    def update(self, label: str, done: int, total: int) -> None:
        """Show nothing."""


@dataclass(frozen=True)
class _Place:
    """What the session of one mutant works with."""

    model: ChatModel | None
    templates: Templates
    progress: _Nobody
    off: frozenset[str]


def bench_repair(bench: RepairBench, limits: Limits) -> RepairBenchResult:
    """Mend each mutant by itself, as a document of its own; the operators in turn, so that a short budget sees all.

    Raises:
        GeoflowError: What a model raises that never answered.
    """
    meter = Meter(bench.clock, limits)
    bench.progress.follow(meter.spent)
    made = _in_turn(mutants(read_tree(bench.files), bench.seed, bench.per_operator, REPAIRED))
    with closing(Ahead(meter, bench.calls, lambda place: partial(_try, bench, made[place]), len(made))) as ahead:
        tried, notes, stopped = _try_all(bench, meter, made, ahead)
    bench.progress.update("done", len(made), len(made))
    model = f"{bench.model.name} ({bench.model.backend})" if bench.model else ""
    given = (bench.seed, bench.per_operator, model, len(made))
    return RepairBenchResult(*given, tuple(tried), meter.cost(), tuple(notes), stopped)


def _try_all(
    bench: RepairBench, meter: Meter, made: Sequence[Mutant], ahead: Ahead
) -> tuple[list[Tried], list[str], bool]:
    tried = list[Tried]()
    for done, mutant in enumerate(made):
        bench.progress.update(f"{mutant.operator.id} {mutant.requirement}"[:60], done, len(made))
        if meter.exhausted:
            break
        ahead.until(done)
        try:
            one = _try(bench, mutant, meter)
        except GeoflowError as error:
            if not tried:
                raise
            return tried, [f"{error.message} {error.fix}".strip()], False
        except KeyboardInterrupt:
            return tried, [], True
        if one.why in {STOPPED, BUDGET_SPENT}:
            return tried, [], one.why == STOPPED
        tried.append(one)
    return tried, [], False


def _in_turn(made: Iterable[Mutant]) -> list[Mutant]:
    groups = [list(found) for _, found in groupby(made, key=lambda mutant: (mutant.operator.id, mutant.half))]
    return [mutant for turn in zip_longest(*groups) for mutant in turn if mutant is not None]


def _try(bench: RepairBench, mutant: Mutant, meter: Meter) -> Tried:
    before, work = Workbench({mutant.path: mutant.before}), Workbench({mutant.path: mutant.after})
    known = {_kind(one) for one in (*before.findings, *work.findings)}
    had = by_path(before.findings)
    found = new_findings(mutant, had, by_path(work.findings))
    before_it = meter.taken()
    session = Session(_Place(bench.model, bench.templates, _Nobody(), bench.off), work, meter)
    session.work(sorted(found, key=lambda finding: (SEVERITY_ORDER[finding.severity], finding.start)))
    texts = Texts(mutant.path, mutant.requirement, mutant.before, mutant.after, work.document(mutant.path).text)
    brought = [one.code for one in work.findings if _kind(one) not in known]
    still = new_findings(mutant, had, by_path(work.findings))
    outcome, why = _outcome(session, found, still, difference(texts) or ", ".join(brought))
    bad, new = texts.shown()
    return Tried(
        operator=mutant.operator.id,
        title=mutant.operator.title,
        half=mutant.half,
        path=mutant.path,
        requirement=mutant.requirement,
        code=found[0].code if found else "",
        outcome=outcome,
        why=why,
        needs_answer=mutant.operator.id in ANSWERED,
        bad=bad or mutant.injected,
        new=new,
        calls=meter.taken().since(before_it).calls,
    )


def _kind(finding: Finding) -> tuple[str, str, str]:
    return finding.code, finding.requirement, " ".join(finding.quote.split()).lower()


def _outcome(session: Session, found: Sequence[Finding], still: Sequence[Finding], wrong: str) -> tuple[Outcome, str]:
    """Tell what came of a mutant: by the texts alone where something was kept, else by what the session says."""
    if not found:
        return "unseen", ""
    whys = [left.why for left in session.left]
    if ends := next((why for why in whys if why in {STOPPED, BUDGET_SPENT}), ""):
        return "left", ends
    if session.kept and not still:
        return ("wrong", wrong) if wrong else ("repaired", "")
    if session.refused:
        last = session.refused[-1]
        return "refused", f"{last.check}: {last.reason}"
    if any(contract_of(one).maker in {"none", "answer"} for one in still):
        return "asks", NEEDS_ANSWER
    return "left", next(iter(whys), "no edit was made")
