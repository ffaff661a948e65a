import json
import os
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from geoflow.adapters import cache_checkup, model_checkup
from geoflow.adapters.embedded_state import ServerState, write_state
from geoflow.adapters.folders import embedded_folder, mcp_file
from geoflow.cli.app import app
from tests.builders import make_repo, requirement, spec, write_tree
from tests.servers import model_server

RUNNER = CliRunner()
TREE = {"openspec/specs/auth/spec.md": spec(requirement("Login", "The gate SHALL open."))}
NOBODY = "http://127.0.0.1:9/v1"


@pytest.fixture
def repo(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = make_repo(tmp_path / "repo", TREE)
    monkeypatch.chdir(folder)
    return folder


def doctor(**settings: str) -> tuple[int, dict[str, list[dict[str, Any]]]]:
    """Give the exit code and the lines by area, with these settings of `llm`."""
    environment = {f"GEOFLOW_LLM__{name.upper()}": value for name, value in settings.items()}
    result = RUNNER.invoke(app, ["doctor", "--json"], env=environment)
    document = json.loads(result.stdout)
    assert document["schema"] == "geoflow.doctor/1"
    assert document["ok"] == (result.exit_code == 0)
    areas: dict[str, list[dict[str, Any]]] = {}
    for line in document["checks"]:
        assert line["status"] in {"ok", "skipped"} or line["fix"], line
        areas.setdefault(line["area"], []).append(line)
    return result.exit_code, areas


def test_where_all_is_well_every_line_is_ok(repo: Path) -> None:
    with model_server(model="qwen3-8b", context=30000) as server:
        code, areas = doctor(base_url=server.base_url)
    assert code == 0
    states = {area: {line["status"] for line in lines} for area, lines in areas.items()}
    not_there = {"hooks", "records", "mcp"}
    assert states == {area: {"skipped"} if area in not_there else {"ok"} for area in areas}
    assert list(areas) == [
        *("python", "git", "openspec", "repository", "questions", "hooks", "records", "state"),
        *("settings", "server", "engine", "models", "answers", "meaning", "mcp"),
    ]
    [found] = areas["server"]
    assert (found["base_url"], found["kind"], found["status"]) == (server.base_url, "lm-studio", "ok")
    assert found["loaded"] == {"qwen3-8b": 30000}
    assert areas["answers"][0]["text"] == "qwen3-8b (lm-studio, 30000 tokens)"
    assert areas["openspec"][0]["specs"] == 1
    assert areas["repository"][0]["branch"] == "main"


def test_a_question_file_that_cannot_be_read_is_a_warning_with_its_line(repo: Path) -> None:
    write_tree(repo, {"openspec/questions/a.yaml": "question: Why?\n", "openspec/questions/b.yaml": "asked: [\n"})
    _, areas = doctor(base_url="none")
    counted, broken = areas["questions"]
    assert (counted["questions"], counted["broken"]) == (1, 1)
    assert broken["status"] == "warn"
    assert broken["text"].startswith("openspec/questions/b.yaml:")


@pytest.mark.parametrize(
    ("servers", "status"),
    [('{"mcpServers": {"oracle": {"command": "true"}}}', "ok"), ("{}", "fail"), ("{", "fail")],
)
def test_agents_are_checked_without_being_started(
    repo: Path, monkeypatch: pytest.MonkeyPatch, servers: str, status: str
) -> None:
    monkeypatch.setenv("GEOFLOW_QUESTIONS__AGENTS", "oracle:answer")
    write_tree(mcp_file().parent, {mcp_file().name: servers})
    _, areas = doctor(base_url="none")
    assert [line["status"] for line in areas["agents"]] == [status]


def test_the_model_that_looks_up_by_meaning_is_named(repo: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert doctor(base_url="none")[1]["meaning"][0]["model"] is None
    monkeypatch.setenv("GEOFLOW_QUESTIONS__EMBEDDING_MODEL", "nomic-embed")
    with model_server(model="m") as server:
        assert doctor(base_url=server.base_url)[1]["meaning"][0]["model"] == "nomic-embed"


def test_nothing_is_asked_to_chat_and_nothing_is_written(repo: Path, tmp_path: Path) -> None:
    before = sorted(path for path in tmp_path.rglob("*") if ".git/" not in str(path))
    with model_server() as server:
        doctor(base_url=server.base_url)
    assert server.requests == []
    assert sorted(path for path in tmp_path.rglob("*") if ".git/" not in str(path)) == before
    assert not (repo / ".git" / "geoflow").exists()


def test_a_server_that_was_set_and_does_not_answer_is_a_problem(repo: Path) -> None:
    code, areas = doctor(base_url=NOBODY)
    assert code == 1
    assert areas["server"][0]["status"] == "warn"
    assert areas["answers"][0]["status"] == "fail"


def test_one_of_several_servers_that_does_not_answer_is_a_warning(repo: Path) -> None:
    with model_server() as server:
        code, areas = doctor(base_url=f"{NOBODY},{server.base_url}")
    assert code == 0
    assert [line["status"] for line in areas["server"]] == ["warn", "ok"]
    assert [line["used"] for line in areas["server"]] == [False, True]


def test_several_servers_that_share_the_calls_are_counted(repo: Path) -> None:
    with model_server() as first, model_server() as second:
        _, areas = doctor(base_url=f"{first.base_url},{second.base_url}", parallel="4")
    assert "on 2 servers, 4 calls at a time" in areas["answers"][0]["text"]


def test_no_model_at_all_is_a_choice_and_no_problem(repo: Path) -> None:
    code, areas = doctor(base_url="none")
    assert code == 0
    assert areas["answers"][0]["status"] == "warn"
    assert "server" not in areas


def test_a_missing_token_is_a_problem_with_its_variable(repo: Path) -> None:
    with model_server(token="sk-lm") as server:  # noqa: S106
        code, areas = doctor(base_url=server.base_url)
    assert code == 1
    assert "LM_API_TOKEN" in areas["server"][0]["fix"]


def test_a_model_that_the_server_does_not_have_is_a_problem(repo: Path) -> None:
    with model_server(model="qwen3-8b") as server:
        code, areas = doctor(base_url=server.base_url, model="qwen3-9b")
    assert code == 1
    assert areas["answers"][0]["code"] == "unknown-model"


def test_a_server_without_models_is_told(repo: Path) -> None:
    with model_server(listing=None, lm_studio=False) as server:
        _, areas = doctor(base_url=f"{server.root_url}/elsewhere")
    assert "no models" in areas["server"][0]["text"]


def test_a_small_context_is_a_warning_with_the_command(repo: Path) -> None:
    with model_server(model="qwen3-8b", context=2048) as server:
        code, areas = doctor(base_url=server.base_url)
    assert code == 0
    assert "lms load qwen3-8b --context-length" in areas["server"][0]["fix"]


def test_broken_settings_are_a_problem_and_the_rest_is_looked_at(repo: Path) -> None:
    (repo / "openspec" / "geoflow.yaml").write_text("llm:\n  modell: x\n")
    code, areas = doctor(timeout="30")
    assert code == 1
    assert "did you mean model?" in areas["settings"][0]["text"]
    assert "answers" in areas


def test_what_is_ignored_of_the_settings_is_a_warning(repo: Path) -> None:
    (repo / "openspec" / "geoflow.yaml").write_text("llm:\n  base_url: http://198.51.100.7/v1\n")
    code, areas = doctor()
    assert code == 0
    assert [line["status"] for line in areas["settings"]] == ["ok", "warn"]
    assert "geoflow trust" in areas["settings"][1]["fix"]


def test_an_address_that_is_none_is_a_problem(repo: Path) -> None:
    code, areas = doctor(base_url="ftp://x")
    assert code == 1
    assert areas["answers"][0]["code"] == "bad-address"


def test_outside_a_project_it_says_what_is_missing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    code, areas = doctor(base_url="none")
    assert code == 0
    assert (areas["openspec"][0]["status"], areas["openspec"][0]["code"]) == ("warn", "no-openspec")


def test_without_git_it_is_a_problem(repo: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(repo))
    code, areas = doctor(base_url="none")
    assert code == 1
    assert areas["git"][0]["status"] == "fail"
    assert areas["repository"][0]["code"] == "git-missing"


def test_without_a_repository_it_is_a_warning(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "openspec" / "specs").mkdir(parents=True)
    monkeypatch.chdir(tmp_path)
    code, areas = doctor(base_url="none")
    assert code == 0
    assert areas["repository"][0]["code"] == "not-a-repository"


def test_the_size_of_transcript_and_caches_is_told(repo: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    state = repo / ".git" / "geoflow"
    state.mkdir()
    (state / "transcript.jsonl").write_bytes(b"x" * 3000)
    (state / "passages.sqlite").write_bytes(b"x" * 500)
    _, areas = doctor(base_url="none")
    assert (areas["state"][0]["transcript_bytes"], areas["state"][0]["cache_bytes"]) == (3000, 500)
    monkeypatch.setattr(cache_checkup, "_LARGE", 3400)
    assert doctor(base_url="none")[1]["state"][0]["status"] == "warn"


def test_a_running_embedded_server_is_told_with_its_memory(repo: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(model_checkup, "is_alive", lambda _state: True)
    folder = embedded_folder()
    folder.mkdir(parents=True)
    write_state(folder / "tiny.json", ServerState(os.getpid(), 0.0, "tiny", "http://127.0.0.1:5/v1", "secret"))
    _, areas = doctor(base_url="none")
    [running] = areas["running"]
    assert (running["model"], running["pid"]) == ("tiny", os.getpid())
    assert running["memory_bytes"] > 1_000_000
    assert "secret" not in json.dumps(areas)


def test_the_engine_is_judged_by_package_processor_and_library(repo: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("geoflow.adapters.embedded_engine.is_installed", lambda: False)
    _, areas = doctor(base_url="none")
    assert (areas["engine"][0]["status"], areas["engine"][0]["code"]) == ("warn", "engine-missing")


def test_people_see_a_line_each_and_the_fix_below(repo: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GEOFLOW_LLM__BASE_URL", NOBODY)
    result = RUNNER.invoke(app, ["doctor"])
    assert result.exit_code == 1
    lines = result.stdout.splitlines()
    assert lines[0].startswith("ok       python     ")
    [place] = [number for number, line in enumerate(lines) if line.startswith("fail     answers")]
    assert lines[place + 1].strip().startswith("fix: Start the server there")
