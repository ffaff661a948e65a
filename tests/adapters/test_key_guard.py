"""A server that says the key that it was sent, in every place where it may say something."""

from pathlib import Path
from typing import Any

import pytest

from geoflow.adapters.key_guard import HIDDEN, without_key
from geoflow.adapters.openai_chat import Endpoint, OpenAIChat
from geoflow.errors import GeoflowError
from geoflow.ports import ChatReply, ChatRequest, Message
from tests.servers import http_error, model_server, reasoning, stream_error

KEY = "sk-lm-KeyThatNobodyMaySee"
SCHEMA = {"type": "object", "properties": {"said": {"type": "string"}}, "required": ["said"]}
REQUEST = ChatRequest("test/1", (Message("system", "Be brief."), Message("user", "Which key?")), SCHEMA)


def ask(tmp_path: Path, *script: Any, request: ChatRequest = REQUEST) -> ChatReply:
    with model_server(*script) as server:
        endpoint = Endpoint(server.base_url, server.model, "lm-studio", 4096, KEY)
        chat = OpenAIChat(endpoint, first_token_timeout=10, timeout=20, replies=tmp_path / "replies")
        try:
            return chat.complete(request)
        finally:
            assert server.headers[-1]["authorization"] == f"Bearer {KEY}"
            assert KEY not in str(server.requests)


@pytest.mark.parametrize(
    "reply",
    [
        {"said": f"It is {KEY}."},
        reasoning(f'{{"said": "It is {KEY}."}}'),
        '{"said": "It is \\u0073k-lm-KeyThatNobodyMaySee."}',
    ],
    ids=["content", "reasoning", "escaped"],
)
def test_a_reply_never_has_the_key(reply: Any, tmp_path: Path) -> None:
    assert ask(tmp_path, reply).value == {"said": f"It is {HIDDEN}."}


def test_a_reply_without_a_form_never_has_the_key(tmp_path: Path) -> None:
    request = ChatRequest("test/1", REQUEST.messages)
    assert ask(tmp_path, f"It is {KEY}.", request=request).text == f"It is {HIDDEN}."


def test_an_unfit_reply_is_shown_back_and_saved_without_the_key(tmp_path: Path) -> None:
    with pytest.raises(GeoflowError) as caught:
        ask(tmp_path, {"key": KEY}, f"no JSON but {KEY}")
    assert KEY not in caught.value.message + caught.value.fix
    saved = "".join(path.read_text() for path in (tmp_path / "replies").iterdir())
    assert HIDDEN in saved
    assert KEY not in saved


@pytest.mark.parametrize(
    "failure",
    [
        http_error(401, {"error": {"message": f"Incorrect API key provided: {KEY}", "code": "invalid_api_key"}}),
        http_error(400, {"error": f"bad request of {KEY}"}),
        stream_error(f"no such key: {KEY}"),
    ],
    ids=["401", "400", "stream"],
)
def test_an_error_never_has_the_key(failure: Any, tmp_path: Path) -> None:
    with pytest.raises(GeoflowError) as caught:
        ask(tmp_path, failure, failure)
    assert KEY not in caught.value.message + caught.value.fix


def test_a_lone_surrogate_in_a_prompt_or_a_reply_is_no_defect(tmp_path: Path) -> None:
    request = ChatRequest("test/1", (Message("user", "half \udcff"),), SCHEMA)
    half = '{"said": "\ud800"}'
    with pytest.raises(GeoflowError) as caught:
        ask(tmp_path, half, half, request=request)
    assert caught.value.code == "model-reply-invalid"


def test_a_key_is_taken_out_of_every_depth_and_a_short_one_is_left() -> None:
    assert without_key({KEY: [KEY, {"a": f"<{KEY}>"}, 1, None]}, KEY) == {
        HIDDEN: [HIDDEN, {"a": f"<{HIDDEN}>"}, 1, None]
    }
    assert without_key({"a": "the none"}, "none") == {"a": "the none"}
    assert without_key("text", "") == "text"
