"""What commands print from specs and models cannot command a terminal, nor write lines of a report."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from geoflow.adapters.unseen import unseen_escaped
from geoflow.cli.json_text import quoted
from geoflow.cli.render import one_line, print_json, printable

HOSTILE = "a\x1b[2J\x07\x9b31m\u202egnp\u2066\u200b\ufeff\U000e0041\x7f\nkept  forged\tb\u2028c"


@given(st.text())
def test_printable_text_has_no_control_character_but_line_ends_and_tabs(text: str) -> None:
    assert all(character in "\n\t" or character.isprintable() for character in printable(text))


@given(st.text())
def test_one_line_is_one_line(text: str) -> None:
    assert one_line(text).isprintable()
    assert len(one_line(text).splitlines()) <= 1


@given(st.text(alphabet=st.characters(exclude_categories=["Cs"])))
def test_json_text_is_printable_and_reads_as_what_it_was(text: str) -> None:
    assert quoted(text).isprintable()
    assert json.loads(quoted(text)) == text


def test_a_json_document_is_printable_and_reads_as_what_it_was(capsys: pytest.CaptureFixture[str]) -> None:
    document = {"schema": "x/1", HOSTILE: [HOSTILE, {"deep": HOSTILE}], "half": "\udcff"}
    print_json(document)
    shown = capsys.readouterr().out
    assert all(character == "\n" or character.isprintable() for character in shown)
    assert json.loads(shown) == document | {"half": "\ufffd"}


def test_escapes_keep_line_ends_and_what_people_write() -> None:
    assert unseen_escaped("ä “b”\n日本 \U0001f600") == "ä “b”\n日本 \U0001f600"
    assert unseen_escaped("\U000e0041\x9b") == "\\udb40\\udc41\\u009b"
