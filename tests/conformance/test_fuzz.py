"""Random trees and merges against the npm CLI: 2,000 of each here, ten times as many in tests/long."""

import pytest

from geoflow.openspec.lines import split
from tests.conformance import fuzzing
from tests.conformance.agreement import Tally
from tests.conformance.driver import Outcome, our_merge
from tests.conformance.mutants import Pair, drawn, pair, tree
from tests.conformance.packing import disagreements

NUMBERS = [1, 2, 3, 4]
EACH = 500


@pytest.mark.npm
@pytest.mark.parametrize("number", NUMBERS)
def test_random_trees_have_the_issues_of_the_npm_cli(number: int, tally: Tally) -> None:
    found = fuzzing.fuzz_trees(EACH, number, tally)

    assert found == [], "\n\n".join(map(str, found))


@pytest.mark.npm
@pytest.mark.parametrize("number", NUMBERS)
def test_random_merges_end_as_with_the_npm_cli(number: int, tally: Tally) -> None:
    assert fuzzing.fuzz_merges(EACH, number, tally) == []


def test_the_same_number_gives_the_same_cases_and_another_number_others() -> None:
    assert drawn(tree, 20, 7) == drawn(tree, 20, 7)
    assert drawn(tree, 20, 7) != drawn(tree, 20, 8)
    assert len({repr(one) for one in drawn(pair, 500, 7)}) == 500


@pytest.mark.npm
def test_a_tree_that_is_judged_otherwise_is_found_among_many_and_made_small(monkeypatch: pytest.MonkeyPatch) -> None:
    """Break our reading of fences, and see the fuzzer find and shrink what shows it."""
    monkeypatch.setattr("geoflow.openspec.lines.mask", lambda lines: bytes(len(lines)))
    fenced = (
        "## Purpose\nx\n\n## Requirements\n### A\nSHALL\n#### S\n- x\n\n## Notes\nmore\n```\n### Requirement: B\n```\n"
    )
    trees = [{f"specs/cap{{n}}/{'x' * 3}/spec.md": fenced.replace("```\n", "")}] * 7
    trees[4] = {"specs/cap{n}/spec.md": fenced, "changes/c{n}/proposal.md": "x"}
    assert split("```\n# x\n```").hashes == [1]

    _, (found,) = disagreements(trees, None, strict=False)

    assert [path for path in found.files if "cap" in path] == ["openspec/specs/cap000/spec.md"]
    assert len(found.files["openspec/specs/cap000/spec.md"].splitlines()) == 5


@pytest.mark.npm
def test_a_merge_that_ends_otherwise_is_found_and_made_small(monkeypatch: pytest.MonkeyPatch) -> None:
    """Lose a count, and see the fuzzer tell."""

    def wrong(one: Pair) -> Outcome:
        outcome = our_merge(one)
        return outcome._replace(counts=outcome.counts._replace(renamed=0))

    monkeypatch.setattr(fuzzing, "our_merge", wrong)

    found = fuzzing.fuzz_merges(100, 1, Tally([]))

    assert found
    assert all(len(one.pair.delta.splitlines()) <= 4 for one in found)
