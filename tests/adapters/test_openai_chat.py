import json
import signal
import threading
import time
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from geoflow.adapters.chat_errors import ModelError
from geoflow.adapters.openai_chat import Endpoint, OpenAIChat
from geoflow.errors import GeoflowError
from geoflow.ports import ChatRequest, Message
from geoflow.quality.prompt_size import message_tokens
from tests import servers
from tests.servers import Script, model_server

SCHEMA: dict[str, object] = {
    "type": "object",
    "properties": {"quote": {"type": "string", "pattern": "^f"}, "vague": {"type": "boolean"}},
    "required": ["quote", "vague"],
    "additionalProperties": False,
}
SECRET = "sk-lm-secret"  # noqa: S105
GOOD = {"quote": "fast", "vague": True}


def chat(url: str, folder: Path, **limits: float) -> OpenAIChat:
    endpoint = Endpoint(url, "scripted-7b", "lm-studio", context_tokens=4096)
    return OpenAIChat(endpoint, **{"first_token_timeout": 20.0, "timeout": 30.0, **limits}, replies=folder)


def request(schema: dict[str, object] | None = SCHEMA, text: str = "Is it vague?", max_tokens: int = 64) -> ChatRequest:
    return ChatRequest("test/1", (Message("system", "You judge."), Message("user", text)), schema, max_tokens)


def failure(
    tmp_path: Path, *script: Script, schema: dict[str, object] | None = SCHEMA, **limits: float
) -> GeoflowError:
    with model_server(*script) as server, pytest.raises(GeoflowError) as caught:
        chat(server.base_url, tmp_path, **limits).complete(request(schema))
    assert caught.value.fix
    return caught.value


def test_a_structured_reply_is_asked_for_with_a_schema_and_comes_back_as_a_value(tmp_path: Path) -> None:
    with model_server(GOOD) as server:
        reply = chat(server.base_url, tmp_path).complete(request())
    assert reply.value == GOOD
    assert (reply.model, reply.finish, reply.attempts) == ("scripted-7b", "stop", 1)
    sent = server.requests[0]
    assert sent["response_format"]["type"] == "json_schema"
    assert sent["response_format"]["json_schema"]["schema"] == SCHEMA
    assert sent["messages"][0] == {"role": "system", "content": "You judge."}
    assert (sent["model"], sent["max_tokens"], sent["temperature"], sent["seed"]) == ("scripted-7b", 64, 0.0, 7)


def test_a_plain_reply_is_text(tmp_path: Path) -> None:
    with model_server("  It is.\n") as server:
        reply = chat(server.base_url, tmp_path).complete(request(None))
    assert (reply.text, reply.value) == ("It is.", None)
    assert "response_format" not in server.requests[0]


@pytest.mark.parametrize(("cached", "expected"), [(None, None), (0, 0), (3, 3)])
def test_tokens_are_counted_and_unknown_is_not_zero(tmp_path: Path, cached: int | None, expected: int | None) -> None:
    with model_server(GOOD, cached=cached) as server:
        reply = chat(server.base_url, tmp_path).complete(request())
    assert reply.usage.prompt == 5
    assert reply.usage.completion == 4
    assert reply.usage.cached == expected
    assert reply.first_token_seconds is not None
    assert reply.first_token_seconds <= reply.seconds


def test_the_schema_reply_of_a_reasoning_model_is_found(tmp_path: Path) -> None:
    with model_server(servers.reasoning(json.dumps(GOOD))) as server:
        assert chat(server.base_url, tmp_path).complete(request()).value == GOOD


def test_a_fenced_reply_is_understood(tmp_path: Path) -> None:
    with model_server(f"Sure:\n```json\n{json.dumps(GOOD)}\n```") as server:
        assert chat(server.base_url, tmp_path).complete(request()).value == GOOD


@pytest.mark.parametrize(
    ("bad", "reason"),
    [
        ({"quote": "fast"}, "'vague' is a required property"),
        ({"quote": "slow", "vague": True}, "does not match"),
        ('{"quote": "fa', "not JSON"),
        (servers.cut_off('{"quote": "fa'), "cut off at the limit of tokens"),
        ("", "empty"),
        ("[1, 2]", "not of type 'object'"),
        ('{"quote": "f\\ud800", "vague": true}', "half a character"),
        ('{"quote": "f", "vague": NaN}', "NaN"),
        (servers.repeat("\n"), "repeats itself"),
        (servers.over_long(), "longer than it may be"),
        (servers.raw_stream("data: [DONE]\n\n"), "empty"),
    ],
)
def test_an_unfit_reply_is_shown_to_the_model_once(tmp_path: Path, bad: Script, reason: str) -> None:
    with model_server(bad, GOOD) as server:
        reply = chat(server.base_url, tmp_path).complete(request())
    assert reply.value == GOOD
    assert reply.attempts == 2
    assert reason in server.requests[1]["messages"][-1]["content"]
    assert server.requests[1]["messages"][:2] == server.requests[0]["messages"]


def test_two_unfit_replies_end_in_an_error_with_the_reply_saved(tmp_path: Path) -> None:
    error = failure(tmp_path, {"no": 1}, {"still": "no"})
    assert error.code == "model-reply-invalid"
    saved = next(tmp_path.glob("*.txt"))
    assert str(saved) in error.fix
    assert '{"still": "no"}' in saved.read_text()
    assert saved.stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize("bad", ["", servers.repeat("so on and "), servers.over_long()])
def test_an_unusable_plain_reply_is_an_error(tmp_path: Path, bad: Script) -> None:
    assert failure(tmp_path, bad, schema=None).code == "model-reply-invalid"


def test_nobody_listens(tmp_path: Path) -> None:
    with model_server() as server:
        url = server.base_url
    with pytest.raises(ModelError) as caught:
        chat(url, tmp_path).complete(request())
    assert caught.value.code == "model-unreachable"
    assert url in caught.value.message


@pytest.mark.parametrize("bad", [servers.hang(), servers.hang_before_first_token(), servers.trickle_headers()])
def test_no_first_token_in_time(tmp_path: Path, bad: Script) -> None:
    error = failure(tmp_path, bad, first_token_timeout=0.4)
    assert (error.code, "no token" in error.message) == ("model-timeout", True)


def test_a_trickle_ends_at_the_total_time(tmp_path: Path) -> None:
    error = failure(tmp_path, servers.trickle(0.05), timeout=0.6)
    assert (error.code, "did not finish" in error.message) == ("model-timeout", True)


@pytest.mark.parametrize(
    "bad", [servers.hang(), servers.hang_before_first_token(), servers.trickle(0.05), servers.trickle_headers()]
)
def test_a_call_ends_at_its_own_deadline_whatever_the_server_does(tmp_path: Path, bad: Script) -> None:
    started = time.monotonic()
    limited = replace(request(None), deadline=started + 0.6)
    with model_server(bad) as server, pytest.raises(GeoflowError) as caught:
        chat(server.base_url, tmp_path).complete(limited)
    assert caught.value.code == "budget-spent"
    assert "--budget" in caught.value.fix


def test_a_deadline_that_is_over_before_the_first_call_has_ended_is_kept_as_well(tmp_path: Path) -> None:
    # The first call may load the model, so others wait for its end: but not beyond their own.
    with model_server(servers.hang(), always="yes") as server:
        model = chat(server.base_url, tmp_path, timeout=3.0)
        first = threading.Thread(target=partial(_failing, model))
        first.start()
        while not server.requests:
            time.sleep(0.01)
        with pytest.raises(GeoflowError) as caught:
            model.complete(replace(request(None), deadline=time.monotonic() + 0.3))
        assert caught.value.code == "budget-spent"
        first.join()


def _failing(model: OpenAIChat) -> None:
    with pytest.raises(GeoflowError):
        model.complete(request(None))


def test_each_token_is_told_as_it_comes(tmp_path: Path) -> None:
    heard: list[int] = []
    with model_server("It is vague.") as server:
        model = chat(server.base_url, tmp_path)
        model.complete(replace(request(None), heard=lambda: heard.append(1)))
    assert len(heard) == 2  # the stand-in sends an answer in two pieces


def test_an_unfit_reply_is_shown_back_only_as_far_as_the_context_has_room(tmp_path: Path) -> None:
    long = "no json " * 1_000
    text = "word " * 2_000
    with model_server(long, GOOD) as server:
        assert chat(server.base_url, tmp_path).complete(request(text=text, max_tokens=600)).value == GOOD
    shown = sum(message_tokens(message["content"]) for message in server.requests[1]["messages"])
    assert shown + 600 <= 4096
    assert len(server.requests[1]["messages"]) == 4


OVERFLOWS: list[Script] = [
    servers.http_error(400, {"error": servers.OVERFLOW}),
    servers.http_error(400, {"error": {"type": "exceed_context_size_error", "message": "too long", "n_ctx": 4096}}),
    servers.stream_error(servers.OVERFLOW_IN_STREAM),
]


@pytest.mark.parametrize("overflow", OVERFLOWS)
def test_a_context_that_is_exceeded_is_told_apart(tmp_path: Path, overflow: Script) -> None:
    assert failure(tmp_path, overflow).code == "model-context-exceeded"


def test_an_empty_answer_to_a_long_prompt_is_a_context_that_is_exceeded(tmp_path: Path) -> None:
    with model_server(servers.raw_stream("data: [DONE]\n\n")) as server, pytest.raises(ModelError) as caught:
        chat(server.base_url, tmp_path).complete(request(text="word " * 4000))
    assert caught.value.code == "model-context-exceeded"


@pytest.mark.parametrize(
    "passing",
    [
        servers.http_error(500, {"error": "llama_decode failed"}),
        servers.html(503),
        servers.http_error(404, servers.NO_MODEL),
        servers.stream_error("The model has crashed without additional information."),
        servers.stream_error("Model was unloaded", after='{"quote'),
        servers.drop(),
        servers.raw_stream('data: {"choices": [\n\n'),
        servers.raw_stream('data: {"choices": [{"delta": null}]}\n\n'),
    ],
)
def test_a_passing_failure_is_tried_once_more(tmp_path: Path, passing: Script) -> None:
    with model_server(passing, GOOD) as server:
        assert chat(server.base_url, tmp_path).complete(request()).value == GOOD
    assert server.requests[0] == server.requests[1]


@pytest.mark.parametrize(
    ("bad", "code", "word"),
    [
        (servers.http_error(500, {"error": "llama_decode failed"}), "model-refused", "llama_decode failed"),
        (servers.http_error(404, servers.NO_MODEL), "model-refused", "no model loaded"),
        (servers.stream_error("Model was unloaded"), "model-refused", "no model loaded"),
        (servers.drop(), "model-unreachable", "middle of an answer"),
        (servers.raw_stream('data: {"choices": [\n\n'), "model-refused", "cannot be read"),
    ],
)
def test_a_lasting_failure_is_a_typed_error_after_two_tries(tmp_path: Path, bad: Script, code: str, word: str) -> None:
    error = failure(tmp_path, bad, bad)
    assert error.code == code
    assert word in error.message


@pytest.mark.parametrize(
    ("bad", "word"),
    [
        (servers.html(), "Sign in"),
        (servers.http_error(200, {"error": "Unexpected endpoint or method."}), "Unexpected endpoint"),
        (servers.http_error(404, {"error": {"message": "model 'x' not found"}}), "not have that model"),
        (servers.http_error(400, {"error": "Invalid JSON"}), "Invalid JSON"),
    ],
)
def test_what_will_not_pass_is_not_tried_again(tmp_path: Path, bad: Script, word: str) -> None:
    error = failure(tmp_path, bad)
    assert error.code == "model-refused"
    assert word in error.message


def test_a_grammar_that_the_engine_cannot_force_is_asked_for_more_simply(tmp_path: Path) -> None:
    refusal = servers.http_error(400, {"error": "Failed to initialize samplers: failed to parse grammar"})
    with model_server(refusal, GOOD) as server:
        assert chat(server.base_url, tmp_path).complete(request()).value == GOOD
    simpler = server.requests[1]["response_format"]["json_schema"]["schema"]
    assert simpler["properties"]["quote"] == {"type": "string"}
    assert simpler["required"] == ["quote", "vague"]


def test_a_missing_token_is_named(tmp_path: Path) -> None:
    with model_server(GOOD, token=SECRET) as server, pytest.raises(ModelError) as caught:
        chat(server.base_url, tmp_path).complete(request())
    assert "GEOFLOW_LLM__API_KEY" in caught.value.fix


def test_the_token_is_sent_and_never_shown(tmp_path: Path) -> None:
    with model_server(GOOD, servers.http_error(400, {"error": "no"}), token=SECRET) as server:
        endpoint = Endpoint(server.base_url, "scripted-7b", "lm-studio", 4096, api_key=SECRET)
        model = OpenAIChat(endpoint, first_token_timeout=20, timeout=30, replies=tmp_path)
        assert model.complete(request()).value == GOOD
        with pytest.raises(ModelError) as caught:
            model.complete(request())
    assert SECRET not in repr(endpoint) + caught.value.message + caught.value.fix


def test_a_loopback_server_is_never_asked_through_a_proxy(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    with model_server(GOOD) as server:
        assert chat(server.base_url, tmp_path).complete(request()).value == GOOD


def test_ctrl_c_passes_and_closes_the_stream(tmp_path: Path) -> None:
    interrupt = partial(signal.pthread_kill, threading.main_thread().ident or 0, signal.SIGINT)
    with model_server(servers.hang()) as server:
        model = chat(server.base_url, tmp_path)
        threading.Thread(target=_when(lambda: bool(server.requests), interrupt), daemon=True).start()
        with pytest.raises(KeyboardInterrupt):
            model.complete(request())


def _when(condition: Callable[[], bool], act: Callable[[], Any]) -> Callable[[], None]:
    def wait() -> None:
        for _ in range(500):
            if condition():
                act()
                return
            time.sleep(0.02)

    return wait


def test_parallel_callers_each_get_their_own_reply(tmp_path: Path) -> None:
    with model_server(always=lambda body: body["messages"][-1]["content"], context=4096) as server:
        model = chat(server.base_url, tmp_path)
        said: dict[int, str] = {}

        def ask(number: int) -> None:
            said[number] = model.complete(request(None, text=f"call {number}")).text

        threads = [threading.Thread(target=ask, args=(number,)) for number in range(20)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert said == {number: f"call {number}" for number in range(20)}
