"""Answers that are too large, broken off, said twice, or sent elsewhere."""

import json
from pathlib import Path

import pytest

from geoflow.adapters.chat_errors import ModelError
from geoflow.adapters.openai_chat import Endpoint, OpenAIChat
from geoflow.ports import ChatReply, ChatRequest, Message
from tests import servers
from tests.servers import Misbehaviour, Script, model_server

SCHEMA = {
    "type": "object",
    "properties": {"quote": {"type": "string"}, "vague": {"type": "boolean"}},
    "required": ["quote", "vague"],
    "additionalProperties": False,
}
GOOD = {"quote": "fast", "vague": True}


def ask(folder: Path, *script: Script, schema: dict[str, object] | None = SCHEMA) -> ChatReply:
    with model_server(*script) as server:
        endpoint = Endpoint(server.base_url, "scripted-7b", "lm-studio", 4096, "sk-lm-secret")
        model = OpenAIChat(endpoint, first_token_timeout=20, timeout=40, replies=folder)
        return model.complete(ChatRequest("test/1", (Message("user", "Is it vague?"),), schema, max_tokens=64))


def failure(folder: Path, *script: Script, schema: dict[str, object] | None = SCHEMA) -> ModelError:
    with pytest.raises(ModelError) as caught:
        ask(folder, *script, schema=schema)
    assert caught.value.fix
    return caught.value


def test_a_text_that_ends_without_its_end_is_no_answer(tmp_path: Path) -> None:
    error = failure(tmp_path, servers.end_early("The kiln cools for"), schema=None)
    assert (error.code, "it broke off" in error.message) == ("model-reply-invalid", True)


def test_an_object_that_is_whole_needs_no_further_end(tmp_path: Path) -> None:
    reply = ask(tmp_path, servers.end_early(json.dumps(GOOD)))
    assert (reply.value, reply.finish, reply.attempts) == (GOOD, "broken-off", 1)


def test_fifty_megabytes_in_one_piece_are_not_read_to_their_end(tmp_path: Path) -> None:
    error = failure(tmp_path, servers.flood(), schema=None)
    assert "far longer than it may be" in error.message
    assert sum(file.stat().st_size for file in tmp_path.iterdir()) < 2_000_000


@pytest.mark.parametrize("status", [400, 404, 500])
def test_an_error_of_fifty_megabytes_is_cut_short(tmp_path: Path, status: int) -> None:
    error = failure(tmp_path, servers.huge_body(status), servers.huge_body(status))
    assert (error.code, len(error.message) < 600) == ("model-refused", True)


def test_an_error_of_a_megabyte_is_shown_in_part(tmp_path: Path) -> None:
    error = failure(tmp_path, servers.huge_body(400, megabytes=1))
    assert "400: xxx" in error.message
    assert len(error.message) < 600


def test_a_field_that_stands_twice_is_asked_for_again(tmp_path: Path) -> None:
    twice = '{"quote": "fast", "vague": true, "vague": false}'
    assert ask(tmp_path, twice, GOOD).attempts == 2
    assert "stands in it twice" in failure(tmp_path, twice, twice).message


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_a_redirect_is_told_and_not_followed(tmp_path: Path, status: int) -> None:
    with model_server() as other:
        away: Misbehaviour = servers.redirect(f"{other.base_url}/chat/completions", status)
        error = failure(tmp_path, away)
    assert (other.paths, other.tokens) == ([], [])
    assert error.code == "model-refused"
    assert f"redirects to {other.base_url}" in error.message
