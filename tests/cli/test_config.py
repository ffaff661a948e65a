"""Settings with their source, and one that is written."""

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from geoflow.adapters.folders import user_settings_file
from geoflow.cli.app import app
from tests.builders import make_repo, requirement, spec

TREE = {"openspec/specs/gate/spec.md": spec(requirement("Open", "The gate SHALL open."))}
SETTINGS = "# ours\nllm:\n  model: theirs  # for CI\n\nrules:\n  off: [GF301]\n"


@pytest.fixture
def repo(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = make_repo(tmp_path / "repo", {**TREE, "openspec/geoflow.yaml": SETTINGS})
    monkeypatch.chdir(folder)
    return folder


def _type(*arguments: str) -> Result:
    return CliRunner().invoke(app, ["config", *arguments])


def _user(text: str) -> Path:
    file = user_settings_file()
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text, "utf-8")
    return file


def _shown(name: str) -> dict[str, object]:
    found: list[dict[str, object]] = json.loads(_type("show", name, "--json").stdout)["settings"]
    return found[0]


def test_the_place_with_the_most_weight_is_named(repo: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert _shown("llm.parallel")["source"] == ""
    user = _user("llm: {model: mine, parallel: 3}\n")
    assert (_shown("llm.parallel")["value"], _shown("llm.parallel")["source"]) == (3, str(user))
    assert (_shown("llm.model")["value"], _shown("llm.model")["source"]) == (
        "theirs",
        str(repo / "openspec" / "geoflow.yaml"),
    )
    monkeypatch.setenv("GEOFLOW_LLM__MODEL", "now")
    assert (_shown("llm.model")["value"], _shown("llm.model")["source"]) == ("now", "GEOFLOW_LLM__MODEL")


@pytest.mark.usefixtures("repo")
def test_no_key_and_no_password_is_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GEOFLOW_LLM__API_KEY", "sk-very-secret-0123456789")
    monkeypatch.setenv("GEOFLOW_LLM__BASE_URL", "http://ada:hunter22@127.0.0.1:9/v1")
    for arguments in (("show",), ("show", "--json")):
        output = _type(*arguments).output
        assert "secret-0123" not in output
        assert "hunter22" not in output
        assert "GEOFLOW_LLM__API_KEY" in output


@pytest.mark.usefixtures("repo")
def test_a_misspelt_name_is_answered_with_the_right_one() -> None:
    for arguments in (("show", "llm.modle"), ("set", "llm.modle", "x")):
        result = _type(*arguments)
        assert result.exit_code == 2
        assert "did you mean llm.model?" in result.stderr


def test_a_setting_is_written_and_every_other_character_stays(repo: Path) -> None:
    file = repo / "openspec" / "geoflow.yaml"
    assert _type("set", "llm.parallel", "2").exit_code == 0
    assert file.read_text() == SETTINGS.replace("llm:\n", "llm:\n  parallel: 2\n")
    _type("set", "rules.off", "GF301,GF302")
    assert "off: [GF301, GF302]\n" in file.read_text()
    assert _shown("rules.off")["value"] == ["GF301", "GF302"]


@pytest.mark.parametrize(
    ("name", "value"),
    [("llm.parallel", "many"), ("llm.parallel", "0"), ("llm.profile", "huge"), ("rules.off", "GF999")],
)
def test_a_value_that_does_not_fit_is_refused_before_anything_is_written(repo: Path, name: str, value: str) -> None:
    assert _type("set", name, value).exit_code == 2
    assert (repo / "openspec" / "geoflow.yaml").read_text() == SETTINGS


@pytest.mark.parametrize(
    ("name", "fix"),
    [
        ("questions.me", "geoflow config set questions.me @ada --user"),
        ("llm.api_key", "GEOFLOW_LLM__API_KEY"),
        ("review.allow", "by hand"),
    ],
)
def test_what_belongs_elsewhere_is_sent_there(repo: Path, name: str, fix: str) -> None:
    result = _type("set", name, "@ada")
    assert result.exit_code == 2
    assert fix in result.stderr
    assert (repo / "openspec" / "geoflow.yaml").read_text() == SETTINGS


@pytest.mark.usefixtures("repo")
def test_the_users_own_file_is_written_and_what_wins_is_named() -> None:
    assert _type("set", "questions.me", "@ada", "--user").exit_code == 0
    assert _shown("questions.me")["value"] == ["@ada"]
    result = _type("set", "llm.model", "mine", "--user")
    assert "geoflow.yaml sets llm.model too, and wins." in result.stderr


def test_a_dry_run_checks_and_writes_nothing(repo: Path) -> None:
    result = _type("set", "llm.timeout", "12.5", "--dry-run", "--json")
    document = json.loads(result.stdout)
    assert (document["value"], document["written"]) == (12.5, False)
    assert (repo / "openspec" / "geoflow.yaml").read_text() == SETTINGS


def test_a_project_may_name_another_machine_only_with_trust(repo: Path) -> None:
    result = _type("set", "llm.base_url", "http://198.51.100.7/v1")
    assert "198.51.100.7" in (repo / "openspec" / "geoflow.yaml").read_text()
    assert "geoflow trust" in result.stderr


def test_the_files_are_named_also_without_a_project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    document = json.loads(_type("path", "--json").stdout)
    assert document["files"] == {"user": {"path": str(user_settings_file()), "exists": False}}


def test_the_project_file_is_not_written_through_a_link_that_leads_out(repo: Path, tmp_path: Path) -> None:
    other = tmp_path / "other.yaml"
    other.write_text("llm: {}\n")
    (repo / "openspec" / "geoflow.yaml").unlink()
    (repo / "openspec" / "geoflow.yaml").symlink_to(other)
    result = _type("set", "llm.parallel", "2", "--json")
    assert (result.exit_code, json.loads(result.stdout)["code"]) == (3, "outside-root")
    assert other.read_text() == "llm: {}\n"


def test_a_switch_is_written_as_yaml_writes_it(repo: Path) -> None:
    assert _type("set", "improve.veto", "yes").exit_code == 0
    assert "improve:\n  veto: true\n" in (repo / "openspec" / "geoflow.yaml").read_text()
    assert _shown("improve.veto")["value"] is True
