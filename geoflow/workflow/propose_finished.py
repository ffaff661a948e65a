"""Propose a change: documents that somebody has finished, or a model's draft, written with who proposed it."""

from collections.abc import Mapping
from dataclasses import replace

from geoflow.errors import ExitCode, GeoflowError
from geoflow.improvement.draft_names import name_from
from geoflow.openspec.layout import CHANGES, layout
from geoflow.openspec.model import WritePlan
from geoflow.ports import ChatModel
from geoflow.questions.review_round import Proposed as ProposedEvent
from geoflow.questions.review_round import content_hash
from geoflow.questions.terms import query_terms
from geoflow.workflow.change_cycle import ChangeView, Cycle, look_at_change
from geoflow.workflow.change_parts import Parts, check_change
from geoflow.workflow.propose import Desk, Idea, change_name, checked_line, propose
from geoflow.workflow.propose_files import Proposed


def propose_drafted(cycle: Cycle, idea: Idea, desk: Desk, model: ChatModel) -> ChangeView:
    """Have the model draft a change, and write it; raises what `propose` does."""
    return look_at_change(cycle, draft_and_write(cycle, idea, desk, model).change)


def draft_and_write(cycle: Cycle, idea: Idea, desk: Desk, model: ChatModel) -> Proposed:
    """Have the model draft a change, and write it with who proposed it, unless the idea is only to be shown.

    Raises:
        GeoflowError: What `propose` raises; `exists` where something of the change came to be there meanwhile.
    """
    drafted = propose(idea, desk, model)
    if not idea.write:
        return drafted
    folder = f"{CHANGES}{drafted.change}/"
    documents = {path.removeprefix(folder): text for path, text in drafted.files.items()}
    questions = [
        replace(
            one, asked=replace(one.asked, by=cycle.author), audience=cycle.people(one.about.path if one.about else "")
        )
        for one in drafted.questions
    ]
    _write(cycle, drafted.change, documents, cycle.questions.new_files(questions))
    return replace(drafted, written=True)


def propose_finished(cycle: Cycle, idea: Idea, parts: Parts) -> ChangeView:
    """Write a change of finished documents, if they are valid and no change of its name exists.

    Raises:
        GeoflowError: `idea-empty`, `idea-too-long`, `bad-name`, `exists`, `bad-capability`, `change-invalid`;
            `part-missing` where proposal, tasks or specs are not there; those of the documents.
    """
    line = checked_line(idea)
    if missing := [name for name in ("proposal", "tasks", "specs") if not getattr(parts, name)]:
        raise GeoflowError(
            f"A change needs {' and '.join(missing)}.",
            fix="Send them in `files`: proposal, design, tasks, and specs as {capability: text}.",
            code="part-missing",
            exit_code=ExitCode.USAGE,
        )
    files = dict(cycle.tree.read())
    change = change_name(idea, name_from(line, query_terms(line)), files)
    documents = {
        ".openspec.yaml": f"schema: spec-driven\ncreated: {cycle.clock.now():%Y-%m-%d}\n",
        **parts.documents(layout(files).specs),
    }
    check_change(change, files | {f"{CHANGES}{change}/{name}": text for name, text in documents.items()})
    return _write(cycle, change, documents)


def _write(
    cycle: Cycle, change: str, documents: Mapping[str, str], questions: Mapping[str, str] | None = None
) -> ChangeView:
    folder = f"{CHANGES}{change}/"
    event = cycle.events.new_file(folder, ProposedEvent(cycle.sign(content_hash(documents))))
    with cycle.events.alone():
        new = {f"{folder}{name}": text for name, text in documents.items()} | event
        if questions:  # two folders that may both be new: only a plan writes them at once
            cycle.tree.carry_out(WritePlan(tuple({**new, **questions}.items()), (), ()), {})
        else:
            cycle.documents.create(new)
    return look_at_change(cycle, change)
