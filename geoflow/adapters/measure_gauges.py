"""The newest record as gauges for Prometheus, under the names that `monitor export` gives them."""

from collections.abc import Callable, Iterable, Mapping
from typing import TYPE_CHECKING, Any

from geoflow.metrics.export import metric_help, metric_name, metric_unit
from geoflow.metrics.measure import BY_NAME

if TYPE_CHECKING:
    from prometheus_client import CollectorRegistry
    from prometheus_client.core import Metric

Newest = Callable[[], Mapping[str, Any] | None]
"""Gives the record of the newest recorded commit as scripts see it, with `committed_at`; None where there is none."""


def gauges(newest: Newest, version: str) -> "CollectorRegistry":
    """Make a registry of the newest record, the process and the Python that runs it."""
    from prometheus_client import CollectorRegistry, PlatformCollector, ProcessCollector

    registry = CollectorRegistry(auto_describe=False)
    registry.register(_Snapshot(newest, version))
    ProcessCollector(registry=registry)
    PlatformCollector(registry=registry)
    return registry


class _Snapshot:
    """A collector as `prometheus_client` asks for it."""

    def __init__(self, newest: Newest, version: str) -> None:
        self._newest = newest
        self._version = version

    def collect(self) -> "Iterable[Metric]":
        """Give the metrics of the newest record."""
        from datetime import datetime

        from prometheus_client.core import GaugeMetricFamily

        info = GaugeMetricFamily("geoflow_info", "The version of geoflow that serves this.", labels=["version"])
        info.add_metric([self._version], 1)
        yield info
        record = self._newest()
        if record is None:
            return
        about = GaugeMetricFamily(
            "geoflow_snapshot_info", "The commit that the measures are of.", labels=["commit", "version"]
        )
        about.add_metric([record["commit"], record["geoflow"]], 1)
        yield about
        for field, what in (("committed_at", "was made"), ("recorded_at", "was measured")):
            name = f"geoflow_snapshot_{field.removesuffix('_at')}_timestamp_seconds"
            seconds = datetime.fromisoformat(record[field]).timestamp()
            yield GaugeMetricFamily(name, f"When the commit {what}.", value=seconds, unit="seconds")
        for name, quantity in {**record["derived"], **record["observed"]}.items():
            measure = BY_NAME.get(name)
            # Anybody may have written other names into a note: only what is defined is told.
            if measure is not None and quantity["unit"] == measure.unit:
                unit = metric_unit(measure)
                told = metric_help(measure) + ("" if unit else f" [{measure.unit}]")
                yield GaugeMetricFamily(metric_name(name, measure), told, value=quantity["value"], unit=unit)
