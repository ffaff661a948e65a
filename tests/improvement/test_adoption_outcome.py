"""What became of an adopted item, from texts alone."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from geoflow.improvement.adoption_outcome import (
    AdoptionOutcome,
    Standing,
    adoption_outcome,
    document_state,
    requirement_state,
)
from geoflow.improvement.outcome import Circumstances
from tests.builders import requirement

NOW = datetime(2026, 11, 20, tzinfo=UTC)
HEATER = requirement("Heater", "The heater SHALL hold the heat of the kiln for 6 hours.")
DOOR = requirement(
    "Door", "The door SHALL close by itself when the load is in.", "#### Scenario: Shut\n- **THEN** it\n"
)


def known(judged: str = "", *, gone: bool = False, days: int = 1) -> Circumstances:
    return Circumstances(judged, gone, NOW - timedelta(days=days), NOW)


def test_line_breaks_are_no_edit() -> None:
    assert requirement_state(HEATER, [HEATER.replace(" of the kiln", "\nof the kiln")], known=False) == "as it was"


def test_a_requirement_in_other_words_is_edited() -> None:
    assert requirement_state(HEATER, [HEATER.replace("6 hours", "8 hours at most")], known=False) == "edited"


def test_a_requirement_under_another_name_is_edited() -> None:
    assert requirement_state(HEATER, [], [DOOR, HEATER.replace(": Heater", ": Hold heat")], known=False) == "edited"


def test_another_requirement_of_the_same_name_is_not_it() -> None:
    other = "### Requirement: Heater\nA lamp MUST glow.\n"
    assert requirement_state(HEATER, [other], [], known=False) == "gone"


def test_what_a_later_run_found_as_it_was_was_merged_so() -> None:
    edited = HEATER.replace("hold", "keep")
    assert requirement_state(HEATER, [edited], known=True) == "as it was"
    assert requirement_state(HEATER, [], [edited], known=True) == "edited"


@pytest.mark.parametrize(
    ("now", "state"),
    [
        ("# Tasks\n\n- [x] 1.1 Cut\n- [ ] 1.2 Sew\n", "as it was"),
        ("# Tasks\n\n1.1 Cut\n1.2 Sew\n", "gone"),
        (None, "gone"),
    ],
)
def test_a_document_is_told_without_its_ticks(now: str | None, state: str) -> None:
    before, after = "# Tasks\n\n1.1 Cut\n1.2 Sew\n", "# Tasks\n\n- [ ] 1.1 Cut\n- [ ] 1.2 Sew\n"
    assert document_state(before, after, now) == state


@pytest.mark.parametrize(
    ("found", "about", "put_back", "outcome"),
    [
        (Standing(3, 0, 0), known(), False, "merged"),
        (Standing(3, 0, 0), known("reject", gone=True), False, "merged"),
        (Standing(2, 1, 0), known(), False, "merged-edited"),
        (Standing(0, 3, 0), known(gone=True), False, "merged-edited"),
        (Standing(1, 1, 1), known(), False, "merged-partly"),
        (Standing(0, 0, 3), known(), False, "pending"),
        (Standing(0, 0, 3), known("accept"), False, "pending"),
        (Standing(0, 0, 3), known("reject"), False, "rejected"),
        (Standing(0, 0, 3), known(gone=True), False, "rejected"),
        (Standing(0, 0, 3), known(), True, "rejected"),
        (Standing(0, 0, 3), known(days=15), False, "stale"),
        (Standing(0, 0, 3), known("reject", days=15), False, "rejected"),
    ],
)
def test_the_outcome_of_an_item(
    found: Standing, about: Circumstances, outcome: AdoptionOutcome, *, put_back: bool
) -> None:
    assert adoption_outcome(found, about, put_back=put_back) == outcome


@given(st.text(alphabet="ab #-\n.", max_size=60), st.text(alphabet="ab #-\n.", max_size=60))
def test_a_text_is_itself_and_nothing_else_is_as_it_was(one: str, other: str) -> None:
    words = one.split()
    if words:
        assert requirement_state(one, [one], known=False) == "as it was"
    if requirement_state(one, [other], known=False) == "as it was":
        assert "".join(one.split()) == "".join(other.split())
