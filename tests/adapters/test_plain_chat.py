"""Requests, replies and failures survive the way to another machine and back, and are data there and nothing else."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from geoflow.adapters.plain_chat import error_from, plain_error, plain_reply, plain_request, reply_from, request_from
from geoflow.errors import ExitCode, GeoflowError
from geoflow.ports import ChatReply, ChatRequest, FunctionCall, Message, Usage

SCHEMA = {
    "type": "object",
    "properties": {"old": {"type": "string"}},
    "required": ["old"],
    "additionalProperties": False,
}
TEXTS = st.text(max_size=30)
CALLS = st.builds(FunctionCall, TEXTS, TEXTS, TEXTS)
MESSAGES = st.builds(
    Message,
    st.sampled_from(["system", "user", "assistant", "tool"]),
    TEXTS,
    st.lists(CALLS, max_size=2).map(tuple),
    TEXTS,
)
REQUESTS = st.builds(
    ChatRequest,
    prompt=TEXTS,
    messages=st.lists(MESSAGES, max_size=4).map(tuple),
    schema=st.sampled_from([None, SCHEMA]),
    max_tokens=st.integers(1, 9999),
    temperature=st.floats(0, 2),
    seed=st.integers(0, 99),
    stable=st.integers(0, 3),
    functions=st.just(({"name": "look", "description": "Look.", "parameters": SCHEMA},)) | st.just(()),
)
REPLIES = st.builds(
    ChatReply,
    text=TEXTS,
    value=st.none(),
    model=TEXTS,
    usage=st.builds(Usage, st.integers(0, 9), st.integers(0, 9), st.none() | st.integers(0, 9)),
    seconds=st.floats(0, 9),
    first_token_seconds=st.none() | st.floats(0, 9),
    finish=st.sampled_from(["stop", "length"]),
    attempts=st.integers(1, 2),
    calls=st.lists(CALLS, max_size=2).map(tuple),
)
ASKED = ChatRequest("test/1", (Message("user", "?"),), SCHEMA)


@given(REQUESTS, st.none() | st.floats(0, 1e6))
def test_a_request_is_the_same_on_the_other_side(request: ChatRequest, deadline: float | None) -> None:
    read = request_from(json.loads(json.dumps(plain_request(request))), deadline)
    assert read == ChatRequest(**{name: getattr(request, name) for name in _FIELDS}, deadline=deadline)


_FIELDS = ("prompt", "messages", "schema", "max_tokens", "temperature", "seed", "stable", "functions")


@given(REPLIES)
def test_a_reply_is_the_same_at_home(reply: ChatReply) -> None:
    assert reply_from(json.loads(json.dumps(plain_reply(reply))), ChatRequest("test/1", ())) == reply


def test_the_object_of_a_reply_is_read_from_its_text_at_home() -> None:
    told = plain_reply(ChatReply('{"old": "gracefully"}', {"old": "something else"}, "m"))
    assert reply_from(told, ASKED).value == {"old": "gracefully"}


@pytest.mark.parametrize(
    "told",
    [
        plain_reply(ChatReply('{"old": 1}', None, "m")),
        plain_reply(ChatReply("no object", None, "m")),
        {},
        {"text": '{"old": ""}'},
        {**plain_reply(ChatReply('{"old": ""}', None, "m")), "usage": "many"},
        {**plain_reply(ChatReply('{"old": ""}', None, "m")), "calls": [1]},
    ],
)
def test_a_reply_of_another_form_is_refused_at_home(told: dict[str, object]) -> None:
    with pytest.raises(GeoflowError) as caught:
        reply_from(told, ASKED)
    assert caught.value.code == "model-reply-invalid"


def test_a_failure_says_where_it_was() -> None:
    failed = GeoflowError("The model is gone.", fix="Load it.", code="model-unreachable", exit_code=ExitCode.NO)
    read = error_from(plain_error(failed), "tcp://127.0.0.1:1")
    assert read.message == "The model is gone (on the worker tcp://127.0.0.1:1)"
    assert (read.fix, read.code, read.exit_code) == ("Load it.", "model-unreachable", ExitCode.NO)
