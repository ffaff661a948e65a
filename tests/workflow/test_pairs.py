"""Which requirements are compared: those that speak of the same thing, and no more than can be looked at."""

from collections.abc import Mapping

from geoflow.openspec import read_tree
from geoflow.quality.findings import documents, requirements_of
from geoflow.workflow.item import Item
from geoflow.workflow.pairs import MOST_PAIRS, candidate_pairs
from tests.builders import requirement, spec

DEPOT = "openspec/specs/depot/spec.md"
KEEPS = requirement("Shelf time", "The depot SHALL keep a parcel on its shelf for 14 days.")
RETURNS = requirement("Uncollected parcels", "The depot SHALL send a parcel from its shelf back after 7 days.")
DOOR = requirement("Door", "The gate SHALL open at sunrise.")


def pairs(files: Mapping[str, str], *targets: str) -> list[tuple[str, str]]:
    tree = read_tree(files)
    items = [Item(document, one) for document in documents(tree) for one in requirements_of(document)]
    chosen = [item for item in items if not targets or item.requirement.name in targets]
    return [(one.first.requirement.name, one.second.requirement.name) for one in candidate_pairs(chosen, items, tree)]


def test_two_that_share_their_rarer_words_are_a_pair_once() -> None:
    assert pairs({DEPOT: spec(KEEPS, DOOR, RETURNS)}) == [("Shelf time", "Uncollected parcels")]


def test_a_pair_has_one_of_those_that_are_looked_at() -> None:
    assert pairs({DEPOT: spec(KEEPS, DOOR, RETURNS)}, "Door") == []
    assert pairs({DEPOT: spec(KEEPS, DOOR, RETURNS)}, "Uncollected parcels") == [("Uncollected parcels", "Shelf time")]


def test_words_that_everybody_uses_make_no_pair() -> None:
    blocks = [requirement(f"Rule {n}", f"The system SHALL tell the user of event {n}x{n}.") for n in range(80)]
    assert len(pairs({DEPOT: spec(*blocks)})) <= MOST_PAIRS


def test_what_a_change_replaces_is_compared_with_nothing() -> None:
    other = "openspec/changes/one/specs/depot/spec.md"
    modified = requirement("Shelf time", "The depot SHALL keep a parcel on its shelf for 7 days.")
    files = {DEPOT: spec(KEEPS, RETURNS), other: f"## MODIFIED Requirements\n\n{modified}"}
    found = pairs(files | {"openspec/changes/one/proposal.md": "## Why\nx\n"})
    assert found == [("Uncollected parcels", "Shelf time")]
    removed = "## REMOVED Requirements\n\n### Requirement: Shelf time\n**Reason**: gone\n"
    assert pairs(files | {other: removed, "openspec/changes/one/proposal.md": "## Why\nx\n"}) == []


def test_there_are_forty_pairs_at_the_most_and_three_of_one() -> None:
    words = "alpha beta gamma delta epsilon zeta".split()
    blocks = [
        requirement(
            f"Rule {group} {n}",
            f"The depot SHALL {words[group % 6]}{group} {words[n]}{group} parcel{group} shelf{group}.",
        )
        for group in range(12)
        for n in range(5)
    ]
    found = pairs({DEPOT: spec(*blocks)})
    assert len(found) == MOST_PAIRS
    assert max(sum(first == name for first, _ in found) for name, _ in found) <= 3
