"""Trends: what a line shows, and what the latest value is compared with."""

from collections.abc import Sequence
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from geoflow.metrics.snapshot import Quantity, Snapshot
from geoflow.metrics.trend import ASCII, BLOCKS, sparkline, trends

FINDINGS = "quality.findings"


def snapshot(value: float | None, geoflow: str = "1", unit: str = "{finding}", name: str = FINDINGS) -> Snapshot:
    derived = {} if value is None else {name: Quantity(value, unit)}
    return Snapshot("c", "t", datetime(2026, 1, 1, tzinfo=UTC), geoflow, "record", derived)


def test_the_lowest_and_the_highest_point_are_the_ends_of_the_ramp() -> None:
    assert sparkline([3, 4, 10], 10) == "▁▂█"
    assert sparkline([3, 4, 10], 10, ASCII) == "_.#"


def test_equal_points_are_drawn_in_the_middle_and_unknown_ones_as_gaps() -> None:
    assert sparkline([7, None, 7], 10) == "▄ ▄"
    assert sparkline([None, None], 10) == ""


def test_of_too_many_points_each_character_is_the_last_of_its_share() -> None:
    assert sparkline([9, 5, 1, 5, 9], 2) == "▁█"
    assert len(sparkline(list(range(1000)), 37)) == 37


@given(st.lists(st.one_of(st.none(), st.floats(-1e9, 1e9)), max_size=60), st.integers(1, 20))
def test_a_line_is_never_longer_than_asked_and_ends_with_the_newest(points: list[float | None], width: int) -> None:
    line = sparkline(points, width)
    assert len(line) <= width
    known = [value for value in points if value is not None]
    if known and points[-1] is not None and points[-1] == max(known) > min(known) and len(points) <= width:
        assert line[-1] == BLOCKS[-1]


def follow(snapshots: Sequence[Snapshot], name: str = FINDINGS) -> tuple[float | None, str]:
    (found,) = trends(snapshots, [name])
    return found.difference.change, found.difference.verdict


def test_the_latest_value_is_compared_with_the_oldest_of_the_same_geoflow() -> None:
    assert follow([snapshot(9, "0"), snapshot(3), snapshot(4), snapshot(5)]) == (2, "worse")
    assert follow([snapshot(9), snapshot(None), snapshot(5), snapshot(None)]) == (-4, "better")


@pytest.mark.parametrize("before", [snapshot(1, "0"), snapshot(None), snapshot(1, unit="%")])
def test_a_change_that_nothing_tells_is_unknown(before: Snapshot) -> None:
    assert follow([before, snapshot(5)]) == (None, "unknown")


def test_a_measure_that_no_commit_has_is_left_out() -> None:
    assert trends([snapshot(None)], [FINDINGS]) == []
    assert trends([], [FINDINGS]) == []
