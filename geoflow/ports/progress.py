"""Time, and how far the work is."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol


class Progress(Protocol):
    """How far some work is; shown on a terminal, silent elsewhere."""

    def update(self, label: str, done: int, total: int) -> None:
        """Say what is being done, and how many of how many are finished."""


@dataclass(frozen=True, slots=True)
class Spent:
    """What a run has taken so far. `speed` is in tokens a second, 0 before the first; `left` what its budget still has.

    `left` is for people: `8:12`, `3 calls`, `1200 tokens`; of several limits, the nearest; empty without one.
    """

    calls: int
    tokens: int
    speed: float
    left: str


class RunProgress(Progress, Protocol):
    """The progress of a run that calls a model."""

    def follow(self, spent: Callable[[], Spent]) -> None:
        """Show what the run has taken, asked for as often as the display is renewed."""


class Clock(Protocol):
    """Time, so that use cases can be tested without waiting."""

    def now(self) -> datetime:
        """Give the time of day, in UTC."""

    def seconds(self) -> float:
        """Give seconds that only grow, for measuring."""
