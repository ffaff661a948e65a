"""Revise a change: an edit, a question or a reason for each of its findings and answers, written all at once."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from geoflow.ports import ChatModel, RunProgress, Templates
from geoflow.workflow.budget import Limits, Meter
from geoflow.workflow.change_cycle import ChangeView, Cycle, active_change
from geoflow.workflow.change_parts import Parts, check_change
from geoflow.workflow.improve_session import Session
from geoflow.workflow.revise_change import Revision, revise_change
from geoflow.workflow.revise_findings import Findings, Working
from geoflow.workflow.revise_repeats import repeat
from geoflow.workflow.revise_result import Handled, RevisionResult
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
        off: Codes of rules that are not to look.
    """

    cycle: Cycle
    model: ChatModel | None
    templates: Templates
    own: Templates
    progress: RunProgress
    off: frozenset[str] = frozenset()


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
    working = Working(reviser.model, reviser.templates, reviser.progress, reviser.off)
    session = Session(working, Workbench(files, reviser.off), meter)
    findings = Findings(cycle, found, session, reviser.own, working)
    handled = findings.handle()
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
    if not (documents or resolved or result.questions):
        return result
    if not write:
        check_change(found.id, {**files, **result.documents}, files)
        return result
    view = revise_change(
        cycle, found.id, Revision(found.base, Parts(), resolved, exact=documents, questions=result.questions)
    )
    standing = view.standing
    return replace(result, written=True, state=standing.state, next=(standing.next.kind, standing.next.name))


def _documents(found: ChangeView, session: Session, handled: tuple[Handled, ...]) -> dict[str, str]:
    """Give the documents that changed, by their path inside the change, what repeats a sentence included."""
    now = {name: session.bench.files.get(found.folder + name, text) for name, text in found.documents.items()}
    edits = [edit for _, edit in session.kept]
    answered = [one for one in handled if one.source == "answer" and one.outcome == "edited"]
    now |= repeat({name: text for name, text in now.items() if not name.startswith("specs/")}, edits, answered)
    return {name: text for name, text in now.items() if text != found.documents[name]}
