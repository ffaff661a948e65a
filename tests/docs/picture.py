"""A picture of a session, as SVG: real output of real commands on the demo's repository, shortened."""

import os
import re
from io import StringIO
from unittest.mock import patch

from typer.testing import CliRunner

from geoflow.cli.app import app
from tests.docs.world import demo_repository, own_world

# A command, and how many lines of its output are shown from the beginning and from the end.
SESSION = (
    (("review", "flood-alarm", "--rules-only"), 12, 1),
    (("rules", "GF204"), 5, 0),
    (("improve",), 14, 0),
)
_WIDTH = 104
_FONT = re.compile(r"\s*@font-face \{.*?\}\n", re.DOTALL)


def session_picture() -> str:
    """Draw it. No font is fetched from the network: the reader's own monospaced one is used."""
    from rich.console import Console
    from rich.text import Text

    console = Console(record=True, width=_WIDTH, file=StringIO(), force_terminal=True, color_system="truecolor")
    with own_world() as folder, demo_repository(folder), patch.dict(os.environ, {"FORCE_COLOR": "1", "COLUMNS": "100"}):
        del os.environ["NO_COLOR"]
        for place, (words, first, last) in enumerate(SESSION):
            if place:
                console.print()
            console.print(Text(f"$ geoflow {' '.join(words)}", style="bold cyan"))
            for line in _shortened(_printed(words), first, last):
                console.print(Text.from_ansi(line))
    drawn = _FONT.sub("", console.export_svg(title="geoflow", unique_id="geoflow-session"))
    return "\n".join(line.rstrip() for line in drawn.splitlines()) + "\n"


def _printed(words: tuple[str, ...]) -> str:
    done = CliRunner().invoke(app, list(words), color=True)
    if done.exception and not isinstance(done.exception, SystemExit):
        raise done.exception
    return done.stdout


def _shortened(text: str, first: int, last: int) -> list[str]:
    lines = text.rstrip("\n").split("\n")
    if len(lines) <= first + last:
        return lines
    return [*lines[:first], "...", *lines[len(lines) - last :]]
