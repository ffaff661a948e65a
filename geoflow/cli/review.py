"""`geoflow review`: what is wrong in specs and changes, and where."""

from typing import Annotated, Literal

import typer

from geoflow.cli.options import Replay
from geoflow.errors import ExitCode

Format = Literal["text", "json", "sarif", "github", "markdown"]


def review(
    targets: Annotated[
        list[str] | None, typer.Argument(metavar="ITEM", help="Specs or changes; all unless told.")
    ] = None,
    *,
    rules_only: Annotated[bool, typer.Option("--rules-only", help="Look by rule; ask no model.")] = False,
    roles: Annotated[
        str, typer.Option(help="Who looks: roles by name, with commas between them, or all.", metavar="ROLE,...")
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
    fail_on: Annotated[
        Literal["error", "warning", "info", "never"], typer.Option(help="The severity that makes the exit code 1.")
    ] = "error",
    form: Annotated[
        Format, typer.Option("--format", help="For people, scripts, code scanning, a workflow's log or its summary.")
    ] = "text",
    verdict: Annotated[
        Literal["approve", "revise", "blocked"] | None,
        typer.Option(help="Write down your own verdict on one change, and look no further."),
    ] = None,
    comment: Annotated[str, typer.Option(help="Your words to it; alone they ask for a revision.", metavar="TEXT")] = "",
    as_json: Annotated[bool, typer.Option("--json", help="Print the review as one JSON document.")] = False,
) -> None:
    """Find what is wrong, by rule and with the model as a tester: each finding with its line and a fix.

    A finding of the model counts only where its quote stands in the requirement and two of three samples agree.

    Roles: architecture, requirements, usability, scalability, testing, performance, security, consistency (of pairs).

    Verdict: approve, revise, or blocked while a question waits for a person; --fail-on alone sets the exit code.

    With --verdict or --comment it writes your own round into the change's reviews/ instead.

    Example: geoflow review --rules-only
    """
    if verdict or comment:
        from geoflow.cli.review_round import record_round

        record_round(targets or [], verdict, comment, as_json=as_json or form == "json")
        return
    from geoflow.cli.context import open_review
    from geoflow.cli.review_files import files_to_review
    from geoflow.cli.review_record import Recording
    from geoflow.cli.review_seats import open_facts
    from geoflow.cli.review_text import print_review
    from geoflow.quality.roles import NAMES
    from geoflow.workflow.budget import read_limits
    from geoflow.workflow.review import review as run_review

    limits = read_limits(budget)
    looked = files_to_review(since, staged=staged)
    apart = "--staged" if staged else "--since" if since else ""
    recording = Recording(record, targets or [], looked, apart=apart, quiet=rules_only or replay is not None)
    wanted = NAMES if roles == "all" else tuple(name.strip() for name in roles.split(",") if name.strip())
    with open_review(
        rules_only=rules_only,
        replay=replay,
        roles=wanted,
        seats=tuple(seat or ()),
        fresh=fresh,
        dialogue=lambda somebody: open_facts(may_ask=ask or recording.is_on(somebody_looks=somebody), dry=dry_run),
    ) as reviewer:
        result = run_review(reviewer, looked.files, targets or [], limits, looked.before)
    state = ""
    if recording.is_on(somebody_looks=bool(reviewer.model or reviewer.seats)):
        result, state = recording.store(result, looked.files, write=not dry_run)
    print_review(result, looked, "json" if as_json else form, state)
    if result.stopped:
        raise typer.Exit(int(ExitCode.INTERRUPTED))
    if result.fails(fail_on):
        raise typer.Exit(int(ExitCode.NO))
