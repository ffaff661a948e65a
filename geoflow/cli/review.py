"""`geoflow review`: what is wrong in specs and changes, and where."""

from typing import TYPE_CHECKING, Annotated, Literal

import typer

from geoflow.cli.options import Replay
from geoflow.cli.render import answer_console, one_line, print_json, printable
from geoflow.errors import ExitCode

if TYPE_CHECKING:
    from rich.console import Console

    from geoflow.workflow.review import Review

_STYLES = {"error": "bold red", "warning": "yellow", "info": "dim"}


def review(
    targets: Annotated[
        list[str] | None, typer.Argument(metavar="ITEM", help="Specs or changes; all unless told.")
    ] = None,
    *,
    rules_only: Annotated[bool, typer.Option("--rules-only", help="Look by rule; ask no model.")] = False,
    roles: Annotated[
        str, typer.Option(help="Who looks: roles by name, with commas between them, or all.", metavar="ROLE,...")
    ] = "testing",
    budget: Annotated[str, typer.Option(help="How much the model may take: 10m, 90s, 50calls, 20000tokens.")] = "10m",
    replay: Replay = None,
    fail_on: Annotated[
        Literal["error", "warning", "info", "never"], typer.Option(help="The severity that makes the exit code 1.")
    ] = "error",
    verdict: Annotated[
        Literal["approve", "revise", "blocked"] | None,
        typer.Option(help="Write down your own verdict on one change, and look no further."),
    ] = None,
    comment: Annotated[str, typer.Option(help="Your words to it; alone they ask for a revision.", metavar="TEXT")] = "",
    as_json: Annotated[bool, typer.Option("--json", help="Print the review as one JSON document.")] = False,
) -> None:
    """Find what is wrong, by rule and with the model as a tester: each finding with its line and a fix.

    A finding of the model counts only where its quote stands in the requirement and two of three samples agree.

    Roles: architecture, requirements, usability, scalability, testing, performance, security.

    With --verdict or --comment it writes your own round into the change's reviews/ instead.

    Example: geoflow review --rules-only
    """
    if verdict or comment:
        from geoflow.cli.review_round import record_round

        record_round(targets or [], verdict, comment, as_json=as_json)
        return
    from geoflow.cli.context import open_review
    from geoflow.quality.roles import ROLES
    from geoflow.workflow.budget import read_limits
    from geoflow.workflow.review import review as run_review

    limits = read_limits(budget)
    wanted = tuple(ROLES) if roles == "all" else tuple(name.strip() for name in roles.split(",") if name.strip())
    with open_review(rules_only=rules_only, replay=replay, roles=wanted) as (reviewer, files):
        result = run_review(reviewer, files, targets or [], limits)
    if as_json:
        print_json(result.document())
    else:
        _show(answer_console(), result)
    if result.stopped:
        raise typer.Exit(int(ExitCode.INTERRUPTED))
    if result.fails(fail_on):
        raise typer.Exit(int(ExitCode.NO))


def _show(console: "Console", result: "Review") -> None:
    for finding in result.findings:
        place = f"{finding.path}:{finding.line}"
        console.print(one_line(place), style="bold", end=" ", soft_wrap=True)
        console.print(f"{finding.severity} {finding.code}", style=_STYLES[finding.severity], end=" ", soft_wrap=True)
        console.print(printable(" ".join(finding.message.split())), soft_wrap=True)
        if finding.fix:
            console.print(f"    fix: {printable(' '.join(finding.fix.split()))}", style="dim", soft_wrap=True)
    nouns = {"error": "error", "warning": "warning", "info": "note"}
    counts = {level: sum(finding.severity == level for finding in result.findings) for level in nouns}
    found = ", ".join(f"{counts[level]} {noun}{'' if counts[level] == 1 else 's'}" for level, noun in nouns.items())
    looked = f"; the model looked at {result.looked_at} of {result.requirements}" if result.looked_at else ""
    console.print(f"{found}{looked}: {result.verdict}")
    for note in result.notes:
        console.print(f"note: {one_line(note)}")
