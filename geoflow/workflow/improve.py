"""Improve: find what is wrong, propose edits, keep what passes the gate, deliver a branch that a person merges."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple

from geoflow.errors import GeoflowError
from geoflow.metrics.alert import Alert
from geoflow.ports import Clock, Head, Journal, QuestionStore
from geoflow.quality.finding import Finding
from geoflow.quality.kept import Kept
from geoflow.quality.verdicts import validate_again
from geoflow.questions.question import Question
from geoflow.workflow.adopt_answers import carry_out_answers, with_answers, write_answers
from geoflow.workflow.adopt_dialogue import LineDialogue
from geoflow.workflow.adopt_items import adopt_items, with_questions, write_adoptions
from geoflow.workflow.adopted_item import AdoptedItem
from geoflow.workflow.budget import Meter
from geoflow.workflow.carried_answer import CarriedAnswer
from geoflow.workflow.deliver import write_commits, write_questions
from geoflow.workflow.improve_choices import carry_out, let_stand, parted
from geoflow.workflow.improve_insights import bring_in, insights_of
from geoflow.workflow.improve_questions import Asking, asked_on_branches
from geoflow.workflow.improve_result import Idle, ImproveResult, KeptEdit, Left
from geoflow.workflow.improve_scope import AllFiles, chosen_findings, live_files, prefixes_of, worst_first
from geoflow.workflow.improve_session import Session
from geoflow.workflow.improve_summary import measured, must_not_be_worse, summary, with_adopted
from geoflow.workflow.improve_together import take_together
from geoflow.workflow.limits import Limits
from geoflow.workflow.meaning_veto import MeaningVeto
from geoflow.workflow.run_record import record_of
from geoflow.workflow.unfinished import Noted, Place, going_on, take_up
from geoflow.workflow.workbench import Workbench
from geoflow.workflow.workshop import Workshop

BRANCHES = "geoflow/improve/"
TEN_MINUTES = Limits(seconds=600.0)


@dataclass(frozen=True)
class ImproveOptions:
    """`targets` are ids of specs or changes, none means all. With `dry_run` no commit and no branch is made.

    With `fresh` no killed run is gone on with, and what people rejected is adopted anew.
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
    files = workshop.repository.read(head.commit, archive=False)
    live = live_files(files)
    bench = Workbench(live, workshop.off, workshop.allowed, workshop.words(live), workshop.kept, aside=workshop.aside)
    bench.past = workshop.past(live)
    worse = tuple(workshop.worse(head.commit))
    chosen = worst_first(chosen_findings(bench, options.targets), worse)
    begun = replace(_begin(workshop, options, head.commit), worse=worse)
    try:
        return _work(begun, options, head, (files, bench, chosen))
    except GeoflowError:
        if begun.journal and not begun.meter.taken().calls:
            begun.forget()  # nothing was paid for
        raise


_Read = tuple[Mapping[str, bytes], Workbench, list[Finding]]


def _work(begun: "_Begun", options: ImproveOptions, head: Head, read: _Read) -> ImproveResult:
    (files, bench, chosen), workshop, meter, run = read, begun.workshop, begun.meter, begun.run
    workshop.progress.follow(meter.spent)
    session = Session(workshop, bench, meter, workshop.learn(run), workshop.gate)
    session.notes += begun.notes
    session.calls = workshop.calls
    if workshop.veto and workshop.model:
        session.veto = MeaningVeto(workshop.model, workshop.templates, meter)
    before = summary(bench.specs, bench.reports, bench.findings)
    everything = AllFiles(workshop.repository, head.commit)
    adopted, chosen = _adopted(session, everything, options, chosen)
    answers = carry_out_answers(session, workshop.questions, files, prefixes_of(bench, options.targets))
    idle = _bring_in(session, workshop.questions, files, options.targets)
    mended = {edit.finding.id for _, edit in session.kept}
    waiting = asked_on_branches(workshop, bench.past.branches)
    known = {*files, *(question.path for question, _ in waiting)}
    adopted = with_questions(adopted, workshop.questions, known, workshop.clock.now())
    session.work([finding for finding in chosen if finding.id not in mended])
    take_together(session)
    asked = _ask(session, workshop, files, waiting)
    live = with_answers(with_adopted(bench.files, adopted), answers.carried)
    reports = validate_again(live, None, workshop.kept or Kept())
    must_not_be_worse(bench.reports, reports)
    delivered = _Delivered("", head.commit, tuple(edit for _, edit in session.kept), adopted, tuple(answers.carried))
    if not options.dry_run:
        delivered = _delivered(session, workshop, run, asked, delivered)
    specs, findings = measured(workshop, bench, live)
    result = ImproveResult(
        run=run,
        base=head.commit,
        branch=delivered.branch,
        edits=delivered.edits,
        refused=tuple(session.refused),
        left=tuple(session.left),
        before=before,
        after=summary(specs, reports, findings),
        cost=meter.cost(),
        model=f"{workshop.model.name} ({workshop.model.backend})" if workshop.model else "",
        notes=tuple(dict.fromkeys(session.notes)),
        stopped=session.stopped,
        insights=(*session.heard, *idle, *answers.heard),
        resumed=begun.resumed,
        questions=asked,
        adopted=tuple(delivered.adopted),
        carried=delivered.carried,
        worse=begun.worse,
    )
    if not options.dry_run:
        blocks = [bench.blocks(target)[0] for target, _ in session.kept]
        _publish(workshop, result, delivered.tip, blocks, head.branch or "")
    begun.forget()
    return result


class _Delivered(NamedTuple):
    """What lies on the run's branch, if it has one: its last commit; edits, adopted items and answers with theirs."""

    branch: str
    tip: str
    edits: tuple[KeptEdit, ...]
    adopted: Sequence[AdoptedItem]
    carried: tuple[CarriedAnswer, ...] = ()


def _delivered(
    session: Session, workshop: Workshop, run: str, asked: Sequence[Question], found: _Delivered
) -> _Delivered:
    branch, tip, edits, adopted, carried = found
    if edits or asked:
        branch = BRANCHES + run
        tip, edits = write_commits(workshop.repository, session.bench, tip, session.kept)
        tip = write_questions(workshop.repository, tip, workshop.questions, asked)
    if any(one.kept or one.stored for one in adopted):
        branch = BRANCHES + run
        tip, adopted = write_adoptions(workshop.repository, tip, adopted, workshop.questions)
    if carried:
        branch = BRANCHES + run
        tip, carried = write_answers(workshop.repository, tip, carried)
    return _Delivered(branch, tip, edits, adopted, carried)


@dataclass(frozen=True)
class _Begun:
    """A run that has begun, or goes on: its name, what counts, what writes down, and what to say of killed ones.

    `worse` are the measures that got worse at the base.
    """

    workshop: Workshop
    run: str
    meter: Meter
    journal: Journal | None = None
    notes: tuple[str, ...] = ()
    resumed: tuple[int, int] | None = None
    worse: tuple[Alert, ...] = ()

    def forget(self) -> None:
        """Remove what was written down; what is still under way of a stopped run writes nothing more."""
        self.meter.forget()
        if self.journal:
            self.journal.forget(self.run)


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
    prefixes = prefixes_of(session.bench, targets)
    wanted = [insight for insight in found if insight.target.startswith(prefixes)]
    words, choices = parted(wanted)
    let_stand(session, idle)
    bring_in(session, words)
    carry_out(session, choices)
    return [one for one in idle if (one.question.about.path if one.question.about else "").startswith(prefixes)]


def _ask(
    session: Session, workshop: Workshop, files: Mapping[str, bytes], waiting: Sequence[tuple[Question, str]]
) -> tuple[Question, ...]:
    """Put what only people know to those who may know it; nothing without question files, or after Ctrl-C."""
    store = workshop.questions
    if store is None or session.stopped:
        return ()
    asking = Asking(session, workshop.desk, store.read_from(files).questions.values(), store, waiting)
    asking.ask(f"{workshop.clock.now():%Y-%m-%dT%H:%M:%SZ}")
    return tuple(asking.new.values())


def _adopted(
    session: Session, files: Mapping[str, bytes], options: ImproveOptions, chosen: Sequence[Finding]
) -> tuple[list[AdoptedItem], list[Finding]]:
    """Adopt what is hand-written; the items, and the findings that are left for edits."""
    workshop, bench = session.workshop, session.bench
    dialogue = LineDialogue(workshop.model, workshop.templates, session.meter) if workshop.model else None
    rejected = () if options.fresh else session.learning.rejected
    made = adopt_items(bench, files, prefixes_of(bench, options.targets), dialogue, rejected)
    session.notes += dialogue.notes if dialogue else []
    session.left += (Left(finding, one.why_not) for one in made if not one.kept for finding in one.findings)
    told = {finding.id for one in made for finding in one.findings}
    return made, [finding for finding in chosen if finding.id not in told]


def _run_id(clock: Clock, commit: str) -> str:
    # A second run in the same millisecond on the same commit would be refused by `create_branch`, never mixed up.
    now = clock.now()
    return f"{now:%Y%m%d-%H%M%S}-{now.microsecond // 1000:03d}{commit[:4]}"
