"""A real Prometheus that scrapes `geoflow monitor serve`: its target is up, and a measure can be queried there."""

import json
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.client import HTTPConnection
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest

from geoflow.adapters.measure_text import unit_words
from geoflow.metrics.measure import BY_NAME
from tests.cli.monitor_serving import PATIENCE, TOKEN, serving
from tests.workflow.monitoring import commit, fill, make_project, record

pytestmark = pytest.mark.long
UNPACKED = Path(__file__).parents[2] / "build" / "prometheus" / "usr" / "bin" / "prometheus"
PROMETHEUS = shutil.which("prometheus") or (str(UNPACKED) if UNPACKED.exists() else "")


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        return int(taken.getsockname()[1])


@contextmanager
def prometheus(folder: Path, target: int) -> Iterator[int]:
    """Run Prometheus with one job, whose token lies in a file; gives the port of its API."""
    folder.mkdir()
    (folder / "token").write_text(TOKEN)
    job = {
        "job_name": "geoflow",
        "scrape_interval": "1s",
        "scrape_timeout": "1s",
        "authorization": {"credentials_file": str(folder / "token")},
        "static_configs": [{"targets": [f"127.0.0.1:{target}"]}],
    }
    (folder / "prometheus.yml").write_text(json.dumps({"scrape_configs": [job]}))
    port = free_port()
    command = [
        PROMETHEUS,
        f"--config.file={folder / 'prometheus.yml'}",
        f"--storage.tsdb.path={folder / 'data'}",
        f"--web.listen-address=127.0.0.1:{port}",
    ]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
        try:
            yield port
        finally:
            process.terminate()
            process.wait(PATIENCE)


def asked(port: int, path: str) -> Any:
    """Ask its API; None as long as it does not answer."""
    connection = HTTPConnection("127.0.0.1", port, timeout=PATIENCE)
    try:
        connection.request("GET", path)
        return json.loads(connection.getresponse().read()).get("data")
    except (OSError, ValueError):
        return None
    finally:
        connection.close()


def eventually(port: int, path: str, wanted: Any, seconds: float = 60.0) -> None:
    """Ask until the answer is as it shall be: Prometheus scrapes once a second, and tells nobody of it."""
    until, found = time.monotonic() + seconds, None
    while time.monotonic() < until:
        found = asked(port, path)
        if found is not None and wanted(found):
            return
        time.sleep(0.2)
    raise AssertionError(f"{path}: {found}")


def value(query: str, wanted: float) -> tuple[str, Any]:
    return (
        f"/api/v1/query?query={quote(query)}",
        lambda data: [float(one["value"][1]) for one in data["result"]] == [wanted],
    )


def test_prometheus_scrapes_with_the_token_and_a_measure_can_be_queried(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    if not PROMETHEUS:
        pytest.skip("Prometheus is not installed (make prometheus, or apt-get install prometheus)")
    project = make_project(tmp_path / "p")
    commit(project, 4)
    fill(project)
    monkeypatch.chdir(project)
    with serving() as server, prometheus(tmp_path / "prometheus", server.port) as port:
        eventually(port, "/api/v1/targets", lambda data: [one["health"] for one in data["activeTargets"]] == ["up"])
        eventually(port, *value("geoflow_size_requirements", 4))
        eventually(port, *value("geoflow_coverage_with_failure_scenario_percent", 100))
        eventually(port, *value('up{job="geoflow"}', 1))
        told = asked(port, "/api/v1/metadata?metric=geoflow_coverage_with_failure_scenario_percent")
        [about] = told["geoflow_coverage_with_failure_scenario_percent"]
        assert (about["type"], about["unit"]) == ("gauge", unit_words("%"))
        assert about["help"] == BY_NAME["coverage.with_failure_scenario"].meaning
        commit(project, 9)
        record(project)
        eventually(port, *value("geoflow_size_requirements", 9))


def test_without_the_token_its_target_is_down(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    if not PROMETHEUS:
        pytest.skip("Prometheus is not installed (make prometheus, or apt-get install prometheus)")
    project = make_project(tmp_path / "p")
    monkeypatch.chdir(project)
    with (
        serving(GEOFLOW_MONITOR__TOKEN="another-token-0123456789") as server,  # noqa: S106 - opens nothing else
        prometheus(tmp_path / "prometheus", server.port) as port,
    ):
        eventually(port, "/api/v1/targets", lambda data: [one["health"] for one in data["activeTargets"]] == ["down"])
        assert "401" in asked(port, "/api/v1/targets")["activeTargets"][0]["lastError"]
