"""The stand-in for LM Studio: what it says, what it forgets, and what it makes of a real server's answers."""

import http.client
import json
import threading
from typing import Any

import pytest

from tests import servers
from tests.servers import Behind, ModelServer, Script, model_server

CHAT = "/v1/chat/completions"


def send(server: ModelServer, method: str, path: str, **body: Any) -> tuple[int, str]:
    connection = http.client.HTTPConnection("127.0.0.1", server.server_port, timeout=10)
    document = {"messages": [{"role": "user", "content": "one two"}], "stream": False, **body}
    content = json.dumps(document) if method == "POST" else None
    connection.request(method, path, content, {"Content-Type": "application/json"})
    response = connection.getresponse()
    text = response.read().decode()
    connection.close()
    return response.status, text


def post(server: ModelServer, path: str = CHAT, **body: Any) -> tuple[int, str]:
    return send(server, "POST", path, **body)


def get(server: ModelServer, path: str) -> Any:
    return json.loads(send(server, "GET", path)[1])


def test_replies_come_in_order_and_requests_are_kept() -> None:
    with model_server({"a": 1}, lambda body: body["messages"][0]["content"]) as server:
        texts = [json.loads(post(server)[1])["choices"][0]["message"]["content"] for _ in range(2)]
    assert texts == ['{"a": 1}', "one two"]
    assert len(server.requests) == 2


def test_an_unknown_path_is_answered_with_200_as_lm_studio_does() -> None:
    with model_server() as server:
        assert post(server, "/chat/completions") == (
            200,
            '{"error": "Unexpected endpoint or method. (POST /chat/completions)"}',
        )


def test_an_object_without_a_schema_is_refused_as_lm_studio_does() -> None:
    with model_server() as server:
        status, text = post(server, response_format={"type": "json_object"})
    assert (status, "must be 'json_schema' or 'text'" in text) == (400, True)


@pytest.mark.parametrize(("native", "there"), [("v1", 2), ("v0", 0), ("", 0)])
def test_each_generation_lists_its_models_its_own_way(native: str, there: int) -> None:
    with model_server(native=native, context=9000, other_models=("b",), embedding="embed-x") as server:
        current, older = get(server, "/api/v1/models"), get(server, "/api/v0/models")
        shared = get(server, "/v1/models")
    assert [model["id"] for model in shared["data"]] == ["scripted-7b", "b", "embed-x"]
    loaded = [model["loaded_instances"] for model in current.get("models", ()) if model["type"] == "llm"]
    assert loaded == [[{"id": "scripted-7b", "config": {"context_length": 9000, "parallel": 4}}], []][:there]
    if native:
        assert [model.get("loaded_context_length") for model in older["data"]] == [None, 9000, None]


def test_a_model_that_is_unloaded_loads_at_the_next_request() -> None:
    with model_server("a", servers.unload(), "b") as server:
        assert [post(server)[0] for _ in range(3)] == [200, 404, 200]
        assert server.loads == 1


def test_a_model_that_only_a_person_loads_stays_away() -> None:
    with model_server("a", loaded=False, jit=False) as server:
        status, text = post(server)
    assert (status, "lms load" in text) == (404, True)


def test_parallel_first_requests_load_a_copy_each() -> None:
    with model_server(always="a", loaded=False, load_seconds=0.3) as server:
        threads = [threading.Thread(target=post, args=(server,)) for _ in range(3)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert server.loads == 3


def front(*script: Script, overflow: str = "400") -> Any:
    """Make the pair of a server that stands for the real one, and how the front is told of it."""
    real = model_server(*script, lm_studio=False, cached=1, token="k")  # noqa: S106
    return real, lambda server: Behind(server.base_url, "real", "k", overflow)


@pytest.mark.parametrize("kind", ["whole", "stream"])
def test_a_real_servers_answer_comes_with_lm_studios_manners(kind: str) -> None:
    stream = kind == "stream"
    real, behind = front("the answer")
    with real as upstream, model_server(behind=behind(upstream), model="shown") as server:
        status, text = post(server, model="shown", stream=stream)
    assert status == 200
    assert ('"the a"' if stream else '"the answer"') in text
    assert "cached_tokens" not in text
    assert '"model": "shown"' in text
    assert text.endswith("data: [DONE]\n\n") is stream
    assert upstream.requests[0]["model"] == "real"


@pytest.mark.parametrize(("shape", "status"), [("400", 400), ("stream", 200), ("empty", 200)])
def test_a_real_servers_overflow_is_told_in_three_shapes(shape: str, status: int) -> None:
    exceeded = {"type": "exceed_context_size_error", "message": "too long", "n_prompt_tokens": 9000, "n_ctx": 4096}
    real, behind = front(servers.http_error(400, {"error": exceeded}), overflow=shape)
    with real as upstream, model_server(behind=behind(upstream)) as server:
        got, text = post(server, stream=True)
    assert got == status
    assert ("9000" in text) is (shape != "empty")
    assert ("event: error" in text) is (shape == "stream")


@pytest.mark.parametrize("bad", [servers.reset(), servers.drop("half")])
def test_a_real_server_that_goes_away_is_a_crash_of_the_model(bad: Script) -> None:
    real, behind = front(bad)
    with real as upstream, model_server(behind=behind(upstream)) as server:
        assert "The model has crashed" in post(server, stream=True)[1]


def test_a_real_servers_other_errors_are_texts() -> None:
    real, behind = front(servers.http_error(500, {"error": {"message": "no memory", "type": "server_error"}}))
    with real as upstream, model_server(behind=behind(upstream)) as server:
        assert post(server) == (500, '{"error": "no memory"}')
