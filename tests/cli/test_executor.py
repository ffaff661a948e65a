"""`--executor`: runs whose model is called by the workers of a real Dask cluster, and what comes of them."""

import json
import os
import re
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator, Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.builders import git, make_repo, requirement, spec
from tests.clusters import RunningCluster, dask_cluster
from tests.servers import ModelServer, model_server

pytest.importorskip("distributed", reason='Dask is not installed: pip install ".[dask]"')

PATH = "openspec/specs/depot/spec.md"
SHELVES = 5
FILES = {
    PATH: spec(
        *(
            requirement(f"Shelf {n}", f"The depot SHALL gracefully count shelf {n} within {n + 2} seconds.")
            for n in range(SHELVES)
        ),
        requirement("Door", "The door SHALL properly open. A user must wait 9 seconds."),
    )
}
_NUMBER = re.compile(r"shelf (\d)")


def good(body: Mapping[str, Any]) -> dict[str, Any]:
    """Answer by the question alone, as improve and review ask: every third shelf cannot be tested."""
    asked = body["messages"][-1]["content"]
    found = _NUMBER.search(asked)
    word, rest = ("gracefully", "count") if found else ("properly", "open")
    words = {
        "old_span": f"{word} {rest}",
        "new_span": rest,
        "quote": "SHALL",
        "testable": not (found and int(found[1]) % 3 == 0),
        "why": "Nobody can see it.",
    }
    schema = body["response_format"]["json_schema"]["schema"]
    return {name: words.get(name, asked) for name in schema["required"]}


@dataclass
class Depot:
    """Two workers with a model server each."""

    cluster: RunningCluster
    servers: tuple[ModelServer, ModelServer]


@pytest.fixture(scope="module")
def depot(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Depot]:
    with ExitStack() as stack:
        servers = tuple(stack.enter_context(model_server(always=good)) for _ in range(2))
        urls = [server.base_url for server in servers]
        cluster = stack.enter_context(dask_cluster(tmp_path_factory.mktemp("dask") / "cluster", urls))
        yield Depot(cluster, (servers[0], servers[1]))


def start(root: Path, *words: str, base_url: str = "none") -> "subprocess.Popen[str]":
    environment = os.environ | {"GEOFLOW_LLM__BASE_URL": base_url}
    command = [sys.executable, "-m", "geoflow", *words]
    return subprocess.Popen(command, cwd=root, env=environment, stdout=-1, stderr=-1, text=True)


Finished = tuple[int, dict[str, Any], str]


def finished(root: Path, *words: str, base_url: str = "none") -> Finished:
    return end(start(root, *words, "--json", base_url=base_url))


def end(child: "subprocess.Popen[str]") -> Finished:
    out, err = child.communicate(timeout=120)
    assert "Traceback" not in err, err
    return child.returncode, json.loads(out), err


def told(root: Path, branch: str) -> list[str]:
    """Give every commit of a branch: its tree and its message."""
    return git(root, "log", "--format=%T %B", f"main..{branch}").splitlines()


def test_improve_gives_the_same_branch_as_with_threads(depot: Depot, tmp_path: Path) -> None:
    here, there = make_repo(tmp_path / "here", FILES), make_repo(tmp_path / "there", FILES)
    with model_server(always=good) as server:
        local = start(here, "improve", "--json", base_url=server.base_url)
        before = [len(server.requests) for server in depot.servers]
        code, by_workers, err = finished(there, "improve", "--executor", depot.cluster.executor)
        _, by_threads, _ = end(local)
    assert code == 0
    assert f"on 2 workers of {depot.cluster.address}" in err
    assert len(by_workers["edits"]) > SHELVES
    assert told(there, by_workers["branch"]) == told(here, by_threads["branch"])
    assert all(len(server.requests) > known for server, known in zip(depot.servers, before, strict=True))
    taken = ("calls", "prompt_tokens", "completion_tokens")
    assert [by_workers["cost"][name] for name in taken] == [by_threads["cost"][name] for name in taken]
    lines = [(there / ".git" / "geoflow" / "transcript.jsonl").read_text().splitlines() for there in (here, there)]
    assert len(lines[0]) == len(lines[1]) == by_workers["cost"]["calls"]


def test_review_finds_the_same_as_with_threads_where_the_setting_names_the_workers(
    depot: Depot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    here, there = make_repo(tmp_path / "here", FILES), make_repo(tmp_path / "there", FILES)
    with model_server(always=good) as server:
        local = start(here, "review", "--json", base_url=server.base_url)
        monkeypatch.setenv("GEOFLOW_LLM__EXECUTOR", depot.cluster.executor)
        _, by_workers, err = finished(there, "review")
        _, by_threads, _ = end(local)
    assert [one["code"] for one in by_workers["findings"]].count("GF501") == 2
    assert f"on 2 workers of {depot.cluster.address}" in err
    assert by_workers["findings"] == by_threads["findings"]
    assert by_workers["looked_at"] == by_threads["looked_at"] == SHELVES + 1


def test_a_worker_with_another_geoflow_refuses_and_says_so(depot: Depot, tmp_path: Path) -> None:
    newer = "import sys, geoflow; geoflow.__version__ = '9.9.9'; from geoflow.cli.app import app; app()"
    command = [sys.executable, "-c", newer, "review", "--json", "--executor", depot.cluster.executor]
    root = make_repo(tmp_path / "r", FILES)
    done = subprocess.run(command, cwd=root, capture_output=True, text=True, check=False, timeout=60)
    document = json.loads(done.stdout)
    assert (done.returncode, document["code"]) == (3, "worker-refuses")
    assert "has geoflow 0.1.0, and the run has 9.9.9 (on the worker tcp://127.0.0.1:" in document["message"]
    assert document["fix"].startswith("Install geoflow 9.9.9 there")


def test_without_a_scheduler_it_says_what_to_type(tmp_path: Path) -> None:
    root = make_repo(tmp_path / "r", FILES)
    code, document, _ = finished(root, "improve", "--executor", "dask://127.0.0.1:9")
    assert (code, document["code"]) == (3, "scheduler-unreachable")
    assert "no Dask scheduler answers at tcp://127.0.0.1:9" in document["message"]
    assert "dask scheduler" in document["fix"]


def test_a_worker_that_is_killed_changes_nothing_in_the_branch(tmp_path: Path) -> None:
    clusters: list[RunningCluster] = []

    def deadly(body: Mapping[str, Any]) -> dict[str, Any]:
        clusters[0].kill(1)
        return good(body)

    here, there = make_repo(tmp_path / "here", FILES), make_repo(tmp_path / "there", FILES)
    with model_server(always=good) as server, model_server(always=deadly) as other:
        local = start(here, "improve", "--json", base_url=server.base_url)
        with dask_cluster(tmp_path / "cluster", [server.base_url, other.base_url]) as cluster:
            clusters.append(cluster)
            code, by_workers, _ = finished(there, "improve", "--executor", cluster.executor)
            assert cluster.workers[1].wait(10) == -signal.SIGKILL
        _, by_threads, _ = end(local)
    assert code == 0
    assert told(there, by_workers["branch"]) == told(here, by_threads["branch"])


@pytest.mark.long
def test_bench_repair_tells_the_same_as_with_threads(depot: Depot, tmp_path: Path) -> None:
    root = make_repo(tmp_path / "r", FILES)
    _, by_threads, _ = finished(root, "bench", "repair", base_url=depot.servers[0].base_url)
    _, by_workers, _ = finished(root, "bench", "repair", "--executor", depot.cluster.executor)
    assert by_workers | {"cost": 0} == by_threads | {"cost": 0}
    assert by_workers["cost"]["calls"] == by_threads["cost"]["calls"]


@pytest.mark.long
def test_bench_review_tells_the_same_as_with_threads(depot: Depot, tmp_path: Path) -> None:
    root, words = make_repo(tmp_path / "r", FILES), ("bench", "review", "--per-operator", "1", "--roles", "testing")
    _, by_threads, _ = finished(root, *words, base_url=depot.servers[0].base_url)
    _, by_workers, _ = finished(root, *words, "--executor", depot.cluster.executor)
    assert by_workers | {"cost": 0} == by_threads | {"cost": 0}


@pytest.mark.long
def test_when_all_workers_are_gone_the_run_ends_and_the_next_one_goes_on(tmp_path: Path) -> None:
    asked, clusters = [], list[RunningCluster]()

    def deadly(body: Mapping[str, Any]) -> dict[str, Any]:
        asked.append(body)
        if len(asked) == 4:
            clusters[0].kill(0)
        return good(body)

    root = make_repo(tmp_path / "r", FILES)
    with model_server(always=deadly) as server:
        with dask_cluster(tmp_path / "cluster", [server.base_url]) as cluster:
            clusters.append(cluster)
            code, document, _ = finished(root, "improve", "--executor", cluster.executor)
        assert code == 0
        assert any("has had no worker" in note for note in document["notes"])
        assert len([edit for edit in document["edits"] if edit["prompt"]]) == 3
        git(root, "merge", "-q", document["branch"])
        _, rest, _ = finished(root, "improve", base_url=server.base_url)
    assert len([edit for edit in rest["edits"] if edit["prompt"]]) == SHELVES + 1 - 3


def test_ctrl_c_takes_back_what_no_worker_has_begun(tmp_path: Path) -> None:
    begun, go_on = threading.Semaphore(0), threading.Event()

    def slow(body: Mapping[str, Any]) -> dict[str, Any]:
        begun.release()
        go_on.wait(60)
        return good(body)

    root = make_repo(tmp_path / "r", FILES)
    with model_server(always=slow) as server, dask_cluster(tmp_path / "cluster", [server.base_url] * 2) as cluster:
        child = start(root, "improve", "--json", "--executor", cluster.executor)
        assert begun.acquire(timeout=60)
        assert begun.acquire(timeout=60)
        child.send_signal(signal.SIGINT)
        out, err = child.communicate(timeout=60)
        go_on.set()
        code, document, _ = finished(root, "review", "--roles", "testing", "--executor", cluster.executor)
        of_review = document["looked_at"]
        assert "Traceback" not in err, err
        assert child.returncode == 130
        assert [edit["strategy"] for edit in json.loads(out)["edits"]] == ["template:capitals"]
        of_improve = [one for one in server.requests if "old_span" in str(one["response_format"])]
        assert (code in (0, 1), of_review) == (True, SHELVES + 1)
        assert len(of_improve) == 2
