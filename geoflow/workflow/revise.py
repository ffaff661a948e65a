"""Revise a change: an edit, a question or a reason for each of its findings and answers, written all at once."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from geoflow.ports import ChatModel, RunProgress, Templates
from geoflow.quality.finding import Finding
from geoflow.quality.waivers import split
from geoflow.questions.cycle import spoken_of_in
from geoflow.workflow.budget import Meter
from geoflow.workflow.change_cycle import ChangeView, Cycle, active_change
from geoflow.workflow.change_parts import Parts, check_change
from geoflow.workflow.improve_session import Session
from geoflow.workflow.limits import Limits
from geoflow.workflow.revise_change import Revision, revise_change
from geoflow.workflow.revise_findings import Findings, Working
from geoflow.workflow.revise_repeats import repeat
from geoflow.workflow.revise_result import Handled, RevisionResult
from geoflow.workflow.rule_findings import Rules, find_by_rule
from geoflow.workflow.workbench import Workbench


@dataclass(frozen=True)
class Reviser:
    """What a revision works with; without a model only code makes edits.

    Args:
        cycle: The changes, and who is at work.
        model: The model.
        templates: The prompts of `improve`, for what rules find.
        own: The prompts for reviewers' words.
        progress: Told how far it is.
        rules: What rules go by, as in a review.
    """

    cycle: Cycle
    model: ChatModel | None
    templates: Templates
    own: Templates
    progress: RunProgress
    rules: Rules = field(default_factory=Rules)


def revise(reviser: Reviser, change: str, limits: Limits, *, write: bool = True) -> RevisionResult:
    """Answer the open findings of a change and the answers to its questions.

    Nothing is written before all is worked out; then documents, response and questions appear at once.

    Raises:
        GeoflowError: `unknown-change`, `change-archived`; `interrupted` after Ctrl-C, `changed-meanwhile`,
            `change-invalid`, each with nothing written; what the model raises where nothing was answered.
    """
    cycle = reviser.cycle
    found = active_change(cycle, change)
    files = dict(cycle.tree.read())
    meter = Meter(cycle.clock, limits)
    reviser.progress.follow(meter.spent)
    working = Working(reviser.model, reviser.templates, reviser.progress, reviser.rules.off)
    bench = Workbench(files, reviser.rules.off, reviser.rules.allowed, reviser.rules.lexicon, reviser.rules.kept)
    session = Session(working, bench, meter)
    findings = Findings(cycle, found, session, reviser.own, working)
    handled = findings.handle(_by_rule(reviser.rules, found, bench))
    documents = _documents(found, session, handled)
    result = RevisionResult(
        change=found.id,
        handled=handled,
        documents={found.folder + name: text for name, text in documents.items()},
        questions=findings.questions.new,
        model=f"{reviser.model.name} ({reviser.model.backend})" if reviser.model else "",
        cost=meter.cost(),
        notes=tuple(dict.fromkeys(session.notes)),
        state=found.standing.state,
        next=(found.standing.next.kind, found.standing.next.name),
    )
    return _delivered(cycle, found, files, (result, documents), write=write)


def _by_rule(rules: Rules, found: ChangeView, bench: Workbench) -> list[Finding]:
    """List what rules find in a change: what the bench can edit, and the rest of what a review of it says."""
    own = [one for one in bench.findings if one.path.startswith(found.folder)]
    seen = {(one.code, one.path, one.start, one.message) for one in own}
    within = frozenset(path for path in bench.files if path.startswith(found.folder))
    looked = find_by_rule(rules, bench.tree, bench.files, within)
    rest = [one for one in split(looked.findings, looked.waivers).kept if one.severity != "info"]
    return [*own, *(one for one in rest if (one.code, one.path, one.start, one.message) not in seen)]


def _delivered(
    cycle: Cycle,
    found: ChangeView,
    files: Mapping[str, str],
    made: tuple[RevisionResult, Mapping[str, str]],
    *,
    write: bool,
) -> RevisionResult:
    result, documents = made
    known = {one.id for one in found.standing.findings}
    resolved = {one.id: one.told for one in result.handled if one.id in known and one.outcome != "open"}
    spoken_of = spoken_of_in(found.events)
    for one in result.handled:
        if one.reply and one.outcome != "open" and one.reply not in spoken_of:
            resolved[one.reply] = f"{one.question.path if one.question else one.path}: {one.told}"
    left = {
        one.reply or one.id: one.why
        for one in result.handled
        if one.is_left and (one.reply or one.id in known) and spoken_of.get(one.reply or one.id) != one.why
    }
    if not (documents or resolved or left or result.questions):
        return result
    if not write:
        check_change(found.id, {**files, **result.documents}, files)
        return result
    revision = Revision(found.base, Parts(), resolved, exact=documents, questions=result.questions, left=left)
    view = revise_change(cycle, found.id, revision)
    standing = view.standing
    return replace(result, written=True, state=standing.state, next=(standing.next.kind, standing.next.name))


def _documents(found: ChangeView, session: Session, handled: tuple[Handled, ...]) -> dict[str, str]:
    """Give the documents that changed, by their path inside the change, what repeats a sentence included."""
    now = {name: session.bench.files.get(found.folder + name, text) for name, text in found.documents.items()}
    edits = [edit for _, edit in session.kept]
    answered = [one for one in handled if one.source == "answer" and one.outcome != "open"]
    now |= repeat({name: text for name, text in now.items() if not name.startswith("specs/")}, edits, answered)
    return {name: text for name, text in now.items() if text != found.documents[name]}
