"""`geoflow improve --outcomes`: what became of the edits of past runs."""

import sys
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from geoflow.cli.render import answer_console, one_line, print_json, printable

if TYPE_CHECKING:
    from rich.console import Console

    from geoflow.questions.feedback import Feedback
    from geoflow.workflow.adoption_outcomes import ItemOutcome
    from geoflow.workflow.outcomes import EditOutcome, Outcomes
    from geoflow.workflow.run_candidates import RecordedCandidate, RecordedTry
    from geoflow.workflow.taken import Taken

_STYLES = {"merged": "green", "merged-edited": "green", "merged-partly": "green"}
_STYLES |= {"rejected": "red", "stale": "yellow", "pending": ""}


def show_outcomes(names: Sequence[str], *, as_json: bool) -> None:
    """Show them, the newest run first."""
    from geoflow.cli.context import find_root_or_fail, open_repository
    from geoflow.cli.workshops import open_past
    from geoflow.workflow.outcomes import outcomes

    found = outcomes(open_past(find_root_or_fail(), open_repository(quick=True)), names)
    if as_json:
        broken = [{"path": one.path, "line": one.line, "reason": one.reason} for one in found.broken]
        runs = [one.document() for one in found.runs]
        print_json({"schema": "geoflow.outcomes/1", "runs": runs, "unreadable": broken})
        return
    _show(found)
    if found.runs:
        from geoflow.cli.learn import show_due

        show_due()


def explain_run(name: str, *, as_json: bool) -> None:
    """Show every candidate of a run: how it was made, what the gate said, and what it took."""
    from geoflow.cli.context import open_repository
    from geoflow.workflow.run_candidates import candidates, tries

    runs = open_repository(quick=True).runs
    run, found = candidates(runs, name)
    items = tries(runs, run)
    if as_json:
        rows, tried = [one.document() for one in found], [one.document() for one in items]
        shown = {"schema": "geoflow.candidates/1", "run": run.name, "base": run.base, "candidates": rows}
        print_json(shown | {"adopted": tried})
        return
    console = answer_console()
    told = f", {len(items)} hand-written items" if items else ""
    console.print(one_line(f"{run.name}, {len(found)} candidates{told}"), style="bold")
    for one in found:
        _show_candidate(console, one)
    for item in items:
        _show_try(console, item)


def _show_try(console: "Console", item: "RecordedTry") -> None:
    from geoflow.cli.adopted import figures_told

    console.print(f"{'left' if item.why_not else 'adopted'}  {one_line(item.item)}", soft_wrap=True)
    if item.why_not:
        console.print(f"  {one_line(item.why_not)}", style="yellow", soft_wrap=True)
        return
    how = item.strategy + (f", prompt {item.prompt}" if item.prompt else "")
    console.print(f"  {figures_told(item.figures)}", soft_wrap=True)
    passed = f"passed {len(item.passed)}: {', '.join(item.passed)}"
    console.print(f"  by {one_line(how)}; {one_line(passed)}", style="dim", soft_wrap=True)


def _show_candidate(console: "Console", one: "RecordedCandidate") -> None:
    from geoflow.cli.improve_text import changed_part

    place = f"{one.path}:{one.line}  {one.requirement or 'Purpose'}"
    verdict = f"refused by {one.refused_by}" if one.refused_by else "kept"
    console.print(f"{one_line(verdict)}  {one_line(one.code)}  {one_line(place)}", soft_wrap=True)
    if one.new and one.new != one.old:
        before, after = changed_part(one.old, one.new)
        console.print(f"  - {printable(before)}", style="red")
        console.print(f"  + {printable(after)}", style="green")
    if one.reason:
        console.print(f"  {one_line(one.reason)}", style="yellow", soft_wrap=True)
    how = one.strategy + (f", prompt {one.prompt}" if one.prompt else "")
    console.print(f"  by {one_line(how)}; {one_line(_cost_line(one.cost))}", style="dim", soft_wrap=True)
    passed = f"passed {len(one.passed)}: {', '.join(one.passed)}" if one.passed else "passed no check"
    console.print(f"  {one_line(passed)}", style="dim", soft_wrap=True)


def _cost_line(cost: "Taken") -> str:
    calls = f"{cost.calls} call{'' if cost.calls == 1 else 's'}"
    return f"{calls}, {cost.prompt_tokens} + {cost.completion_tokens} tokens, {cost.seconds:.2f} s"


def _show(found: "Outcomes") -> None:
    from geoflow.workflow.adoption_outcomes import counted_items
    from geoflow.workflow.outcomes import counted

    console = answer_console()
    if not found.runs:
        console.print("No run of improve is kept here yet; make one with: geoflow improve")
    for run in found.runs:
        name, on = one_line(run.run.name), one_line(run.run.on)
        console.print(f"{name}{f' for {on}' if on else ''}, {len(run.run.refused)} refused", style="bold")
        for one in run.edits:
            _show_edit(one)
        for item in run.adopted:
            _show_item(item)
    if counts := counted(found.runs):
        console.print(_counts(counts))
    if items := counted_items(item for run in found.runs for item in run.adopted):
        console.print(f"Adopted items: {_counts(items)}")
    for broken in found.broken:
        sys.stderr.write(f"note: {one_line(broken.path)}:{broken.line} cannot be read: {one_line(broken.reason)}\n")


def _show_edit(one: "EditOutcome") -> None:
    console, edit = answer_console(), one.edit
    place = f"{one_line(edit.path)}  {one_line(edit.requirement) or 'Purpose'}"
    console.print(f"  {one.outcome:<14}", end="", style=_STYLES[one.outcome])
    console.print(f"{one_line(edit.code)}  {place}", soft_wrap=True)
    _show_said(one.said)


def _show_item(one: "ItemOutcome") -> None:
    console, parts = answer_console(), one.standing
    console.print(f"  {one.outcome:<14}", end="", style=_STYLES[one.outcome])
    stands = f" ({parts.as_it_was} as adopted, {parts.edited} edited, {parts.gone} gone)"
    told = stands if one.outcome in {"merged-edited", "merged-partly"} else ""
    console.print(f"adopted  {one_line(one.adoption.item)}{told}", soft_wrap=True)
    _show_said(one.said)


def _show_said(found: "Sequence[Feedback]") -> None:
    for said in found:
        words = f"{said.verdict} by {said.by}{f': {said.reason}' if said.reason else ''}"
        answer_console().print(f"                {one_line(words)}", soft_wrap=True)


def _counts(counts: "Mapping[Any, int]") -> str:
    return ", ".join(f"{count} {outcome}" for outcome, count in counts.items()) + "."
