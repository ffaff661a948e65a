"""Deltas that ask for less than the main spec, or for another number."""

import pytest

from geoflow.openspec import read_tree
from geoflow.quality.between import find_between
from tests.builders import requirement
from tests.openspec.deltas import delta, tree

BEFORE = "The gate SHALL open within 2 seconds, and SHALL ring."


def found(after: str, before: str = BEFORE) -> list[tuple[str, str]]:
    blocks = {"gate": [requirement("Open", before)]}
    files = tree(blocks, {"one": {"gate": delta(modified=[requirement("Open", after)])}})
    findings = [one for one in find_between(read_tree(files), files) if one.code == "GF310"]
    for one in findings:
        assert files[one.path][one.start : one.end] == one.quote == "### Requirement: Open"
    return [(one.severity, one.message) for one in findings]


@pytest.mark.parametrize(
    ("after", "was", "becomes"),
    [
        (BEFORE.replace("2", "20"), "2seconds", "20seconds"),
        (BEFORE.replace("2 seconds", "2 minutes"), "2seconds", "2minutes"),
        (BEFORE.replace("2", "1.5"), "2seconds", "1.5seconds"),
    ],
)
def test_a_changed_number_is_told_for_a_person_to_confirm(after: str, was: str, becomes: str) -> None:
    assert found(after) == [("info", f"“Open” has {becomes} where the main spec gate has {was}")]


@pytest.mark.parametrize(
    "after",
    [
        BEFORE,
        BEFORE.replace("ring", "ring twice and wait 3 seconds"),
        BEFORE.replace("within 2 seconds", "at once"),
        BEFORE.replace("2 seconds,", "2 seconds"),
        BEFORE.replace("ring", "send `code-2`"),
    ],
)
def test_numbers_that_stay_come_or_go_are_none(after: str) -> None:
    assert found(after) == []


@pytest.mark.parametrize("word", ["should", "may", "can", "MAY"])
def test_an_obligation_that_became_an_option_is_a_warning(word: str) -> None:
    [(severity, message)] = found(BEFORE.replace("SHALL ring", f"{word} ring"))
    assert (severity, message) == ("warning", "“Open” obliges less than the main spec gate does")


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (BEFORE, "The gate MUST open within 2 seconds, and MUST ring."),
        ("The gate may open.", "The gate SHALL open."),
        (BEFORE, BEFORE + " It may blink."),
        (BEFORE, "The gate SHALL open within 2 seconds."),
        (BEFORE, BEFORE.replace("ring", "ring as “may” says")),
    ],
)
def test_what_obliges_as_much_is_none(before: str, after: str) -> None:
    assert [one for one in found(after, before) if one[0] == "warning"] == []
