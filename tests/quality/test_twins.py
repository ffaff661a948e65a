"""Requirements that share their scenarios: copies in other words, and a word in the place of another."""

import pytest

from geoflow.openspec import read_tree
from geoflow.quality.contrary import find_contrary
from tests.builders import requirement, spec

PATH = "openspec/specs/pump/spec.md"
SCENARIO = (
    "#### Scenario: Frost\n- **GIVEN** a pump below zero degrees\n- **WHEN** the night begins\n"
    "- **THEN** the valve state is written down with its time\n"
)
TEXT = "The pump service SHALL thaw the valve of a pump."


def found(second: str, scenario: str = SCENARIO) -> list[tuple[str, str]]:
    text = spec(requirement("Cold", TEXT, SCENARIO), requirement("Frost", second, scenario))
    findings = find_contrary(read_tree({PATH: text}))
    assert all(one.requirement == "Frost" and text[one.start : one.end] == one.quote for one in findings)
    return [(one.code, one.message) for one in findings]


def test_a_word_in_the_place_of_another_is_a_contradiction_whatever_the_words() -> None:
    ((code, message),) = found("The pump service SHALL freeze the valve of a pump.")
    assert code == "GF312"
    assert "“freeze” for “thaw”" in message


@pytest.mark.parametrize(
    "second",
    [
        "The duty of the pump service SHALL be to thaw the valve of a pump.",
        "In the daily run the pump service MUST see to it that it can thaw the valve of a pump.",
    ],
)
def test_words_around_it_make_a_copy(second: str) -> None:
    assert [code for code, _ in found(second)] == ["GF315"]


def test_with_other_scenarios_they_speak_of_two_things() -> None:
    other = SCENARIO.replace("below zero", "above twenty")
    assert found("The pump service SHALL freeze the valve of a pump.", other) == []


def test_another_subject_is_no_contradiction() -> None:
    assert "GF312" not in [code for code, _ in found("The other service SHALL thaw the valve of a pump.")]


def test_a_short_scenario_may_be_that_of_many_things() -> None:
    short = "#### Scenario: Frost\n- **WHEN** asked\n- **THEN** it answers\n"
    text = spec(requirement("Cold", TEXT, short), requirement("Frost", TEXT.replace("thaw", "freeze"), short))
    assert find_contrary(read_tree({PATH: text})) == []
