import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

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


@pytest.mark.parametrize("command", ["list", "pull", "stop"])
def test_help_ends_with_an_example(command: str) -> None:
    assert f"Example: geoflow model {command}" in RUNNER.invoke(app, ["model", command, "--help"]).stdout
