"""Scenarios that say what happens when something goes wrong."""

import pytest

from geoflow.openspec import parse_spec
from geoflow.quality.failure import describes_failure
from tests.builders import requirement, spec


def scenario(name: str, when: str, then: str) -> bool:
    block = f"#### Scenario: {name}\n- **WHEN** {when}\n- **THEN** {then}\n"
    parsed = parse_spec("a", "openspec/specs/a/spec.md", spec(requirement("R", "It SHALL.", block)))
    return describes_failure(parsed.requirements[0].scenarios[0])


@pytest.mark.parametrize(
    ("name", "when", "then"),
    [
        ("Wrong password", "the password is wrong", "the request is rejected"),
        ("Server down", "the server is unreachable", "it tries again"),
        ("No such item", "an item does not exist", "it answers with status code 404"),
        ("Upload fails", "the user uploads", "it says so"),
        ("Big file", "a file is too large", "nothing is stored"),
        ("Not allowed", "a guest saves", "it stays as it was"),
    ],
)
def test_a_scenario_of_failure_is_recognised(name: str, when: str, then: str) -> None:
    assert scenario(name, when, then)


@pytest.mark.parametrize(
    ("name", "when", "then"),
    [
        ("It works", "a user asks", "the system answers"),
        ("Fail-safe mode", "the terror level is shown", "500 rows are listed"),
        ("Mirrored", "the user errs on the safe side", "it shows 404 items"),
    ],
)
def test_a_scenario_of_success_is_not(name: str, when: str, then: str) -> None:
    assert not scenario(name, when, then)
