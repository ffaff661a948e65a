"""Progress bars: on stderr, on a terminal only, gone when the work is done."""

import json
import os
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from geoflow.adapters.run_state import PROGRESS_VARIABLE
from geoflow.adapters.whole_file import replace_file
from geoflow.cli.looks import is_quiet
from geoflow.cli.render import printable, talk_console
from geoflow.ports import RunProgress, Spent

if TYPE_CHECKING:
    from rich import progress as bars

NARROW = 80
"""Columns below which the bar itself is left out, so that the figures stay whole."""


class Silent:
    """Where nobody watches."""

    def update(self, label: str, done: int, total: int) -> None:
        """Show nothing."""

    def follow(self, spent: Callable[[], Spent]) -> None:
        """Show nothing."""


class _File:
    """Writes how far the work is into a file, for another process to read."""

    def __init__(self, file: Path) -> None:
        self._file = file

    def update(self, label: str, done: int, total: int) -> None:
        """Write it, whole or not at all; a file that cannot be written holds up nothing."""
        shown = {"label": printable(label), "done": done, "total": total}
        with suppress(OSError):
            replace_file(self._file, json.dumps(shown).encode())

    def follow(self, spent: Callable[[], Spent]) -> None:
        """Write nothing of it: the result has the cost."""


class _Bar:
    """A bar that stands there once there is something to show; before, no thread draws it, nor is it imported."""

    def __init__(self, begin: "Callable[[], bars.Progress]") -> None:
        self._begin = begin

    @cached_property
    def _shown(self) -> "bars.Progress":
        shown = self._begin()
        shown.add_task("", total=None, figures=_no_figures)
        return shown

    def update(self, label: str, done: int, total: int) -> None:
        """Move the bar."""
        shown = self._shown
        shown.update(shown.task_ids[0], description=printable(label), completed=done, total=total)

    def follow(self, spent: Callable[[], Spent]) -> None:
        """Show calls, tokens, speed and what is left, looked up each time that the bar is drawn."""
        shown = self._shown
        shown.update(shown.task_ids[0], figures=lambda: figures(spent()))


def silent_progress() -> RunProgress:
    """Give a progress that nobody sees."""
    return Silent()


@contextmanager
def progress_bar(*, of_bytes: bool = False) -> Iterator[RunProgress]:
    """Show a bar while the block runs: counts, or sizes and speed; silent where stderr is no terminal."""
    if is_quiet() or not sys.stderr.isatty():
        file = os.environ.get(PROGRESS_VARIABLE)
        yield _File(Path(file)) if file else Silent()
        return
    with ExitStack() as shown:
        yield _Bar(lambda: shown.enter_context(_drawn(of_bytes=of_bytes)))


def _drawn(*, of_bytes: bool) -> "bars.Progress":
    from rich import progress as bars
    from rich.table import Column

    console = talk_console()
    narrow = console.width < NARROW
    amounts: list[bars.ProgressColumn] = (
        [bars.DownloadColumn(), bars.TransferSpeedColumn()]
        if of_bytes
        else [bars.MofNCompleteColumn(), _figures_column()]
    )
    label = Column(ratio=1, no_wrap=True, overflow="ellipsis")
    columns: list[bars.ProgressColumn] = [
        bars.TextColumn("{task.description}", markup=False, table_column=label),
        *([] if narrow else [bars.BarColumn(bar_width=16)]),
        *amounts,
        *([] if narrow else [bars.TimeElapsedColumn()]),
    ]
    return bars.Progress(*columns, console=console, transient=True, expand=True)


def figures(spent: Spent) -> str:
    """Say on a few columns what a run has taken: `12 calls 8.4k tok 21/s, 7:12 left`; empty before the first call."""
    parts = []
    if spent.calls:
        parts.append(f"{spent.calls} call{'' if spent.calls == 1 else 's'}")
        parts.append(f"{_short(spent.tokens)} tok")
    if spent.speed:
        parts.append(f"{spent.speed:.0f}/s" if spent.speed >= 10 else f"{spent.speed:.1f}/s")
    if spent.left:
        parts.append(f"{spent.left} left")
    return " ".join(parts)


def _short(count: int) -> str:
    if count < 1_000:
        return str(count)
    return f"{count / 1_000:.1f}k" if count < 1_000_000 else f"{count / 1_000_000:.1f}M"


def _no_figures() -> str:
    return ""


def _figures_column() -> "bars.ProgressColumn":
    from rich.progress import ProgressColumn, Task
    from rich.table import Column
    from rich.text import Text

    class Figures(ProgressColumn):
        def render(self, task: Task) -> Text:
            return Text(task.fields["figures"](), style="progress.data.speed", no_wrap=True)

    return Figures(table_column=Column(no_wrap=True))
