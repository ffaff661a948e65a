"""Prose is read by shortcuts, and comes out as the patterns alone would have it."""

import re
from functools import reduce

from hypothesis import given
from hypothesis import strategies as st

from geoflow.quality.lazily import whole
from geoflow.quality.prose import LITERALS, hide, masked, without_comments

PIECES = st.sampled_from(
    [
        *'`"“”\n \t\xa0_-./*(,\0',
        "``",
        "```",
        "~~~",
        "--",
        "./",
        "a",
        "aB",
        "x1",
        "-x",
        "_a1B1",
        "the",
        "The",
        "é",
        "7",
        "https://",
        "<!--",
    ]
)
TEXTS = st.lists(PIECES, max_size=24).map("".join)


@given(TEXTS)
def test_what_is_hidden_is_what_each_pattern_finds_one_after_the_other(text: str) -> None:
    hidden = reduce(lambda rest, pattern: pattern.sub(hide, rest), LITERALS, without_comments(text))
    assert masked(text) == hidden


WORDS = st.lists(st.sampled_from(["SHALL", "MUST", "shall", " ", "X", "é", "_", ".", "1", "\n"]), max_size=12)


@given(WORDS.map("".join))
def test_a_word_that_stands_by_itself_is_found_as_between_two_edges(text: str) -> None:
    plain, quick = re.compile(r"\b(?:SHALL|MUST|shall)\b"), re.compile(whole("SHALL", "MUST", "shall"))
    assert [match.span() for match in quick.finditer(text)] == [match.span() for match in plain.finditer(text)]
