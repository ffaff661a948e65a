"""Progress bars: on stderr, on a terminal only, gone when the work is done."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from geoflow.cli.render import printable, talk_console
from geoflow.ports import Progress

if TYPE_CHECKING:
    from rich import progress as bars


class _Silent:
    def update(self, label: str, done: int, total: int) -> None:
        """Show nothing."""


class _Bar:
    def __init__(self, shown: "bars.Progress") -> None:
        self._shown = shown
        self._task = shown.add_task("", total=None)

    def update(self, label: str, done: int, total: int) -> None:
        """Move the bar."""
        self._shown.update(self._task, description=printable(label), completed=done, total=total)


@contextmanager
def progress_bar(*, of_bytes: bool = False) -> Iterator[Progress]:
    """Show a bar while the block runs: counts, or sizes and speed; silent where stderr is no terminal."""
    if not sys.stderr.isatty():
        yield _Silent()
        return
    from rich import progress as bars

    amounts: list[bars.ProgressColumn] = (
        [bars.DownloadColumn(), bars.TransferSpeedColumn()] if of_bytes else [bars.MofNCompleteColumn()]
    )
    columns = [bars.TextColumn("{task.description}", markup=False), bars.BarColumn(), *amounts]
    with bars.Progress(*columns, bars.TimeElapsedColumn(), console=talk_console(), transient=True) as shown:
        yield _Bar(shown)
