"""20,000 random trees and 20,000 random merges against the npm CLI, none of which the ordinary suite has."""

import os

import pytest

from tests.conformance.agreement import Tally, summed, table
from tests.conformance.fuzzing import fuzz_merges, fuzz_trees

pytestmark = [pytest.mark.npm, pytest.mark.long]
# Another first number gives 20,000 others.
FIRST = int(os.environ.get("GEOFLOW_TEST_FUZZ", "1000"))
EACH = 1000
NUMBERS = range(FIRST, FIRST + 20)


@pytest.mark.parametrize("number", NUMBERS)
def test_random_trees_have_the_issues_of_the_npm_cli(number: int) -> None:
    tally = Tally([])
    found = fuzz_trees(EACH, number, tally)

    assert found == [], "\n\n".join([*map(str, found), *table(summed(tally.rows))])


@pytest.mark.parametrize("number", NUMBERS)
def test_random_merges_end_as_with_the_npm_cli(number: int) -> None:
    assert fuzz_merges(EACH, number, Tally([])) == []
