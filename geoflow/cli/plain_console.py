"""The answer where it goes into a pipe or a file: line by line what rich would write there.

rich is loaded for what it is good at alone: styles, tables and wrapped text. It takes a tenth of a millisecond for a
line, so that a long review spent a fifth of its time on it.
"""

import os
import sys
from functools import cached_property
from typing import TYPE_CHECKING

from geoflow.cli.looks import color
from geoflow.cli.render import answer_console

if TYPE_CHECKING:
    from rich.console import Console

_WIDTH = 80


class PlainConsole:
    """Prints as rich's console does where that writes no style."""

    @cached_property
    def _rich(self) -> "Console":
        return answer_console()

    @cached_property
    def width(self) -> int:
        """Count the columns: those that are set, else those of the terminal that is nearest, else 80."""
        columns = os.environ.get("COLUMNS", "")
        if columns.isdigit():
            return int(columns)
        for stream in range(3):
            try:
                return os.get_terminal_size(stream).columns or _WIDTH
            except (AttributeError, ValueError, OSError):
                continue
        return _WIDTH

    def print(self, text: str, *, style: str | None = None, end: str = "\n", soft_wrap: bool = False) -> None:
        """Write a text as it is; what is to be wrapped, or holds anything but plain signs, is left to rich."""
        if soft_wrap and text.isprintable():
            sys.stdout.write(text + end)
        else:
            self._rich.print(text, style=style, end=end, soft_wrap=soft_wrap)


def lines_console() -> "Console | PlainConsole":
    """Make the console of an answer of many lines: rich's on a terminal, and where style is asked for."""
    styled = sys.stdout.isatty() or sys.platform == "win32" or "TTY_COMPATIBLE" in os.environ or color() == "always"
    return answer_console() if styled else PlainConsole()
