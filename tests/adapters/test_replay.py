import json
from pathlib import Path
from typing import Any

import pytest

from geoflow.adapters.replay import ReplayedModel
from geoflow.adapters.transcript import Transcribed
from geoflow.adapters.transcript_file import TranscriptFile
from geoflow.errors import ExitCode, GeoflowError
from geoflow.ports import ChatReply, ChatRequest, Message
from geoflow.settings import Kept
from tests.fakes import QueueModel

SCHEMA = {"type": "object", "properties": {"x": {"type": "integer"}}, "required": ["x"]}


def request(text: str, **options: Any) -> ChatRequest:
    return ChatRequest("test.prompt/3", (Message("user", text),), **options)


def never(text: str) -> None:
    raise AssertionError(text)


def record(file: Path, model: QueueModel, *requests: ChatRequest, kept: Kept = "replies") -> list[ChatReply | str]:
    transcribed = Transcribed(model, TranscriptFile(file, never), kept)
    return ask(transcribed, *requests)


def ask(model: Any, *requests: ChatRequest) -> list[ChatReply | str]:
    replies: list[ChatReply | str] = []
    for one in requests:
        try:
            replies.append(model.complete(one))
        except GeoflowError as error:
            replies.append(f"{error.code}: {error.message} {error.fix}")
    return replies


def test_a_replay_gives_what_was_recorded_failures_included_whatever_the_order(tmp_path: Path) -> None:
    file = tmp_path / "transcript.jsonl"
    failure = GeoflowError("the model is gone", fix="start it", code="model-unreachable")
    model = QueueModel({"x": 1}, "text", failure, name="one-7b", backend="lm-studio", context_tokens=2048)
    asked = [request("a", schema=SCHEMA), request("b"), request("c")]
    recorded = record(file, model, *asked)
    replayed = ReplayedModel(file)
    assert (replayed.name, replayed.backend, replayed.context_tokens) == ("one-7b", "lm-studio", 2048)
    assert [_content(one) for one in ask(replayed, *reversed(asked))] == [_content(one) for one in reversed(recorded)]


def _content(reply: ChatReply | str) -> object:
    if isinstance(reply, str):
        return reply
    return reply.text, reply.value, reply.model, reply.usage, reply.finish, reply.attempts, reply.first_token_seconds


def test_equal_requests_get_their_replies_in_the_order_of_the_file_and_no_more(tmp_path: Path) -> None:
    file = tmp_path / "transcript.jsonl"
    record(file, QueueModel("first", "second"), request("same"), request("same"))
    replayed = ReplayedModel(file)
    assert [replayed.complete(request("same")).text for _ in range(2)] == ["first", "second"]
    with pytest.raises(GeoflowError) as caught:
        replayed.complete(request("same"))
    assert caught.value.code == "not-in-transcript"


def test_a_request_that_is_not_recorded_is_a_failure_that_names_the_prompt(tmp_path: Path) -> None:
    file = tmp_path / "transcript.jsonl"
    record(file, QueueModel("yes"), request("a"))
    with pytest.raises(GeoflowError, match=r"test\.prompt/3") as caught:
        ReplayedModel(file).complete(request("another"))
    assert (caught.value.code, caught.value.exit_code) == ("not-in-transcript", ExitCode.ENVIRONMENT)


def test_deadline_and_listener_are_no_part_of_what_is_looked_up(tmp_path: Path) -> None:
    file = tmp_path / "transcript.jsonl"
    record(file, QueueModel("yes"), request("a", deadline=17.0, heard=lambda: None))
    assert ReplayedModel(file).complete(request("a", deadline=99.0)).text == "yes"


def test_the_context_is_the_one_that_the_next_call_was_made_with(tmp_path: Path) -> None:
    file = tmp_path / "transcript.jsonl"
    record(file, QueueModel("a", context_tokens=4096), request("a"))
    record(file, QueueModel("b", context_tokens=8192), request("b"))
    replayed = ReplayedModel(file)
    contexts = [replayed.context_tokens]
    replayed.complete(request("a"))
    assert [*contexts, replayed.context_tokens] == [4096, 8192]


@pytest.mark.parametrize(
    ("model", "kept"), [(QueueModel("yes"), "calls"), (QueueModel(KeyboardInterrupt()), "replies")]
)
def test_a_line_without_a_reply_cannot_be_replayed_and_says_why(tmp_path: Path, model: QueueModel, kept: Kept) -> None:
    file = tmp_path / "transcript.jsonl"
    with pytest.raises(KeyboardInterrupt) if kept == "replies" else _nothing():
        record(file, model, request("a"), kept=kept)
    with pytest.raises(GeoflowError, match=r"without replies|stopped before") as caught:
        ReplayedModel(file).complete(request("a"))
    assert caught.value.code == "not-in-transcript"


def _nothing() -> Any:
    from contextlib import nullcontext

    return nullcontext()


def test_torn_lines_and_other_lines_are_passed_over(tmp_path: Path) -> None:
    file = tmp_path / "transcript.jsonl"
    file.write_bytes(b'{"schema": "geoflow.ca\n[1]\n\xff\xfe\n{"schema":"geoflow.call/1"}\n')
    record(file, QueueModel("yes"), request("a"))
    with file.open("ab") as opened:
        opened.write(b'{"schema":"geoflow.call/1","geoflow.request.sha256":')
    assert ReplayedModel(file).complete(request("a")).text == "yes"


def test_a_reply_that_was_changed_to_another_form_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "transcript.jsonl"
    record(file, QueueModel({"x": 1}), request("a", schema=SCHEMA))
    line = json.loads(file.read_text())
    line["gen_ai.output.messages"][0]["parts"][0]["content"] = '{"x": "rm -rf"}'
    file.write_text(json.dumps(line) + "\n")
    with pytest.raises(GeoflowError, match="is not what was asked for"):
        ReplayedModel(file).complete(request("a", schema=SCHEMA))


@pytest.mark.parametrize("content", [None, b"", b"not a transcript\n"])
def test_a_file_without_a_call_is_no_transcript(tmp_path: Path, content: bytes | None) -> None:
    file = tmp_path / "transcript.jsonl"
    if content is not None:
        file.write_bytes(content)
    with pytest.raises(GeoflowError) as caught:
        ReplayedModel(file)
    assert caught.value.code == "transcript-unreadable"
