import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from geoflow.openspec import parse_spec, splice
from geoflow.openspec.lines import BOM, split, starts
from geoflow.openspec.writer import line_ending
from tests.openspec.documents import ANY_TEXT


@given(ANY_TEXT)
def test_a_document_put_together_again_from_its_lines_is_the_same(text: str) -> None:
    document = split(text)
    begins = starts(document)

    parts = [text[start:end] for start, end in itertools.pairwise(begins)]

    assert (BOM if text.startswith(BOM) else "") + "".join(parts) == text


@given(ANY_TEXT)
def test_a_spec_put_together_again_from_its_requirements_is_the_same(text: str) -> None:
    built, at = "", 0
    for requirement in parse_spec("x", "p", text).requirements:
        assert requirement.start >= at
        built += text[at : requirement.start] + text[requirement.start : requirement.end]
        at = requirement.end

    assert built + text[at:] == text


@given(st.data())
def test_splicing_changes_nothing_outside_the_span(data: st.DataObject) -> None:
    text = data.draw(ANY_TEXT)
    start = data.draw(st.integers(0, len(text)))
    end = data.draw(st.integers(start, len(text)))
    new = data.draw(ANY_TEXT)

    changed = splice(text, start, end, new)

    assert changed[:start] == text[:start]
    assert changed[len(changed) - (len(text) - end) :] == text[end:]
    inside = changed[start : len(changed) - (len(text) - end)]
    assert split("x" + inside).lines == split("x" + new).lines


@given(ANY_TEXT)
def test_splicing_a_span_by_itself_keeps_a_document_of_one_line_ending(text: str) -> None:
    whole = text.replace("\r", "")
    assert splice(whole, 0, len(whole), whole) == whole


@pytest.mark.parametrize(
    ("text", "ending"),
    [
        ("", "\n"),
        ("a\nb", "\n"),
        ("a\r\nb", "\r\n"),
        ("a\r\nb\n", "\r\n"),
        ("a\r\nb\nc\n", "\n"),
        ("a\rb\r", "\r"),
    ],
)
def test_the_line_ending_is_that_of_the_majority_and_crlf_at_a_tie(text: str, ending: str) -> None:
    assert line_ending(text) == ending


def test_new_text_takes_the_line_endings_of_its_document() -> None:
    assert splice("a\r\nb\r\n", 3, 4, "x\ny\r\nz") == "a\r\nx\r\ny\r\nz\r\n"


def test_a_span_outside_the_text_is_refused() -> None:
    with pytest.raises(ValueError, match="not inside"):
        splice("abc", 2, 9, "x")
