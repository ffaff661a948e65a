"""What of a tree differs from an earlier state of it."""

from geoflow.openspec import read_tree, validate
from geoflow.quality.changed import Changed
from geoflow.quality.findings import find_all
from tests.builders import requirement, spec

PATH = "openspec/specs/gate/spec.md"
OPEN, SHUT = requirement("Open", "The gate SHALL gracefully open."), requirement("Shut", "The gate SHALL quickly shut.")


def found(now: dict[str, str], before: dict[str, str]) -> list[tuple[str, str]]:
    tree = read_tree(now)
    changed = Changed(tree, now, read_tree(before), before)
    return [(one.requirement, one.quote) for one in changed.among(find_all(tree, validate(now), now))]


def test_nothing_changed_and_nothing_is_found() -> None:
    assert found({PATH: spec(OPEN)}, {PATH: spec(OPEN)}) == []


def test_of_a_document_only_the_requirement_that_changed_is_spoken_of() -> None:
    before = {PATH: spec(OPEN, requirement("Shut", "The gate SHALL shut."))}
    assert found({PATH: spec(OPEN, SHUT)}, before) == [("Shut", "quickly")]


def test_a_requirement_that_moved_is_the_same() -> None:
    assert found({PATH: spec(SHUT, OPEN)}, {PATH: spec(OPEN, SHUT)}) == []


def test_a_new_document_is_all_new() -> None:
    other = "openspec/specs/bell/spec.md"
    assert found({PATH: spec(OPEN), other: spec(SHUT)}, {PATH: spec(OPEN)}) == [("Shut", "quickly")]


def test_what_a_document_lacks_as_a_whole_is_told_where_it_changed() -> None:
    now, before = spec(OPEN, purpose="Short."), spec(OPEN)
    assert [name for name, _ in found({PATH: now}, {PATH: before})] == [""]
    assert found({PATH: now}, {PATH: now}) == []
