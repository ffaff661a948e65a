"""`geoflow improve`: the loop, on a branch that a person merges."""

from typing import TYPE_CHECKING, Annotated

import typer

from geoflow.cli.completing import complete_item_or_run
from geoflow.cli.options import ExecutorOption, Replay
from geoflow.cli.render import answer_console, print_json
from geoflow.errors import ExitCode

if TYPE_CHECKING:
    from collections.abc import Sequence


def improve(
    targets: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="ITEM",
            help="Specs or changes, all unless told; behind --triage, --outcomes, --explain runs.",
            autocompletion=complete_item_or_run,
        ),
    ] = None,
    budget: Annotated[str, typer.Option(help="10m, 90s, 50calls, 20000tokens, or several joined by commas.")] = "10m",
    replay: Replay = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Show the edits; make no commit and no branch.")] = False,
    fresh: Annotated[
        bool, typer.Option("--fresh", help="Start anew: go on with no killed run, and adopt what was rejected.")
    ] = False,
    executor: ExecutorOption = None,
    triage: Annotated[
        bool,
        typer.Option(
            "--triage", help="Take a run's edits and adopted items one by one; the newest run unless one is named."
        ),
    ] = False,
    accept: Annotated[
        list[str] | None, typer.Option("--accept", metavar="ID", help="In a triage: take this edit or item; or all.")
    ] = None,
    reject: Annotated[
        list[str] | None,
        typer.Option("--reject", metavar="ID:REASON", help="In a triage: leave this edit or item out."),
    ] = None,
    outcomes: Annotated[bool, typer.Option("--outcomes", help="Tell what became of the edits of past runs.")] = False,
    learn: Annotated[
        bool, typer.Option("--learn", help="Deliver what outcomes have taught as a branch of its own.")
    ] = False,
    evolve: Annotated[
        bool, typer.Option("--evolve", help="Try other texts of a prompt on flawed copies of your specs.")
    ] = False,
    explain: Annotated[
        bool, typer.Option("--explain", help="Say what past runs have taught; of a run, each try and what it cost.")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print the run as one JSON document.")] = False,
) -> None:
    """Find what is wrong, propose edits, keep what loses no meaning, and deliver a branch that you merge.

    Your branch, index and work tree are only read. After Ctrl-C what was kept so far is delivered, with exit code 130.
    A run that was killed goes on where it was when it is typed again. Exit 1 where all that was tried was refused.

    With --triage you accept, edit or reject a run's edits and adopted items; --outcomes tells what became of them.

    With --learn what they teach comes as a branch geoflow/learn/... of its own: words, and lessons that won a replay.

    Example: geoflow improve --budget 5m
    """
    if explain:
        _explain(targets or [], as_json=as_json)
        return
    if learn or evolve:
        from geoflow.cli.learn import run as run_learning

        asked = bool(targets or triage or outcomes or accept or reject or (learn and evolve))
        run_learning(budget, replay, evolve=evolve, alone=not asked, dry_run=dry_run, as_json=as_json)
        return
    if triage or outcomes or accept or reject:
        _look_back(targets or [], accept or [], reject or [], outcomes=outcomes, dry_run=dry_run, as_json=as_json)
        return
    from geoflow.cli.workshops import improve_workshop
    from geoflow.workflow.improve import ImproveOptions
    from geoflow.workflow.improve import improve as run_improve
    from geoflow.workflow.limits import read_limits

    limits = read_limits(budget)
    with improve_workshop(replay, dry_run=dry_run, executor=executor) as workshop:
        result = run_improve(workshop, ImproveOptions(limits, tuple(targets or ()), dry_run, fresh))
    if as_json:
        print_json(result.document())
    else:
        from geoflow.cli.improve_text import show_result

        show_result(answer_console(), result)
    if result.stopped:
        raise typer.Exit(int(ExitCode.INTERRUPTED))
    if not result.worked:
        raise typer.Exit(int(ExitCode.NO))


def _explain(runs: "Sequence[str]", *, as_json: bool) -> None:
    from geoflow.cli.explain import explain
    from geoflow.cli.outcomes import explain_run
    from geoflow.errors import GeoflowError

    if len(runs) > 1:
        raise GeoflowError(
            "One run is explained at a time.",
            fix="Name one: geoflow improve --explain RUN; see them with: geoflow improve --outcomes",
            code="usage",
            exit_code=ExitCode.USAGE,
        )
    if runs:
        explain_run(runs[0], as_json=as_json)
    else:
        explain(as_json=as_json)


def _look_back(
    runs: "Sequence[str]",
    accept: "Sequence[str]",
    reject: "Sequence[str]",
    *,
    outcomes: bool,
    dry_run: bool,
    as_json: bool,
) -> None:
    from geoflow.errors import GeoflowError

    if outcomes and not (accept or reject):
        from geoflow.cli.outcomes import show_outcomes

        show_outcomes(runs, as_json=as_json)
        return
    if outcomes or len(runs) > 1:
        raise GeoflowError(
            "A triage is of one run.",
            fix="Name one: geoflow improve --triage RUN; see them with: geoflow improve --outcomes",
            code="usage",
            exit_code=ExitCode.USAGE,
        )
    from geoflow.cli.triage import run

    run(runs[0] if runs else "", accept, reject, dry_run=dry_run, as_json=as_json)
