"""`geoflow monitor history`: a few measures over many commits."""

from typing import TYPE_CHECKING

import typer

from geoflow.cli.completing import complete_measure
from geoflow.cli.looks import hint
from geoflow.cli.options import JsonDocument

if TYPE_CHECKING:
    from collections.abc import Sequence

    from geoflow.workflow.show_snapshots import RecordedCommit

HEADLINES = ("size.requirements", "coverage.with_failure_scenario", "validity.valid", "quality.findings")
_LEFT = 23  # the columns of commit and day


def history(
    measures: list[str] | None = typer.Argument(
        None,
        help="Names of measures, or of groups such as `churn`; four of the most telling unless given.",
        autocompletion=complete_measure,
    ),
    limit: int = typer.Option(30, "--limit", min=1, help="How many commits at most."),
    as_json: JsonDocument = False,
) -> None:
    """Show how a few measures went over many commits, oldest first.

    Example: geoflow monitor history size.requirements churn --limit 100
    """
    from geoflow.cli.context import open_repository
    from geoflow.cli.measure_names import named_measures
    from geoflow.cli.monitor_parts import SCHEMA
    from geoflow.cli.render import print_json
    from geoflow.workflow.show_snapshots import show_snapshots

    repository = open_repository()
    names = named_measures(measures or []) or HEADLINES
    found = show_snapshots(repository, limit)[::-1]
    if as_json:
        print_json({"schema": SCHEMA, "measures": list(names), "snapshots": [one.document() for one in found]})
        return
    if not found:
        print("No commit has a snapshot yet. Record all: geoflow monitor backfill")
        return
    _print(found, names)


def _print(found: "Sequence[RecordedCommit]", names: "Sequence[str]") -> None:
    from geoflow.cli.measures import amount
    from geoflow.cli.render import answer_console

    width = answer_console().width
    shown: list[str] = []
    columns = width - _LEFT
    for name in names:
        if columns >= len(name) + 2 or not shown:
            shown.append(name)
            columns -= len(name) + 2
    print(("commit      day        " + "".join(f"  {name}" for name in shown))[:width])
    for one in found:
        every = {**one.snapshot.derived, **one.snapshot.observed}
        cells = (amount(every[name]) if name in every else "-" for name in shown)
        row = "".join(f"  {cell:>{len(name)}}" for cell, name in zip(cells, shown, strict=True))
        print(f"{one.snapshot.commit[:10]}  {one.time:%Y-%m-%d} {row}"[:width])
    if len(shown) < len(names):
        hint(f"{len(names) - len(shown)} more: make the terminal wider, or take --json.")
    if not any(name in one.snapshot.derived or name in one.snapshot.observed for one in found for name in shown):
        hint("Quality is worked out when asked for: geoflow monitor backfill --complete")
