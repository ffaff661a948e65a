"""Many values thinned to the steps of a chart: nothing is smoothed away, nothing is counted twice."""

from hypothesis import given
from hypothesis import strategies as st

from geoflow.metrics.series import Step, steps

VALUES = st.lists(st.none() | st.floats(-1e6, 1e6), max_size=300)


def test_few_values_are_a_step_each() -> None:
    assert steps([1, None, 3], 5) == [Step(0, 0, 1, 1, 1, 1), Step(1, 1, 0, None, None, None), Step(2, 2, 1, 3, 3, 3)]


def test_a_step_of_many_has_the_least_the_most_and_the_last() -> None:
    assert steps([5, 100, 5, 5, None, 4], 2) == [Step(0, 2, 3, 5, 100, 5), Step(3, 5, 2, 4, 5, 4)]


def test_of_ten_thousand_equal_values_the_one_that_is_not_stands_out() -> None:
    found = steps([7.0] * 5_000 + [0.0] + [7.0] * 4_999, 120)
    assert len(found) == 120
    assert [(one.low, one.high, one.last) for one in found if one.low != 7] == [(0, 7, 7)]


@given(VALUES, st.integers(1, 50))
def test_each_value_is_in_one_step_and_the_ends_are_kept(values: list[float | None], most: int) -> None:
    found = steps(values, most)
    assert len(found) == min(len(values), most)
    assert [place for one in found for place in range(one.first, one.end + 1)] == list(range(len(values)))
    known = [value for value in values if value is not None]
    assert sum(one.known for one in found) == len(known)
    if known:
        assert min(one.low for one in found if one.low is not None) == min(known)
        assert max(one.high for one in found if one.high is not None) == max(known)
    sizes = {one.values for one in found}
    assert not sizes or max(sizes) - min(sizes) <= 1
