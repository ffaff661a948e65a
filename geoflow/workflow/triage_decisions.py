"""What is decided on the edits of a run: which run, which edits, and how decisions are typed."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Literal

from geoflow.errors import ExitCode, GeoflowError
from geoflow.ports import Runs
from geoflow.workflow.run_record import RecordedEdit, RecordedRun, read_record

Kind = Literal["accept", "edit", "reject"]
BRANCHES = "geoflow/improve/"
_FETCH = "git fetch origin 'refs/geoflow/runs/*:refs/geoflow/runs/*'"


@dataclass(frozen=True, slots=True)
class Decision:
    """What somebody decided on an edit: its kind, a reason, and for `edit` the target's text in their own words."""

    kind: Kind
    reason: str = ""
    text: str = ""


def edit_row(edit: RecordedEdit) -> dict[str, Any]:
    """Give an edit as scripts see it."""
    names = ("id", "code", "message", "path", "line", "requirement", "old", "new", "strategy", "prompt")
    return {name: getattr(edit, name) for name in names} | {"licences": list(edit.licences)}


def find_run(runs: Runs, name: str = "") -> RecordedRun:
    """Find a run by its name or the beginning of it; the newest that has edits where none is named.

    Raises:
        GeoflowError: `no-run`, `unknown-run`.
    """
    found = [one for one in (read_record(key, content) for key, content in runs.records().items()) if one]
    found = [one for one in found if one.edits]
    if not found:
        raise GeoflowError(
            "No run of improve with an edit is kept here.",
            fix=f"Make one with: geoflow improve; get those of others with: {_FETCH}",
            code="no-run",
            exit_code=ExitCode.NO,
        )
    named = [one for one in found if one.name.startswith(name.removeprefix(BRANCHES))]
    if len(named) == 1 or (named and not name):
        return named[0]
    raise GeoflowError(
        f"{'No run is' if not named else 'Several runs are'} named {name[:80]!r}.",
        fix="Name one of: " + ", ".join(one.name for one in found[:5]),
        code="unknown-run",
        exit_code=ExitCode.USAGE,
    )


def decided(run: RecordedRun, accept: Iterable[str], reject: Iterable[str]) -> dict[str, Decision]:
    """Read decisions as they are typed: ids or their beginnings, `all`, and `ID:REASON`.

    Raises:
        GeoflowError: `unknown-edit`, `reason-missing`, `decided-twice`.
    """
    made: dict[str, Decision] = {}
    for word in reject:
        name, _, reason = word.partition(":")
        edit = _named(run, name)
        if not reason.strip():
            raise GeoflowError(
                f"The edit {edit.id} is rejected without a reason, and a reason is what can be learnt from.",
                fix=f'Say why: --reject "{edit.id}:REASON"',
                code="reason-missing",
                exit_code=ExitCode.USAGE,
            )
        made[edit.id] = Decision("reject", " ".join(reason.split()))
    for word in accept:
        names = [edit.id for edit in run.edits if edit.id not in made] if word == "all" else [_named(run, word).id]
        if twice := [name for name in names if name in made and made[name].kind == "reject"]:
            raise GeoflowError(
                f"The edit {twice[0]} is accepted and rejected.",
                fix="Name it once.",
                code="decided-twice",
                exit_code=ExitCode.USAGE,
            )
        made |= {name: Decision("accept") for name in names}
    return made


def _named(run: RecordedRun, name: str) -> RecordedEdit:
    found = [edit for edit in run.edits if name and edit.id.startswith(name)]
    if len(found) == 1:
        return found[0]
    raise GeoflowError(
        f"{'No edit' if not found else 'More than one edit'} of the run {run.name} has the id {name[:80]!r}.",
        fix="Name one of: " + ", ".join(edit.id for edit in run.edits[:20]),
        code="unknown-edit",
        exit_code=ExitCode.USAGE,
    )
