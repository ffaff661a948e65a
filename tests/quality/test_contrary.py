"""Statements that cannot both hold, in whatever words, and requirements that say one thing twice."""

import pytest

from geoflow.openspec import read_tree
from geoflow.quality.contrary import find_contrary
from geoflow.quality.gist import SEVERAL, gist, opposed
from tests.builders import requirement, spec
from tests.openspec.deltas import delta, tree

GATE, BELL = "openspec/specs/gate/spec.md", "openspec/specs/bell/spec.md"
TEXT = "The gate service SHALL delete the badge log of a guest after 30 days."


def found(first: str, second: str, *, elsewhere: bool = False) -> list[tuple[str, str]]:
    one, two = requirement("Hold", first), requirement("Stay", second)
    files = {BELL: spec(one), GATE: spec(two)} if elsewhere else {GATE: spec(one, two)}
    findings = find_contrary(read_tree(files))
    for finding in findings:
        assert files[finding.path][finding.start : finding.end] == finding.quote
        assert finding.requirement == "Stay"
    return [(finding.code, finding.quote.rstrip(".")) for finding in findings]


@pytest.mark.parametrize("elsewhere", [False, True], ids=["in one spec", "in two"])
@pytest.mark.parametrize(
    "second",
    [
        "After 90 days the gate service SHALL erase the guest's badge log.",
        "After 30 hours the gate service SHALL erase the guest's badge log.",
        "The gate service SHALL NOT remove the badge log of a guest after 30 days.",
        "The gate service MAY delete the badge log of any guest after 30 days.",
        "The gate service SHALL delete the badge log of a guest before 30 days.",
        "The gate service SHALL delete the whole badge log of a guest after 31 days.",
    ],
)
def test_the_same_thing_said_otherwise_is_found(second: str, elsewhere: bool) -> None:  # noqa: FBT001
    assert found(TEXT, second, elsewhere=elsewhere) == [("GF312", second.rstrip("."))]


@pytest.mark.parametrize(
    "second",
    [
        "The gate service SHALL delete the badge log of a member after 90 days.",
        "The gate service SHALL NOT keep the photo of a guest before 30 days.",
        "The `bell` service SHALL delete the badge log of a guest after 90 days.",
        "The office keeps the badge log of a guest.",
        "The gate SHALL open.",
    ],
)
def test_two_things_that_are_called_alike_do_not_contradict(second: str) -> None:
    assert found(TEXT, second) == []


def test_one_sentence_of_many_is_found_and_quoted() -> None:
    second = (
        f"The gate SHALL greet every guest.\n\n- The guest's badge log SHALL be kept.\n- {TEXT.replace('30', '7')}\n"
    )
    assert found(f"Badges are cards. {TEXT}", second) == [("GF312", TEXT.replace("30", "7").rstrip("."))]


def test_other_words_for_the_same_are_a_copy() -> None:
    second = "After 30 days the gate service SHALL remove a guest's badge log."
    assert found(TEXT, second) == [("GF315", "### Requirement: Stay")]
    assert found(TEXT, second, elsewhere=True) == [("GF315", "### Requirement: Stay")]


@pytest.mark.parametrize(
    ("one", "other", "way"),
    [
        ("Items SHALL be sorted ascending", "Items SHALL be sorted descending", "ascend here, descend there"),
        ("The flag SHALL allow calls", "The flag SHALL deny calls", "allow here, deny there"),
        ("The flag SHALL allow calls", "The flag SHALL NOT deny calls", ""),
        ("The flag SHALL enable or disable calls", "The flag SHALL enable calls", SEVERAL),
        ("Calls SHALL take at least 3 s", "Calls SHALL take at most 3 s", "least here, most there"),
        ("Calls SHALL take 3 s", "Calls SHALL take 3 ms", "3s here, 3ms there"),
        ("Calls SHALL take 3 s", "Calls MAY take 3 s", "one obliges and the other leaves it open"),
        ("Calls SHALL take 3 s", "Calls SHALL take 3 s", ""),
    ],
)
def test_how_two_statements_are_opposed(one: str, other: str, way: str) -> None:
    assert opposed(gist(one), gist(other)) == way


def steps(name: str, when: str, then: str) -> str:
    return f"#### Scenario: {name}\n- **WHEN** {when}\n- **THEN** {then}\n"


@pytest.mark.parametrize(
    ("then", "contradicts"),
    [
        ("the guest may not enter the hall", True),
        ("the guest does not enter the hall", True),
        ("the guest enters the yard", False),
        ("the guest enters the hall at once", False),
    ],
)
def test_outcomes_under_one_condition(then: str, contradicts: bool) -> None:  # noqa: FBT001
    when = "a guest shows a badge"
    one = requirement("Open", "The gate SHALL open.", steps("Badge", when, "the guest enters the hall"))
    two = requirement("Shut", "The gate SHALL shut.", steps("Other", when.upper(), then))
    codes = [finding.code for finding in find_contrary(read_tree({GATE: spec(one, two)}))]
    assert codes == ["GF316"] * contradicts
    # Under another condition, and in another capability, it is another matter.
    two = two.replace("SHOWS", "LOSES")
    assert find_contrary(read_tree({GATE: spec(one, two)})) == []


def test_a_word_that_has_an_opposite_counts_as_well() -> None:
    one = requirement("Open", "The gate SHALL do it.", steps("Badge", "a guest comes", "the gate opens"))
    two = requirement("Shut", "The gate SHALL wait.", steps("Other", "a guest comes", "the gate does not open"))
    assert [one.code for one in find_contrary(read_tree({GATE: spec(one, two)}))] == ["GF316"]


def test_outcomes_of_one_scenario_have_the_same_reader() -> None:
    both = steps("Badge", "a guest comes", "the front door opens\n- **AND** the other front door does not open")
    assert find_contrary(read_tree({GATE: spec(requirement("Open", "The gate SHALL open.", both))})) == []


def test_a_change_contradicts_a_main_spec_and_another_change() -> None:
    files = tree(
        {"gate": [requirement("Hold", TEXT)]},
        {
            "one": {"bell": delta(added=[requirement("Stay", TEXT.replace("30", "9"))])},
            "two": {"horn": delta(modified=[requirement("Blow", TEXT.replace("30", "8"))])},
        },
    )
    found = find_contrary(read_tree(files))
    assert [(one.code, one.path.split("/")[2]) for one in found] == [("GF312", "one"), ("GF312", "two")]


def test_what_a_change_replaces_or_takes_away_does_not_contradict_it() -> None:
    replaced = {
        "one": {
            "gate": delta(modified=[requirement("Hold", TEXT.replace("30", "9"))]),
        },
        "two": {
            "gate": delta(removed=["Hold"]),
            "bell": delta(added=[requirement("Stay", TEXT.replace("30", "8"))]),
        },
    }
    files = tree({"gate": [requirement("Hold", TEXT)]}, {"one": replaced["one"]})
    assert find_contrary(read_tree(files)) == []
    files = tree({"gate": [requirement("Hold", TEXT)]}, {"two": replaced["two"]})
    assert find_contrary(read_tree(files)) == []
