"""Measures that got worse: by the thresholds of the project, and by their own aim against what was before."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

from geoflow.metrics.measure import BY_NAME, Measure
from geoflow.metrics.snapshot import Quantity
from geoflow.metrics.thresholds import FEWEST_POINTS, Sides, check, noise
from geoflow.settings import Accepted, Threshold

_LEAST, _LEAST_SHARE = 1e-9, 0.01
Level = Literal["worse", "warn", "fail"]


@dataclass(frozen=True, slots=True)
class Alert:
    """A measure that got worse. `level` is that of the broken threshold, `worse` where no threshold says so.

    `before` is None where nothing before is known and the value alone breaks a limit.
    """

    measure: str
    after: Quantity
    before: float | None
    level: Level = "worse"

    def document(self) -> dict[str, Any]:
        """Give the fields that scripts see."""
        return {
            "measure": self.measure,
            "unit": self.after.unit,
            "before": self.before,
            "after": self.after.value,
            "level": self.level,
        }

    @property
    def told(self) -> str:
        """Say it in a few words: `quality.findings 5 (was 3)`."""
        sign = " %" if self.after.unit == "%" else ""
        was = "" if self.before is None else f" (was {self.before:.6g}{sign})"
        return f"{self.measure} {self.after.value:.6g}{sign}{was}"


def alerts(thresholds: Sequence[Threshold], accepted: Sequence[Accepted], sides: Sides) -> list[Alert]:
    """Tell which measures got worse, broken thresholds that fail first; what people accept is left out.

    A measure that has no threshold is worse where it is so by its aim against the baseline and, with as many records
    before as `check` asks of noisy ones, lies beyond three deviations of their median too. Averages and open work move
    with every commit: they tell nothing with fewer records, nor by less than one percent.

    Args:
        thresholds: Those of the project, or geoflow's own.
        accepted: What people let be.
        sides: Both sides; `past` holds the values before of all measures.
    """
    let_be = {one.measure for one in accepted if one.reason}
    broken: dict[str, Alert] = {}
    for one in check(thresholds, accepted, sides):
        is_worse = one.verdict in ("warn", "fail") and not one.accepted and one.measure in sides.after
        if is_worse and (one.measure not in broken or one.verdict == "fail"):
            level: Level = "fail" if one.verdict == "fail" else "warn"
            broken[one.measure] = Alert(one.measure, sides.after[one.measure], one.before, level)
    named = {one.measure for one in thresholds}
    fallen = [
        Alert(name, after, sides.before[name].value)
        for name, after in sides.after.items()
        if name in BY_NAME and name not in named | let_be and _is_worse(BY_NAME[name], after, sides)
    ]
    return sorted([*broken.values(), *fallen], key=lambda one: ("fail", "warn", "worse").index(one.level))


def _is_worse(measure: Measure, after: Quantity, sides: Sides) -> bool:
    before = sides.before.get(measure.name)
    if before is None or before.unit != after.unit or measure.aim == "info" or measure.kind == "observed":
        return False
    sign = -1 if measure.aim == "up" else 1
    least = abs(before.value) * _LEAST_SHARE if _moves(measure) else _LEAST
    if sign * (after.value - before.value) <= least:
        return False
    past = sides.past.get(measure.name, ())
    if len(past) < FEWEST_POINTS:
        return not _moves(measure)
    middle, slack = noise(past)
    return sign * (after.value - middle) > slack + _LEAST


def _moves(measure: Measure) -> bool:
    """Tell whether a measure moves with every commit: averages, and what is being done."""
    return "/" in measure.unit or measure.unit == "a" or measure.group == "work"
