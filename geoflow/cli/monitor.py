"""`geoflow monitor`: the measures of every commit."""

import typer

app = typer.Typer(no_args_is_help=True, help="Measure the specs of every commit.")


@app.command()
def record(
    as_json: bool = typer.Option(False, "--json", help="Print one JSON document."),
    dry_run: bool = typer.Option(False, "--dry-run", help="Measure, but write nothing."),
) -> None:
    """Record the measures of the commit that is checked out, beside it in refs/notes/geoflow.

    Example: geoflow monitor record
    """
    from geoflow.adapters.clock import SystemClock
    from geoflow.cli.context import open_repository
    from geoflow.cli.measures import say_recorded
    from geoflow.cli.render import print_json
    from geoflow.workflow.record_snapshot import record_snapshot

    recorded = record_snapshot(open_repository(), SystemClock(), dry_run=dry_run)
    if as_json:
        snapshots = [recorded.snapshot.document()]
        print_json({"schema": "geoflow.monitor/1", "recorded": recorded.written, "snapshots": snapshots})
        return
    say_recorded(recorded, dry_run=dry_run)


@app.command()
def show(
    as_json: bool = typer.Option(False, "--json", help="Print one JSON document."),
    limit: int = typer.Option(10, "--limit", min=1, help="How many snapshots at most."),
) -> None:
    """Show the snapshots of recent commits, newest first, with the change against the one before.

    Example: geoflow monitor show --limit 5
    """
    from geoflow.cli.context import open_repository
    from geoflow.cli.measures import print_table
    from geoflow.cli.render import print_json
    from geoflow.workflow.show_snapshots import show_snapshots

    # One more than is shown: the last one's change needs the one before.
    found = show_snapshots(open_repository(), limit + 1)
    if as_json:
        snapshots = [commit.snapshot.document() for commit in found[:limit]]
        print_json({"schema": "geoflow.monitor/1", "snapshots": snapshots})
        return
    print_table(found, limit)
