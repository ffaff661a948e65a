import json
import threading
from contextlib import nullcontext
from pathlib import Path
from typing import Any

import pytest

from geoflow.adapters.redaction import redacted
from geoflow.adapters.transcript import Transcribed, request_hash
from geoflow.adapters.transcript_file import TranscriptFile
from geoflow.errors import GeoflowError
from geoflow.ports import ChatRequest, Message
from geoflow.settings import Kept
from tests.fakes import QueueModel

REQUEST = ChatRequest("improve.span/2", (Message("user", "one two"),), max_tokens=99)


def never(text: str) -> None:
    raise AssertionError(text)


def lines(file: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in file.read_text().splitlines()]


def test_a_call_is_one_line_under_the_names_of_opentelemetry(tmp_path: Path) -> None:
    file = tmp_path / "geoflow" / "transcript.jsonl"
    model = Transcribed(QueueModel("yes it is", backend="lm-studio"), TranscriptFile(file, never))
    assert model.complete(REQUEST).text == "yes it is"
    [line] = lines(file)
    assert line["gen_ai.request.model"] == "scripted"
    assert line["gen_ai.provider.name"] == "lm_studio"
    assert (line["gen_ai.usage.input_tokens"], line["gen_ai.usage.output_tokens"]) == (2, 3)
    assert (line["gen_ai.prompt.name"], line["gen_ai.prompt.version"]) == ("improve.span", "2")
    assert line["gen_ai.response.finish_reasons"] == ["stop"]
    assert line["gen_ai.output.messages"][0]["parts"][0]["content"] == "yes it is"
    assert "error.type" not in line
    assert file.stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize(
    ("error", "kind"),
    [(GeoflowError("gone", code="model-unreachable"), "model-unreachable"), (KeyboardInterrupt(), "interrupted")],
)
def test_a_failed_call_is_a_line_as_well(tmp_path: Path, error: BaseException, kind: str) -> None:
    file = tmp_path / "transcript.jsonl"
    with pytest.raises(type(error)):
        Transcribed(QueueModel(error), TranscriptFile(file, never)).complete(REQUEST)
    assert [line["error.type"] for line in lines(file)] == [kind]


def test_lines_of_parallel_writers_do_not_mix(tmp_path: Path) -> None:
    file = tmp_path / "transcript.jsonl"
    models = [Transcribed(QueueModel(always="word " * 2000), TranscriptFile(file, never)) for _ in range(8)]
    threads = [threading.Thread(target=lambda m=model: [m.complete(REQUEST) for _ in range(20)]) for model in models]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(lines(file)) == 160


def test_a_transcript_that_cannot_be_written_is_told_once_and_stops_nothing(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    told: list[str] = []
    model = Transcribed(QueueModel("a", "b"), TranscriptFile(tmp_path / "file" / "transcript.jsonl", told.append))
    assert [model.complete(REQUEST).text for _ in range(2)] == ["a", "b"]
    assert len(told) == 1


def test_the_hash_of_a_request_depends_on_all_of_it() -> None:
    changed = [
        ChatRequest("improve.span/3", REQUEST.messages, max_tokens=99),
        ChatRequest("improve.span/2", (Message("user", "one  two"),), max_tokens=99),
        ChatRequest("improve.span/2", REQUEST.messages, {"type": "object"}, 99),
    ]
    assert len({request_hash(request) for request in [REQUEST, *changed]}) == 4
    assert request_hash(REQUEST) == request_hash(ChatRequest("improve.span/2", REQUEST.messages, max_tokens=99))


LM_STUDIO = "sk-lm-" + "abcdefghijklmnop1234"
SECRETS = [
    "hush-hush-77",
    LM_STUDIO,
    "ghp_" + "a1B2" * 9,
    "AKIAIOSFODNN7EXAMPLE",
    "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0In0.dBjftJeZ4CVP",
    "-----BEGIN RSA PRIVATE KEY-----\nMIIEow\n-----END RSA PRIVATE KEY-----",
]


@pytest.mark.parametrize("secret", SECRETS)
@pytest.mark.parametrize("place", ["prompt", "reply", "error"])
def test_no_secret_reaches_the_file(tmp_path: Path, secret: str, place: str) -> None:
    file = tmp_path / "transcript.jsonl"
    said = GeoflowError(f"401 {secret}", fix=f"not {secret}") if place == "error" else f"it is {secret}."
    model = Transcribed(QueueModel(said), TranscriptFile(file, never), "full", ("hush-hush-77", ""))
    with pytest.raises(GeoflowError) if place == "error" else nullcontext():
        model.complete(ChatRequest("p/1", (Message("user", f"say {secret}" if place == "prompt" else "say"),)))
    kept = file.read_text()
    assert secret not in kept
    assert json.dumps(secret)[1:-1] not in kept
    assert "[secret]" in kept or place == "prompt"


@pytest.mark.parametrize(
    "text",
    [
        "The token SHALL expire after 30 minutes of idleness.",
        "A password: at least 12 characters, letters and digits.",
        "commit 9f86d081884c7d659a2feaa0c55ad015a3bf4f1b, see https://example.org:8080/a@b",
        "secret = kept-between-two-people-only",
    ],
)
def test_prose_about_secrets_is_left_as_it_is(text: str) -> None:
    assert redacted(text) == text


@pytest.mark.parametrize(
    "text",
    ['{"api_key": "a1b2c3d4e5f6g7h8i9"}', "Authorization: Bearer a1b2c3d4e5f6g7h8i9", "http://me:a1b2c3d4@host/x"],
)
def test_a_value_that_follows_its_name_is_taken_for_a_secret(text: str) -> None:
    assert "a1b2c3d4" not in redacted(text)


@pytest.mark.parametrize(
    ("kept", "prompt", "reply"), [("full", True, True), ("replies", False, True), ("calls", False, False)]
)
def test_the_setting_says_what_is_kept(tmp_path: Path, kept: Kept, prompt: bool, reply: bool) -> None:  # noqa: FBT001
    file = tmp_path / "transcript.jsonl"
    model = Transcribed(QueueModel("the reply"), TranscriptFile(file, never), kept)
    model.complete(ChatRequest("p/1", (Message("user", "the prompt"),)))
    text = file.read_text()
    assert ("the prompt" in text, "the reply" in text) == (prompt, reply)
    assert lines(file)[0]["gen_ai.usage.output_tokens"] == 2


def test_the_message_of_a_failure_may_quote_the_reply_and_is_left_out_with_it(tmp_path: Path) -> None:
    file = tmp_path / "transcript.jsonl"
    error = GeoflowError("'the reply' is not an object", code="model-reply-invalid")
    with pytest.raises(GeoflowError):
        Transcribed(QueueModel(error), TranscriptFile(file, never), "calls").complete(REQUEST)
    assert "the reply" not in file.read_text()
    assert lines(file)[0]["error.type"] == "model-reply-invalid"


def test_a_file_that_grew_too_large_is_put_aside_and_no_line_is_lost(tmp_path: Path) -> None:
    file, aside = tmp_path / "transcript.jsonl", tmp_path / "transcript.1.jsonl"
    for number in range(30):
        TranscriptFile(file, never, largest=1000).append({"n": number, "text": "x" * 30})
    numbers = [line["n"] for line in [*lines(aside), *lines(file)]] if file.exists() else []
    assert numbers == list(range(numbers[0], 30))
    assert aside.stat().st_size < 1100
    assert file.stat().st_size <= 1000


def test_parallel_writers_put_a_file_aside_once(tmp_path: Path) -> None:
    file, aside = tmp_path / "transcript.jsonl", tmp_path / "transcript.1.jsonl"
    writers = [TranscriptFile(file, never, largest=25_000) for _ in range(6)]
    threads = [
        threading.Thread(target=lambda w=writer, k=k: [w.append({"k": k, "n": n}) for n in range(400)])
        for k, writer in enumerate(writers)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    written = [*lines(aside), *(lines(file) if file.exists() else [])]
    assert len({(line["k"], line["n"]) for line in written}) == len(written) == 2400
