"""How often something happens is no condition and no absolute claim, and work that waits for a run is not undecided."""

import pytest

from geoflow.quality.ears import clauses
from geoflow.quality.findings import find_in
from tests.improvement.builders import document


def codes(sentence: str) -> set[str]:
    return {one.code for one in find_in(document(sentence), [])}


@pytest.mark.parametrize(
    "often", ["once every second", "once a day", "once every 10 s", "once per file", "Once in every other hour"]
)
def test_a_frequency_is_no_condition(often: str) -> None:
    assert clauses(f"The logger SHALL write the level {often}.") is None
    assert codes(f"The logger SHALL, {often}, write the level.") == set()


@pytest.mark.parametrize("when", ["once every door is shut", "once a day has passed", "once the second file is there"])
def test_what_sets_it_off_stays_a_condition(when: str) -> None:
    assert clauses(f"The logger SHALL write the level {when}.") is not None
    assert "GF220" in codes(f"The logger SHALL, {when}, write the level.")


@pytest.mark.parametrize("claim", ["at every second", "on every day", "in each hour"])
def test_a_period_is_no_absolute_claim(claim: str) -> None:
    assert codes(f"The logger SHALL write the level {claim}.") == set()


@pytest.mark.parametrize("claim", ["at all times", "on every device", "every single second"])
def test_what_holds_everywhere_is_one(claim: str) -> None:
    assert codes(f"The logger SHALL write the level {claim}.") == {"GF214"}


@pytest.mark.parametrize(
    "what", ["left for the next run", "deferred until the next request", "postponed to the next day"]
)
def test_work_that_waits_for_its_turn_is_not_undecided(what: str) -> None:
    assert "GF211" not in codes(f"The logger SHALL name what is {what}.")
    assert "GF211" not in codes(f"What fails is {what}.")


@pytest.mark.parametrize(
    "what", ["left for the next release", "deferred to the next draft", "left to the implementers"]
)
def test_what_waits_for_people_is(what: str) -> None:
    assert "GF211" in codes(f"The format is {what}.")
