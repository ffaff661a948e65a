"""What became of an edit is told by the text that stands on the base branch, however it came there."""

import re
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from geoflow.improvement.composing import changed_span
from geoflow.improvement.outcome import AROUND, Circumstances, Outcome, Stretch, outcome_of

OLD = """### Requirement: Cooling
The kiln SHALL cool quickly after firing, and it opens the vent.

#### Scenario: Firing ends
- **WHEN** firing ends
- **THEN** the vent opens
"""
NEW = OLD.replace("quickly", "within 6 hours")
THEN = datetime(2026, 11, 1, tzinfo=UTC)


def known(judged: str = "", *, gone: bool = False, days: int = 1) -> Circumstances:
    return Circumstances(judged, gone, THEN, THEN + timedelta(days=days))


@pytest.mark.parametrize(
    ("now", "outcome"),
    [
        (NEW, "merged"),
        (NEW.replace("\nThe kiln", "\n\nThe kiln").replace("after firing,", "after\nfiring,"), "merged"),
        (NEW.replace("the vent opens", "the vent opens at once"), "merged"),
        (NEW.replace("within 6 hours", "within 8 hours"), "merged-edited"),
        (NEW.replace("within 6 hours", "in at most 6 hours"), "merged-edited"),
        (OLD, "pending"),
        (OLD.replace("the vent opens", "the vent opens at once"), "pending"),
        (OLD.replace("cool quickly after firing, and it opens the vent", "be repainted"), "rejected"),
    ],
)
def test_by_the_text_of_the_requirement(now: str, outcome: Outcome) -> None:
    assert outcome_of(OLD, NEW, [now], known()) == outcome


def test_an_edit_that_only_drops_a_word_is_merged_where_the_word_is_gone() -> None:
    old = OLD.replace("cool quickly", "gracefully cool within 6 hours")
    new = old.replace("gracefully ", "")
    assert outcome_of(old, new, [new], known()) == "merged"
    assert outcome_of(old, new, [new.replace("the vent.", "the flap.")], known()) == "merged"
    assert outcome_of(old, new, [new.replace("6 hours", "7 hours")], known()) == "merged-edited"
    assert outcome_of(old, new, [old.replace("6 hours", "7 hours")], known()) == "pending"


@pytest.mark.parametrize(
    ("circumstances", "outcome"),
    [
        (known("reject"), "rejected"),
        (known(gone=True), "rejected"),
        (known(days=15), "stale"),
        (known("accept"), "pending"),
        (known("accept", days=15), "stale"),
        (known(days=14), "pending"),
    ],
)
def test_what_is_not_on_the_branch_is_told_by_the_rest(circumstances: Circumstances, outcome: Outcome) -> None:
    assert outcome_of(OLD, NEW, [OLD], circumstances) == outcome


def test_a_requirement_that_is_gone_waits_like_one_that_nobody_touched() -> None:
    assert outcome_of(OLD, NEW, [], known()) == "pending"
    assert outcome_of(OLD, NEW, [], known(days=15)) == "stale"


def test_what_was_rejected_and_is_there_all_the_same_was_merged() -> None:
    assert outcome_of(OLD, NEW, [NEW], known("reject", gone=True)) == "merged"


def test_of_several_requirements_that_may_be_it_the_best_counts() -> None:
    assert outcome_of(OLD, NEW, [OLD, NEW], known()) == "merged"


PIECES = ["a", "bb", " ", "  ", "\n", ",", ".", "SHALL", "x_1", "-", "é", "\u00a0", "“"]
texts = st.lists(st.sampled_from(PIECES), max_size=14).map("".join)


@st.composite
def edits(draw: st.DrawFn) -> tuple[str, str]:
    text = draw(texts)
    start = draw(st.integers(0, len(text)))
    return text, text[:start] + draw(texts) + text[draw(st.integers(start, len(text))) :]


def stretch(text: str, other: str, *, around: bool) -> tuple[str, ...]:
    """Give what a text has and another one has not, by the places of all its words and signs."""
    span = changed_span(text, other)
    found = list(re.finditer(r"\w+|[^\w\s]", text))
    if around:
        near = [i for i, one in enumerate(found) if one.end() >= span.start and one.start() <= span.end]
        chosen = found[max(0, near[0] - AROUND) : near[-1] + 1 + AROUND] if near else []
    else:
        chosen = [one for one in found if one.end() > span.start and one.start() < span.end]
    return tuple(one.group() for one in chosen)


@given(edits())
def test_a_change_is_where_its_words_are(edit: tuple[str, str]) -> None:
    old, new = edit
    span = changed_span(old, new)
    made = Stretch(old, span.start, span.end), Stretch(new, span.start, span.start + len(span.new))
    assert [one.inside() for one in made] == [stretch(old, new, around=False), stretch(new, old, around=False)]
    assert [one.with_some_around() for one in made] == [stretch(old, new, around=True), stretch(new, old, around=True)]
