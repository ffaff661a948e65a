"""What became of the edits of past runs: by the text on the branch that each was made for, and by what was said."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from geoflow.errors import ExitCode, GeoflowError
from geoflow.improvement.drop_strategy import STRATEGY as DROP
from geoflow.improvement.outcome import Circumstances, Outcome, outcome_of
from geoflow.improvement.split_strategy import STRATEGY as SPLIT
from geoflow.ports import BrokenFile, Clock, Documents, Events, Repository, Runs
from geoflow.questions.feedback import Feedback, edit_id
from geoflow.workflow.adoption_outcomes import Ground, ItemOutcome, item_outcome, texts_found
from geoflow.workflow.branch_texts import BranchTexts
from geoflow.workflow.run_record import RecordedEdit, RecordedRun, read_record
from geoflow.workflow.triage_decisions import TRIAGED

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
    """A run with the outcome of each of its edits and adopted items."""

    run: RecordedRun
    edits: tuple[EditOutcome, ...]
    adopted: tuple[ItemOutcome, ...] = ()

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
            "adopted": [one.document() for one in self.adopted],
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
    names = [f"{one.branch}{tail}" for one in chosen if one.branch for tail in ("", *TRIAGED)]
    there = past.runs.branches_there(names)
    said = past.events.feedback(past.documents.read("feedback"))
    bases = {on: BranchTexts(past.repository, past.runs, on, _touched(chosen, on)) for on in {one.on for one in chosen}}
    by_target: dict[str, list[Feedback]] = {}
    for one in said.feedback:
        by_target.setdefault(one.target, []).append(one)
    seen = texts_found(found)
    now = past.clock.now()
    told = []
    for run in chosen:
        gone = bool(run.branch) and run.branch not in there
        triaged = any(run.branch + tail in there for tail in TRIAGED)
        known = _Known(run, by_target, Circumstances("", gone, run.at, now), triaged)
        told.append(_of_run(known, Ground(bases[run.on], past.runs, seen)))
    return Outcomes(tuple(told), said.broken, said.feedback)


def _touched(runs: Sequence[RecordedRun], on: str) -> set[str]:
    """Name the documents that the runs for a branch edited, and the folders of the items that they adopted."""
    own = [run for run in runs if run.on == on]
    return {edit.path for run in own for edit in run.edits} | {one.folder for run in own for one in run.adoptions}


@dataclass(frozen=True, slots=True)
class _Known:
    """A run, what was said of edits and items by their ids, and what is known of all of its own.

    `triaged` says that a branch is there that a triage of the run has made.
    """

    run: RecordedRun
    by_target: Mapping[str, Sequence[Feedback]]
    circumstances: Circumstances
    triaged: bool

    def about(self, name: str) -> tuple[tuple[Feedback, ...], Circumstances]:
        """Give what was said of an edit or item of the run, and its circumstances."""
        said = tuple(self.by_target.get(edit_id(self.run.name, name), ()))
        judged = next((one.verdict for one in reversed(said) if one.verdict != "comment"), "")
        waits = self.triaged and judged in {"accept", "edit"}
        gone = self.circumstances.branch_gone and not waits
        return said, replace(self.circumstances, judged=judged, branch_gone=gone)


def _of_run(known: _Known, ground: Ground) -> RunOutcome:
    rows = []
    for edit in known.run.edits:
        said, circumstances = known.about(edit.id)
        found = ground.texts.of(edit.path, edit.requirement)
        outcome = _outcome_of(edit, ground.texts, circumstances)
        rows.append(EditOutcome(edit, outcome, said, found[0] if found else ""))
    items = []
    for adoption in known.run.adoptions:
        said, circumstances = known.about(adoption.id)
        items.append(item_outcome(adoption, circumstances, ground, said))
    return RunOutcome(known.run, tuple(rows), tuple(items))


def _outcome_of(edit: RecordedEdit, texts: BranchTexts, known: Circumstances) -> Outcome:
    named = REQUIREMENT.findall(edit.new)
    if edit.strategy == SPLIT and len(named) > 1:
        return outcome_of(edit.old, edit.new, [texts.joined(edit.path, named)], known)
    there = texts.of(edit.path, edit.requirement)
    if edit.strategy == DROP and not there:
        return "merged"
    return outcome_of(edit.old, edit.new, there, known)


def counted(found: Sequence[RunOutcome]) -> Mapping[Outcome, int]:
    """Count outcomes over runs."""
    counts: dict[Outcome, int] = {}
    for run in found:
        for one in run.edits:
            counts[one.outcome] = counts.get(one.outcome, 0) + 1
    return counts
