"""What `geoflow monitor serve` answers from: the same use cases as the commands."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from geoflow.cli.monitor_parts import SCHEMA
from geoflow.errors import GeoflowError

if TYPE_CHECKING:
    from pathlib import Path

    from geoflow.adapters.backends import Overview
    from geoflow.adapters.monitor_server import Query


class MonitorDesk:
    """The `Desk` of the server on one root; `last` is how many commits of the main line the page shows at most."""

    def __init__(self, root: "Path", last: int) -> None:
        from geoflow.cli.monitor_pictures import open_ground

        self._root = root
        self._last = last
        self._repository, self._ground = open_ground(root)

    def version(self) -> str:
        """Tell in which state HEAD, branches, records and runs are."""
        return self._repository.timeline.state()

    def page(self, version: str) -> str:
        """Give the page; GeoflowError `unborn-branch`."""
        from geoflow.adapters.monitor_page import monitor_page
        from geoflow.workflow.monitor_report import report

        return monitor_page(report(self._ground, self._last), live=version)

    def script(self) -> str:
        """Give the page's script."""
        from geoflow.resources import templates_folder

        return (templates_folder() / "reports" / "live.js").read_text("utf-8")

    def health(self) -> Mapping[str, Any]:
        """Tell how it is: geoflow's version, HEAD, whether a model server answers and which."""
        from geoflow import __version__

        try:
            head, failure = self._repository.head(), None
        except GeoflowError as error:
            head, failure = None, {"code": error.code, "message": error.message, "fix": error.fix}
        found = {"commit": head.commit, "branch": head.branch} if head else None
        return {"ok": head is not None, "geoflow": __version__, "head": found, "error": failure, "model": _model()}

    def newest(self) -> Mapping[str, Any] | None:
        """Give the record of the newest recorded commit."""
        return next((one.document() for one in self._shown(1)), None)

    def measures(self, asked: "Query") -> Mapping[str, Any]:
        """Give the definitions of measures; GeoflowError `unknown-measure`."""
        from geoflow.cli.measure_names import named_measures
        from geoflow.metrics.measure import BY_NAME, MEASURES

        names = named_measures(asked.measures)
        wanted = [BY_NAME[name] for name in names] if names else list(MEASURES)
        return {"schema": SCHEMA, "measures": [one.document() for one in wanted]}

    def history(self, asked: "Query") -> Mapping[str, Any]:
        """Give values of measures over recorded commits, oldest first; GeoflowError `unknown-measure`."""
        from geoflow.cli.measure_names import named_measures
        from geoflow.cli.monitor_history import HEADLINES

        names = named_measures(asked.measures) or HEADLINES
        rows = []
        for one in reversed(self._shown(asked.limit)):
            found = {**one.snapshot.derived, **one.snapshot.observed}
            document = one.document()
            kept = {name: document[name] for name in ("commit", "committed_at", "subject")}
            rows.append({**kept, "values": {name: found[name].value if name in found else None for name in names}})
        return {"schema": "geoflow.monitor-history/1", "measures": list(names), "history": rows}

    def snapshots(self, asked: "Query") -> Mapping[str, Any]:
        """Give whole records, newest first."""
        return {"schema": SCHEMA, "snapshots": [one.document() for one in self._shown(asked.limit)]}

    def runs(self, asked: "Query") -> Mapping[str, Any]:
        """Give the kept runs of improve, newest first, with what became of each edit."""
        from geoflow.workflow.outcomes import outcomes

        found = outcomes(self._ground.past)
        broken = [{"path": one.path, "line": one.line, "reason": one.reason} for one in found.broken]
        rows = [one.document() for one in found.runs[: asked.limit]]
        return {"schema": "geoflow.outcomes/1", "runs": rows, "unreadable": broken}

    def _shown(self, limit: int) -> Any:
        from geoflow.workflow.show_snapshots import show_snapshots

        return show_snapshots(self._repository, limit)


def _model() -> dict[str, Any]:
    """Tell which model servers answer; nothing is started, and no address beyond host and port is told."""
    from geoflow.adapters.backends import overview
    from geoflow.cli.context import settings_here

    try:
        seen = overview(settings_here().settings.llm)
    except GeoflowError as error:
        return {"reachable": False, "servers": [], "error": error.code}
    return {"reachable": any(one.found for one in seen.servers), "servers": _servers(seen)}


def _servers(seen: "Overview") -> list[dict[str, Any]]:
    from urllib.parse import urlsplit

    return [
        {
            "address": urlsplit(one.base_url).netloc.rpartition("@")[2],
            "reachable": one.found is not None,
            "kind": one.found.backend if one.found else None,
            "models": [model.id for model in one.found.models] if one.found else [],
        }
        for one in seen.servers
    ]
