"""The measures of one commit, as a value and as one line of JSON."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, NamedTuple

from geoflow.metrics.measure import BY_NAME, MEASURES

SCHEMA = 1
_LARGEST = 2**53


class Quantity(NamedTuple):
    """A number with its unit (UCUM)."""

    value: float
    unit: str


@dataclass(frozen=True, slots=True)
class Snapshot:
    """The measures of one commit.

    `inputs` is the tree id of `openspec/` at the commit: what `derived` was computed from, by geoflow version
    `geoflow`. `source` says who recorded it. `observed` holds what was measured when it happened.
    """

    commit: str
    inputs: str
    recorded_at: datetime
    geoflow: str
    source: str
    derived: Mapping[str, Quantity]
    observed: Mapping[str, Quantity] = field(default_factory=dict)

    def document(self) -> dict[str, Any]:
        """Give the record as scripts see it."""
        return {
            "schema": SCHEMA,
            "commit": self.commit,
            "inputs": self.inputs,
            "recorded_at": _written(self.recorded_at),
            "geoflow": self.geoflow,
            "source": self.source,
            "derived": {name: quantity._asdict() for name, quantity in self.derived.items()},
            "observed": {name: quantity._asdict() for name, quantity in self.observed.items()},
        }


def with_units(values: Mapping[str, float]) -> dict[str, Quantity]:
    """Add to each value the unit of its measure; whole numbers become integers."""
    return {name: Quantity(_tidy(value), BY_NAME[name].unit) for name, value in values.items()}


def to_line(snapshot: Snapshot) -> str:
    """Write a snapshot as one line of JSON."""
    return json.dumps(snapshot.document(), ensure_ascii=True, allow_nan=False, separators=(",", ":"))


_BEGINS = {one.name: f'{json.dumps(one.name)}:{{"value":' for one in MEASURES}
_ENDS = {one.name: f',"unit":{json.dumps(one.unit)}}}' for one in MEASURES}


def quick_line(commit: str, inputs: str, values: Mapping[str, float], about: str) -> str:
    """Write a snapshot of derived measures as `to_line` does, for thousands at a time.

    Args:
        commit: The commit.
        inputs: The tree id of `openspec/`.
        values: The values of measures by name.
        about: What is common to all lines, from `about_lines`.
    """
    derived = ",".join([f"{_BEGINS[name]}{_tidy(value)!r}{_ENDS[name]}" for name, value in values.items()])
    return (
        f'{{"schema":{SCHEMA},"commit":"{commit}","inputs":"{inputs}",{about},"derived":{{{derived}}},"observed":{{}}}}'
    )


def about_lines(recorded_at: datetime, geoflow: str, source: str) -> str:
    """Write the fields that all lines of one recording have in common."""
    fields = {"recorded_at": _written(recorded_at), "geoflow": geoflow, "source": source}
    return json.dumps(fields, separators=(",", ":"))[1:-1]


def from_line(line: str) -> Snapshot | None:
    """Read one line; None where it is no record of this schema. Fields that are not known are passed over."""
    try:
        record = json.loads(line)
        if not isinstance(record, dict) or record.get("schema") != SCHEMA:
            return None
        texts = [record[name] for name in ("commit", "inputs", "recorded_at", "geoflow", "source")]
        if not all(isinstance(text, str) for text in texts):
            return None
        recorded_at = datetime.fromisoformat(texts[2])
    except (ValueError, KeyError, RecursionError):
        return None
    return Snapshot(
        commit=texts[0],
        inputs=texts[1],
        recorded_at=recorded_at if recorded_at.tzinfo else recorded_at.replace(tzinfo=UTC),
        geoflow=texts[3],
        source=texts[4],
        derived=_quantities(record.get("derived")),
        observed=_quantities(record.get("observed")),
    )


def read_note(commit: str, note: str) -> list[Snapshot]:
    """Read the snapshots in a commit's note, oldest first; broken lines and other commits' records are passed over."""
    found = (from_line(line) for line in note.split("\n"))
    return sorted(
        (snapshot for snapshot in found if snapshot is not None and snapshot.commit == commit),
        key=lambda snapshot: snapshot.recorded_at,
    )


def _quantities(record: Any) -> dict[str, Quantity]:
    if not isinstance(record, dict):
        return {}
    return {name: quantity for name, entry in record.items() if (quantity := _quantity(entry)) is not None}


def _quantity(entry: Any) -> Quantity | None:
    if not isinstance(entry, dict):
        return None
    value, unit = entry.get("value"), entry.get("unit")
    if isinstance(value, bool) or not isinstance(value, int | float) or not isinstance(unit, str):
        return None
    return Quantity(value, unit) if abs(value) <= _LARGEST else None  # also refuses NaN


def _written(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")


def _tidy(value: float) -> float:
    return int(value) if value == int(value) else value
