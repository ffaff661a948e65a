"""The geometry of charts: gaps, spread, marks, round ends, and everything inside of the picture."""

import math
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from geoflow.adapters.line_chart import HEIGHT, LEFT, MOST_STEPS, RIGHT, WIDTH, Drawn, line_chart


def drawn(values: list[float | None], **more: Any) -> dict[str, Any]:
    return line_chart(Drawn(values, lambda value: f"{value:g}", **more))


def test_an_unknown_value_is_a_gap_and_one_alone_is_a_dot() -> None:
    found = drawn([1, 2, None, 3, None, 4, 5])
    assert [line.count(",") for line in found["lines"]] == [2, 2]
    assert len(found["dots"]) == 5
    assert found["bands"] == []


def test_without_a_value_nothing_is_drawn() -> None:
    found = drawn([None, None])
    assert (found["lines"], found["dots"], found["end"]) == ([], [], None)


def test_thinned_steps_have_a_band_from_the_least_to_the_most() -> None:
    found = drawn([float(n % 7) for n in range(10_000)])
    assert len(found["steps"]) == MOST_STEPS
    [band] = found["bands"]
    assert band.count(",") == 2 * MOST_STEPS
    assert len(found["dots"]) == 0


def test_marks_of_one_step_stand_as_one() -> None:
    found = drawn([float(n) for n in range(1_200)], marks={0: "first", 3: "near", 1_199: "last"})
    assert [text for _, text in found["marks"]] == ["first; near", "last"]
    assert [float(x) for x, _ in found["marks"]] == [LEFT, WIDTH - RIGHT]


def test_ends_are_round_and_a_share_ends_at_a_hundred() -> None:
    assert [text for _, text in drawn([13, 122])["ticks"]] == ["0", "140"]
    assert [text for _, text in drawn([91, 97])["ticks"]] == ["91", "97"]
    assert [text for _, text in drawn([100, 100], highest=100.0)["ticks"]] == ["90", "100"]
    assert [text for _, text in drawn([0, 0])["ticks"]] == ["0", "1"]
    assert [text for _, text in drawn([50], ends=(0.0, 100.0))["ticks"]] == ["0", "100"]


@given(st.lists(st.none() | st.floats(-(2**53), 2**53), max_size=200))
def test_whatever_the_values_are_all_lies_inside_of_the_picture(values: list[float | None]) -> None:
    found = drawn(values)
    texts = [*found["lines"], *found["bands"], *(",".join(dot) for dot in found["dots"])]
    for point in " ".join(texts).split():
        x, y = map(float, point.split(","))
        assert LEFT <= x <= WIDTH - RIGHT
        assert 0 <= y <= HEIGHT
        assert math.isfinite(y)
