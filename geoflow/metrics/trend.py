"""How measures went over the last commits: the latest value, its change, and a sparkline."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from geoflow.metrics.comparison import Difference
from geoflow.metrics.measure import BY_NAME
from geoflow.metrics.snapshot import Quantity, Snapshot

TELLING = (
    "size.requirements",
    "coverage.with_scenario",
    "coverage.with_failure_scenario",
    "validity.valid_strict",
    "quality.findings",
    "quality.smell_density",
    "quality.placeholders",
    "set.conflicts",
    "set.dangling_references",
    "work.active_changes",
    "work.open_tasks",
    "questions.open",
    "edits.merge_rate",
    "llm.duration_p50",
)
"""The measures that are shown where none is named."""
BLOCKS, ASCII = "▁▂▃▄▅▆▇█", "_.-:=+*#"


@dataclass(frozen=True, slots=True)
class Trend:
    """A measure over some commits, oldest first; None where a commit has no value of it.

    `since` is the place among them of the value that the latest one is compared with, None where there is none.
    """

    name: str
    points: tuple[float | None, ...]
    latest: Quantity
    since: int | None

    @property
    def difference(self) -> Difference:
        """Give the change of the latest value, judged by the measure's aim."""
        value = None if self.since is None else self.points[self.since]
        return Difference(self.name, None if value is None else Quantity(value, self.latest.unit), self.latest)

    def document(self) -> dict[str, Any]:
        """Give the fields that scripts see."""
        aim = BY_NAME[self.name].aim if self.name in BY_NAME else "info"
        return {**self.difference.document(), "aim": aim, "since": self.since, "points": list(self.points)}


def trends(snapshots: Sequence[Snapshot], names: Sequence[str]) -> list[Trend]:
    """Follow measures over snapshots, oldest first; those that none of them has are left out.

    The latest value is compared with the oldest one of the same unit. Of derived measures both must come from one
    version of geoflow: the difference would be that of the versions.
    """
    found = []
    for name in names:
        values = [one.derived.get(name) or one.observed.get(name) for one in snapshots]
        last = max((index for index, value in enumerate(values) if value is not None), default=-1)
        latest = values[last] if last >= 0 else None
        if latest is not None:
            points = tuple(value.value if value and value.unit == latest.unit else None for value in values)
            found.append(Trend(name, points, latest, _since(name, snapshots, points, last)))
    return found


def _since(name: str, snapshots: Sequence[Snapshot], points: Sequence[float | None], last: int) -> int | None:
    def is_comparable(index: int) -> bool:
        is_derived = name in snapshots[last].derived
        return points[index] is not None and (not is_derived or snapshots[index].geoflow == snapshots[last].geoflow)

    return next((index for index in range(last) if is_comparable(index)), None)


def sparkline(points: Sequence[float | None], width: int, ramp: str = BLOCKS) -> str:
    """Draw points as a line of at most so many characters, the lowest and highest of them its ends.

    Where there are more points than characters each stands for the last of its points, and the last for the newest.
    Equal points are drawn in the middle, unknown ones as spaces.
    """
    shown = list(points) if len(points) <= width else _last_of_each(points, width)
    known = [value for value in shown if value is not None]
    if not known:
        return ""
    low, high = min(known), max(known)
    top = len(ramp) - 1

    def drawn(value: float | None) -> str:
        if value is None:
            return " "
        return ramp[round(top * (value - low) / (high - low))] if high > low else ramp[top // 2]

    return "".join(map(drawn, shown))


def _last_of_each(points: Sequence[float | None], width: int) -> list[float | None]:
    ends = [(column + 1) * len(points) // width for column in range(width)]
    starts = [0, *ends[:-1]]
    return [
        next((value for value in reversed(points[start:end]) if value is not None), None)
        for start, end in zip(starts, ends, strict=True)
    ]
