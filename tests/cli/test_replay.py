"""`--replay` on every verb that calls a model: recorded against the stand-in, answered without any server."""

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.builders import git, make_repo, requirement, spec
from tests.servers import ModelServer, model_server

PATH = "openspec/specs/example/spec.md"
FILES = {
    PATH: spec(
        requirement("Reading", "The reader SHALL gracefully stop within 10 s."),
        requirement("Cooling", "The kiln SHALL cool for 6 hours before the door unlocks."),
    )
}
VERBS = {
    "improve": ("improve", "--dry-run", "--json"),
    "review": ("review", "--json"),
    "ask": ("ask", "How long does the kiln cool before the door unlocks?", "--json"),
    "propose": ("propose", "Let potters pause a firing of the kiln", "--dry-run", "--json"),
}
ANSWERS = {"boolean": False, "integer": 1, "string": "The kiln SHALL cool"}
OF_THE_MOMENT = re.compile(r'"(run|seconds|model_seconds)": [^,\n]+')


def geoflow(*words: str, folder: Path, **environment: str) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        [sys.executable, "-m", "geoflow", *words],
        cwd=folder,
        env=os.environ | environment,
        capture_output=True,
        text=True,
        check=False,
    )


def answer(body: dict[str, Any]) -> dict[str, Any]:
    fields = body["response_format"]["json_schema"]["schema"]["properties"]
    if "old_span" in fields:
        return {"old_span": "gracefully stop", "new_span": "stop"}
    return {name: ANSWERS[form["type"]] for name, form in fields.items()}


def recorded(
    tmp_path: Path, *words: str, **environment: str
) -> tuple[Path, "subprocess.CompletedProcess[str]", ModelServer]:
    root = make_repo(tmp_path / "r", FILES)
    with model_server(always=answer) as server:
        done = geoflow(*words, folder=root, GEOFLOW_LLM__BASE_URL=server.base_url, **environment)
    assert server.requests
    return root, done, server


@pytest.mark.parametrize("verb", VERBS)
def test_a_command_gives_the_same_bytes_from_its_transcript_without_a_server(tmp_path: Path, verb: str) -> None:
    root, live, _ = recorded(tmp_path, *VERBS[verb])
    file = shutil.copy(root / ".git" / "geoflow" / "transcript.jsonl", tmp_path / "recorded.jsonl")
    replayed = geoflow(*VERBS[verb], "--replay", str(file), folder=root, GEOFLOW_LLM__BASE_URL="http://127.0.0.1:9/v1")
    assert live.returncode == replayed.returncode
    assert OF_THE_MOMENT.sub("", replayed.stdout) == OF_THE_MOMENT.sub("", live.stdout)
    assert f"replayed from {file}" in replayed.stderr
    assert json.loads(live.stdout)["schema"].startswith(f"geoflow.{verb}/")
    lines = (root / ".git" / "geoflow" / "transcript.jsonl").read_text()
    assert lines == Path(file).read_text()  # a replay is no call, and is not written down


@pytest.mark.parametrize("verb", VERBS)
def test_a_replay_that_comes_to_another_prompt_fails_and_asks_nobody(tmp_path: Path, verb: str) -> None:
    root, _, _ = recorded(tmp_path, *VERBS[verb])
    file = root / ".git" / "geoflow" / "transcript.jsonl"
    text = (root / PATH).read_text()
    (root / PATH).write_text(text.replace("10 s", "20 s").replace("6 hours", "7 hours"))
    git(root, "commit", "-qam", "change")
    with model_server() as server:
        words = (*VERBS[verb], "--replay", str(file))
        done = geoflow(*words, folder=root, GEOFLOW_LLM__BASE_URL=server.base_url)
    error = json.loads(done.stdout)
    assert (done.returncode, error["code"], server.requests) == (3, "not-in-transcript", [])
    assert re.search(r"the prompt (improve|review|ask|propose)[a-z.-]*/\d", error["message"])
    assert git(root, "for-each-ref", "refs/heads/geoflow") == ""


@pytest.mark.parametrize("verb", VERBS)
def test_a_transcript_that_is_none_is_an_error(tmp_path: Path, verb: str) -> None:
    root = make_repo(tmp_path / "r", FILES)
    done = geoflow(*VERBS[verb], "--replay", str(root / PATH), folder=root)
    assert (done.returncode, json.loads(done.stdout)["code"]) == (3, "transcript-unreadable")


@pytest.mark.parametrize(("kept", "lines"), [("off", 0), ("calls", 1), ("replies", 1), ("full", 1)])
def test_the_setting_of_the_transcript_is_read(tmp_path: Path, kept: str, lines: int) -> None:
    root, _, server = recorded(
        tmp_path, *VERBS["ask"], GEOFLOW_LLM__TRANSCRIPT=kept, GEOFLOW_LLM__API_KEY="sk-7-secret"
    )
    file = root / ".git" / "geoflow" / "transcript.jsonl"
    text = file.read_text() if file.exists() else ""
    assert len(text.splitlines()) == lines == (lines and len(server.requests))
    assert ("You answer questions" in text) == (kept == "full")
    assert ("The kiln SHALL cool" in text) == (kept in {"full", "replies"})
    assert "sk-7-secret" not in text


def test_a_setting_that_there_is_not_names_those_that_there_are(tmp_path: Path) -> None:
    root = make_repo(tmp_path / "r", FILES)
    done = geoflow(*VERBS["ask"], folder=root, GEOFLOW_LLM__TRANSCRIPT="reply")
    error = json.loads(done.stdout)
    assert (done.returncode, error["code"]) == (2, "settings-invalid")
    assert "full, replies, calls, off; did you mean replies?" in error["message"]


@pytest.mark.parametrize(
    ("verb", "code", "told"),
    [("ask", 0, "The budget is spent"), ("propose", 1, "The budget is spent"), ("review", 0, "the budget was spent")],
)
def test_a_budget_without_room_calls_no_model(tmp_path: Path, verb: str, code: int, told: str) -> None:
    root = make_repo(tmp_path / "r", FILES)
    with model_server() as server:
        words = [word for word in VERBS[verb] if word != "--json"]
        done = geoflow(*words, "--budget", "50tokens", folder=root, GEOFLOW_LLM__BASE_URL=server.base_url)
    assert (done.returncode, server.requests) == (code, [])
    assert told in done.stdout + done.stderr
