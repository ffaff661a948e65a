"""Requirements that repeat another one, or say its opposite."""

import pytest

from geoflow.openspec import read_tree
from geoflow.quality.copies import find_copies
from tests.builders import requirement, spec
from tests.openspec.deltas import delta, tree

GATE, BELL = "openspec/specs/gate/spec.md", "openspec/specs/bell/spec.md"
TEXT = "The gate SHALL stay open for 30 seconds after the last car."


def found(first: str, second: str, *, elsewhere: bool = False) -> list[str]:
    one, two = requirement("Hold", first), requirement("Stay", second)
    files = {BELL: spec(one), GATE: spec(two)} if elsewhere else {GATE: spec(one, two)}
    findings = find_copies(read_tree(files))
    for finding in findings:
        assert files[finding.path][finding.start : finding.end] == finding.quote == "### Requirement: Stay"
    return [finding.code for finding in findings]


@pytest.mark.parametrize("elsewhere", [False, True])
@pytest.mark.parametrize(
    ("second", "codes"),
    [
        (TEXT, ["GF311"]),
        ("The gate SHALL stay open\n  for 30 seconds, after the last car", ["GF311"]),
        (TEXT.replace("SHALL", "SHALL NOT"), ["GF312"]),
        (TEXT.replace("SHALL stay", "SHALL never stay"), ["GF312"]),
        (TEXT.replace("30", "90"), ["GF312"]),
        (TEXT.replace("30", "1.5"), ["GF312"]),
        (TEXT.replace("gate", "bell"), []),
        (TEXT.replace("30 seconds", "30 minutes"), []),
        (TEXT.replace("gate", "`gate 2`"), []),
    ],
)
def test_two_requirements_are_compared_by_their_words(second: str, codes: list[str], elsewhere: bool) -> None:  # noqa: FBT001
    assert found(TEXT, second, elsewhere=elsewhere) == codes


def test_a_literal_that_differs_in_a_number_is_another_thing() -> None:
    text = "The gate SHALL send the event `gate-1` to the office at once."
    assert found(text, text.replace("gate-1", "gate-2")) == []


def test_short_ones_agree_by_chance() -> None:
    assert found("The gate SHALL open.", "The gate SHALL open.") == []


def test_what_a_change_adds_is_compared_with_the_main_specs_and_named() -> None:
    files = tree(
        {"gate": [requirement("Hold", TEXT)]},
        {"one": {"bell": delta(added=[requirement("Stay", TEXT.replace("30", "9"))])}},
    )
    [finding] = find_copies(read_tree(files))
    assert (finding.code, finding.path) == ("GF312", "openspec/changes/one/specs/bell/spec.md")
    assert "“Hold” (openspec/specs/gate/spec.md:" in finding.message


def test_what_is_modified_is_no_copy_of_what_it_was() -> None:
    files = tree({"gate": [requirement("Hold", TEXT)]}, {"one": {"gate": delta(modified=[requirement("Hold", TEXT)])}})
    assert find_copies(read_tree(files)) == []
