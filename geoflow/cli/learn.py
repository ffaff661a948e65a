"""`geoflow improve --learn` and `--evolve`: what outcomes teach, on a branch that you merge."""

import sys
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from geoflow.cli.render import answer_console, one_line, print_json
from geoflow.errors import ExitCode, GeoflowError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from rich.console import Console

    from geoflow.workflow.learn_delivery import LearnDesk, LearnResult
    from geoflow.workflow.learn_lessons import Weighed

COMMAND = "geoflow improve --learn"
_SHOWN = 5  # ids of evidence


def run(budget: str, replay: Path | None, *, evolve: bool, alone: bool, dry_run: bool, as_json: bool) -> None:
    """Learn, or evolve a prompt, and show what came of it; GeoflowError `usage`, `learner-off` and those of both."""
    from geoflow.cli.context import load_settings
    from geoflow.workflow.limits import read_limits

    if not alone:
        raise GeoflowError(
            "Learning takes every run into account, and is done by itself.",
            fix=f"Type one of: {COMMAND}; geoflow improve --evolve",
            code="usage",
            exit_code=ExitCode.USAGE,
        )
    limits, switches = read_limits(budget), load_settings().improve.learn
    wanted = {"prompts"} if evolve else {"induction", "lessons"}
    if not wanted & set(switches):
        raise GeoflowError(
            f"improve.learn switches this off ({' and '.join(sorted(wanted))}).",
            fix="Switch it on in openspec/geoflow.yaml: improve.learn",
            code="learner-off",
            exit_code=ExitCode.USAGE,
        )
    if evolve:
        from geoflow.cli.evolve import run as run_evolution

        run_evolution(limits, replay, dry_run=dry_run, as_json=as_json)
        return
    from geoflow.workflow.learn import LearnOptions, learn_from_outcomes

    with open_desk(replay, with_model=None if "lessons" in switches else False) as desk:
        result = learn_from_outcomes(desk, LearnOptions(limits, switches, dry_run))
    if as_json:
        print_json(result.document())
    else:
        _show(answer_console(), result)
    end(result)


@contextmanager
def open_desk(replay: Path | None, *, with_model: bool | None = None) -> "Iterator[LearnDesk]":
    """Join what learning works with, and show a progress bar while it does.

    The model is started where it is wanted; unless told, where an outcome may teach a lesson.
    """
    from geoflow.adapters.learnt_files import LearntFiles
    from geoflow.cli.context import find_root_or_fail, open_repository
    from geoflow.cli.workshops import improve_workshop, open_past
    from geoflow.workflow.learn import may_teach
    from geoflow.workflow.learn_delivery import LearnDesk

    past = open_past(find_root_or_fail(), open_repository(quick=True))
    wanted = may_teach(past) if with_model is None else with_model
    with improve_workshop(replay, with_model=wanted) as workshop:
        yield LearnDesk(workshop, past, LearntFiles())


def end(result: "LearnResult") -> None:
    """Leave with the exit code of a run that Ctrl-C ended, where it did."""
    if result.stopped:
        raise typer.Exit(int(ExitCode.INTERRUPTED))


def show_due(*, indent: str = "") -> None:
    """Say which words are due after something that may have taught them, if any are and the learner is on."""
    from geoflow.adapters.learnt_files import LearntFiles
    from geoflow.cli.context import find_root_or_fail, open_repository, settings_here
    from geoflow.cli.workshops import open_past
    from geoflow.workflow.learn import words_due

    if "induction" not in settings_here().settings.improve.learn:
        return
    try:
        due = words_due(open_past(find_root_or_fail(), open_repository(quick=True)), LearntFiles())
    except GeoflowError:
        return  # what was done before is done; a file that cannot be read is told by whoever needs it
    if due:
        words = ", ".join(f"“{one_line(one.word.text)}”" for one in due[:_SHOWN])
        count = f"{len(due)} word{'s are' if len(due) > 1 else ' is'} due for the lexicon"
        answer_console().print(f"{indent}{count} ({words}): {COMMAND}", soft_wrap=True)


def show_branch(console: "Console", result: "LearnResult") -> None:
    """Show what to do with the branch, or why there is none."""
    if result.branch:
        console.print(f"branch {result.branch}", style="bold")
        console.print(f"  look at it: git diff {result.base[:12]} {result.branch}", soft_wrap=True)
        console.print(f"  take it:    git merge {result.branch}", soft_wrap=True)
        console.print(f"  drop it:    git branch -D {result.branch}", soft_wrap=True)
        console.print("              and it is not offered again")
    elif result.offers:
        console.print("Nothing was written (--dry-run).")


def _show(console: "Console", result: "LearnResult") -> None:
    for one in result.offers:
        console.print(f"learnt  {one_line(one.subject)}", style="bold green", soft_wrap=True)
        console.print(f"        {one_line(one.reason)}", soft_wrap=True)
        for evidence in one.evidence[:_SHOWN]:
            console.print(f"        from {one_line(evidence)}", style="dim", soft_wrap=True)
        if (more := len(one.evidence) - _SHOWN) > 0:
            console.print(f"        and {more} more", style="dim")
    told = {(one.lesson.id if one.lesson else one.case, one.why): one for one in result.dropped}
    for weighed in told.values():
        _show_dropped(console, weighed)
    if not result.offers:
        console.print("Nothing new is due: no word was dropped or rejected three times, and no lesson won its replay.")
    for note in result.notes:
        sys.stderr.write(f"note: {one_line(note)}\n")
    cost = result.cost
    if cost.get("calls"):
        tokens = f"{cost['prompt_tokens']} + {cost['completion_tokens']} tokens"
        console.print(f"{cost['calls']} model calls, {tokens}, {cost['seconds']} s")
    show_branch(console, result)


def _show_dropped(console: "Console", weighed: "Weighed") -> None:
    what = f"“{weighed.lesson.text}” for {weighed.lesson.code}" if weighed.lesson else f"of {weighed.case}"
    console.print(f"no lesson  {one_line(what)}: {one_line(weighed.why)}", style="yellow", soft_wrap=True)
