"""Bootstrap and slope against values that are known without them."""

from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from geoflow.metrics.compared import Pair, p_no_better, paired_bootstrap, slope


def test_two_ways_that_never_differ_have_no_interval() -> None:
    pairs = [Pair(one, 1, one, 1) for one in (0, 1) * 50]
    assert paired_bootstrap(pairs, 1) == (0.0, 0.0, 0.0)


def test_a_difference_in_every_item_is_sure() -> None:
    assert paired_bootstrap([Pair(1, 1, 0, 1)] * 30, 1) == (1.0, 1.0, 1.0)


@pytest.mark.parametrize(("size", "share"), [(100, 0.5), (400, 0.2)])
def test_a_share_has_the_interval_of_its_standard_error(size: int, share: float) -> None:
    gained = int(size * share)
    found = paired_bootstrap([Pair(float(number < gained), 1, 0, 1) for number in range(size)], 1)
    assert found is not None
    half = 1.96 * (share * (1 - share) / size) ** 0.5
    assert found.value == share
    assert found.low == pytest.approx(share - half, abs=0.015)
    assert found.high == pytest.approx(share + half, abs=0.015)


def test_items_stay_with_their_partners() -> None:
    # Both ways fail at the same items, so what is left of the spread is that of the 10 items that differ.
    pairs = [Pair(1, 1, 1, 1)] * 45 + [Pair(0, 1, 0, 1)] * 45 + [Pair(1, 1, 0, 1)] * 10
    found = paired_bootstrap(pairs, 1)
    assert found is not None
    assert found.value == pytest.approx(0.1)
    assert found.high - found.low == pytest.approx(2 * 1.96 * (0.1 * 0.9 / 100) ** 0.5, abs=0.02)


def test_ratios_are_of_sums_so_that_an_item_may_be_left_alone() -> None:
    pairs = [Pair(1, 1, 1, 2), Pair(0, 0, 0, 2), Pair(2, 2, 2, 2)]
    found = paired_bootstrap(pairs, 1)
    assert found is not None
    assert found.value == pytest.approx(3 / 3 - 3 / 6)


def test_nothing_to_divide_by_is_no_difference() -> None:
    assert paired_bootstrap([], 1) is None
    assert paired_bootstrap([Pair(0, 0, 1, 1)], 1) is None


def test_the_slope_of_a_line_is_the_lines() -> None:
    found = slope([[0.1 * place for place in range(11)], [0.3 + 0.1 * place for place in range(11)]], 1)
    assert found is not None
    assert found.value == pytest.approx(0.1)
    assert found.p == pytest.approx(1 / 2001)


def test_a_flat_curve_has_no_slope() -> None:
    found = slope([[0.4] * 11], 1)
    assert found is not None
    assert (found.value, found.p) == (0.0, 1.0)


def test_three_points_are_hardly_a_proof() -> None:
    # Of the six orders of three points two are as steep as the steepest.
    found = slope([[0.1, 0.2, 0.3]], 1)
    assert found is not None
    assert found.p == pytest.approx(1 / 3, abs=0.04)
    assert slope([[0.1, 0.3]], 1) is None


def test_noise_passes_for_a_slope_about_as_often_as_p_says() -> None:
    chance = Random(7)
    found = [slope([[chance.random() for _ in range(8)]], number, 200) for number in range(100)]
    assert 1 <= sum(one is not None and one.p < 0.05 for one in found) <= 11


@settings(deadline=None, max_examples=40)
@given(st.dictionaries(st.text(max_size=3), st.lists(st.sampled_from([0.0, 1.0]), min_size=1, max_size=3), max_size=6))
def test_nothing_is_better_than_itself_and_the_figure_is_a_share(scores: dict[str, list[float]]) -> None:
    assert p_no_better(scores, scores) == 1.0
    better = {name: [1.0] * len(found) for name, found in scores.items()}
    assert 0.0 <= p_no_better(scores, better) <= 1.0


def test_a_clear_gain_is_seen_and_a_small_one_is_not() -> None:
    groups = [f"r{number}" for number in range(12)]
    zero = {name: [0.0, 0.0] for name in groups}
    assert p_no_better(zero, {name: [1.0, 1.0] for name in groups}) == 0.0
    assert p_no_better(zero, zero | {"r0": [1.0, 0.0]}) > 0.05
    with pytest.raises(ValueError, match="not the same groups"):
        p_no_better(zero, {})
