"""Improve: find what is wrong, propose edits, keep what passes the gate, deliver a branch that a person merges."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from geoflow.errors import ExitCode, GeoflowError
from geoflow.openspec import Report, Spec, validate
from geoflow.ports import Clock, Head, Journal, QuestionStore
from geoflow.quality.finding import SEVERITY_ORDER, Finding
from geoflow.questions.question import Question
from geoflow.workflow.adopt_dialogue import LineDialogue
from geoflow.workflow.adopt_items import adopt_items, with_questions, write_adoptions
from geoflow.workflow.adopted_item import AdoptedItem
from geoflow.workflow.budget import Limits, Meter
from geoflow.workflow.deliver import write_commits, write_questions
from geoflow.workflow.improve_choices import carry_out, let_stand, parted
from geoflow.workflow.improve_insights import bring_in, insights_of
from geoflow.workflow.improve_questions import Asking
from geoflow.workflow.improve_result import Idle, ImproveResult, Left
from geoflow.workflow.improve_session import Session, Workshop
from geoflow.workflow.improve_together import take_together
from geoflow.workflow.meaning_veto import MeaningVeto
from geoflow.workflow.run_record import record_of
from geoflow.workflow.unfinished import Noted, Place, going_on, take_up
from geoflow.workflow.workbench import Workbench

BRANCHES = "geoflow/improve/"
TEN_MINUTES = Limits(seconds=600.0)


@dataclass(frozen=True)
class ImproveOptions:
    """`targets` are ids of specs or changes, none means all. With `dry_run` no commit and no branch is made.

    With `fresh` no killed run is gone on with.
    """

    limits: Limits = TEN_MINUTES
    targets: tuple[str, ...] = ()
    dry_run: bool = False
    fresh: bool = False


def improve(workshop: Workshop, options: ImproveOptions) -> ImproveResult:
    """Improve the specs of the checked-out commit on a branch of their own.

    The user's branch, index and work tree are only read. Killed at any moment, nothing but unreachable objects and a
    journal stays, from which the next one goes on.

    Raises:
        GeoflowError: No commit to start from, an improve branch is checked out, or an unknown target.
    """
    head = workshop.repository.head()
    if head.branch and head.branch.startswith(BRANCHES):
        raise GeoflowError(
            f"The branch {head.branch} holds edits that nobody has merged yet, and edits of edits lose meaning.",
            fix="Check out the branch that you merge into, and run geoflow improve there.",
            code="on-improve-branch",
        )
    files = workshop.repository.read(head.commit)
    live = _live_files(files)
    bench = Workbench(live, workshop.off, workshop.allowed, workshop.words(live), workshop.kept)
    bench.past = workshop.past(live)
    chosen = _chosen(bench, options.targets)
    begun = _begin(workshop, options, head.commit)
    try:
        return _work(begun, options, head, (files, bench, chosen))
    except GeoflowError:
        if begun.journal and not begun.meter.taken().calls:
            begun.journal.forget(begun.run)  # nothing was paid for
        raise


_Read = tuple[Mapping[str, bytes], Workbench, list[Finding]]


def _work(begun: "_Begun", options: ImproveOptions, head: Head, read: _Read) -> ImproveResult:
    (files, bench, chosen), workshop, meter, run = read, begun.workshop, begun.meter, begun.run
    workshop.progress.follow(meter.spent)
    session = Session(workshop, bench, meter, workshop.learn(run), workshop.gate)
    session.notes += begun.notes
    if workshop.veto and workshop.model:
        session.veto = MeaningVeto(workshop.model, workshop.templates, meter)
    before = summary(bench.specs, bench.reports, bench.findings)
    adopted, chosen = _adopted(session, files, options.targets, chosen)
    idle = _bring_in(session, workshop.questions, files, options.targets)
    mended = {edit.finding.id for _, edit in session.kept}
    adopted = with_questions(adopted, workshop.questions, files, workshop.clock.now())
    session.work([finding for finding in chosen if finding.id not in mended])
    take_together(session)
    asked = _ask(session, workshop, files)
    live = _with(bench.files, adopted)
    reports = validate(live)
    _must_not_be_worse(bench.reports, reports)
    branch, tip, edits = "", head.commit, tuple(edit for _, edit in session.kept)
    if (edits or asked) and not options.dry_run:
        branch = BRANCHES + run
        tip, edits = write_commits(workshop.repository, bench, head.commit, session.kept)
        tip = write_questions(workshop.repository, tip, workshop.questions, asked)
    if any(one.kept or one.stored for one in adopted) and not options.dry_run:
        branch = BRANCHES + run
        tip, adopted = write_adoptions(workshop.repository, tip, adopted, workshop.questions)
    specs, findings = _measured(workshop, bench, live, adopted)
    result = ImproveResult(
        run=run,
        base=head.commit,
        branch=branch,
        edits=edits,
        refused=tuple(session.refused),
        left=tuple(session.left),
        before=before,
        after=summary(specs, reports, findings),
        cost=meter.cost(),
        model=f"{workshop.model.name} ({workshop.model.backend})" if workshop.model else "",
        notes=tuple(dict.fromkeys(session.notes)),
        stopped=session.stopped,
        insights=(*session.heard, *idle),
        resumed=begun.resumed,
        questions=asked,
        adopted=tuple(adopted),
    )
    if not options.dry_run:
        _publish(workshop, result, tip, [bench.blocks(target)[0] for target, _ in session.kept], head.branch or "")
    if begun.journal:
        begun.journal.forget(run)
    return result


@dataclass(frozen=True)
class _Begun:
    """A run that has begun, or goes on: its name, what counts, what writes down, and what to say of killed ones."""

    workshop: Workshop
    run: str
    meter: Meter
    journal: Journal | None = None
    notes: tuple[str, ...] = ()
    resumed: tuple[int, int] | None = None


def _begin(workshop: Workshop, options: ImproveOptions, base: str) -> _Begun:
    meter = Meter(workshop.clock, options.limits)
    journal, run = None if options.dry_run else workshop.journal, _run_id(workshop.clock, base)
    if journal is None:
        return _Begun(workshop, run, meter)
    killed, notes = take_up(journal, workshop.runs, Place(base, options.targets, options.fresh))
    if killed:
        run = killed.run
        workshop.tell(going_on(killed, options.targets))
    journal.begin(run, base, options.targets)
    meter.memory = journal
    noted = replace(workshop, progress=Noted(workshop.progress, journal))
    return _Begun(noted, run, meter, journal, tuple(notes), (killed.done, killed.total) if killed else None)


def _publish(workshop: Workshop, result: ImproveResult, tip: str, places: Sequence[tuple[int, int]], on: str) -> None:
    """Publish the branch and keep the run; a run that proposed nothing is not kept."""
    if workshop.runs is None:
        if result.branch:
            workshop.repository.create_branch(result.branch, tip)
    elif result.branch or result.edits or result.refused or result.questions:
        record = record_of(result, places, on, workshop.clock.now())
        if workshop.journal:
            workshop.journal.deliver(result.branch, tip, record)
        workshop.runs.publish(result.run, result.branch, tip, record)


def _bring_in(
    session: Session, questions: QuestionStore | None, files: Mapping[str, bytes], targets: tuple[str, ...]
) -> list[Idle]:
    found, idle, notes = insights_of(questions, files, session.bench)
    session.notes += notes
    prefixes = _prefixes(session.bench, targets)
    wanted = [insight for insight in found if insight.target.startswith(prefixes)]
    words, choices = parted(wanted)
    let_stand(session, idle)
    bring_in(session, words)
    carry_out(session, choices)
    return [one for one in idle if (one.question.about.path if one.question.about else "").startswith(prefixes)]


def _ask(session: Session, workshop: Workshop, files: Mapping[str, bytes]) -> tuple[Question, ...]:
    """Put what only people know to those who may know it; nothing without question files, or after Ctrl-C."""
    store = workshop.questions
    if store is None or session.stopped:
        return ()
    asking = Asking(session, workshop.desk, store.read_from(files).questions.values(), store)
    asking.ask(f"{workshop.clock.now():%Y-%m-%dT%H:%M:%SZ}")
    return tuple(asking.new.values())


def _adopted(
    session: Session, files: Mapping[str, bytes], targets: tuple[str, ...], chosen: Sequence[Finding]
) -> tuple[list[AdoptedItem], list[Finding]]:
    """Adopt what is hand-written; the items, and the findings that are left for edits."""
    workshop, bench = session.workshop, session.bench
    dialogue = LineDialogue(workshop.model, workshop.templates, session.meter) if workshop.model else None
    made = adopt_items(bench, files, _prefixes(bench, targets), dialogue)
    session.notes += dialogue.notes if dialogue else []
    session.left += (Left(finding, one.why_not) for one in made if not one.kept for finding in one.findings)
    told = {finding.id for one in made for finding in one.findings}
    return made, [finding for finding in chosen if finding.id not in told]


def _with(files: Mapping[str, str], adopted: Sequence[AdoptedItem]) -> dict[str, str]:
    kept = [one.adopted for one in adopted if one.kept]
    gone = {path for one in kept for path in one.removed}
    left = {path: text for path, text in files.items() if path not in gone}
    return left | {path: text for one in kept for path, text in one.texts.items()}


def _measured(
    workshop: Workshop, bench: Workbench, live: Mapping[str, str], adopted: Sequence[AdoptedItem]
) -> tuple[list[Spec], list[Finding]]:
    """Give the specs and findings as they are after the run."""
    if any(one.kept for one in adopted):
        bench = Workbench(live, workshop.off, workshop.allowed, workshop.words(live))
    return bench.specs, bench.findings


def _live_files(found: Mapping[str, bytes]) -> dict[str, str]:
    # Archived changes are history: nothing there is improved, and in an old tree they are most of it.
    return {
        path: data.decode("utf-8", "surrogateescape")
        for path, data in found.items()
        if not path.startswith("openspec/changes/archive/")
    }


def _chosen(bench: Workbench, targets: tuple[str, ...]) -> list[Finding]:
    prefixes = _prefixes(bench, targets)
    findings = [finding for finding in bench.findings if finding.path.startswith(prefixes)]
    return sorted(findings, key=lambda finding: (SEVERITY_ORDER[finding.severity], finding.path, finding.start))


def _prefixes(bench: Workbench, targets: tuple[str, ...]) -> tuple[str, ...]:
    """Give how the paths of what shall be improved begin."""
    known = {spec.id: spec.path for spec in bench.tree.specs}
    known |= {change.id: change.path + "/" for change in bench.tree.changes}
    unknown = [target for target in targets if target not in known]
    if unknown:
        raise GeoflowError(
            f"There is no spec or active change named {unknown[0]} at this commit.",
            fix="See the names with: geoflow list --specs, or geoflow list",
            code="unknown-item",
            exit_code=ExitCode.USAGE,
        )
    return tuple(known[target] for target in targets) or ("",)


def _must_not_be_worse(before: Sequence[Report], after: Sequence[Report]) -> None:
    valid = {(report.type, report.id) for report in before if report.valid()}
    worse = [report.id for report in after if (report.type, report.id) in valid and not report.valid()]
    if worse:
        raise GeoflowError(
            f"The edits together would make {worse[0]} invalid, so nothing was written.",
            fix="Name the other items meanwhile, as in: geoflow improve ITEM",
            code="edits-together-invalid",
            exit_code=ExitCode.NO,
        )


def summary(specs: Sequence[Spec], reports: Sequence[Report], findings: Sequence[Finding]) -> dict[str, float | int]:
    """Measure a tree in a few figures: items, valid ones, requirements, scenarios, findings."""
    requirements = [requirement for spec in specs for requirement in spec.requirements]
    smells = [finding for finding in findings if finding.code.startswith("GF")]
    return {
        "items": len(reports),
        "valid": sum(report.valid() for report in reports),
        "valid_strict": sum(report.valid(strict=True) for report in reports),
        "requirements": len(requirements),
        "scenarios": sum(len(requirement.scenarios) for requirement in requirements),
        "findings": len(findings),
        "smells": len(smells),
        "smells_per_100_requirements": round(100 * len(smells) / len(requirements), 1) if requirements else 0,
    }


def _run_id(clock: Clock, commit: str) -> str:
    # A second run in the same millisecond on the same commit would be refused by `create_branch`, never mixed up.
    now = clock.now()
    return f"{now:%Y%m%d-%H%M%S}-{now.microsecond // 1000:03d}{commit[:4]}"
