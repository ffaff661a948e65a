"""Improve: find what is wrong, propose edits, keep what passes the gate, deliver a branch that a person merges."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from geoflow.errors import ExitCode, GeoflowError
from geoflow.openspec import Report, Spec, validate
from geoflow.ports import Clock, QuestionStore
from geoflow.quality.finding import SEVERITY_ORDER, Finding
from geoflow.workflow.budget import Limits, Meter
from geoflow.workflow.deliver import write_commits
from geoflow.workflow.improve_insights import bring_in, insights_of
from geoflow.workflow.improve_result import Idle, ImproveResult
from geoflow.workflow.improve_session import Session, Workshop
from geoflow.workflow.run_record import record_of
from geoflow.workflow.workbench import Workbench

BRANCHES = "geoflow/improve/"
TEN_MINUTES = Limits(seconds=600.0)


@dataclass(frozen=True)
class ImproveOptions:
    """`targets` are ids of specs or changes, none means all. With `dry_run` no commit and no branch is made."""

    limits: Limits = TEN_MINUTES
    targets: tuple[str, ...] = ()
    dry_run: bool = False


def improve(workshop: Workshop, options: ImproveOptions) -> ImproveResult:
    """Improve the specs of the checked-out commit on a branch of their own.

    The user's branch, index and work tree are only read. Killed at any moment, nothing but unreachable objects stays.

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
    meter = Meter(workshop.clock, options.limits)
    workshop.progress.follow(meter.spent)
    run = _run_id(workshop.clock, head.commit)
    files = workshop.repository.read(head.commit)
    live = _live_files(files)
    bench = Workbench(live, workshop.off, workshop.allowed, workshop.words(live), workshop.kept)
    session = Session(workshop, bench, meter, workshop.learn(run))
    before = summary(bench.specs, bench.reports, bench.findings)
    chosen = _chosen(bench, options.targets)
    idle = _bring_in(session, workshop.questions, files, options.targets)
    mended = {edit.finding.id for _, edit in session.kept}
    session.work([finding for finding in chosen if finding.id not in mended])
    reports = validate(bench.files)
    _must_not_be_worse(bench.reports, reports)
    branch, tip, edits = "", head.commit, tuple(edit for _, edit in session.kept)
    if edits and not options.dry_run:
        branch = BRANCHES + run
        tip, edits = write_commits(workshop.repository, bench, head.commit, session.kept)
    result = ImproveResult(
        run=run,
        base=head.commit,
        branch=branch,
        edits=edits,
        refused=tuple(session.refused),
        left=tuple(session.left),
        before=before,
        after=summary(bench.specs, reports, bench.findings),
        cost=meter.cost(),
        model=f"{workshop.model.name} ({workshop.model.backend})" if workshop.model else "",
        notes=tuple(dict.fromkeys(session.notes)),
        stopped=session.stopped,
        insights=(*session.heard, *idle),
    )
    if not options.dry_run:
        _publish(workshop, result, tip, [bench.blocks(target)[0] for target, _ in session.kept], head.branch or "")
    return result


def _publish(workshop: Workshop, result: ImproveResult, tip: str, places: Sequence[tuple[int, int]], on: str) -> None:
    """Publish the branch and keep the run; a run that proposed nothing is not kept."""
    if workshop.runs is None:
        if result.branch:
            workshop.repository.create_branch(result.branch, tip)
    elif result.edits or result.refused:
        record = record_of(result, places, on, workshop.clock.now())
        workshop.runs.publish(result.run, result.branch, tip, record)


def _bring_in(
    session: Session, questions: QuestionStore | None, files: Mapping[str, bytes], targets: tuple[str, ...]
) -> list[Idle]:
    found, idle, notes = insights_of(questions, files, session.bench)
    session.notes += notes
    prefixes = _prefixes(session.bench, targets)
    bring_in(session, [insight for insight in found if insight.target.startswith(prefixes)])
    return [one for one in idle if (one.question.about.path if one.question.about else "").startswith(prefixes)]


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
