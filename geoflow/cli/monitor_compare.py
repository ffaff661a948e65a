"""`geoflow monitor compare`."""

from typing import TYPE_CHECKING

import typer

from geoflow.cli.looks import hint
from geoflow.cli.options import JsonDocument

if TYPE_CHECKING:
    from rich.text import Text

    from geoflow.metrics.comparison import Difference
    from geoflow.workflow.compare_snapshots import Comparison

_STYLES = {"better": "green", "worse": "red"}
_NUMBER = 12


def compare(
    before: str = typer.Argument("HEAD^", help="The commit before, by any name that git knows."),
    after: str = typer.Argument("HEAD", help="The commit after."),
    everything: bool = typer.Option(False, "--all", help="Show also what is the same."),
    as_json: JsonDocument = False,
) -> None:
    """Compare all measures of two commits, worked out by the same geoflow; what either lacks is recorded.

    Example: geoflow monitor compare main HEAD
    """
    from geoflow.cli.monitor_parts import SCHEMA, open_recorder
    from geoflow.cli.progress import progress_bar
    from geoflow.cli.render import print_json
    from geoflow.workflow.compare_snapshots import compare_snapshots

    _, recorder = open_recorder()
    recorder.commits.resolve("HEAD")
    with progress_bar() as progress:
        found = compare_snapshots(recorder, before, after, progress)
    if as_json:
        snapshots = [one.document() for one in (found.before, found.after)]
        changes = [one.document() for one in found.differences]
        print_json({"schema": SCHEMA, "snapshots": snapshots, "changes": changes})
        return
    _print(found, everything=everything)


def _print(found: "Comparison", *, everything: bool) -> None:
    from rich.text import Text

    from geoflow.cli.render import answer_console

    console = answer_console()
    width = max(12, min(34, console.width - 3 * _NUMBER - 1))
    heads = (found.before.commit[:10], found.after.commit[:10], "change")
    console.print(Text(" " * width + "".join(head.rjust(_NUMBER) for head in heads)), overflow="crop", no_wrap=True)
    rows = [one for one in found.differences if everything or one.verdict != "same"]
    for one in rows:
        console.print(_row(one, width), overflow="crop", no_wrap=True)
    same = len(found.differences) - len(rows)
    if same:
        hint(f"{same} measures are the same; --all shows them.")
    if any(one.verdict == "worse" for one in rows):
        hint("! marks a change for the worse.")


def _row(one: "Difference", width: int) -> "Text":
    from rich.text import Text

    from geoflow.cli.measures import amount, named, signed

    unit = (one.after or one.before).unit if one.after or one.before else ""  # type: ignore[union-attr]
    cells = (amount(side) if side else "-" for side in (one.before, one.after))
    row = Text(named(one.name, width) + "".join(cell.rjust(_NUMBER) for cell in cells))
    change = "?" if one.change is None else signed(one.change, unit)
    mark = "!" if one.verdict == "worse" else ""
    return row.append((change + mark).rjust(_NUMBER), style=_STYLES.get(one.verdict, ""))
