"""Two snapshots side by side: what got better and what got worse."""

from dataclasses import dataclass
from typing import Any, Literal

from geoflow.metrics.measure import BY_NAME
from geoflow.metrics.snapshot import Quantity, Snapshot

Verdict = Literal["better", "worse", "same", "changed", "unknown"]
_LEAST = 1e-9


@dataclass(frozen=True, slots=True)
class Difference:
    """A measure at two commits. `unknown` where one side lacks it, `changed` where no direction is better."""

    name: str
    before: Quantity | None
    after: Quantity | None

    @property
    def change(self) -> float | None:
        """Give the change; None where one side is unknown, or in another unit."""
        if self.before is None or self.after is None or self.before.unit != self.after.unit:
            return None
        return round(self.after.value - self.before.value, 4)

    @property
    def verdict(self) -> Verdict:
        """Judge the change by the aim of the measure."""
        change = self.change
        if change is None:
            return "unknown"
        if abs(change) < _LEAST:
            return "same"
        aim = BY_NAME[self.name].aim if self.name in BY_NAME else "info"
        if aim == "info":
            return "changed"
        return "better" if (change > 0) == (aim == "up") else "worse"

    def document(self) -> dict[str, Any]:
        """Give the fields that scripts see."""
        unit = (self.after or self.before or Quantity(0, "")).unit
        return {
            "name": self.name,
            "unit": unit,
            "before": self.before.value if self.before else None,
            "after": self.after.value if self.after else None,
            "change": self.change,
            "verdict": self.verdict,
        }


def differences(before: Snapshot, after: Snapshot) -> list[Difference]:
    """Compare the derived measures of two snapshots, in the order in which reports show them."""
    names = before.derived.keys() | after.derived.keys()
    ordered = [name for name in BY_NAME if name in names] + sorted(names - BY_NAME.keys())
    return [Difference(name, before.derived.get(name), after.derived.get(name)) for name in ordered]
