"""`geoflow monitor backfill`."""

import typer

from geoflow.cli.looks import hint
from geoflow.cli.options import JsonDocument


def backfill(
    everything: bool = typer.Option(False, "--all", help="All branches and tags, not only what HEAD reaches."),
    complete: bool = typer.Option(
        False,
        "--complete",
        help="Add quality, set quality and readability: about as long as a review, a state of the specs.",
    ),
    as_json: JsonDocument = False,
    dry_run: bool = typer.Option(False, "--dry-run", help="Say how many commits lack a record, but write nothing."),
) -> None:
    """Give every commit that lacks it a record: size, structure, coverage, validity, churn and open work.

    For commits that no hook saw: those from before, and after a rebase, a merge elsewhere or `--no-verify`.

    Example: geoflow monitor backfill
    """
    from geoflow.cli.monitor_parts import SCHEMA, open_recorder
    from geoflow.cli.progress import progress_bar
    from geoflow.cli.render import print_json
    from geoflow.workflow.backfill import backfill as run

    _, recorder = open_recorder()
    with progress_bar() as progress:
        done = run(recorder, progress, everything=everything, with_quality=complete, dry_run=dry_run)
    if as_json:
        counts = {"commits": done.commits, "with_openspec": done.with_openspec, "lacking": done.lacking}
        print_json({"schema": SCHEMA, **counts, "written": done.written})
        return
    lacked = f"{done.lacking} of {done.with_openspec} commits with openspec/"
    if dry_run:
        print(f"{lacked} have no record; nothing was written.")
        return
    print(f"{lacked} had no record; {done.written} have one now.")
    if done.written:
        hint("See them: geoflow monitor history")
