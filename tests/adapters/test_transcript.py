import json
import threading
from pathlib import Path
from typing import Any

import pytest

from geoflow.adapters.transcript import Transcribed, request_hash
from geoflow.adapters.transcript_file import TranscriptFile
from geoflow.errors import GeoflowError
from geoflow.ports import ChatRequest, Message
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
