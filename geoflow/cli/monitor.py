"""`geoflow monitor`: the measures of every commit."""

import typer

from geoflow.cli import (
    monitor_backfill,
    monitor_check,
    monitor_compare,
    monitor_exchange,
    monitor_export,
    monitor_history,
    monitor_live,
    monitor_measures,
    monitor_prune,
    monitor_report,
    monitor_serve,
)
from geoflow.cli.options import JsonDocument

app = typer.Typer(invoke_without_command=True)


@app.callback()
def monitor(
    context: typer.Context,
    measures: list[str] | None = typer.Option(
        None, "--measure", help="Only this measure or group; may be given several times."
    ),
    everything: bool = typer.Option(False, "--all", help="Every measure that has a value."),
    limit: int = typer.Option(50, "--limit", min=1, help="How many commits at most."),
    as_json: JsonDocument = False,
) -> None:
    """Measure the specs of every commit.

    Without a command it shows the most telling ones: the latest value, its change, ! where that is for the worse.

    Example: geoflow monitor
    """
    if context.invoked_subcommand is not None:
        return
    from geoflow.cli.monitor_glance import glance

    glance(measures or [], limit, everything=everything, as_json=as_json)


@app.command()
def record(
    as_json: JsonDocument = False,
    hook: bool = typer.Option(
        False, "--hook", help="For git hooks: only what is quick, at most one line on stderr, and always exit code 0."
    ),
    dry_run: bool = typer.Option(False, "--dry-run", help="Measure, but write nothing."),
) -> None:
    """Record the measures of the commit that is checked out, beside it in refs/notes/geoflow.

    Example: geoflow monitor record
    """
    from geoflow.cli.alerting import keep_alerts
    from geoflow.cli.context import find_root_or_fail
    from geoflow.cli.measures import say_recorded
    from geoflow.cli.monitor_parts import SCHEMA, open_recorder
    from geoflow.cli.render import print_json
    from geoflow.workflow.record_snapshot import record_snapshot

    if hook:
        from geoflow.cli.monitor_hook import record_for_hook

        record_for_hook(dry_run=dry_run)
        if as_json:
            print_json({"schema": SCHEMA, "snapshots": []})
        return
    repository, recorder = open_recorder(observing=True)
    recorded = record_snapshot(recorder, dry_run=dry_run)
    if not dry_run:
        keep_alerts(find_root_or_fail(), repository, recorded.snapshot.commit)
    if as_json:
        snapshots = [recorded.snapshot.document()]
        print_json({"schema": SCHEMA, "recorded": recorded.written, "snapshots": snapshots})
        return
    say_recorded(recorded, dry_run=dry_run)


@app.command()
def show(
    as_json: JsonDocument = False,
    limit: int = typer.Option(10, "--limit", min=1, help="How many snapshots at most."),
) -> None:
    """Show the snapshots of recent commits, newest first, with the change against the one before.

    Example: geoflow monitor show --limit 5
    """
    from geoflow.cli.context import open_repository
    from geoflow.cli.measures import print_table
    from geoflow.cli.monitor_parts import SCHEMA
    from geoflow.cli.render import print_json
    from geoflow.workflow.show_snapshots import show_snapshots

    # One more than is shown: the last one's change needs the one before.
    found = show_snapshots(open_repository(), limit + 1)
    if as_json:
        print_json({"schema": SCHEMA, "snapshots": [commit.document() for commit in found[:limit]]})
        return
    print_table(found, limit)


app.command("history")(monitor_history.history)
app.command("live")(monitor_live.live)
app.command("compare")(monitor_compare.compare)
app.command("check")(monitor_check.check)
app.command("backfill")(monitor_backfill.backfill)
app.command("measures")(monitor_measures.measures)
app.command("export")(monitor_export.export)
app.command("report")(monitor_report.report)
app.command("serve")(monitor_serve.serve)
app.command("prune")(monitor_prune.prune)
app.command("push")(monitor_exchange.push)
app.command("pull")(monitor_exchange.pull)
