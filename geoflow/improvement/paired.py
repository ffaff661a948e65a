"""Two ways of doing the same cases compared pair by pair: how likely the second is no better than the first."""

import random
from collections.abc import Mapping, Sequence

RESAMPLES = 10_000


def p_no_better(before: Mapping[str, Sequence[float]], after: Mapping[str, Sequence[float]], seed: int = 7) -> float:
    """Give the share of bootstrap samples in which the second is not better: small where it is better.

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
    chance = random.Random(seed)  # noqa: S311 - to repeat a comparison, not to hide anything
    worse = sum(sum(chance.choices(gains, k=len(gains))) <= 0 for _ in range(RESAMPLES))
    return worse / RESAMPLES
