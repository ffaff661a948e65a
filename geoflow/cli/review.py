"""`geoflow review`: what is wrong in specs and changes, and where."""

import typer

from geoflow.cli import review_options as options
from geoflow.cli.options import ExecutorOption, Replay
from geoflow.cli.reviewing import Request, run


def review(
    targets: options.Items = None,
    *,
    rules_only: options.RulesOnly = False,
    roles: options.Roles = "testing",
    seat: options.Seat = None,
    since: options.Since = "",
    staged: options.Staged = False,
    budget: options.ReviewBudget = "10m",
    replay: Replay = None,
    executor: ExecutorOption = None,
    record: options.Record = None,
    ask: options.Ask = False,
    fresh: options.Fresh = False,
    dry_run: options.DryRun = False,
    fail_on: options.FailsOn = "error",
    form: options.Form = "text",
    verdict: options.OwnVerdict = None,
    comment: options.Comment = "",
    decline: options.Decline = None,
    as_json: options.ReviewJson = False,
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
