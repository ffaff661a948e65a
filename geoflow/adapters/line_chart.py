"""The geometry of a line chart as text for inline SVG: what is unknown is a gap, what is thinned shows its spread."""

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import groupby
from typing import Any

from geoflow.metrics.series import Step, steps

WIDTH, HEIGHT = 320, 132
MOST_STEPS = 120
LEFT, RIGHT = 52, 10
_TOP, _BOTTOM = 14.0, 20.0
_MOST_DOTS = 40
_LEAST_RANGE = 1e-9


@dataclass(frozen=True, slots=True)
class Drawn:
    """What a chart is drawn from, one value a commit, None where it is unknown.

    `marks` are texts by the place that they stand at, `hollow` further values that stand on their own; `ends` are the
    ends of the axis where they are fixed, `highest` is what no value can be above; `written` writes a value for
    the axis.
    """

    values: Sequence[float | None]
    written: Callable[[float], str]
    marks: Mapping[int, str] = field(default_factory=dict)
    hollow: Sequence[float | None] = ()
    ends: tuple[float, float] | None = None
    highest: float = math.inf


def line_chart(drawn: Drawn) -> dict[str, Any]:
    """Give the parts of a chart: `lines`, `bands`, `dots`, `hollow`, `marks`, `end`, `ticks`, and its `steps`."""
    found = steps(drawn.values, MOST_STEPS)
    known = [value for one in found for value in (one.low, one.high) if value is not None]
    known += [value for value in drawn.hollow if value is not None]
    axis = _Axis(len(found), *(drawn.ends or _ends(known, drawn.highest)))
    runs = [list(run) for is_known, run in groupby(enumerate(found), lambda pair: pair[1].known > 0) if is_known]
    last = runs[-1][-1] if runs else None
    return {
        "steps": found,
        "lines": [axis.line(run) for run in runs if len(run) > 1],
        "bands": [axis.band(run) for run in runs if any(one.low != one.high for _, one in run)],
        "dots": [axis.at(*pair) for run in runs for pair in run if len(run) == 1 or len(found) <= _MOST_DOTS],
        "hollow": [axis.point(place, value) for place, value in enumerate(drawn.hollow) if value is not None],
        "end": axis.at(*last) if last else None,
        "marks": _marks(drawn.marks, found, axis),
        "ticks": [(f"{axis.y(value):.1f}", drawn.written(value)) for value in (axis.low, axis.high)],
    }


@dataclass(frozen=True, slots=True)
class _Axis:
    """Puts steps and values on the chart."""

    count: int
    low: float
    high: float

    def x(self, place: int) -> float:
        share = place / (self.count - 1) if self.count > 1 else 0.5
        return LEFT + (WIDTH - LEFT - RIGHT) * share

    def y(self, value: float) -> float:
        return HEIGHT - _BOTTOM - (HEIGHT - _TOP - _BOTTOM) * (value - self.low) / (self.high - self.low)

    def point(self, place: int, value: float) -> tuple[str, str]:
        return f"{self.x(place):.1f}", f"{self.y(value):.1f}"

    def at(self, place: int, step: Step) -> tuple[str, str]:
        return self.point(place, step.last or 0.0)

    def line(self, run: Sequence[tuple[int, Step]]) -> str:
        return " ".join(",".join(self.at(*pair)) for pair in run)

    def band(self, run: Sequence[tuple[int, Step]]) -> str:
        upper = [self.point(place, one.high or 0.0) for place, one in run]
        lower = [self.point(place, one.low or 0.0) for place, one in reversed(run)]
        return " ".join(",".join(point) for point in upper + lower)


def _marks(marks: Mapping[int, str], found: Sequence[Step], axis: _Axis) -> list[tuple[str, str]]:
    """Give where marks stand and what they say; those of one step stand as one."""
    said: dict[int, list[str]] = {}
    for place, text in sorted(marks.items()):
        step = next(index for index, one in enumerate(found) if one.first <= place <= one.end)
        said.setdefault(step, []).append(text)
    return [(f"{axis.x(step):.1f}", "; ".join(texts)) for step, texts in said.items()]


def _ends(known: Sequence[float], highest: float) -> tuple[float, float]:
    """Choose round ends for the axis; from zero on where the values are not far from it."""
    low, high = (min(known), max(known)) if known else (0.0, 1.0)
    if 0 <= low < high / 2 or (low == high == 0):
        low = 0.0
    if high - low < _LEAST_RANGE:
        room = max(1.0, abs(high) / 10)
        low, high = (max(0.0, low - room) if low >= 0 else low - room), high + room
    step = 10.0 ** math.floor(math.log10(high - low))
    step = next(step * part for part in (0.1, 0.2, 0.5, 1.0) if (high - low) / (step * part) <= 10)
    low, high = math.floor(low / step + _LEAST_RANGE) * step, math.ceil(high / step - _LEAST_RANGE) * step
    return low, min(high, highest)
