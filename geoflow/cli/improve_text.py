"""What a run of improve did, for people."""

from typing import TYPE_CHECKING

from geoflow.cli.adopted import show_adopted
from geoflow.cli.carried import show_carried
from geoflow.cli.render import one_line, printable

if TYPE_CHECKING:
    from rich.console import Console

    from geoflow.workflow.improve_result import ImproveResult, KeptEdit, Refusal


MOST_LICENCES = 3
"""How many sources of new words are shown an edit; the commit's trailers name all."""

LONGEST_SHOWN = 700
"""Characters of a change that are shown on each side; a requirement that is split changes more than fits a screen."""

AROUND = 40
"""How many characters of context are shown on each side of a change."""


def show_result(console: "Console", result: "ImproveResult") -> None:
    """Show the edits that were kept and refused, what is left and why, the figures, and what to type next."""
    if result.worse:
        told = ", ".join(one.told for one in result.worse)
        console.print(f"got worse, so first: {one_line(told)}\n", style="yellow")
    for edit in result.edits:
        _show_edit(console, edit)
    if result.edits:
        for names in dict.fromkeys(edit.checks for edit in result.edits):
            each = "Each" if len({edit.checks for edit in result.edits}) == 1 else _counted(result, names)
            console.print(f"{each} passed all {len(names)} checks of the gate: {', '.join(names)}.\n", style="dim")
    show_adopted(console, result.adopted)
    show_carried(console, result)
    if result.refused:
        console.print("Refused by the gate", style="bold")
    for index, refusal in enumerate(result.refused):
        same = index > 0 and result.refused[index - 1].finding.id == refusal.finding.id
        _show_refusal(console, refusal, same=same)
    _show_questions(console, result)
    _show_left(console, result)
    _show_figures(console, result)
    for note in result.notes:
        console.print(f"note: {one_line(note)}")
    _show_next(console, result)


def _counted(result: "ImproveResult", checks: tuple[str, ...]) -> str:
    same = [edit for edit in result.edits if edit.checks == checks]
    return f"{len(same)} by {', '.join(dict.fromkeys(edit.strategy for edit in same))}"


def _show_edit(console: "Console", edit: "KeptEdit") -> None:
    from geoflow.workflow.deliver import licence_lines

    finding = edit.finding
    console.print(f"kept  {one_line(edit.path)}:{finding.line}", style="bold green", soft_wrap=True)
    console.print(f"      {finding.code} {one_line(finding.message)}")
    if edit.insight:
        asked = f"{edit.insight.path} “{edit.insight.text}” was answered by {edit.insight.by}"
        console.print(f"      {one_line(asked)}", soft_wrap=True)
    _show_change(console, edit.old, edit.new)
    how = edit.strategy + (f", prompt {edit.prompt}" if edit.prompt else "")
    console.print(f"      by {how}", style="dim")
    for line in licence_lines(edit.licences)[:MOST_LICENCES]:
        console.print(f"      new words licensed by {one_line(line)}", style="dim")
    if (more := len(licence_lines(edit.licences)) - MOST_LICENCES) > 0:
        console.print(f"      and by {more} more lines", style="dim")
    console.print()


def _show_refusal(console: "Console", refusal: "Refusal", *, same: bool) -> None:
    finding = refusal.finding
    if not same:
        place = f"  {one_line(finding.path)}:{finding.line}"
        console.print(f"{place}  {finding.code} {one_line(finding.message)}", soft_wrap=True)
    if refusal.new and refusal.new != refusal.old:
        _show_change(console, refusal.old, refusal.new)
    console.print(f"      {refusal.check}: {one_line(refusal.reason)} ({refusal.strategy})", style="yellow")


def _show_change(console: "Console", old: str, new: str) -> None:
    before, after = (_short(text) for text in changed_part(old, new))
    console.print(f"      - {printable(before)}", style="red")
    console.print(f"      + {printable(after)}", style="green")


def _short(text: str) -> str:
    return text if len(text) <= LONGEST_SHOWN else f"{text[:LONGEST_SHOWN]} …"


def changed_part(old: str, new: str) -> tuple[str, str]:
    """Cut two texts down to the words that differ and a few around them, each on one line."""
    old, new = " ".join(old.split()), " ".join(new.split())
    limit = min(len(old), len(new))
    start = next((i for i in range(limit) if old[i] != new[i]), limit)
    tail = next((i for i in range(limit - start) if old[-1 - i] != new[-1 - i]), limit - start)
    left = old.rfind(" ", 0, max(0, start - AROUND)) + 1 if start > AROUND else 0
    right = old.find(" ", len(old) - tail + AROUND)
    cut = len(old) - right if right > 0 else 0
    lead, end = ("… " if left else ""), (" …" if cut else "")
    return tuple(f"{lead}{text[left : len(text) - cut]}{end}" for text in (old, new))  # type: ignore[return-value]


def _show_questions(console: "Console", result: "ImproveResult") -> None:
    for question in result.questions:
        about = question.about
        console.print(f"asked  {one_line(about.path if about else question.path)}", style="bold", soft_wrap=True)
        console.print(f"      {one_line(question.text)}")
        for number, option in enumerate(question.options, 1):
            console.print(f"      {number}. {one_line(option)}")
        if question.audience:
            console.print(f"      for {one_line(', '.join(question.audience))}", style="dim")
        console.print(f"      {one_line(question.path)}\n", style="dim", soft_wrap=True)


def _show_left(console: "Console", result: "ImproveResult") -> None:
    from geoflow.workflow.improve_result import ASKED, NEEDS_ANSWER, SETTLED

    reasons: dict[str, int] = {}
    for left in result.left:
        why = ASKED if left.why.startswith(ASKED) else left.why
        reasons[why] = reasons.get(why, 0) + 1
    for why, count in sorted(reasons.items(), key=lambda item: -item[1]):
        console.print(f"left  {count} finding{'s' if count > 1 else ''}: {one_line(why)}")
        if why == NEEDS_ANSWER:
            first = next(left.finding for left in result.left if left.why == NEEDS_ANSWER)
            place = f"{one_line(first.path)}:{first.line}"
            console.print(f'      ask someone: geoflow ask "QUESTION" --open --about {place}', soft_wrap=True)
    waiting = [one for one in result.insights if one.why and one.why not in SETTLED]
    for one in waiting:
        console.print(f"question  {one_line(one.path)}: {one_line(one.why)}", soft_wrap=True)
    if reasons or waiting:
        console.print()


def _show_figures(console: "Console", result: "ImproveResult") -> None:
    from rich.table import Table

    table = Table(box=None, pad_edge=False)
    for heading in ("measure", "before", "after"):
        table.add_column(heading, justify="left" if heading == "measure" else "right")
    for name, value in result.before.items():
        table.add_row(name.replace("_", " "), str(value), str(result.after[name]))
    console.print(table)
    cost = result.cost
    asked = f", {len(result.questions)} asked" if result.questions else ""
    adopted = sum(one.kept for one in result.adopted)
    done = f"{adopted} adopted, " if adopted else ""
    done += f"{len(result.carried)} answers carried out, " if result.carried else ""
    console.print(
        f"{done}{len(result.edits)} kept, {len(result.refused)} refused{asked}; {cost['calls']} model calls, "
        f"{cost['prompt_tokens']} + {cost['completion_tokens']} tokens, {cost['seconds']} s"
    )


def _show_next(console: "Console", result: "ImproveResult") -> None:
    if result.branch:
        console.print(f"branch {result.branch}", style="bold")
        console.print(f"  look at it: git diff {result.base[:12]} {result.branch}", soft_wrap=True)
        console.print(f"  take it:    git merge {result.branch}", soft_wrap=True)
        if result.edits or any(one.kept for one in result.adopted):
            console.print("  in parts:   geoflow improve --triage", soft_wrap=True)
        if result.carried:
            shown = f"git log {result.base[:12]}..{result.branch}, then git cherry-pick"
            console.print(f"  by answer:  {shown}", soft_wrap=True)
        if result.questions:
            first = result.questions[0]
            answer = f'geoflow ask --answer {first.id} "{"1" if first.options else "TEXT"}"'
            console.print(f"  answer:     once it is merged: {answer}", soft_wrap=True)
        console.print(f"  drop it:    git branch -D {result.branch}", soft_wrap=True)
    elif result.edits or result.questions or result.carried or any(one.kept for one in result.adopted):
        console.print("Nothing was written (--dry-run).")
    elif not result.refused:
        console.print(
            "Nothing to improve by rule."
            if not (result.left or result.adopted)
            else "Nothing that can be mended here; see what is wrong: geoflow review --rules-only"
        )
