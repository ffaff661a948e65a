import json
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from geoflow.adapters.folders import user_settings_file
from geoflow.cli.app import app
from tests.servers import model_server

RUNNER = CliRunner()


def test_the_list_names_the_served_and_the_embedded_models(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    with model_server(model="qwen3-8b", context=30000) as server:
        monkeypatch.setenv("GEOFLOW_LLM__BASE_URL", server.base_url)
        result = RUNNER.invoke(app, ["model", "list", "--json"])
        text = RUNNER.invoke(app, ["model", "list"])
    document = json.loads(result.stdout)
    assert document["schema"] == "geoflow.model-list/1"
    assert document["servers"][0]["models"] == [{"name": "qwen3-8b", "loaded": True, "context_tokens": 30000}]
    assert document["answers"] == {"name": "qwen3-8b", "backend": "lm-studio", "context_tokens": 30000}
    assert {model["name"]: model["installed"] for model in document["embedded"]} == {
        "qwen2.5-coder-1.5b": False,
        "qwen2.5-coder-0.5b": False,
    }
    assert "qwen3-8b  loaded  30000 tokens of context" in text.stdout
    assert "answers: qwen3-8b (lm-studio, 30000 tokens)" in text.stdout


def test_the_list_says_how_to_get_a_model(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("GEOFLOW_LLM__BASE_URL", "none")
    result = RUNNER.invoke(app, ["model", "list"])
    assert result.exit_code == 0
    assert "answers: none, there is no model to ask" in result.stdout


def test_an_unknown_model_is_a_mistake_of_use(tmp_path: Path) -> None:
    result = RUNNER.invoke(app, ["model", "pull", "gpt-9", "--json"])
    assert result.exit_code == 2
    assert json.loads(result.stdout)["code"] == "unknown-model"


def test_a_file_that_is_not_the_model_is_told_before_anything_is_written(tmp_path: Path) -> None:
    other = tmp_path / "other.gguf"
    other.write_bytes(b"GGUF")
    result = RUNNER.invoke(app, ["model", "pull", "--from", str(other)])
    assert result.exit_code == 2
    assert "1117320768 bytes" in result.stderr
    assert not (tmp_path / "home" / ".local").exists()


def test_stop_without_a_server_has_nothing_to_do() -> None:
    result = RUNNER.invoke(app, ["model", "stop", "--json"])
    assert json.loads(result.stdout) == {"schema": "geoflow.model-stop/1", "stopped": []}


@pytest.mark.parametrize("command", ["list", "pull", "stop", "use"])
def test_help_ends_with_an_example(command: str) -> None:
    assert f"Example: geoflow model {command}" in RUNNER.invoke(app, ["model", command, "--help"]).stdout


def use(*arguments: str, **settings: str) -> Result:
    environment = {f"GEOFLOW_LLM__{name.upper()}": value for name, value in settings.items()}
    return RUNNER.invoke(app, ["model", "use", *arguments], env=environment)


def test_use_writes_the_model_into_the_users_settings_and_the_next_command_follows(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    file = user_settings_file()
    file.parent.mkdir(parents=True)
    with model_server(model="qwen3-8b", other_models=("gemma-3",)) as server:
        file.write_text(f"# mine\nllm:\n  base_url: {server.base_url}  # the desk\n")
        result = use("gemma-3")
        listed = RUNNER.invoke(app, ["model", "list", "--json"])
    assert (result.exit_code, result.stderr) == (0, "")
    assert result.stdout == f"llm.model is set to gemma-3 in {file}\n"
    assert file.read_text() == f"# mine\nllm:\n  model: gemma-3\n  base_url: {server.base_url}  # the desk\n"
    assert json.loads(listed.stdout)["answers"]["name"] == "gemma-3"


def test_use_makes_the_file_where_there_is_none(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    with model_server(model="qwen3-8b") as server:
        result = use("qwen3-8b", "--json", base_url=server.base_url)
        again = use("qwen3-8b", "--json", base_url=server.base_url)
    document = json.loads(result.stdout)
    assert (document["schema"], document["model"], document["written"]) == ("geoflow.model-use/1", "qwen3-8b", True)
    assert user_settings_file().read_text() == "llm:\n  model: qwen3-8b\n"
    assert json.loads(again.stdout)["written"] is False


def test_a_name_that_nobody_has_is_told_with_the_nearest_and_nothing_is_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    with model_server(model="qwen3-8b") as server:
        result = use("qwen3-8", "--json", base_url=server.base_url)
    document = json.loads(result.stdout)
    assert (result.exit_code, document["code"]) == (2, "unknown-model")
    assert "Did you mean qwen3-8b?" in document["fix"]
    assert not user_settings_file().exists()


def test_a_model_that_was_not_pulled_is_told_with_the_command(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    result = use("qwen2.5-coder-0.5b", "--json")
    assert "geoflow model pull qwen2.5-coder-0.5b" in json.loads(result.stdout)["fix"]


def test_use_for_the_project_writes_its_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "openspec" / "specs").mkdir(parents=True)
    monkeypatch.chdir(tmp_path)
    with model_server(model="qwen3-8b") as server:
        planned = use("qwen3-8b", "--project", "--dry-run", base_url=server.base_url)
        assert "would be set" in planned.stdout
        assert not (tmp_path / "openspec" / "geoflow.yaml").exists()
        assert use("qwen3-8b", "--project", base_url=server.base_url).exit_code == 0
        user = use("qwen3-8b", base_url=server.base_url)
    assert (tmp_path / "openspec" / "geoflow.yaml").read_text() == "llm:\n  model: qwen3-8b\n"
    assert "geoflow.yaml sets llm.model too, and wins" in user.stderr


def test_the_list_shows_every_server(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    with model_server(model="qwen3-8b") as server:
        monkeypatch.setenv("GEOFLOW_LLM__BASE_URL", f"http://127.0.0.1:9,{server.base_url}")
        text = RUNNER.invoke(app, ["model", "list"]).stdout
        servers = json.loads(RUNNER.invoke(app, ["model", "list", "--json"]).stdout)["servers"]
    assert "http://127.0.0.1:9/v1  nobody answers there\n" in text
    assert f"{server.base_url}  lm-studio  used\n" in text
    assert [(one["answers"], one["used"]) for one in servers] == [(False, False), (True, True)]
