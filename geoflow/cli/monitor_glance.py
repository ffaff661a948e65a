"""`geoflow monitor` without a command: the measures that matter, a line each."""

import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rich.text import Text

    from geoflow.metrics.trend import Trend
    from geoflow.workflow.show_snapshots import RecordedCommit

_NARROWEST, _VALUE, _CHANGE, _GAP = 12, 8, 8, 2
_LINE, _NARROW_LINE, _WIDEST_LINE, _FEWEST = 20, 7, 50, 6
_STYLES = {"better": "green", "worse": "red"}


def glance(measures: "Sequence[str]", limit: int, *, everything: bool, as_json: bool) -> None:
    """Show the trends of measures over the last recorded commits.

    Args:
        measures: Names of measures or groups; the most telling where there are none.
        limit: How many commits at most.
        everything: Show every measure that has a value.
        as_json: Print one JSON document.
    """
    from geoflow.cli.context import open_repository
    from geoflow.cli.measure_names import named_measures
    from geoflow.cli.monitor_parts import SCHEMA
    from geoflow.cli.render import print_json
    from geoflow.metrics.measure import BY_NAME
    from geoflow.metrics.trend import TELLING, trends
    from geoflow.workflow.show_snapshots import show_snapshots

    repository = open_repository()
    names = named_measures(measures) or (tuple(BY_NAME) if everything else TELLING)
    found = show_snapshots(repository, limit)[::-1]
    told = trends([one.snapshot for one in found], names)
    if as_json:
        commits = [one.snapshot.commit for one in found]
        print_json({"schema": SCHEMA, "commits": commits, "measures": [one.document() for one in told]})
        return
    if not found:
        print("No commit has a snapshot yet. Record all: geoflow monitor backfill")
        return
    _print(found, told)


def _print(found: "Sequence[RecordedCommit]", told: "Sequence[Trend]") -> None:
    from rich.text import Text

    from geoflow.cli.measures import named
    from geoflow.cli.render import answer_console, one_line

    console = answer_console()
    oldest, newest = found[0], found[-1]
    count = "1 commit" if len(found) == 1 else f"{len(found)} commits"
    head = f"{newest.snapshot.commit[:10]}  {count} since {oldest.time:%Y-%m-%d}  {one_line(newest.subject)}"
    console.print(Text(head[: console.width], style="bold"), overflow="crop", no_wrap=True)
    names = [one.name for one in told]
    room = console.width - _VALUE - _CHANGE - _GAP
    if max(map(len, names), default=0) > room - _LINE:  # of a name that must be cut its end tells more
        names = [name.partition(".")[2] for name in names]
    width = max(_NARROWEST, min(max(map(len, names), default=0), room - (_LINE if room > 3 * _LINE else _NARROW_LINE)))
    for name, one in zip(names, told, strict=True):
        row = _row(one, named(name, width), min(_WIDEST_LINE, room - width))
        console.print(row, overflow="crop", no_wrap=True)
    if not any(one.name.startswith("quality.") for one in told):
        sys.stderr.write("Quality is worked out when asked for: geoflow monitor backfill --complete\n")
    if any(one.difference.verdict == "worse" for one in told):
        sys.stderr.write("! marks a change for the worse; all of it: geoflow monitor compare\n")
    if len(found) > 1 and any(one.since is None for one in told):
        sys.stderr.write("? is a change that nothing tells; where geoflow is newer: geoflow monitor backfill\n")


def _row(one: "Trend", name: str, line: int) -> "Text":
    from rich.text import Text

    from geoflow.cli.measures import amount, signed
    from geoflow.metrics.trend import sparkline

    difference = one.difference
    change = "?" if difference.change is None else signed(difference.change, one.latest.unit)
    mark = "!" if difference.verdict == "worse" else " "
    style = _STYLES.get(difference.verdict, "")
    row = Text(name + short(amount(one.latest)).rjust(_VALUE))
    row.append((short(change) + mark).rjust(_CHANGE), style=style)
    if line >= _FEWEST:
        row.append(" " * _GAP + sparkline(one.points, line, ramp()), style=style)
    return row


def short(text: str) -> str:
    """Shorten a number that a column has no room for: 12345678 becomes 12.3M."""
    number, _, unit = text.partition(" ")
    if len(number) < _CHANGE:
        return text
    value = float(number)
    size, sign = next(
        ((size, sign) for size, sign in ((1e9, "G"), (1e6, "M"), (1e3, "k")) if abs(value) >= size), (1, "")
    )
    shown = f"{'+' if number.startswith('+') else ''}{value / size:.1f}{sign}"
    return f"{shown} {unit}" if unit else shown


def ramp() -> str:
    """Give the characters of sparklines that stdout can write."""
    from geoflow.metrics.trend import ASCII, BLOCKS

    try:
        BLOCKS.encode(sys.stdout.encoding or "ascii")
    except (UnicodeEncodeError, LookupError):
        return ASCII
    return BLOCKS
