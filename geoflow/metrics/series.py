"""A measure over many commits, thinned to the steps that a chart has, with nothing smoothed away."""

from collections.abc import Sequence
from itertools import pairwise
from typing import NamedTuple


class Step(NamedTuple):
    """Some neighbouring values as one step: the places of the first and the last of them, and how many are known.

    `low`, `high` and `last` are of the known ones; None where none is.
    """

    first: int
    end: int
    known: int
    low: float | None
    high: float | None
    last: float | None

    @property
    def values(self) -> int:
        """Count the values, unknown ones among them."""
        return self.end - self.first + 1


def steps(values: Sequence[float | None], most: int) -> list[Step]:
    """Part values into at most so many steps of equal width (the last ones may have one value less); None is unknown.

    An average would hide one bad value among many; the least and the most do not.
    """
    count = min(len(values), most)
    edges = [len(values) * place // count for place in range(count + 1)] if count else []
    return [_step(values, start, end) for start, end in pairwise(edges)]


def _step(values: Sequence[float | None], start: int, end: int) -> Step:
    known = [value for value in values[start:end] if value is not None]
    if not known:
        return Step(start, end - 1, 0, None, None, None)
    return Step(start, end - 1, len(known), min(known), max(known), known[-1])
