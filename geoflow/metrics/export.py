"""Snapshots in the forms of other tools."""

import csv
import io
import json
import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Literal, NamedTuple, get_args

from geoflow.metrics.measure import BY_NAME, Measure
from geoflow.metrics.snapshot import Quantity, Snapshot, to_line

Format = Literal["json", "jsonl", "csv", "prometheus", "github-action-benchmark", "badge"]
FORMATS: tuple[str, ...] = get_args(Format)
_NO_NAME = re.compile(r"[^a-zA-Z0-9_]")
_ONE_LINE = re.compile(r"\s+")
_SUFFIXES = {"%": "percent", "s": "seconds", "By": "bytes"}
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


class Exported(NamedTuple):
    """Snapshots newest first, each with the time of its commit (ISO 8601); with `names` only those measures."""

    snapshots: Sequence[tuple[Snapshot, str]]
    names: tuple[str, ...] = ()
    aim: Literal["up", "down"] = "up"

    def values(self, snapshot: Snapshot) -> dict[str, Quantity]:
        """Give the measures of a snapshot that were asked for, in the order in which reports show them."""
        every = {**snapshot.derived, **snapshot.observed}
        ordered = [name for name in BY_NAME if name in every] + sorted(every.keys() - BY_NAME.keys())
        return {name: every[name] for name in ordered if not self.names or name in self.names}


def export(form: Format, what: Exported) -> str:
    """Write snapshots in a form, ending in a line feed. JSON and its lines hold whole records.

    `prometheus`, `github-action-benchmark` and `badge` tell of the newest one alone.
    """
    text = _WRITERS[form](what)
    return text if text.endswith("\n") or not text else text + "\n"


def _json(what: Exported) -> str:
    return json.dumps({"schema": "geoflow.monitor/1", "snapshots": [one.document() for one, _ in what.snapshots]})


def _jsonl(what: Exported) -> str:
    return "".join(f"{to_line(one)}\n" for one, _ in what.snapshots)


def _csv(what: Exported) -> str:
    """Write a row a measure: commit, time, measure, value, unit."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(("commit", "committed_at", "recorded_at", "measure", "value", "unit"))
    for snapshot, time in what.snapshots:
        recorded = snapshot.document()["recorded_at"]
        for name, quantity in what.values(snapshot).items():
            writer.writerow((snapshot.commit, time, recorded, _cell(name), quantity.value, _cell(quantity.unit)))
    return text.getvalue()


def _cell(text: str) -> str:
    """Keep a spreadsheet from taking a text, which anybody may have written into a note, for a formula."""
    return f"'{text}" if text.startswith(_FORMULA) else text


def _prometheus(what: Exported) -> str:
    """Write gauges in the text format of Prometheus."""
    lines: list[str] = []
    for snapshot, _ in what.snapshots[:1]:
        lines += (
            "# HELP geoflow_snapshot_info The commit that the measures are of.",
            "# TYPE geoflow_snapshot_info gauge",
            f'geoflow_snapshot_info{{commit="{_label(snapshot.commit)}",version="{_label(snapshot.geoflow)}"}} 1',
        )
        for name, quantity in what.values(snapshot).items():
            measure = BY_NAME.get(name)
            known = metric_name(name, measure)
            if measure:
                lines.append(f"# HELP {known} {_escaped(metric_help(measure))}")
            lines += (f"# TYPE {known} gauge", f"{known} {quantity.value}")
    return "\n".join(lines)


def metric_name(name: str, measure: Measure | None) -> str:
    """Give the name of a measure in Prometheus, its unit at the end where there is a base unit for it."""
    suffix = metric_unit(measure) if measure else ""
    return _NO_NAME.sub("_", f"geoflow_{name}{'_' if suffix else ''}{suffix}")


def metric_unit(measure: Measure) -> str:
    """Give the unit of a measure as Prometheus names it; empty where it has no name for it."""
    return _SUFFIXES.get(measure.unit, "")


def metric_help(measure: Measure) -> str:
    """Give the meaning of a measure on one line, not escaped."""
    return _ONE_LINE.sub(" ", measure.meaning)


def _escaped(text: str) -> str:
    return text.replace("\\", r"\\")


def _label(text: str) -> str:
    return text.replace("\\", r"\\").replace('"', r"\"").replace("\n", r"\n")


def _benchmark(what: Exported) -> str:
    """Write what github-action-benchmark reads: `customBiggerIsBetter` for the aim up, else `customSmallerIsBetter`."""
    rows: list[Mapping[str, Any]] = []
    for snapshot, _ in what.snapshots[:1]:
        for name, quantity in what.values(snapshot).items():
            if name in BY_NAME and BY_NAME[name].aim == what.aim:
                extra = BY_NAME[name].meaning
                rows.append({"name": name, "unit": quantity.unit, "value": quantity.value, "extra": extra})
    return json.dumps(rows, indent=2)


def _badge(what: Exported) -> str:
    """Write what shields.io reads from an endpoint: one measure, `coverage.with_failure_scenario` unless named."""
    name = what.names[0] if what.names else "coverage.with_failure_scenario"
    quantity = what.values(what.snapshots[0][0]).get(name) if what.snapshots else None
    measure = BY_NAME.get(name)
    percent = quantity is not None and quantity.unit == "%" and measure is not None and measure.aim == "up"
    shown = "unknown" if quantity is None else f"{quantity.value:.10g}" + (" %" if quantity.unit == "%" else "")
    color = "lightgrey" if quantity is None else _color(quantity.value) if percent else "blue"
    label = name.replace(".", " ").replace("_", " ")
    return json.dumps({"schemaVersion": 1, "label": label, "message": shown, "color": color})


def _color(percent: float) -> str:
    steps = ((90, "brightgreen"), (75, "green"), (50, "yellow"), (25, "orange"))
    return next((color for least, color in steps if percent >= least), "red")


_WRITERS: dict[str, Callable[[Exported], str]] = {
    "json": _json,
    "jsonl": _jsonl,
    "csv": _csv,
    "prometheus": _prometheus,
    "github-action-benchmark": _benchmark,
    "badge": _badge,
}
