"""What goes into a pipe is to the byte what rich writes there."""

import contextlib
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from geoflow.cli.plain_console import PlainConsole, lines_console
from geoflow.cli.render import answer_console

TEXTS = st.text(st.sampled_from(" ab界e\u0301[bold]:smile:…\t\n'\"") | st.characters(codec="utf-8"), max_size=200)
LINES = st.lists(st.tuples(TEXTS, st.sampled_from(["\n", " "]), st.booleans()), max_size=6)


@given(LINES)
def test_every_line_is_as_rich_writes_it(lines: list[tuple[str, str, bool]]) -> None:
    written = []
    for make in (answer_console, PlainConsole):
        with contextlib.redirect_stdout(io.StringIO()) as out:
            console = make()
            for text, end, soft in lines:
                console.print(text, style="bold red", end=end, soft_wrap=soft)
        written.append(out.getvalue())
    assert written[0] == written[1]


@pytest.mark.parametrize("columns", ["132", "0", "", "wide"])
def test_the_width_is_the_one_that_rich_goes_by(monkeypatch: pytest.MonkeyPatch, columns: str) -> None:
    monkeypatch.setenv("COLUMNS", columns)
    assert PlainConsole().width == answer_console().width


def test_where_style_is_asked_for_rich_writes(monkeypatch: pytest.MonkeyPatch) -> None:
    assert isinstance(lines_console(), PlainConsole)
    monkeypatch.delenv("NO_COLOR", raising=False)
    monkeypatch.setenv("FORCE_COLOR", "1")
    assert not isinstance(lines_console(), PlainConsole)
