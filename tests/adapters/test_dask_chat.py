"""The model behind a real Dask cluster, when workers differ, go away, or lose their model."""

from collections.abc import Mapping
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest

from geoflow.adapters import dask_worker
from geoflow.adapters.dask_chat import DaskChat
from geoflow.adapters.dask_cluster import Patience, connected, models_of
from geoflow.adapters.in_threads import in_threads
from geoflow.errors import GeoflowError
from geoflow.ports import ChatRequest, Message
from tests.clusters import RunningCluster, dask_cluster
from tests.servers import model_server

pytest.importorskip("distributed", reason='Dask is not installed: pip install ".[dask]"')

SOON = Patience(alone=0.5)


def asking(text: str, deadline: float | None = None) -> ChatRequest:
    return ChatRequest("test/1", (Message("user", text),), max_tokens=16, deadline=deadline)


def echo(body: Mapping[str, Any]) -> str:
    return f"you said {body['messages'][-1]['content']}"


def test_a_scheduler_without_workers_is_an_error_within_its_time(tmp_path: Path) -> None:
    with dask_cluster(tmp_path / "c", []) as running, connected(running.address, SOON) as cluster:
        with pytest.raises(GeoflowError) as caught:
            cluster.workers()
        assert caught.value.code == "no-workers"
        assert f"dask worker {running.address}" in caught.value.fix


def test_what_listens_and_is_no_scheduler_is_told(tmp_path: Path) -> None:
    with model_server() as server, pytest.raises(GeoflowError) as caught:  # noqa: PT012
        address = server.root_url.replace("http", "tcp")
        with connected(address, Patience(connect=1.0)):
            raise AssertionError
    assert caught.value.code == "scheduler-unreachable"
    assert list(tmp_path.iterdir()) == [tmp_path / "home"]


def test_a_task_holds_plain_values_and_nothing_of_the_settings() -> None:
    """What is sent is what `answer` takes: a worker of another version says so before it looks at the rest."""
    said = dask_worker.answer({"geoflow": "0.0.1"})
    assert said["error"]["code"] == "worker-refuses"
    assert set(said["error"]) == {"message", "fix", "code", "exit_code"}


@pytest.mark.long
def test_workers_with_different_models_are_told_apart(tmp_path: Path) -> None:
    with ExitStack() as stack:
        urls = [stack.enter_context(model_server(model=name)).base_url for name in ("gemma-3", "qwen3-8b")]
        running = stack.enter_context(dask_cluster(tmp_path / "c", urls))
        workers = stack.enter_context(connected(running.address)).workers()
        with pytest.raises(GeoflowError) as caught:
            models_of(workers)
    assert caught.value.code == "workers-differ"
    assert "has gemma-3" in caught.value.message
    assert "has qwen3-8b" in caught.value.message


@pytest.mark.long
def test_calls_of_a_worker_that_lost_its_model_server_go_to_the_other_one(tmp_path: Path) -> None:
    with ExitStack() as stack, ExitStack() as second:
        servers = [stack.enter_context(model_server(always=echo)), second.enter_context(model_server(always=echo))]
        running = stack.enter_context(dask_cluster(tmp_path / "c", [server.base_url for server in servers]))
        cluster = stack.enter_context(connected(running.address))
        model = DaskChat(cluster, cluster.workers())
        second.close()
        said = in_threads(lambda number: model.complete(asking(str(number))).text, range(8), 4)
        assert said == [f"you said {number}" for number in range(8)]
        assert len(servers[0].requests) == 8


@pytest.mark.long
def test_when_the_last_worker_ends_a_call_ends_within_its_time(tmp_path: Path) -> None:
    clusters: list[RunningCluster] = []

    def deadly(body: Mapping[str, Any]) -> str:
        clusters[0].kill(0)
        return echo(body)

    with model_server(always=deadly) as server, dask_cluster(tmp_path / "c", [server.base_url]) as running:
        clusters.append(running)
        with connected(running.address, Patience(alone=2.0)) as cluster:
            model = DaskChat(cluster, cluster.workers())
            with pytest.raises(GeoflowError) as caught:
                model.complete(asking("?"))
    assert caught.value.code == "no-workers"


@pytest.mark.long
def test_a_scheduler_that_ends_in_the_middle_of_a_call_is_told(tmp_path: Path) -> None:
    clusters: list[RunningCluster] = []

    def deadly(body: Mapping[str, Any]) -> str:
        clusters[0].scheduler.kill()
        return echo(body)

    with model_server(always=deadly) as server, dask_cluster(tmp_path / "c", [server.base_url]) as running:
        clusters.append(running)
        with connected(running.address, Patience(alone=2.0, connect=2.0)) as cluster:
            model = DaskChat(cluster, cluster.workers())
            with pytest.raises(GeoflowError) as caught:
                model.complete(asking("?"))
    assert caught.value.code in {"scheduler-lost", "no-workers"}
    assert running.address in caught.value.message
