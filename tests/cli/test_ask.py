import json
import threading
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from geoflow.cli.app import app
from tests.builders import make_repo, requirement, spec, write_tree
from tests.servers import html, model_server

RUNNER = CliRunner()
PATH = "openspec/specs/kiln/spec.md"
TREE = {
    PATH: spec(
        requirement("Cooling", "The kiln SHALL cool for 6 hours\nbefore the door unlocks."),
        requirement("Alarm", "The siren SHALL sound when smoke is detected."),
    )
}
COOLING = "How long does the kiln cool before the door unlocks?"
UNKNOWN = "Which payment provider handles invoices?"


@pytest.fixture
def kiln(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = make_repo(tmp_path / "kiln", TREE)
    monkeypatch.chdir(folder)
    monkeypatch.setenv("GEOFLOW_LLM__BASE_URL", "none")
    return folder


def test_an_answer_comes_with_its_place_and_the_talk_goes_to_stderr(kiln: Path) -> None:
    result = RUNNER.invoke(app, ["ask", COOLING])
    assert result.exit_code == 0
    assert result.stdout == (
        f"The kiln SHALL cool for 6 hours before the door unlocks.\n  {PATH}:8\n  answered by: documents\n"
    )
    assert "note: " in result.stderr


def test_the_steps_of_a_scenario_keep_their_lines(kiln: Path) -> None:
    result = RUNNER.invoke(app, ["ask", "What does the system do when a user asks and it works?"])
    assert "- **WHEN** a user asks\n- **THEN** the system answers\n" in result.stdout


def test_one_question_as_json(kiln: Path) -> None:
    document = json.loads(RUNNER.invoke(app, ["ask", COOLING, "--json"]).stdout)
    quote = "The kiln SHALL cool for 6 hours\nbefore the door unlocks."
    assert len(document.pop("id")) == 12
    assert document == {
        "schema": "geoflow.ask/1",
        "question": COOLING,
        "state": "answered",
        "answer": quote,
        "citations": [{"path": PATH, "line": 8, "end_line": 9, "quote": quote}],
        "route": "documents",
        "by": "",
        "confirmed": False,
        "near": [],
        "steps": [{"route": "documents", "who": PATH, "came": " ".join(quote.split()), "why": ""}],
        "file": "",
    }


def test_what_nobody_wrote_is_not_specified_and_ends_with_one(kiln: Path) -> None:
    result = RUNNER.invoke(app, ["ask", UNKNOWN, "--json"])
    assert result.exit_code == 1
    document = json.loads(result.stdout)
    assert (document["state"], document["answer"], document["citations"]) == ("not-specified", "", [])
    assert "Not specified" in RUNNER.invoke(app, ["ask", UNKNOWN]).stdout


def test_many_questions_are_answered_in_order_with_duplicates(kiln: Path) -> None:
    questions = [COOLING, UNKNOWN, COOLING, "When does the siren sound?"]
    result = RUNNER.invoke(app, ["ask", "-", "--json"], input="\n".join(questions) + "\n\n")
    assert result.exit_code == 0
    document = json.loads(result.stdout)
    assert document["schema"] == "geoflow.ask/1"
    assert [answer["question"] for answer in document["answers"]] == questions
    assert [answer["state"] for answer in document["answers"]] == ["answered", "not-specified", "answered", "answered"]
    text = RUNNER.invoke(app, ["ask", "-"], input="\n".join(questions)).stdout
    assert text.count(f"? {COOLING}\n") == 2


def test_a_model_answers_and_is_named(kiln: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    reply = {"source": 1, "quote": "cool for 6 hours", "answer": "The kiln cools for 6 hours."}
    with model_server(reply, model="qwen3-8b") as server:
        monkeypatch.setenv("GEOFLOW_LLM__BASE_URL", server.base_url)
        result = RUNNER.invoke(app, ["ask", COOLING])
    assert "The kiln cools for 6 hours.\n" in result.stdout
    assert "answered by: model" in result.stdout
    assert "model: qwen3-8b" in result.stderr


def test_a_server_that_answers_garbage_leaves_the_documents_own_words(
    kiln: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with model_server(always="no object {") as server:
        monkeypatch.setenv("GEOFLOW_LLM__BASE_URL", server.base_url)
        result = RUNNER.invoke(app, ["ask", COOLING, "--json"])
    assert json.loads(result.stdout)["route"] == "documents"
    assert "the documents' own words" in result.stderr


def test_a_server_that_answers_web_pages_leaves_the_documents_own_words(
    kiln: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with model_server(always=html()) as server:
        monkeypatch.setenv("GEOFLOW_LLM__BASE_URL", server.base_url)
        result = RUNNER.invoke(app, ["ask", COOLING, "--json"])
    assert (result.exit_code, json.loads(result.stdout)["state"]) == (0, "answered")


def test_outside_a_git_repository_it_answers_too(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(write_tree(tmp_path / "plain", TREE))
    monkeypatch.setenv("GEOFLOW_LLM__BASE_URL", "none")
    assert RUNNER.invoke(app, ["ask", COOLING]).exit_code == 0


def test_the_index_lies_in_the_git_folder_and_the_work_tree_stays_clean(kiln: Path) -> None:
    RUNNER.invoke(app, ["ask", COOLING])
    assert len(list((kiln / ".git" / "geoflow").glob("passages-*.sqlite"))) == 1
    assert sorted(path.name for path in kiln.iterdir()) == [".git", "openspec"]


@pytest.mark.parametrize(
    ("arguments", "given", "code", "exit_code"),
    [
        ([""], None, "question-empty", 2),
        (["-"], "\n \n", "question-empty", 2),
        (["x" * 100_000], None, "question-too-long", 2),
        (["-"], "x" * 1_100_000, "question-too-long", 2),
    ],
)
def test_what_is_no_question_is_told(
    kiln: Path, arguments: list[str], given: str | None, code: str, exit_code: int
) -> None:
    result = RUNNER.invoke(app, ["ask", *arguments, "--json"], input=given)
    document = json.loads(result.stdout)
    assert (document["schema"], document["code"], result.exit_code) == ("geoflow.error/1", code, exit_code)
    assert document["fix"]


def test_bytes_that_are_no_text_are_answered_without_harm(kiln: Path) -> None:
    result = RUNNER.invoke(app, ["ask", "-", "--json"], input=b"\xff\xfe\x00 \x1b[31m kiln?\n")
    assert result.exit_code == 0
    text = RUNNER.invoke(app, ["ask", "-"], input=b"\x1b[31mkiln\n").stdout
    assert "\x1b" not in text


def test_without_specs_there_is_a_clear_error(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "empty").mkdir()
    monkeypatch.chdir(tmp_path / "empty")
    result = RUNNER.invoke(app, ["ask", COOLING, "--json"])
    assert (json.loads(result.stdout)["code"], result.exit_code) == ("no-openspec", 3)


def test_binary_and_empty_specs_are_no_obstacle(kiln: Path) -> None:
    write_tree(kiln, {"openspec/specs/a/spec.md": b"\x00\xff" * 500, "openspec/specs/b/spec.md": b""})
    assert RUNNER.invoke(app, ["ask", COOLING]).exit_code == 0


def test_help_ends_with_an_example() -> None:
    assert "Example: geoflow ask" in RUNNER.invoke(app, ["ask", "--help"]).stdout


def test_with_parallel_calls_the_answers_stand_in_the_order_of_the_questions(
    kiln: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    questions = [COOLING, UNKNOWN, "When does the siren sound?", "What unlocks after the kiln cools?"]
    others = threading.Barrier(2)

    def reply(body: dict[str, Any]) -> dict[str, Any]:
        text = str(body["messages"][-1]["content"])
        if "How long" in text or "What unlocks" in text:
            others.wait(60)  # these two are on their way at the same time
        return {"source": 1, "quote": "The kiln SHALL cool for 6 hours", "answer": "6 hours"}

    with model_server(always=reply, model="m") as server:
        monkeypatch.setenv("GEOFLOW_LLM__BASE_URL", server.base_url)
        monkeypatch.setenv("GEOFLOW_LLM__PARALLEL", "3")
        result = RUNNER.invoke(app, ["ask", "-", "--json"], input="\n".join(questions))
    answers = json.loads(result.stdout)["answers"]
    assert [answer["question"] for answer in answers] == questions
    assert [answer["route"] for answer in answers] == ["model", "documents", "model", "model"]
    assert len(server.requests) == 3
