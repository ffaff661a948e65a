"""Smells: what is found, where, and what is let alone."""

import pytest

from geoflow.openspec import parse_spec
from geoflow.quality.finding import Finding
from geoflow.quality.findings import find_in
from tests.builders import requirement, spec

PATH = "openspec/specs/example/spec.md"


def found(body: str, scenario: str = "#### Scenario: One\n- **WHEN** asked\n- **THEN** it answers\n") -> list[Finding]:
    return find_in(parse_spec("example", PATH, spec(requirement("Thing", body, scenario))), [])


def codes(body: str) -> list[str]:
    return [finding.code for finding in found(body)]


@pytest.mark.parametrize(
    ("body", "code", "quote"),
    [
        ("The tool SHALL gracefully stop.", "GF201", "gracefully"),
        ("The tool SHALL show an appropriate error.", "GF202", "appropriate"),
        ("The tool SHALL stop, if possible.", "GF203", "if possible"),
        ("The tool SHALL read text, images, etc. from disk.", "GF204", "etc."),
        ("The tool SHALL be able to stop.", "GF205", "be able to"),
        ("The tool SHALL read text and/or images.", "GF206", "and/or"),
        ("Waiting costs time. It SHALL stop.", "GF207", "It"),
        ("The tool SHALL stop quickly.", "GF210", "quickly"),
        ("The tool SHALL stop after TBD seconds.", "GF211", "TBD"),
        ("The tool SHALL stop when needed.", "GF212", "when needed"),
        ("A tool must stop.", "GF101", "must"),
    ],
)
def test_a_smell_is_found_with_its_exact_quote(body: str, code: str, quote: str) -> None:
    findings = [finding for finding in found(body) if finding.code == code]
    assert [finding.quote for finding in findings] == [quote]
    assert findings[0].line == 8
    assert findings[0].fix


@pytest.mark.parametrize(
    "body",
    [
        "The tool SHALL print `gracefully` and `if possible`.",
        'The tool SHALL show "appropriate error" to the user.',
        "The tool SHALL keep <!-- gracefully --> the file.",
        "The tool SHALL call set_appropriate_mode.",
        "The tool SHALL use fail-fast mode.",
        "The tool SHALL shut down gracefully.",
        "The tool SHALL NOT claim that the value is appropriate.",
        "The tool SHALL read the cache if possible or fall back to the disk.",
        "The tool MUST NOT safely retry a request.",
        "The tool SHALL stop if the file cannot be restored safely.",
        "The tool MAY gracefully stop.",
        "The tool SHALL show that a name must be given.",
        "The tool SHALL stop within 10 s.",
    ],
)
def test_what_is_no_smell_is_let_alone(body: str) -> None:
    assert codes(body) == []


def test_conditions_are_not_judged_for_vagueness_but_outcomes_are() -> None:
    scenario = "#### Scenario: One\n- **GIVEN** a proper file\n- **WHEN** it ends gracefully\n- **AND** stops properly\n- **THEN** it answers correctly\n- **AND** waits properly\n"
    findings = found("The tool SHALL stop.", scenario)
    assert [(finding.quote, finding.line) for finding in findings] == [("correctly", 14), ("properly", 15)]


def test_equal_findings_of_one_requirement_have_ids_of_their_own() -> None:
    findings = found("The tool SHALL gracefully stop. The tool SHALL gracefully start.")
    assert len(findings) == 2
    assert len({finding.id for finding in findings}) == 2


def test_an_id_stays_when_the_text_moves_to_another_line() -> None:
    before = found("The tool SHALL gracefully stop.")[0]
    after = found("The tool SHALL start.\n\nThe tool SHALL gracefully stop.")[0]
    assert before.line != after.line
    assert before.id == after.id


@pytest.mark.parametrize(
    ("scenario", "code", "quote"),
    [
        ("##### Scenario: One\n- **WHEN** a\n- **THEN** b\n", "GF111", "##### Scenario: One"),
        ("**Scenario: One**\n- **WHEN** a\n- **THEN** b\n", "GF111", "**Scenario: One**"),
        ("- **Scenario: One**\n- **WHEN** a\n- **THEN** b\n", "GF111", "- **Scenario: One**"),
        ("Scenario: One\n- **WHEN** a\n- **THEN** b\n", "GF111", "Scenario: One"),
        ("####Scenario: One\n- **WHEN** a\n- **THEN** b\n", "GF111", "####Scenario: One"),
        ("**One**\n- **WHEN** a\n- **THEN** b\n", "GF111", "**One**"),
        ("##### One\n\n- **WHEN** a\n- **THEN** b\n", "GF111", "##### One"),
        ("#### Scenario: One\n- WHEN asked\n- **THEN** b\n", "GF112", "- WHEN"),
        ("#### Scenario: One\n- **When** asked\n- **THEN** b\n", "GF112", "- **When**"),
        ("#### Scenario: One\n- **WHEN:** asked\n- **THEN** b\n", "GF112", "- **WHEN:**"),
    ],
)
def test_a_missing_form_is_found_with_its_exact_quote(scenario: str, code: str, quote: str) -> None:
    findings = [finding for finding in found("The tool SHALL stop.", scenario) if finding.code == code]
    assert [finding.quote for finding in findings] == [quote]


def test_form_inside_a_code_fence_is_an_example_and_no_finding() -> None:
    scenario = "#### Scenario: One\n- **WHEN** a\n- **THEN** b\n\n```\n##### Scenario: Two\n- WHEN x\n```\n"
    assert [finding.code for finding in found("The tool SHALL stop.", scenario)] == []
