"""Revise a change: new text for some of its documents and what was done about its findings, all of it or nothing."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from geoflow.errors import ExitCode, GeoflowError
from geoflow.openspec.layout import delta_paths, layout
from geoflow.openspec.model import WritePlan
from geoflow.questions.question import Question
from geoflow.questions.review_round import Response, content_hash
from geoflow.workflow.change_cycle import ChangeView, Cycle, active_change, check_base, look_at_change
from geoflow.workflow.change_parts import Parts, check_change


@dataclass(frozen=True, slots=True)
class Revision:
    """What the author changes, and for each finding, by id, what was done; `base` names what it was made from.

    `resolved` may name a question that was answered, or the answer. `left` says why a finding stays open, `declined`
    why it is none. `exact` are documents of the change that stay to the letter as they are given, by their path inside
    it; `questions` are written with it.
    """

    base: str
    parts: Parts
    resolved: Mapping[str, str] = field(default_factory=dict)
    exact: Mapping[str, str] = field(default_factory=dict)
    questions: tuple[Question, ...] = ()
    left: Mapping[str, str] = field(default_factory=dict)
    declined: Mapping[str, str] = field(default_factory=dict)


def revise_change(cycle: Cycle, change: str, revision: Revision) -> ChangeView:
    """Carry out a revision; the change as it stands then.

    Raises:
        GeoflowError: `unknown-change`, `change-archived`, `bad-capability`, `unknown-finding`, `nothing-to-do`;
            `changed-meanwhile` where the documents are not those of `base`; `change-invalid`; those of the tree.
    """
    with cycle.events.alone():
        found = active_change(cycle, change)
        check_base(found, revision.base)
        told = {**revision.resolved, **revision.left, **revision.declined}
        _check_findings(found, told)
        files = dict(cycle.tree.read())
        documents = revision.parts.documents([*layout(files).specs, *delta_paths(found.files)])
        documents |= revision.exact
        new = {name: text for name, text in documents.items() if text != found.documents.get(name)}
        if not new and not told and not revision.questions:
            raise _refused("nothing-to-do", "The revision changes nothing.", "Send new text, or what was resolved.")
        check_change(change, files | {found.folder + name: text for name, text in new.items()}, files)
        signed = cycle.sign(content_hash({**found.documents, **new}), found.events)
        event = cycle.events.new_file(
            found.folder, Response(signed, revision.resolved, revision.left, revision.declined)
        )
        asked = cycle.questions.new_files(revision.questions)
        writes = {found.folder + name: text for name, text in new.items()} | event | asked
        made_from = {found.folder + name: text for name, text in found.documents.items()}
        cycle.tree.carry_out(WritePlan(tuple(writes.items()), (), ()), made_from)
    return look_at_change(cycle, change)


def _check_findings(found: ChangeView, resolved: Mapping[str, str]) -> None:
    known = [one.id for one in found.standing.findings]
    asked = {one for question in found.asked for one in (question.id, *(reply.id for reply in question.replies))}
    if unknown := [one for one in resolved if one not in known and one not in asked]:
        raise _refused(
            "unknown-finding",
            f"The change {found.id} has no open finding {unknown[0][:80]!r}.",
            f"Its open findings: {', '.join(known)}." if known else "It has no open finding.",
        )


def _refused(code: str, message: str, fix: str) -> GeoflowError:
    return GeoflowError(message, fix=fix, code=code, exit_code=ExitCode.USAGE)
