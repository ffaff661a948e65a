"""Two ways of working compared, and whether one gets better: by resampling, without a thought for distributions."""

from collections.abc import Iterator, Mapping, Sequence
from random import Random
from typing import NamedTuple, TypeVar

RESAMPLES = 2_000
RESAMPLES_OF_P = 10_000
_LEVEL = 0.95
_One = TypeVar("_One")


class Pair(NamedTuple):
    """One item under both ways: what was gained of how much, for the one and for the other."""

    gained: float
    of: float
    other_gained: float
    other_of: float


class Interval(NamedTuple):
    """A difference with the bounds of its interval."""

    value: float
    low: float
    high: float


def paired_bootstrap(pairs: Sequence[Pair], seed: int, resamples: int = RESAMPLES) -> Interval | None:
    """Give the difference of two ratios of sums, one way less the other, with its 95 % interval.

    Items are drawn with replacement, each with its results under both ways (percentile bootstrap, Efron 1979).
    None where one of the two has nothing to divide by.
    """
    value = _difference(pairs)
    if value is None:
        return None
    chance = Random(f"bootstrap:{seed}")  # noqa: S311 - to repeat a run, not to hide anything
    drawn = map(_difference, _resampled(pairs, chance, resamples))
    known = sorted(one for one in drawn if one is not None)
    cut = (1 - _LEVEL) / 2
    return Interval(value, known[int(cut * len(known))], known[min(len(known) - 1, int((1 - cut) * len(known)))])


def p_no_better(before: Mapping[str, Sequence[float]], after: Mapping[str, Sequence[float]], seed: int = 7) -> float:
    """Give the share of bootstrap samples in which the second way is not better: small where it is better.

    Args:
        before: The scores of each group (a requirement), in the same order of cases as `after`.
        after: The same cases, done the other way.
        seed: The same seed gives the same figure.

    Groups are drawn, since cases of one requirement are much alike. Without a group nothing is better: 1.

    Raises:
        ValueError: The two do not hold the same cases.
    """
    if before.keys() != after.keys():
        raise ValueError("not the same groups")
    gains = [sum(b - a for a, b in zip(before[name], after[name], strict=True)) for name in sorted(before)]
    if not gains:
        return 1.0
    chance = Random(seed)  # noqa: S311 - to repeat a comparison, not to hide anything
    return sum(sum(drawn) <= 0 for drawn in _resampled(gains, chance, RESAMPLES_OF_P)) / RESAMPLES_OF_P


def _resampled(items: Sequence[_One], chance: Random, times: int) -> Iterator[list[_One]]:
    return (chance.choices(items, k=len(items)) for _ in range(times))


def _difference(pairs: Sequence[Pair]) -> float | None:
    gained, of, other_gained, other_of = (sum(column) for column in zip(*pairs, strict=True)) if pairs else (0,) * 4
    return gained / of - other_gained / other_of if of and other_of else None


class Slope(NamedTuple):
    """How much a measure grows a round, and how often chance alone gives as much (two-sided)."""

    value: float
    p: float


def slope(curves: Sequence[Sequence[float]], seed: int, resamples: int = RESAMPLES) -> Slope | None:
    """Fit one line to several curves, each around its own mean; p by permuting the points within each curve.

    None where no curve has three points: two can be permuted in one other way only.
    """
    curves = [curve for curve in curves if len(curve) >= 3]
    if not curves:
        return None
    value = _fitted(curves)
    chance = Random(f"slope:{seed}")  # noqa: S311 - to repeat a run, not to hide anything
    as_steep = 1  # the order that was seen is one of the permutations
    for _ in range(resamples):
        as_steep += abs(_fitted([chance.sample(curve, len(curve)) for curve in curves])) >= abs(value) - 1e-12
    return Slope(value, as_steep / (resamples + 1))


def _fitted(curves: Sequence[Sequence[float]]) -> float:
    above = below = 0.0
    for curve in curves:
        middle, mean = (len(curve) - 1) / 2, sum(curve) / len(curve)
        above += sum((place - middle) * (one - mean) for place, one in enumerate(curve))
        below += sum((place - middle) ** 2 for place in range(len(curve)))
    return above / below
