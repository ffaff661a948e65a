"""Triage: edits and adopted items of a run taken one by one, as a branch of only what was taken, and as feedback."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Literal

from geoflow.errors import ExitCode, GeoflowError
from geoflow.improvement.composing import Depends, composed, is_chain
from geoflow.openspec import validate
from geoflow.ports import Clock, Documents, Events, NewCommit, Repository, Runs
from geoflow.questions.feedback import Feedback, edit_id
from geoflow.workflow.run_record import RecordedEdit, RecordedRun
from geoflow.workflow.triage_commits import commit_of
from geoflow.workflow.triage_decisions import BRANCHES, Decision, edit_row
from geoflow.workflow.triage_items import TakenItem, fault_among, item_rows, must_fit, taken_items, write_items

Who = Literal["person", "agent"]


@dataclass(frozen=True, slots=True)
class Table:
    """What a triage works with: the repository and its runs, where feedback goes, and who decides."""

    repository: Repository
    runs: Runs
    documents: Documents
    events: Events
    clock: Clock
    author: str
    kind: Who = "person"


@dataclass(frozen=True, slots=True)
class Triaged:
    """What came of a triage: the branch (empty where nothing was taken), its commits, and the feedback files.

    `items` gives the commit of each adopted item that was taken, and that of its questions.
    """

    run: RecordedRun
    decisions: Mapping[str, Decision]
    branch: str
    commits: Mapping[str, str]
    files: tuple[str, ...]
    items: Mapping[str, tuple[str, str]] = field(default_factory=dict)

    def document(self) -> dict[str, Any]:
        """Give the triage as scripts see it (`geoflow.triage/1`)."""
        rows = []
        for edit in self.run.edits:
            made = self.decisions.get(edit.id)
            rows.append(
                edit_row(edit)
                | {"decision": made.kind if made else "", "reason": made.reason if made else ""}
                | {"commit": self.commits.get(edit.id, "")}
            )
        return {
            "schema": "geoflow.triage/1",
            "run": self.run.name,
            "base": self.run.base,
            "branch": self.branch,
            "edits": rows,
            "adopted": list(item_rows(self.run, self.decisions, self.items)),
            "feedback": list(self.files),
        }


def deliver_triage(table: Table, run: RecordedRun, decisions: Mapping[str, Decision]) -> Triaged:
    """Make the branch of what was taken, and write a feedback event for each decision.

    Raises:
        GeoflowError: `edits-depend`, `edits-together-invalid`, `base-gone`; those of the repository and the documents.
    """
    made = dict(decisions)
    files = documents_at_base(table, run)
    targets = _targets(run, files)
    new = {key: _text_of(edits, made) for key, edits in targets.items()}
    changed = {key: text for key, text in new.items() if text != targets[key][0].old}
    must_fit(run, files)
    items = taken_items(run, made, table.author)
    _must_stay_valid(files, changed, items)
    branch = _free_name(table.runs, f"{BRANCHES}{run.name}-triaged") if changed or items else ""
    commits, made_of = list[NewCommit](), list[list[RecordedEdit]]()
    texts = dict(files)
    for path, place in sorted(changed, key=lambda key: (key[0], -key[1][0])):
        edits = [edit for edit in targets[path, place] if edit.id in made and made[edit.id].kind != "reject"]
        texts[path] = _replaced(texts[path], place, changed[path, place])
        message = commit_of(edits, run, {edit.id: table.author for edit in edits if made[edit.id].kind == "edit"})
        commits.append(NewCommit({path: texts[path].encode("utf-8", "surrogateescape")}, message))
        made_of.append(edits)
    ids = table.repository.commit_all(run.base, commits)
    holding = {edit.id: commit for commit, edits in zip(ids, made_of, strict=True) for edit in edits}
    tip, of_items = write_items(table.repository, [run.base, *ids][-1], run, items)
    events = _feedback(table, run, made)
    for path, text in events.items():
        table.documents.create({path: text})
    if branch:
        table.repository.create_branch(branch, tip)
    return Triaged(run, made, branch, holding, tuple(events), of_items)


def documents_at_base(table: Table, run: RecordedRun) -> dict[str, str]:
    """Read the live documents that a run began with, {path: text}; GeoflowError `base-gone`."""
    return _text_files(table.repository.read(run.base, archive=False))


_Key = tuple[str, tuple[int, int]]


def _targets(run: RecordedRun, files: Mapping[str, str]) -> dict[_Key, list[RecordedEdit]]:
    found: dict[_Key, list[RecordedEdit]] = {}
    for edit in run.edits:
        found.setdefault((edit.path, edit.place), []).append(edit)
    for (path, place), edits in found.items():
        stands = files.get(path, "")[slice(*place)] == edits[0].old
        if not stands or not is_chain([(edit.old, edit.new) for edit in edits]):
            raise GeoflowError(
                f"The record of the run {run.name} does not fit its base: {path} reads otherwise there.",
                fix="Run improve again: geoflow improve",
                code="run-unreadable",
            )
    return found


def _text_of(edits: Sequence[RecordedEdit], made: Mapping[str, Decision]) -> str:
    own = [made[edit.id].text for edit in edits if edit.id in made and made[edit.id].kind == "edit"]
    if own:
        return own[-1]  # a person's own text is that of the whole target, and the last word on it
    taken = {index for index, edit in enumerate(edits) if edit.id in made and made[edit.id].kind == "accept"}
    text = composed([(edit.old, edit.new) for edit in edits], taken)
    if not isinstance(text, Depends):
        return text
    raise GeoflowError(
        f"The edit {edits[text.later].id} changes words that the edit {edits[text.earlier].id} brought in.",
        fix="Accept both, or neither, or write your own text.",
        code="edits-depend",
        exit_code=ExitCode.NO,
    )


def _must_stay_valid(files: Mapping[str, str], changed: Mapping[_Key, str], items: Sequence[TakenItem]) -> None:
    texts = dict(files)
    for path, place in sorted(changed, key=lambda key: (key[0], -key[1][0])):
        texts[path] = _replaced(texts[path], place, changed[path, place])
    for item in items:
        texts = item.on(texts)
    valid = {(report.type, report.id) for report in validate(files) if report.valid()}
    worse = [one for one in validate(texts) if (one.type, one.id) in valid and not one.valid()]
    if worse:
        issue = next((one for one in worse[0].issues if one.level == "ERROR"), None)
        raise _invalid(worse[0].id, issue.message if issue else "")
    if fault := fault_among(items, texts):
        raise _invalid(*fault)


def _invalid(item: str, why: str) -> GeoflowError:
    return GeoflowError(
        f"What was taken would make {item} invalid{f': {why}' if why else ''}.",
        fix="Change your own text, or take other edits.",
        code="edits-together-invalid",
        exit_code=ExitCode.NO,
    )


def _feedback(table: Table, run: RecordedRun, made: Mapping[str, Decision]) -> dict[str, str]:
    """Give the feedback of these decisions; what the same one said last of an edit is not said twice.

    So a triage that was killed between two files is typed again, and nobody's word counts double.
    """
    at = f"{table.clock.now():%Y-%m-%dT%H:%M:%SZ}"
    last = {one.target: one for one in table.events.feedback(table.documents.read("live")).feedback}
    files: dict[str, str] = {}
    for name, one in made.items():
        said = Feedback(edit_id(run.name, name), one.kind, table.author, table.kind, at, one.reason)
        known = last.get(said.target)
        if known is None or replace(known, at=at) != said:
            files |= table.events.feedback_file(said)
    return files


def _free_name(runs: Runs, name: str) -> str:
    names = [name, *(f"{name}-{number}" for number in range(2, 100))]
    return next((one for one in names if not runs.tip(one)), names[-1])


def _replaced(text: str, place: tuple[int, int], new: str) -> str:
    return text[: place[0]] + new + text[place[1] :]


def _text_files(found: Mapping[str, bytes]) -> dict[str, str]:
    return {
        path: content.decode("utf-8", "surrogateescape")
        for path, content in found.items()
        if not path.startswith("openspec/changes/archive/")
    }
