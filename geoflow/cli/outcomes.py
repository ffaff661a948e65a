"""`geoflow improve --outcomes`: what became of the edits of past runs."""

import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING

from geoflow.cli.render import answer_console, one_line, print_json

if TYPE_CHECKING:
    from geoflow.workflow.outcomes import EditOutcome, Outcomes

_STYLES = {"merged": "green", "merged-edited": "green", "rejected": "red", "stale": "yellow", "pending": ""}


def show_outcomes(names: Sequence[str], *, as_json: bool) -> None:
    """Show them, the newest run first."""
    from geoflow.cli.context import find_root_or_fail, open_past, open_repository
    from geoflow.workflow.outcomes import outcomes

    found = outcomes(open_past(find_root_or_fail(), open_repository()), names)
    if as_json:
        broken = [{"path": one.path, "line": one.line, "reason": one.reason} for one in found.broken]
        runs = [one.document() for one in found.runs]
        print_json({"schema": "geoflow.outcomes/1", "runs": runs, "unreadable": broken})
        return
    _show(found)
    if found.runs:
        from geoflow.cli.learn import show_due

        show_due()


def _show(found: "Outcomes") -> None:
    from geoflow.workflow.outcomes import counted

    console = answer_console()
    if not found.runs:
        console.print("No run of improve is kept here yet; make one with: geoflow improve")
    for run in found.runs:
        name, on = one_line(run.run.name), one_line(run.run.on)
        console.print(f"{name}{f' for {on}' if on else ''}, {len(run.run.refused)} refused", style="bold")
        for one in run.edits:
            _show_edit(one)
    if counts := counted(found.runs):
        console.print(", ".join(f"{count} {outcome}" for outcome, count in counts.items()) + ".")
    for broken in found.broken:
        sys.stderr.write(f"note: {one_line(broken.path)}:{broken.line} cannot be read: {one_line(broken.reason)}\n")


def _show_edit(one: "EditOutcome") -> None:
    console, edit = answer_console(), one.edit
    place = f"{one_line(edit.path)}  {one_line(edit.requirement) or 'Purpose'}"
    console.print(f"  {one.outcome:<14}", end="", style=_STYLES[one.outcome])
    console.print(f"{one_line(edit.code)}  {place}", soft_wrap=True)
    for said in one.said:
        words = f"{said.verdict} by {said.by}{f': {said.reason}' if said.reason else ''}"
        console.print(f"                {one_line(words)}", soft_wrap=True)
