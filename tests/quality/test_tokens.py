"""Tokens: what two texts are compared by."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from geoflow.quality.prose import masked, sentences
from geoflow.quality.tokens import tokens


def keys(text: str) -> list[tuple[str, str]]:
    return [(token.kind, token.key) for token in tokens(text) if token.kind != "free"]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("stops within 10 s", [("word", "stop"), ("relation", "within"), ("number", "10s")]),
        ("1,000 items", [("number", "1,000items")]),
        ("version 1.5 files", [("word", "version"), ("number", "1.5"), ("word", "file")]),
        ("50 %", [("number", "50%")]),
        ("MUST NOT exit", [("modal", "must"), ("negation", "not"), ("word", "exit")]),
        ("can't exit", [("modal", "can"), ("negation", "not"), ("word", "exit")]),
        ("won’t exit", [("modal", "will"), ("negation", "not"), ("word", "exit")]),
        ('`a b` and "c d"', [("literal", "`a b`"), ("relation", "and"), ("literal", '"c d"')]),
        ("snake_case camelCase ab.cd --flag", [("literal", "snake_case"), ("literal", "camelCase"), ("literal", "ab.cd"), ("literal", "--flag")]),
        ("at https://x.y/z", [("relation", "at"), ("literal", "https://x.y/z")]),
        ("a <!-- hidden 42 --> b", [("word", "b")]),
    ],
)  # fmt: skip
def test_text_is_split_into_pieces_of_meaning(text: str, expected: list[tuple[str, str]]) -> None:
    assert keys(text) == expected


@pytest.mark.parametrize(("one", "other"), [("validates", "validated"), ("displays", "display"), ("Files", "file")])
def test_forms_of_one_word_are_one_word(one: str, other: str) -> None:
    assert keys(one) == keys(other)


@given(st.text(max_size=300))
def test_any_text_is_split_without_a_crash_and_in_order(text: str) -> None:
    found = tokens(text)
    assert [token.start for token in found] == sorted(token.start for token in found)
    assert all(0 <= token.start <= token.end <= len(text) for token in found)


@given(st.text(max_size=300))
def test_masking_keeps_every_offset(text: str) -> None:
    assert len(masked(text)) == len(text)
    assert [i for i, c in enumerate(masked(text)) if c == "\n"] == [i for i, c in enumerate(text) if c == "\n"]


@given(st.text(max_size=300))
def test_sentences_lie_in_order_and_do_not_overlap(text: str) -> None:
    bounds = [place for pair in sentences(text) for place in pair]
    assert bounds == sorted(bounds)


def test_abbreviations_headings_and_list_items_end_sentences_as_a_reader_sees_them() -> None:
    text = "### Requirement: A\nIt stops, e.g. at night. It waits:\n- one thing\n- another\n\nThe end"
    assert [text[start:end] for start, end in sentences(text)] == [
        "### Requirement: A",
        "It stops, e.g. at night.",
        "It waits:",
        "- one thing",
        "- another",
        "The end",
    ]
