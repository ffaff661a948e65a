"""How measures look on a terminal."""

import sys
from typing import TYPE_CHECKING

from geoflow.cli.looks import hint
from geoflow.cli.render import answer_console, printable
from geoflow.metrics.measure import BY_NAME
from geoflow.metrics.snapshot import Quantity

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rich.text import Text

    from geoflow.workflow.record_snapshot import Recorded
    from geoflow.workflow.show_snapshots import RecordedCommit

_COLUMN = 13
_NAMES = 34
_NARROWEST = 12
_LEAST_SHOWN = 0.05


def say_recorded(recorded: "Recorded", *, dry_run: bool) -> None:
    """Say what was recorded, and what it does not cover."""
    snapshot = recorded.snapshot
    commit = snapshot.commit[:10]
    if recorded.written:
        print(f"Recorded {len(snapshot.derived) + len(snapshot.observed)} measures of commit {commit}.")
    elif dry_run:
        print(f"Measured commit {commit}; nothing was written.")
    else:
        print(f"The measures of commit {commit} are recorded already.")
    for name, quantity in {**snapshot.derived, **snapshot.observed}.items():
        if dry_run or name in _HEADLINES:
            print(f"  {named(name, _NAMES)} {amount(quantity)}")
    if recorded.uncommitted:
        count = len(recorded.uncommitted)
        files = "1 file" if count == 1 else f"{count} files"
        sys.stderr.write(f"Not measured: {files} below openspec/ that {'is' if count == 1 else 'are'} not committed.\n")
    if recorded.written:
        hint("All measures and their change: geoflow monitor show")


_HEADLINES = ("size.specs", "size.requirements", "coverage.with_failure_scenario", "validity.valid", "quality.findings")


def print_table(commits: "Sequence[RecordedCommit]", limit: int) -> None:
    """Print a table: a row a measure, a column a snapshot, newest first; as many columns as the terminal is wide."""
    if not commits:
        print("No commit has a snapshot yet. Record one: geoflow monitor record")
        return
    console = answer_console()
    width = max(_NARROWEST, min(_NAMES, console.width - _COLUMN))
    shown = min(limit, len(commits), max(1, (console.width - width) // _COLUMN))
    for row in _heading(commits[:shown], width):
        console.print(row, overflow="crop", no_wrap=True)
    names = [name for name in BY_NAME if any(name in commit.snapshot.derived for commit in commits[:shown])]
    names += sorted({name for commit in commits[:shown] for name in commit.snapshot.derived} - set(names))
    for name in names:
        console.print(_row(named(name, width), name, commits, shown), overflow="crop", no_wrap=True)
    _say_what_is_left_out(commits, shown, limit)


def _heading(commits: "Sequence[RecordedCommit]", width: int) -> "list[Text]":
    from rich.text import Text

    newest = commits[0]
    ids = (commit.snapshot.commit[:10] for commit in commits)
    days = (f"{commit.snapshot.recorded_at:%Y-%m-%d}" for commit in commits)
    return [
        Text(f"Newest: {newest.snapshot.commit[:10]} {_one_line(newest.subject)}", style="bold"),
        Text(" " * width + "".join(name.rjust(_COLUMN) for name in ids)),
        Text(" " * width + "".join(day.rjust(_COLUMN) for day in days)),
    ]


def named(name: str, width: int) -> str:
    """Fit a name into a column."""
    text = _one_line(name)
    return text.ljust(width) if len(text) <= width else text[: width - 1] + "~"


def _one_line(text: str) -> str:
    return " ".join(printable(text).split())


def _row(heading: str, name: str, commits: "Sequence[RecordedCommit]", shown: int) -> "Text":
    from rich.text import Text

    row = Text(heading)
    for index in range(shown):
        before = commits[index + 1].snapshot.derived.get(name) if index + 1 < len(commits) else None
        row.append_text(_cell(name, commits[index].snapshot.derived.get(name), before))
    return row


def _cell(name: str, quantity: Quantity | None, before: Quantity | None) -> "Text":
    from rich.text import Text

    if quantity is None:
        return Text("-".rjust(_COLUMN))
    value = amount(quantity)
    change = quantity.value - before.value if before is not None and before.unit == quantity.unit else 0
    if abs(change) < _LEAST_SHOWN:
        return Text(value.rjust(_COLUMN))
    verdict = _verdict(name, change)
    difference = f" {'+' if change > 0 else '-'}{_number(abs(change), quantity.unit)}{'!' if verdict == 'red' else ''}"
    padding = " " * max(1, _COLUMN - len(value) - len(difference))
    return Text(padding + value).append(difference, style=verdict)


def _verdict(name: str, change: float) -> str:
    aim = BY_NAME[name].aim if name in BY_NAME else "info"
    if aim == "info":
        return ""
    return "green" if (change > 0) == (aim == "up") else "red"


def amount(quantity: Quantity) -> str:
    """Write a quantity for a column."""
    return _number(quantity.value, quantity.unit) + (" %" if quantity.unit == "%" else "")


def signed(change: float, unit: str) -> str:
    """Write a change with its sign; an empty one as 0."""
    number = int(change) if change == int(change) else change
    return f"{'+' if change > 0 else '-' if change < 0 else ''}{_number(abs(number), unit)}"


def _number(value: float, unit: str) -> str:
    # A share or an average keeps its decimal even where it happens to be whole, so that columns compare.
    is_count = isinstance(value, int) and "/" not in unit and unit != "%"
    return str(value) if is_count else f"{value:.1f}"


def _say_what_is_left_out(commits: "Sequence[RecordedCommit]", shown: int, limit: int) -> None:
    hidden = min(limit, len(commits)) - shown
    if hidden > 0:
        hint(f"{hidden} more: make the terminal wider, or take --json.")
    if len(commits) > 1:
        hint("+ and - are changes against the snapshot before; ! marks one for the worse.")
