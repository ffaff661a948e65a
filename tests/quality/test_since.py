"""What a main spec has lost since an earlier state (GF320 to GF322), as `review --since` shows it."""

import pytest

from geoflow.openspec import read_tree
from geoflow.quality.since import find_since
from tests.builders import requirement, spec

PATH = "openspec/specs/gate/spec.md"
ONE = "#### Scenario: Key\n- **WHEN** a key is turned\n- **THEN** the gate opens within 5 seconds\n- **AND** the lamp is lit\n"
TWO = "#### Scenario: Card\n- **WHEN** a card is shown\n- **THEN** the gate stays shut\n"
TEXT = "The gate SHALL open to 3 holders of a key."


def found(after: str, **more: str) -> list[tuple[str, str]]:
    """Compare a gate with what it became."""
    before = {PATH: spec(requirement("Open", TEXT, f"{ONE}\n{TWO}"))}
    now = {PATH: spec(after), **{path.replace("__", "/") + ".md": text for path, text in more.items()}}
    return [(one.code, one.severity) for one in find_since(read_tree(now), read_tree(before))]


def test_what_stayed_as_it_was_is_not_spoken_of() -> None:
    assert found(requirement("Open", TEXT, f"{ONE}\n{TWO}")) == []
    assert found(requirement("Open", TEXT, f"{TWO}\n{ONE}")) == []


def test_a_scenario_that_is_gone_is_named() -> None:
    before, now = ({PATH: spec(requirement("Open", TEXT, text))} for text in (f"{ONE}\n{TWO}", ONE))
    (finding,) = find_since(read_tree(now), read_tree(before))
    assert (finding.code, finding.severity, finding.requirement) == ("GF320", "warning", "Open")
    assert finding.message == "the scenario “Card” of “Open” is gone"
    assert finding.quote == "### Requirement: Open"
    assert now[PATH][finding.start : finding.end] == finding.quote


@pytest.mark.parametrize("name", ["Badge", "A card"])
def test_a_scenario_with_another_name_is_not_gone(name: str) -> None:
    assert found(requirement("Open", TEXT, f"{ONE}\n{TWO.replace('Card', name)}")) == []


def test_a_scenario_that_moved_to_another_requirement_is_not_gone() -> None:
    moved = requirement("Cards", "The gate SHALL stay shut for cards.", TWO)
    assert found(requirement("Open", TEXT, ONE) + "\n" + moved) == []


def test_a_scenario_is_gone_though_another_requirement_has_one_of_that_name() -> None:
    other = requirement("Shut", "The gate SHALL shut.", TWO)
    before, now = ({PATH: spec(requirement("Open", TEXT, text), other)} for text in (f"{ONE}\n{TWO}", ONE))
    assert [one.code for one in find_since(read_tree(now), read_tree(before))] == ["GF320"]


@pytest.mark.parametrize(
    ("old", "new"), [("3 holders", "4 holders"), ("5 seconds", "50 seconds"), ("5 seconds", "5 minutes")]
)
def test_another_number_or_unit_is_a_note(old: str, new: str) -> None:
    after = requirement("Open", TEXT, f"{ONE}\n{TWO}").replace(old, new)
    assert found(after) == [("GF321", "info")]


def test_a_number_in_a_new_scenario_has_replaced_none() -> None:
    new = "#### Scenario: Late\n- **WHEN** 9 hours have passed\n- **THEN** the gate is shut\n"
    assert found(requirement("Open", TEXT, f"{ONE}\n{TWO}\n{new}")) == []


@pytest.mark.parametrize(
    ("old", "new"),
    [("is lit", "is not lit"), ("stays shut", "does not stay shut"), ("the gate opens", "the gate never opens")],
)
def test_an_outcome_that_was_turned_round_is_quoted(old: str, new: str) -> None:
    assert found(requirement("Open", TEXT, f"{ONE}\n{TWO}").replace(old, new)) == [("GF322", "warning")]


def test_another_outcome_under_another_condition_is_nothing_turned_round() -> None:
    after = requirement("Open", TEXT, f"{ONE}\n{TWO}").replace("is shown", "is broken").replace("stays", "never stays")
    assert found(after) == []


def test_what_an_archived_change_asks_for_in_these_words_is_a_note() -> None:
    after = requirement("Open", TEXT, ONE)
    delta = {"openspec__changes__archive__2026-01-01-cards__specs__gate__spec": f"## MODIFIED Requirements\n\n{after}"}
    assert found(after, **delta) == [("GF320", "info")]


def test_a_requirement_that_is_new_or_gone_is_not_compared() -> None:
    assert found(requirement("Shut", TEXT, ONE)) == []
