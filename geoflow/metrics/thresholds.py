"""Thresholds: whether a commit's measures are as good as they must be, alone and against a baseline."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from statistics import median
from typing import Any, Literal

from geoflow.metrics.measure import BY_NAME
from geoflow.metrics.snapshot import Quantity
from geoflow.settings import Accepted, Threshold

Verdict = Literal["pass", "warn", "fail", "skipped"]
FEWEST_POINTS = 5
_MAD_TO_SIGMA = 1.4826  # for a normal distribution
_SIGMAS = 3
_LEAST = 1e-9

DEFAULTS = (
    Threshold("validity.valid", max_decrease=0),
    Threshold("coverage.with_failure_scenario", max_decrease=0, level="warn"),
    Threshold("quality.smell_density", max_increase=0, level="warn"),
    Threshold("quality.placeholders", max_increase=0, level="warn"),
    Threshold("set.conflicts", max_increase=0, level="warn"),
    Threshold("set.dangling_references", max_increase=0, level="warn"),
)
"""What is checked where a project sets nothing."""


@dataclass(frozen=True, slots=True)
class Checked:
    """A rule of a threshold and what came of it, in words `why`. `accepted` is why people let a regression be."""

    measure: str
    rule: str
    limit: float
    verdict: Verdict
    why: str
    before: float | None = None
    after: float | None = None
    accepted: str = ""

    def document(self) -> dict[str, Any]:
        """Give the fields that scripts see."""
        names = ("measure", "rule", "limit", "verdict", "why", "before", "after", "accepted")
        return {name: getattr(self, name) for name in names}


@dataclass(frozen=True, slots=True)
class Sides:
    """What is compared: both sides, {name: quantity}, and for noisy measures the values of records before, if any."""

    before: Mapping[str, Quantity]
    after: Mapping[str, Quantity]
    past: Mapping[str, Sequence[float]]


def check(thresholds: Sequence[Threshold], accepted: Sequence[Accepted], sides: Sides) -> list[Checked]:
    """Check every rule of every threshold; what is unknown on a side that a rule needs is skipped, never passed."""
    reasons = {one.measure: one.reason for one in accepted if one.reason}
    return [
        _judged(threshold, rule, limit, sides, reasons.get(threshold.measure, ""))
        for threshold in thresholds
        for rule, limit in threshold.rules().items()
    ]


def _judged(threshold: Threshold, rule: str, limit: float, sides: Sides, reason: str) -> Checked:
    name = threshold.measure
    after = sides.after.get(name)
    before, slack, lacking = _baseline(name, sides)
    alone = rule in ("min", "max")
    if after is None or (before is None and not alone):
        side = "at this commit" if after is None else lacking
        return Checked(name, rule, limit, "skipped", f"{name} is not known {side}", before, after and after.value)
    value = after.value
    compared = value if alone else value - (before or 0)
    over = {"min": limit - compared, "max": compared - limit, "max_decrease": -compared - limit}.get(
        rule, compared - limit
    )
    broken = over > _LEAST + (0 if alone else slack)
    told = _told(rule, limit, value, compared)
    verdict: Verdict = "pass" if not broken else "warn" if reason or threshold.level == "warn" else "fail"
    return Checked(name, rule, limit, verdict, told, before, value, reason if broken else "")


def _baseline(name: str, sides: Sides) -> tuple[float | None, float, str]:
    """Give the value before, how much of a change is noise, and what is said where there is no value."""
    if name in BY_NAME and BY_NAME[name].noisy:
        past = sides.past.get(name, ())
        if len(past) < FEWEST_POINTS:
            return None, 0.0, f"from {FEWEST_POINTS} records before"
        return *noise(past), ""
    found = sides.before.get(name)
    return (found.value if found else None), 0.0, "at the baseline"


def noise(past: Sequence[float]) -> tuple[float, float]:
    """Give the median of some values, at least one, and three of their deviations by the median of those (MAD)."""
    middle = median(past)
    return middle, _SIGMAS * _MAD_TO_SIGMA * median(abs(value - middle) for value in past)


def _told(rule: str, limit: float, value: float, change: float) -> str:
    if rule in ("min", "max"):
        return f"{value:.6g}, {'at least' if rule == 'min' else 'at most'} {limit:.6g}"
    word = "decrease" if rule == "max_decrease" else "increase"
    return f"{value:.6g}, a change of {change:+.6g}; {word} of at most {limit:.6g}"
