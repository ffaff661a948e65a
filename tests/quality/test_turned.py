"""Deltas that turn a statement of the main spec round, or drop one of its outcomes."""

import pytest

from geoflow.openspec import read_tree
from geoflow.quality.between import find_between
from tests.builders import requirement
from tests.openspec.deltas import delta, tree

TEXT = "The gate SHALL NOT open for a guest at night. The gate SHALL wait at least 5 seconds for the last car."
SCENARIO = "#### Scenario: A car\n- **WHEN** a car comes\n- **THEN** the gate opens\n- **AND** the bell rings twice\n"


def found(after: str, scenario: str = SCENARIO) -> list[tuple[str, str]]:
    files = tree(
        {"gate": [requirement("Hold", TEXT, SCENARIO)]},
        {"one": {"gate": delta(modified=[requirement("Hold", after, scenario)])}},
    )
    findings = [one for one in find_between(read_tree(files), files) if one.code == "GF310"]
    for finding in findings:
        assert files[finding.path][finding.start : finding.end] == finding.quote
    return [(finding.severity, finding.message.rpartition("”")[2]) for finding in findings]


@pytest.mark.parametrize(
    ("after", "expected"),
    [
        (TEXT, []),
        (TEXT.replace("SHALL NOT", "SHALL"), [("warning", ": a negation is gone")]),
        (TEXT.replace("SHALL wait", "SHALL never wait"), [("info", ": a negation has come")]),
        (TEXT.replace("at least", "at most"), [("info", ": most where it says least")]),
        (TEXT.replace("at night", "by night"), []),
        (TEXT.replace("open for a guest", "shut for a car"), []),
    ],
)
def test_a_statement_that_is_turned_round(after: str, expected: list[tuple[str, str]]) -> None:
    assert found(after) == expected


def test_an_obligation_that_is_left_open_is_told_of_its_sentence_alone() -> None:
    assert found(TEXT.replace("SHALL wait", "MAY wait")) == [("warning", ": what it obliges to is left open here")]


@pytest.mark.parametrize(
    ("scenario", "dropped"),
    [
        (SCENARIO.replace("- **AND** the bell rings twice\n", ""), True),
        (SCENARIO.replace("\n- **AND** the bell rings twice", ", and the bell rings twice"), False),
        (SCENARIO.replace("rings twice", "rings two times"), False),
        (SCENARIO.replace("#### Scenario: A car", "#### Scenario: A truck"), False),
    ],
)
def test_an_outcome_that_is_dropped(scenario: str, dropped: bool) -> None:  # noqa: FBT001
    told = found(f"{TEXT} It does so every day.", scenario)
    assert told == [("info", "")] * dropped
