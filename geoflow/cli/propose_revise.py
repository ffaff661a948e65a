"""`geoflow propose --revise`: what came of each finding, for people and for scripts."""

from pathlib import Path
from typing import TYPE_CHECKING

import typer

from geoflow.cli.improve_text import changed_part
from geoflow.cli.render import answer_console, one_line, print_json, printable
from geoflow.errors import ExitCode

if TYPE_CHECKING:
    from rich.console import Console

    from geoflow.workflow.revise_result import Handled, RevisionResult

_STYLES = {"edited": "bold green", "asked": "bold yellow", "settled": "green", "open": "bold"}


def revise_change(change: str, budget: str, replay: Path | None, *, dry_run: bool, as_json: bool) -> None:
    """Revise a change and show what came of it; exit code 1 where findings are there and none was answered."""
    result = _revised(change, budget, replay, write=not dry_run)
    if as_json:
        print_json(result.document())
    else:
        _show(answer_console(), result, dry_run=dry_run)
    if not result.worked:
        raise typer.Exit(int(ExitCode.NO))


def _revised(change: str, budget: str, replay: Path | None, *, write: bool) -> "RevisionResult":
    import sys

    from geoflow.adapters.git_process import GitProcess
    from geoflow.adapters.lexicon_file import read_lexicon
    from geoflow.adapters.people import signature
    from geoflow.adapters.templates import JinjaTemplates
    from geoflow.cli.context import find_root_or_fail, history_or_none, load_settings, open_templates, optional_model
    from geoflow.cli.cycle_parts import open_cycle
    from geoflow.cli.progress import progress_bar
    from geoflow.workflow.change_cycle import active_change
    from geoflow.workflow.limits import read_limits
    from geoflow.workflow.revise import Reviser, revise
    from geoflow.workflow.rule_findings import Rules

    root = find_root_or_fail()
    limits = read_limits(budget)
    settings = load_settings()
    cycle = open_cycle(root, signature(GitProcess(root)), "person" if sys.stdin.isatty() else "agent")
    active_change(cycle, change)  # before a model is started for nothing
    model = optional_model("Only what code alone can mend is mended.", settings, replay)
    rules, own = (open_templates(verb, root) if model else JinjaTemplates() for verb in ("improve", "propose"))
    with progress_bar() as progress:
        words = read_lexicon(cycle.tree.read())
        by = Rules(frozenset(settings.rules.off), settings.review.allow, words, history_or_none(root))
        reviser = Reviser(cycle, model, rules, own, progress, by)
        return revise(reviser, change, limits, write=write)


def _show(console: "Console", result: "RevisionResult", *, dry_run: bool) -> None:
    for one in result.handled:
        _show_one(console, one, result.change)
    if not result.handled:
        console.print(f"{one_line(result.change)} has no open finding and no answer that is not in it.")
        return
    counts = {name: sum(one.outcome == name for one in result.handled) for name in _STYLES}
    console.print(", ".join(f"{count} {name}" for name, count in counts.items()))
    cost = result.cost
    console.print(
        f"{cost['calls']} model calls, {cost['prompt_tokens']} + {cost['completion_tokens']} tokens, "
        f"{cost['seconds']} s",
        style="dim",
    )
    for note in result.notes:
        console.print(f"note: {one_line(note)}", soft_wrap=True)
    if result.written:
        actor = f"{result.next[0]} {one_line(result.next[1])}".strip()
        console.print(f"written; {one_line(result.change)}: {result.state}; next: {actor}", soft_wrap=True)
    elif result.documents or result.questions:
        console.print("Nothing was written (--dry-run)." if dry_run else "Nothing was written.")


def _show_one(console: "Console", one: "Handled", change: str) -> None:
    path = one.path or next((edit.path for edit in one.edits), "")
    place = f"{one_line(path)}:{one.line}" if one.line else one_line(path)
    console.print(f"{one.outcome}  {place}".rstrip(), style=_STYLES[one.outcome], soft_wrap=True)
    console.print(f"      {_who(one)}: {one_line(one.message)}", soft_wrap=True)
    for edit in one.edits:
        before, after = changed_part(*_changed_lines(edit.old, edit.new))
        console.print(f"      - {printable(before)}", style="red")
        console.print(f"      + {printable(after)}", style="green")
    if one.outcome == "asked" and one.question:
        console.print(f"      asks: {one_line(one.question.text)}", soft_wrap=True)
        console.print(f'      answer it: geoflow ask --answer {one_line(one.question.id)} "TEXT"', soft_wrap=True)
    if one.why:
        console.print(f"      {one_line(one.why)}", soft_wrap=True)
    if one.is_left and one.source not in ("rule", "answer"):
        declining = f'geoflow review {one_line(change)} --decline {one_line(one.id)} --comment "WHY"'
        console.print(f"      or, if it is none: {declining}", style="dim", soft_wrap=True)
    console.print()


def _changed_lines(old: str, new: str) -> tuple[str, str]:
    """Keep the lines that differ, so that no heading stands beside a sentence; all of them where some came or went."""
    pairs = [(a, b) for a, b in zip(old.splitlines(), new.splitlines(), strict=False) if a != b]
    if not pairs or len(old.splitlines()) != len(new.splitlines()):
        return old, new
    return "\n".join(a for a, _ in pairs), "\n".join(b for _, b in pairs)


def _who(one: "Handled") -> str:
    if one.source == "rule":
        return f"rule {one_line(one.by)}"
    verb = "answered" if one.source == "answer" else "said"
    return f"{one_line(one.by)} ({one.source}) {verb}" if one.source != "answer" else f"{one_line(one.by)} {verb}"
