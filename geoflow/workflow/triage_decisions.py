"""What is decided on the edits and adopted items of a run: which run, which ones, and how decisions are typed."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from geoflow.errors import ExitCode, GeoflowError
from geoflow.ports import Runs
from geoflow.workflow.run_record import RecordedEdit, RecordedRun, read_record

Kind = Literal["accept", "edit", "reject"]
BRANCHES = "geoflow/improve/"
TRIAGED = ("-triaged", *(f"-triaged-{number}" for number in range(2, 10)))
"""What the name of a branch that a triage makes has behind that of the run's."""
_FETCH = "git fetch origin 'refs/geoflow/runs/*:refs/geoflow/runs/*'"


@dataclass(frozen=True, slots=True)
class Decision:
    """What somebody decided on an edit or an adopted item: its kind and a reason.

    For `edit` in their own words: `text` is that of an edit's target, `files` those of an item, {path: text}.
    """

    kind: Kind
    reason: str = ""
    text: str = ""
    files: Mapping[str, str] = field(default_factory=dict)


def edit_row(edit: RecordedEdit) -> dict[str, Any]:
    """Give an edit as scripts see it."""
    names = ("id", "code", "message", "path", "line", "requirement", "old", "new", "strategy", "prompt")
    return {name: getattr(edit, name) for name in names} | {"licences": list(edit.licences)}


def find_run(runs: Runs, name: str = "") -> RecordedRun:
    """Find a run by its name or the beginning of it; the newest with something to decide where none is named.

    Raises:
        GeoflowError: `no-run`, `unknown-run`.
    """
    found = [one for one in (read_record(key, content) for key, content in runs.records().items()) if one]
    found = [one for one in found if one.edits or one.adoptions]
    if not found:
        raise GeoflowError(
            "No run of improve with an edit or an adopted item is kept here.",
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
    """Read decisions as they are typed: ids or their beginnings, names of adopted items, `all`, and `ID:REASON`.

    Raises:
        GeoflowError: `unknown-edit`, `reason-missing`, `decided-twice`.
    """
    made: dict[str, Decision] = {}
    for word in reject:
        name, _, reason = word.partition(":")
        found = _named(run, name)
        if not reason.strip():
            raise GeoflowError(
                f"The edit or item {_shown(run, found)} is rejected without a reason, from which one could learn.",
                fix=f'Say why: --reject "{found}:REASON"',
                code="reason-missing",
                exit_code=ExitCode.USAGE,
            )
        made[found] = Decision("reject", " ".join(reason.split()))
    for word in accept:
        names = [one for one in decidable(run) if one not in made] if word == "all" else [_named(run, word)]
        if twice := [name for name in names if name in made and made[name].kind == "reject"]:
            raise GeoflowError(
                f"The edit or item {_shown(run, twice[0])} is accepted and rejected.",
                fix="Name it once.",
                code="decided-twice",
                exit_code=ExitCode.USAGE,
            )
        made |= {name: Decision("accept") for name in names}
    return made


def decidable(run: RecordedRun) -> list[str]:
    """List the ids of all that can be decided on: edits, then adopted items."""
    return [*(edit.id for edit in run.edits), *(one.id for one in run.adoptions)]


def _shown(run: RecordedRun, name: str) -> str:
    return next((one.item for one in run.adoptions if one.id == name), name)


def _named(run: RecordedRun, name: str) -> str:
    if items := [one.id for one in run.adoptions if name in (one.item, one.name)]:
        found = items
    else:
        found = [one for one in decidable(run) if name and one.startswith(name)]
    if len(found) == 1:
        return found[0]
    what = "No edit and no adopted item" if not found else "More than one edit or item"
    raise GeoflowError(
        f"{what} of the run {run.name} has the id {name[:80]!r}.",
        fix="Name one of: " + ", ".join(decidable(run)[:20]),
        code="unknown-edit",
        exit_code=ExitCode.USAGE,
    )
