"""`geoflow review`: what is wrong in specs and changes, and where."""

from typing import Annotated, Literal

import typer

from geoflow.cli.completing import complete_item, complete_roles
from geoflow.cli.options import ExecutorOption, Replay
from geoflow.cli.reviewing import FailOn, Format, Request, run


def review(
    targets: Annotated[
        list[str] | None,
        typer.Argument(metavar="ITEM", help="Specs or changes; all unless told.", autocompletion=complete_item),
    ] = None,
    *,
    rules_only: Annotated[bool, typer.Option("--rules-only", help="Look by rule; ask no model.")] = False,
    roles: Annotated[
        str,
        typer.Option(
            help="Who looks: roles by name, with commas between them, or all.",
            metavar="ROLE,...",
            autocompletion=complete_roles,
        ),
    ] = "testing",
    seat: Annotated[
        list[str] | None,
        typer.Option("--seat", metavar="ROLE=SERVER[:TOOL]", help="Give a role's seat to an agent of mcp.json."),
    ] = None,
    since: Annotated[
        str, typer.Option(metavar="REF", help="Look only at what changed since the commit where this branch left REF.")
    ] = "",
    staged: Annotated[bool, typer.Option("--staged", help="Look only at what is staged, as it is staged.")] = False,
    budget: Annotated[str, typer.Option(help="How much the model may take: 10m, 90s, 50calls, 20000tokens.")] = "10m",
    replay: Replay = None,
    executor: ExecutorOption = None,
    record: Annotated[
        bool | None,
        typer.Option(
            "--record/--no-record", help="Store it with the change; by itself where a model looks at one change."
        ),
    ] = None,
    ask: Annotated[
        bool, typer.Option("--ask", help="Write down questions to people; also done where it is stored.")
    ] = False,
    fresh: Annotated[bool, typer.Option("--fresh", help="Ask anew also what was said about the same text.")] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Say what would be stored, and store nothing.")] = False,
    fail_on: Annotated[FailOn, typer.Option(help="The severity that makes the exit code 1.")] = "error",
    form: Annotated[
        Format, typer.Option("--format", help="For people, scripts, code scanning, a workflow's log or its summary.")
    ] = "text",
    verdict: Annotated[
        Literal["approve", "revise", "blocked"] | None,
        typer.Option(help="Write down your own verdict on one change, and look no further."),
    ] = None,
    comment: Annotated[str, typer.Option(help="Your words to it; alone they ask for a revision.", metavar="TEXT")] = "",
    decline: Annotated[
        list[str] | None,
        typer.Option(help="Say that an open finding of the change is none, and why with --comment.", metavar="FINDING"),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print the review as one JSON document.")] = False,
) -> None:
    """Find what is wrong, by rule and with the model as a tester: each finding with its line and a fix.

    A finding of the model counts only where its quote stands in the requirement and two of three samples agree.

    Roles: architecture, requirements, usability, scalability, testing, performance, security, consistency (of pairs).

    Verdict: approve, revise, or blocked while a question waits for a person; --fail-on alone sets the exit code.

    With --verdict or --comment it writes your own round into the change's reviews/ instead, with --decline a response.

    Example: geoflow review --rules-only
    """
    if decline:
        from geoflow.cli.review_round import record_declined

        record_declined(targets or [], verdict, decline, comment, as_json=as_json or form == "json")
        return
    if verdict or comment:
        from geoflow.cli.review_round import record_round

        record_round(targets or [], verdict, comment, as_json=as_json or form == "json")
        return
    if staged and since:
        raise typer.BadParameter("--staged and --since compare with two different commits; take one of them")
    request = Request(
        tuple(targets or ()),
        rules_only=rules_only,
        roles=roles,
        seats=tuple(seat or ()),
        since=since,
        staged=staged,
        budget=budget,
        replay=replay,
        executor=executor,
        fail_on=fail_on,
        form="json" if as_json else form,
        record=record,
        ask=ask,
        fresh=fresh,
        dry_run=dry_run,
    )
    if code := run(request):
        raise typer.Exit(code)
