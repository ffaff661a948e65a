"""`geoflow monitor serve` as a person starts it, and as browsers, scripts and Prometheus speak to it."""

import json
import signal
import socket
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from geoflow.adapters.change_events import MOST_STREAMS
from geoflow.cli.app import app
from geoflow.metrics.measure import BY_NAME
from tests.builders import git
from tests.cli.monitor_serving import BEARER, TOKEN, Serving, Stream, serving, storm
from tests.workflow.monitoring import commit, record, three_records

ROUTES = ("/", "/live.js", "/events", "/health", "/metrics", "/api/measures", "/api/runs", "/nowhere")


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Three commits with records."""
    folder = three_records(tmp_path / "p")
    monkeypatch.chdir(folder)
    return folder


def test_a_token_is_made_the_link_lets_a_browser_in_and_ctrl_c_ends_it(project: Path) -> None:
    with serving(GEOFLOW_MONITOR__TOKEN="") as server:
        link = server.told["link"].removeprefix(server.told["url"])
        assert len(server.told["token"]) > 40
        for path in ROUTES:
            assert server.ask(path, {})[0] == 401
            assert (
                server.ask(path, {"Authorization": f"Bearer {server.told['token']}", "Host": "evil.example"})[0] == 421
            )
        connection, response = server.connect(link, {"Accept": "text/html"})
        cookie = str(response.getheader("set-cookie")).partition(";")[0]
        assert (response.status, response.getheader("location")) == (303, "/")
        connection.close()
        status, kind, page = server.ask("/", {"Cookie": cookie})
        assert (status, kind, '<script src="/live.js" defer>' in page) == (200, "text/html; charset=utf-8", True)
        assert server.ask("/live.js", {"Cookie": cookie})[1] == "text/javascript; charset=utf-8"
        code, told = server.end(signal.SIGINT)
    assert (code, "Traceback" in told) == (130, False)
    assert f"the report is at {server.told['link']} ; Ctrl-C ends it" in told


def test_a_token_of_the_user_is_never_printed(project: Path) -> None:
    with serving() as server:
        assert server.told["token"] is None
        assert server.told["link"].endswith("/?token=YOUR-TOKEN")
        assert server.ask("/health")[0] == 200
        code, told = server.end(signal.SIGTERM)
    assert (code, TOKEN in told) == (0, False)


def test_without_a_token_it_says_who_may_read(project: Path) -> None:
    with serving("--no-token") as server:
        assert server.ask("/", {})[0] == 200
        assert server.ask("/", {"Host": "evil.example"})[0] == 421
        assert server.ask("/", {"Origin": "http://evil.example"})[0] == 403
        _, told = server.end(signal.SIGTERM)
    assert "every program of every user of this machine may read the specs" in told


def test_a_stream_tells_of_a_commit_of_a_record_and_of_its_end(project: Path) -> None:
    with serving() as server:
        stream = Stream(server)
        seen = [stream.next_version()]
        commit(project, 5)
        seen.append(stream.next_version())
        assert "1 without a record" in server.ask("/")[2]
        record(project)
        seen.append(stream.next_version())
        assert "4 of them changed the specs or have a record." in server.ask("/")[2]
        assert len(set(seen)) == 3
        server.process.send_signal(signal.SIGTERM)
        assert stream.next_version() == ""
        assert server.process.wait(20) == 0
        assert server.process.stderr
        assert "Traceback" not in server.process.stderr.read()
        stream.close()


def test_metrics_are_those_of_the_newest_record_in_both_formats(project: Path) -> None:
    with serving() as server:
        status, kind, text = server.ask("/metrics")
        assert (status, kind.partition(";")[0]) == (200, "text/plain")
        _, other, open_text = server.ask("/metrics", {**BEARER, "Accept": "application/openmetrics-text"})
        stream = Stream(server)
        stream.next_version()
        commit(project, 7)
        record(project)
        # One event or two, for the commit and for its record.
        while "\ngeoflow_size_requirements 7.0\n" not in server.ask("/metrics")[2]:
            assert stream.next_version()
        stream.close()
    assert other.startswith("application/openmetrics-text")
    assert open_text.endswith("# EOF\n")
    assert "# UNIT geoflow_coverage_with_failure_scenario_percent percent" in open_text
    assert "\n# HELP geoflow_size_requirements requirements in main specs [{requirement}]\n" in text
    assert "\ngeoflow_size_requirements 4.0\n" in text
    assert "\nprocess_resident_memory_bytes " in text
    exported = CliRunner().invoke(app, ["monitor", "export", "--format", "prometheus"]).stdout
    names = {line.split()[2] for line in exported.splitlines() if line.startswith("# TYPE")}
    assert names <= {line.split()[2] for line in text.splitlines() if line.startswith("# TYPE")}


def test_health_and_figures_as_json(project: Path) -> None:
    with serving(GEOFLOW_LLM__BASE_URL="http://127.0.0.1:9/v1") as server:
        health = server.answer("/health")
        assert (health["ok"], health["head"]["commit"]) == (True, git(project, "rev-parse", "HEAD"))
        assert (health["model"]["reachable"], health["model"]["servers"][0]["address"]) == (False, "127.0.0.1:9")
        measures = server.answer("/api/measures?measure=coverage")["measures"]
        assert {one["name"] for one in measures} == {name for name in BY_NAME if name.startswith("coverage.")}
        history = server.answer("/api/history?measure=size.requirements&measure=llm.calls&limit=2")["history"]
        assert [one["values"] for one in history] == [
            {"size.requirements": 2, "llm.calls": None},
            {"size.requirements": 4, "llm.calls": None},
        ]
        assert len(server.answer("/api/snapshots?limit=2")["snapshots"]) == 2
        assert server.answer("/api/runs")["runs"] == []
        refused = server.answer("/api/history?measure=size.requirments", 400)
        assert (refused["code"], "did you mean size.requirements?" in refused["message"]) == ("unknown-measure", True)
        for query in ("limit=0", "limit=x", "limit=1001", "limit=%D9%A1", "measure=size&" * 101):
            assert server.answer(f"/api/snapshots?{query}", 400)["code"] == "usage"
        assert server.answer("/nowhere", 404)["code"] == "not-found"


def test_an_empty_repository_is_no_traceback(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = tmp_path / "p"
    (folder / "openspec/specs").mkdir(parents=True)
    git(folder, "init", "-q", "-b", "main")
    monkeypatch.chdir(folder)
    with serving() as server:
        assert server.answer("/health", 503)["error"]["code"] == "unborn-branch"
        assert server.answer("/", 503)["code"] == "unborn-branch"
        assert server.ask("/metrics")[0] == 503
        code, told = server.end(signal.SIGTERM)
    assert (code, "Traceback" in told) == (0, False)


def test_a_hundred_streams_are_the_most_and_everything_else_is_answered(project: Path) -> None:
    with serving() as server:
        streams = [Stream(server) for _ in range(MOST_STREAMS)]
        assert all(one.next_version() for one in streams)
        connection, response = server.connect("/events")
        assert (response.status, response.getheader("retry-after")) == (503, "30")
        assert json.loads(response.read())["code"] == "too-many-streams"
        connection.close()
        assert server.ask("/health")[0] == 200
        for one in streams:
            one.close()
        _until_free(server)
        code, told = server.end(signal.SIGTERM)
    assert (code, "Traceback" in told) == (0, False)


def test_who_reads_nothing_holds_up_nobody(project: Path) -> None:
    with serving() as server:
        idle = []
        for _ in range(20):
            sent = socket.create_connection(("127.0.0.1", server.port), timeout=20)
            request = f"GET / HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer {TOKEN}\r\n\r\n"
            sent.sendall(request.encode() * 5)
            idle.append(sent)
        assert server.ask("/")[0] == 200
        code, _ = server.end(signal.SIGTERM)
        for sent in idle:
            sent.close()
    assert code == 0


def _told(*arguments: str, **environment: str) -> tuple[int, dict[str, Any]]:
    result = CliRunner().invoke(app, ["monitor", "serve", *arguments, "--json"], env=environment)
    return result.exit_code, json.loads(result.stdout)


def test_what_cannot_be_is_told_with_a_fix(project: Path, tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        code, error = _told("--port", str(taken.getsockname()[1]))
    assert (code, error["code"], "--port 0" in error["fix"]) == (3, "port-in-use", True)
    code, error = _told(GEOFLOW_MONITOR__TOKEN="short")  # noqa: S106 - that it is none is the point
    assert (code, error["code"], "GEOFLOW_MONITOR__TOKEN" in error["message"]) == (2, "token-unusable", True)
    assert _told("--token-file", str(tmp_path / "none"))[1]["code"] == "token-unreadable"
    assert _told("--token-file", "x", "--no-token")[1]["code"] == "usage"


def test_the_token_is_no_setting(project: Path) -> None:
    shown = CliRunner().invoke(app, ["config", "show", "--json"], env={"GEOFLOW_MONITOR__TOKEN": TOKEN})
    assert (shown.exit_code, TOKEN in shown.output) == (0, False)


def test_fifty_clients_at_once_are_all_answered_and_it_ends_with_them_connected(project: Path) -> None:
    numbers = iter(range(5, 1_000))

    def change() -> None:
        commit(project, next(numbers))
        record(project)

    with serving() as server:
        server.ask("/")
        streams = [Stream(server) for _ in range(5)]
        found = storm(server, 50, 2.0, change)
        code, told = server.end(signal.SIGTERM)
        for one in streams:
            one.close()
    assert found.failures == []
    assert len(found.answers) == 7
    assert all(found.versions)
    assert (code, "Traceback" in told) == (0, False)


def test_the_hot_commands_load_nothing_of_the_server() -> None:
    import subprocess
    import sys

    program = (
        "import sys; from geoflow.cli.app import app; "
        "print([name for name in ('starlette', 'uvicorn', 'prometheus_client', 'jinja2') if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"


def _until_free(server: Serving) -> None:
    """Wait until as many streams can be opened as there may be: those that were closed have been let go."""
    for _ in range(200):
        streams = [Stream(server) for _ in range(MOST_STREAMS)]
        free = all(one.response.status == 200 for one in streams)
        for one in streams:
            one.close()
        if free:
            return
    raise AssertionError("streams of clients that are gone are still counted")
