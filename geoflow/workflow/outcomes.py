"""What became of the edits of past runs: by the text on the branch that each was made for, and by what was said."""

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from geoflow.errors import ExitCode, GeoflowError
from geoflow.improvement.drop_strategy import STRATEGY as DROP
from geoflow.improvement.outcome import Circumstances, Outcome, outcome_of
from geoflow.improvement.split_strategy import STRATEGY as SPLIT
from geoflow.openspec import read_tree
from geoflow.ports import BrokenFile, Clock, Documents, Events, Repository, Runs
from geoflow.quality.findings import documents, purpose_place, requirements_of
from geoflow.questions.feedback import Feedback, edit_id
from geoflow.workflow.run_record import RecordedEdit, RecordedRun, read_record

REQUIREMENT = re.compile(r"^###[ \t]+Requirement:[ \t]*(.+?)[ \t]*$", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Past:
    """What outcomes are told from."""

    repository: Repository
    runs: Runs
    documents: Documents
    events: Events
    clock: Clock


@dataclass(frozen=True, slots=True)
class EditOutcome:
    """An edit, what became of it, what was said about it, oldest first, and how its target reads now if it is there."""

    edit: RecordedEdit
    outcome: Outcome
    said: tuple[Feedback, ...] = ()
    now: str = ""

    def document(self) -> dict[str, Any]:
        """Give the fields that scripts see."""
        edit = self.edit
        said = [{"verdict": one.verdict, "reason": one.reason, "by": one.by, "kind": one.kind} for one in self.said]
        names = ("id", "code", "path", "requirement", "strategy", "prompt")
        return {name: getattr(edit, name) for name in names} | {"outcome": self.outcome, "feedback": said}


@dataclass(frozen=True, slots=True)
class RunOutcome:
    """A run with the outcome of each of its edits."""

    run: RecordedRun
    edits: tuple[EditOutcome, ...]

    def document(self) -> dict[str, Any]:
        """Give the fields that scripts see."""
        run = self.run
        return {
            "run": run.name,
            "at": f"{run.at:%Y-%m-%dT%H:%M:%SZ}",
            "base": run.base,
            "on": run.on,
            "branch": run.branch,
            "refused": len(run.refused),
            "edits": [one.document() for one in self.edits],
        }


@dataclass(frozen=True, slots=True)
class Outcomes:
    """Past runs, the newest first, the feedback files that cannot be read, and all that was said, oldest first."""

    runs: tuple[RunOutcome, ...]
    broken: tuple[BrokenFile, ...] = ()
    said: tuple[Feedback, ...] = ()


def outcomes(past: Past, names: Sequence[str] = ()) -> Outcomes:
    """Tell what became of the edits of all kept runs, or of those whose names begin so.

    Raises:
        GeoflowError: `unknown-run`.
    """
    found = [one for one in (read_record(name, content) for name, content in past.runs.records().items()) if one]
    for name in names:
        if not any(one.name.startswith(name) for one in found):
            raise GeoflowError(
                f"No run is named {name[:80]!r}.",
                fix="See them with: geoflow improve --outcomes",
                code="unknown-run",
                exit_code=ExitCode.USAGE,
            )
    chosen = [one for one in found if not names or one.name.startswith(tuple(names))]
    there = past.runs.branches_there([one.branch for one in chosen if one.branch])
    said = past.events.feedback(past.documents.read("feedback"))
    bases = {on: _Texts(past, on, _edited(chosen, on)) for on in {one.on for one in chosen}}
    by_target: dict[str, list[Feedback]] = {}
    for one in said.feedback:
        by_target.setdefault(one.target, []).append(one)
    told = [_of_run(run, bases[run.on], by_target, past, gone=run.branch not in there) for run in chosen]
    return Outcomes(tuple(told), said.broken, said.feedback)


def _edited(runs: Sequence[RecordedRun], on: str) -> set[str]:
    return {edit.path for run in runs if run.on == on for edit in run.edits}


def _of_run(
    run: RecordedRun, texts: "_Texts", by_target: Mapping[str, Sequence[Feedback]], past: Past, *, gone: bool
) -> RunOutcome:
    rows = []
    for edit in run.edits:
        about = tuple(by_target.get(edit_id(run.name, edit.id), ()))
        judged = next((one.verdict for one in reversed(about) if one.verdict != "comment"), "")
        known = Circumstances(judged, gone and bool(run.branch), run.at, past.clock.now())
        found = texts.of(edit)
        now = found[0] if found else ""
        rows.append(EditOutcome(edit, _outcome_of(edit, texts, known), about, now))
    return RunOutcome(run, tuple(rows))


def _outcome_of(edit: RecordedEdit, texts: "_Texts", known: Circumstances) -> Outcome:
    named = REQUIREMENT.findall(edit.new)
    if edit.strategy == SPLIT and len(named) > 1:
        return outcome_of(edit.old, edit.new, [texts.joined(edit.path, named)], known)
    there = texts.of(edit)
    if edit.strategy == DROP and not there:
        return "merged"
    return outcome_of(edit.old, edit.new, there, known)


class _Texts:
    """The requirements of a branch as it is now, by document and name. A document is parsed when it is asked for.

    Read at first are those that edits name; the others only where a requirement is not found in its own.
    """

    def __init__(self, past: Past, on: str, paths: Collection[str]) -> None:
        self._repository = past.repository
        self._commit = (past.runs.tip(on) if on else "") or past.repository.head().commit
        self._files = _decoded(self._repository.read(self._commit, archive=False, only=paths))
        self._found: dict[str, dict[str, list[str]]] = {}

    def joined(self, path: str, names: Sequence[str]) -> str:
        """Give the requirements of these names, one after the other, as they stand in a document; some may be gone."""
        return "\n\n".join(block for name in names for block in self._in(path).get(name.strip(), [])[:1])

    def of(self, edit: RecordedEdit) -> Sequence[str]:
        """Give the requirements that may be the edit's; one that has moved to another document is found by its name."""
        if own := self._in(edit.path).get(edit.requirement):
            return own
        return self._named.get(edit.requirement, []) if edit.requirement else []

    def _in(self, path: str) -> dict[str, list[str]]:
        if path not in self._found:
            self._found[path] = _blocks({path: self._files[path]}) if path in self._files else {}
        return self._found[path]

    @cached_property
    def _named(self) -> dict[str, list[str]]:
        return _blocks(_decoded(self._repository.read(self._commit, archive=False)))


def _decoded(files: Mapping[str, bytes]) -> dict[str, str]:
    return {path: content.decode("utf-8", "surrogateescape") for path, content in files.items()}


def _blocks(files: Mapping[str, str]) -> dict[str, list[str]]:
    """Give the text of each requirement by its name, and of each Purpose under the empty one."""
    found: dict[str, list[str]] = {}
    for document in documents(read_tree(files)):
        for requirement in requirements_of(document):
            found.setdefault(requirement.name, []).append(document.text[requirement.start : requirement.end])
        start, end = purpose_place(document)
        if end > start:
            found.setdefault("", []).append(document.text[start:end])
    return found


def counted(found: Sequence[RunOutcome]) -> Mapping[Outcome, int]:
    """Count outcomes over runs."""
    counts: dict[Outcome, int] = {}
    for run in found:
        for one in run.edits:
            counts[one.outcome] = counts.get(one.outcome, 0) + 1
    return counts
