"""`geoflow monitor prune`."""

import typer

from geoflow.cli.options import JsonDocument


def prune(
    missing: bool = typer.Option(
        False,
        "--missing",
        help="Also records of commits that are not here at all: they may be on a branch not fetched.",
    ),
    as_json: JsonDocument = False,
    dry_run: bool = typer.Option(False, "--dry-run", help="Say what would go, but write nothing."),
) -> None:
    """Remove records that nothing needs: of commits that no branch or tag reaches, and those that newer ones replace.

    Example: geoflow monitor prune --dry-run
    """
    from geoflow.cli.context import open_repository
    from geoflow.cli.monitor_parts import SCHEMA
    from geoflow.cli.render import print_json
    from geoflow.metrics.pruning import prune as decide

    repository = open_repository()
    repository.commits.resolve("HEAD")
    done = repository.prune_notes(decide, missing=missing, dry_run=dry_run)
    if as_json:
        counts = {"notes": done.notes, "removed": done.removed, "shortened": done.shortened}
        print_json({"schema": SCHEMA, **counts, "written": not dry_run})
        return
    does = "would be" if dry_run else "were"
    print(f"Of {done.notes} notes {done.removed} {does} removed and {done.shortened} {does} shortened.")
