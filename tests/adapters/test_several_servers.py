"""Several model servers, asked for real: which are used, and what happens when one goes away."""

import threading
from collections import Counter
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest

from geoflow.adapters.backends import Surroundings, open_model, overview
from geoflow.adapters.in_threads import in_threads
from geoflow.adapters.model_manifest import Manifest, ModelFile
from geoflow.adapters.model_store import ModelStore
from geoflow.errors import GeoflowError
from geoflow.ports import ChatModel, ChatRequest, Message
from geoflow.settings import ModelSettings
from tests import servers
from tests.fakes import SilentProgress
from tests.servers import ModelServer, model_server

NOBODY = "http://127.0.0.1:9/v1"
TINY = ModelFile("tiny", "Tiny", "tests", "tiny.gguf", 4, "0" * 64, "MIT", "nobody/tiny", ())


def around(tmp_path: Path) -> Surroundings:
    store = ModelStore(tmp_path / "models", Manifest("tiny", (TINY,)), ())
    return Surroundings(NOBODY, store, tmp_path / "embedded", tmp_path / "replies")


def opened(tmp_path: Path, *urls: str, **settings: Any) -> ChatModel:
    return open_model(ModelSettings(base_url=",".join(urls), **settings), SilentProgress(), around(tmp_path))


def asking(text: str) -> ChatRequest:
    return ChatRequest("test/1", (Message("user", text),), max_tokens=16)


def echo(body: dict[str, Any]) -> str:
    return f"you said {body['messages'][-1]['content']}"


def test_the_first_server_that_answers_is_used(tmp_path: Path) -> None:
    with model_server(always=echo, model="qwen3-8b") as second, model_server(model="qwen3-8b") as third:
        model = opened(tmp_path, NOBODY, second.base_url, third.base_url)
        assert [model.complete(asking(str(number))).text for number in range(3)] == [f"you said {n}" for n in range(3)]
    assert (len(second.requests), len(third.requests)) == (3, 0)


def test_the_first_server_with_the_wanted_model_is_used(tmp_path: Path) -> None:
    with model_server(model="gemma-3") as first, model_server("yes", model="qwen3-8b") as second:
        model = opened(tmp_path, first.base_url, second.base_url, model="qwen3-8b")
        assert model.complete(asking("?")).text == "yes"
    assert first.requests == []


def test_servers_with_another_model_take_no_part(tmp_path: Path) -> None:
    with model_server(always=echo, model="qwen3-8b") as first, model_server(model="gemma-3") as second:
        model = opened(tmp_path, first.base_url, second.base_url, parallel=4)
        in_threads(lambda number: model.complete(asking(str(number))), range(8), 4)
    assert (len(first.requests), len(second.requests)) == (8, 0)


def test_no_server_answers(tmp_path: Path) -> None:
    with pytest.raises(GeoflowError) as caught:
        opened(tmp_path, NOBODY, "http://127.0.0.1:10")
    assert caught.value.code == "model-unreachable"
    assert "none of 2" in caught.value.message


def test_no_server_has_the_model(tmp_path: Path) -> None:
    with model_server(model="qwen3-8b") as server, pytest.raises(GeoflowError) as caught:
        opened(tmp_path, NOBODY, server.base_url, model="qwen3-9b")
    assert caught.value.code == "unknown-model"
    assert "Did you mean qwen3-8b?" in caught.value.fix


def test_a_server_that_lists_the_model_goes_before_one_that_may_know_it(tmp_path: Path) -> None:
    with model_server(lm_studio=False, model="other") as plain, model_server("yes", model="qwen3-8b") as listed:
        model = opened(tmp_path, plain.base_url, listed.base_url, model="qwen3-8b")
        assert model.complete(asking("?")).text == "yes"


@pytest.mark.parametrize(
    "failing",
    [
        servers.http_error(404, servers.NO_MODEL),
        servers.stream_error("Model was unloaded"),
        servers.http_error(503, {"error": "busy"}),
        servers.drop(),
        servers.html(),
    ],
)
def test_a_call_goes_on_with_the_next_server(tmp_path: Path, failing: servers.Misbehaviour) -> None:
    with model_server(always=failing) as first, model_server(always=echo) as second:
        model = opened(tmp_path, first.base_url, second.base_url)
        assert model.complete(asking("one")).text == "you said one"
        tries = len(first.requests)
        assert model.complete(asking("two")).text == "you said two"
    assert 1 <= tries <= 2
    assert len(first.requests) == tries  # it is left alone for a while
    assert len(second.requests) == 2


def test_a_bad_request_is_not_sent_around(tmp_path: Path) -> None:
    bad = servers.http_error(400, {"error": "Invalid JSON"})
    with model_server(bad) as first, model_server() as second, pytest.raises(GeoflowError):
        opened(tmp_path, first.base_url, second.base_url).complete(asking("?"))
    assert second.requests == []


def test_a_server_that_stops_in_the_middle_of_the_work_loses_no_call(tmp_path: Path) -> None:
    with model_server(always=echo) as second:
        with model_server(always=echo) as first:
            model = opened(tmp_path, first.base_url, second.base_url)
            before = [model.complete(asking(f"{number}")).text for number in range(3)]
        after = [model.complete(asking(f"{number}")).text for number in range(3, 6)]
    assert before + after == [f"you said {number}" for number in range(6)]
    assert (len(first.requests), len(second.requests)) == (3, 3)


def test_a_hanging_server_costs_one_wait_and_not_one_a_call(tmp_path: Path) -> None:
    with model_server(always=servers.hang()) as first, model_server(always=echo) as second:
        model = opened(tmp_path, first.base_url, second.base_url, first_token_timeout=0.5)
        assert [model.complete(asking(str(number))).text for number in range(4)] == [f"you said {n}" for n in range(4)]
    assert len(first.requests) == 1


@pytest.mark.parametrize("parallel", [1, 4, 100])
@pytest.mark.parametrize("count", [1, 3])
def test_of_a_hundred_callers_none_is_lost_and_none_is_doubled(tmp_path: Path, parallel: int, count: int) -> None:
    lock, busy, most = threading.Lock(), [0], [0]

    def answer(body: dict[str, Any]) -> str:
        with lock:
            busy[0] += 1
            most[0] = max(most[0], busy[0])
        said = echo(body)
        with lock:
            busy[0] -= 1
        return said

    with ExitStack() as stack:
        running: list[ModelServer] = [stack.enter_context(model_server(always=answer)) for _ in range(count)]
        model = opened(tmp_path, *(server.base_url for server in running), parallel=parallel)
        said = in_threads(lambda number: model.complete(asking(f"call {number}")).text, range(100), 100)
        asked = [request["messages"][-1]["content"] for server in running for request in server.requests]
    assert said == [f"you said call {number}" for number in range(100)]
    assert Counter(asked) == Counter(f"call {number}" for number in range(100))
    assert most[0] <= parallel
    if parallel == 100:
        assert all(server.requests for server in running)


def test_a_hundred_callers_survive_the_end_of_one_of_two_servers(tmp_path: Path) -> None:
    dies = threading.Event()

    def fragile(body: dict[str, Any]) -> servers.Reply:
        if len(first.requests) > 20:
            dies.set()
        return servers.http_error(503, {"error": "shutting down"}) if dies.is_set() else echo(body)

    with model_server(always=fragile) as first, model_server(always=echo) as second:
        model = opened(tmp_path, first.base_url, second.base_url, parallel=8)
        said = in_threads(lambda number: model.complete(asking(f"call {number}")).text, range(100), 100)
    assert said == [f"you said call {number}" for number in range(100)]
    assert len(second.requests) >= 79


def test_the_overview_shows_every_server_and_which_are_used(tmp_path: Path) -> None:
    with model_server(model="qwen3-8b") as first, model_server(model="gemma-3") as second:
        settings = ModelSettings(base_url=f"{first.base_url},{NOBODY},{second.base_url}")
        seen = overview(settings, around(tmp_path))
    assert [asked.base_url for asked in seen.servers] == [first.base_url, NOBODY, second.base_url]
    assert [asked.found is not None for asked in seen.servers] == [True, False, True]
    assert seen.uses == (first.base_url,)


def test_a_token_goes_to_every_server_that_was_set(tmp_path: Path) -> None:
    with (
        model_server(servers.http_error(503, {"error": "busy"}), servers.http_error(503, {}), token="sk-lm") as first,  # noqa: S106
        model_server("yes", token="sk-lm") as second,  # noqa: S106
    ):
        model = opened(tmp_path, first.base_url, second.base_url, api_key="sk-lm")
        assert model.complete(asking("?")).text == "yes"


def test_a_server_that_asks_for_a_token_is_passed_over_where_another_answers(tmp_path: Path) -> None:
    with model_server(token="sk-lm") as first, model_server("yes") as second:  # noqa: S106
        assert opened(tmp_path, first.base_url, second.base_url).complete(asking("?")).text == "yes"
        with pytest.raises(GeoflowError) as caught:
            opened(tmp_path, first.base_url, NOBODY)
    assert "LM_API_TOKEN" in caught.value.fix
