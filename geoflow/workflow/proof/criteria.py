"""The criteria of success, as they were written down before the first run."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from geoflow.metrics.compared import Interval, Pair, paired_bootstrap, slope
from geoflow.workflow.proof.measure import Tally
from geoflow.workflow.proof.result import Curve, Experiment, at_end

LEAST_GAIN, LEAST_BOUND = 0.15, 0.05
MOST_DAMAGE = 0.01
TOKENS_SAVED = 0.25
WITHIN = 0.03
P_BELOW = 0.05
_FROZEN, _ALL, _SHUFFLED = "frozen", "all", "shuffled"


@dataclass(frozen=True, slots=True)
class Criterion:
    """One criterion: what was to be reached, what was found, and whether it was met; None where it cannot be told."""

    name: str
    wanted: str
    found: str
    met: bool | None
    figures: dict[str, float]

    def document(self) -> dict[str, Any]:
        """Give the fields that scripts see."""
        return {
            "name": self.name,
            "wanted": self.wanted,
            "found": self.found,
            "met": self.met,
            "figures": {name: round(value, 4) for name, value in self.figures.items()},
        }


def criteria(experiment: Experiment) -> list[Criterion]:
    """Hold the experiment against each criterion."""
    return [
        _gain(experiment),
        _damage(experiment),
        _tokens(experiment),
        _meaningless(experiment),
        _learns(experiment),
    ]


def _gain(experiment: Experiment) -> Criterion:
    name, wanted = "all learners over none", "first-proposal merge rate +15 points, lower bound above +5"
    found = compared(experiment, _ALL, _FROZEN)
    if found is None:
        return _untold(name, wanted, _ALL, _FROZEN)
    met = found.value >= LEAST_GAIN and found.low > LEAST_BOUND
    return Criterion(name, wanted, _points(found), met, found._asdict())


def _damage(experiment: Experiment) -> Criterion:
    name, wanted = "damaging edits delivered", "at most 1 % with all learners, over all rounds"
    curves = experiment.of(_ALL)
    delivered = sum(point.sum.delivered for curve in curves for point in curve.points)
    if not delivered:
        return _untold(name, wanted, _ALL)
    damaging = sum(point.sum.damaging for curve in curves for point in curve.points)
    value = damaging / delivered
    return Criterion(name, wanted, f"{value:.1%} ({damaging} of {delivered})", value <= MOST_DAMAGE, {"value": value})


def _tokens(experiment: Experiment) -> Criterion:
    name, wanted = "tokens for each merged edit", "25 % less with all learners than with none, in the last round"
    rates = [_tokens_per_merged(experiment.of(arm)) for arm in (_ALL, _FROZEN)]
    if rates[0] is None or rates[1] is None:
        return _untold(name, wanted, _ALL, _FROZEN)
    saved = 1 - rates[0] / rates[1]
    told = f"{abs(saved):.0%} {'less' if saved >= 0 else 'more'} ({rates[0]:,.0f} and {rates[1]:,.0f})"
    return Criterion(name, wanted, told, saved >= TOKENS_SAVED, {"value": saved, "all": rates[0], "frozen": rates[1]})


def _tokens_per_merged(curves: Sequence[Curve]) -> float | None:
    merged = at_end(curves).merged
    return sum(curve.points[-1].tokens for curve in curves) / merged if merged else None


def _meaningless(experiment: Experiment) -> Criterion:
    name, wanted = "shuffled feedback teaches nothing", "merge rate within 3 points of no learning"
    found = compared(experiment, _SHUFFLED, _FROZEN)
    if found is None:
        return _untold(name, wanted, _SHUFFLED, _FROZEN)
    return Criterion(name, wanted, _points(found), abs(found.value) <= WITHIN, found._asdict())


def _learns(experiment: Experiment) -> Criterion:
    name, wanted = "learning curve of all learners", "slope above 0, p below .05"
    curves = []
    for curve in experiment.of(_ALL):
        rates = [point.document()["merge_rate"] for point in curve.points]
        curves.append([rate for rate in rates if rate is not None])
    found = slope(curves, experiment.setting.first_seed)
    if found is None:
        return _untold(name, wanted, _ALL)
    told = f"{100 * found.value:+.2f} points a round, p = {found.p:.4f}"
    return Criterion(name, wanted, told, found.value > 0 and found.p < P_BELOW, found._asdict())


def compared(experiment: Experiment, arm: str, other: str) -> Interval | None:
    """Compare the merge rates of two arms in the last round, requirement by requirement and seed by seed."""
    pairs: list[Pair] = []
    others = {curve.seed: curve.points[-1].tallies for curve in experiment.of(other)}
    for curve in experiment.of(arm):
        mine, theirs = curve.points[-1].tallies, others.get(curve.seed)
        if theirs is None:
            continue
        for key in sorted(mine.keys() | theirs.keys()):
            one, two = mine.get(key, Tally()), theirs.get(key, Tally())
            if one.tried or two.tried:
                pairs.append(Pair(one.first, one.tried, two.first, two.tried))
    return paired_bootstrap(pairs, experiment.setting.first_seed)


def _points(found: Interval) -> str:
    value, low, high = (f"{100 * one:+.1f}" for one in found)
    return f"{value} points (95 %: {low} to {high})"


def _untold(name: str, wanted: str, *arms: str) -> Criterion:
    return Criterion(name, wanted, f"cannot be told: it needs the arms {', '.join(arms)} to the end", None, {})
