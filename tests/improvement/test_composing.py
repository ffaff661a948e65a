"""Edits of one requirement, some of them left out: the others stand to the letter, or it is said that they cannot."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from geoflow.improvement.composing import Depends, changed_span, composed, is_chain
from geoflow.improvement.edit import SpanEdit, apply

BASE = "The kiln SHALL cool quickly and it opens gracefully."
FIRST = BASE.replace("quickly", "within 6 hours")
SECOND = FIRST.replace(" gracefully", "")
THIRD = SECOND.replace("it opens", "the door opens")
CHAIN = [(BASE, FIRST), (FIRST, SECOND), (SECOND, THIRD)]


@pytest.mark.parametrize(
    ("taken", "text"),
    [
        ({0, 1, 2}, THIRD),
        (set(), BASE),
        ({1}, BASE.replace(" gracefully", "")),
        ({2}, BASE.replace("it opens", "the door opens")),
        ({0, 2}, FIRST.replace("it opens", "the door opens")),
        ({1, 2}, THIRD.replace("within 6 hours", "quickly")),
    ],
)
def test_what_is_left_out_is_as_before(taken: set[int], text: str) -> None:
    assert composed(CHAIN, taken) == text


def test_an_edit_of_what_another_brought_in_depends_on_it() -> None:
    chain = [(BASE, FIRST), (FIRST, FIRST.replace("6 hours", "7 hours"))]
    assert composed(chain, {1}) == Depends(1, 0)
    assert composed(chain, {0}) == FIRST
    assert composed(chain, {0, 1}) == FIRST.replace("6", "7")


def test_two_insertions_at_one_place_depend_on_each_other() -> None:
    assert composed([("ab", "a1b"), ("a1b", "a12b")], {1}) == Depends(1, 0)


def test_a_chain_is_one_where_each_begins_with_what_the_last_made() -> None:
    assert is_chain(CHAIN)
    assert not is_chain([CHAIN[0], CHAIN[2]])


@given(st.text("ab \n", max_size=12), st.text("ab \n", max_size=12))
def test_the_changed_span_makes_the_new_text(old: str, new: str) -> None:
    assert apply(old, (changed_span(old, new),)) == new


@given(st.data())
def test_edits_that_do_not_touch_commute(data: st.DataObject) -> None:
    """Spans with a character between them: any subset, taken from the chain, is that subset applied to the base."""
    base = "abcdefghijklmnopqrstuvwx"
    cuts = sorted(data.draw(st.sets(st.integers(0, 24), min_size=2, max_size=8)))
    spans = [SpanEdit(start, end - 1, data.draw(st.text("XYZ", max_size=4))) for start, end in pairwise(cuts)][::2]
    order = data.draw(st.permutations(range(len(spans))))
    texts, done = [base], list[SpanEdit]()
    for index in order:
        done.append(spans[index])
        texts.append(apply(base, tuple(done)))
    chain = list(pairwise(texts))
    taken = data.draw(st.sets(st.integers(0, len(spans) - 1))) if spans else set()
    expected = apply(base, tuple(spans[order[index]] for index in sorted(taken)))
    assert composed(chain, taken) == expected
