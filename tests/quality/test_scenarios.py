"""Scenarios that cannot be tested as they stand."""

import pytest

from geoflow.openspec import read_tree
from geoflow.quality.findings import documents, requirements_of
from geoflow.quality.scenarios import find_scenarios
from tests.builders import spec

PATH = "openspec/specs/gate/spec.md"


def found(*scenarios: str) -> list[tuple[str, str]]:
    body = "\n\n".join(f"#### Scenario: {text}" for text in scenarios)
    text = spec(f"### Requirement: Open\nThe gate SHALL open.\n\n{body}\n")
    [document] = documents(read_tree({PATH: text}))
    findings = [one for block in requirements_of(document) for one in find_scenarios(PATH, text, block)]
    for one in findings:
        assert text[one.start : one.end] == one.quote
        assert text.count("\n", 0, one.start) + 1 == one.line
    return [(one.code, one.quote) for one in findings]


@pytest.mark.parametrize(
    ("steps", "code"),
    [
        ("- **WHEN** it is pushed\n- **THEN** it opens", ""),
        ("- **GIVEN** it is shut\n- **THEN** it opens", ""),
        ("- **WHEN** it is pushed\n- **AND** nobody stands behind it", "GF113"),
        ("- **GIVEN** it is shut", "GF113"),
        ("- **THEN** it opens\n- **AND** it stays open", "GF114"),
        # In another form the keyword is still read; that form is what another rule finds.
        ("- WHEN it is pushed\n- THEN it opens", ""),
        ("- When it is pushed\n- it opens", "GF113"),
        # Told in prose, a scenario is not taken apart.
        ("- it is pushed\n- it opens", ""),
        ("It is pushed and opens.", ""),
        ("", ""),
    ],
)
def test_a_scenario_says_when_and_what(steps: str, code: str) -> None:
    assert found(f"Push\n{steps}") == ([(code, "#### Scenario: Push")] if code else [])


def test_the_same_steps_under_two_names_are_told_at_the_second() -> None:
    steps = "- **WHEN** it is pushed\n- **THEN** it opens"
    assert found(f"Push\n{steps}", f"Shove\n{steps.replace('pushed', 'Pushed ')}") == [
        ("GF115", "#### Scenario: Shove")
    ]
    assert found(f"Push\n{steps}", f"Pull\n{steps.replace('pushed', 'pulled')}") == []
    assert found("Push", "Shove") == []


def test_a_copy_under_its_own_name_or_with_other_articles_is_one() -> None:
    steps = "- **WHEN** the button is pushed\n- **THEN** the gate opens"
    assert found(f"Push\n{steps}", f"Push\n{steps}") == [("GF115", "#### Scenario: Push")]
    assert found(f"Push\n{steps}", f"Shove\n{steps.replace('the ', 'a ')}.") == [("GF115", "#### Scenario: Shove")]
