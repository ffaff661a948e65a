"""A tree to begin with, and one that is adopted as it is."""

import json
import os
import subprocess
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from geoflow.adapters import new_tree
from geoflow.adapters.setting_list import MEANINGS, all_settings, project_file
from geoflow.adapters.settings_file import read_settings
from geoflow.cli.app import app
from geoflow.errors import GeoflowError
from tests.builders import make_repo, requirement, spec, write_tree
from tests.conftest import NPM_OPENSPEC

NEW = ["openspec/specs/.gitkeep", "openspec/changes/archive/.gitkeep", "openspec/config.yaml", "openspec/geoflow.yaml"]


def _type(*arguments: str) -> Result:
    return CliRunner().invoke(app, list(arguments))


def _files(folder: Path) -> dict[str, bytes]:
    return {str(one.relative_to(folder)): one.read_bytes() for one in folder.rglob("*") if one.is_file()}


def test_an_empty_repository_gets_a_tree_that_validate_and_propose_work_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(make_repo(tmp_path / "repo", {}))
    result = _type("init", "--json")
    document = json.loads(result.stdout)
    assert (result.exit_code, document["schema"]) == (0, "geoflow.init/1")
    assert (document["files"], document["next"]) == (NEW, 'geoflow propose "WHAT SHALL CHANGE"')
    assert sorted(name for name in _files(tmp_path / "repo") if not name.startswith(".git/")) == sorted(NEW)
    assert _type("validate", "--all").exit_code == 0
    assert _type("config", "show").exit_code == 0


@pytest.mark.skipif(not NPM_OPENSPEC, reason="the npm openspec CLI is not installed: make npm")
def test_the_npm_cli_takes_the_tree_for_one_of_its_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(make_repo(tmp_path / "repo", {}))
    _type("init")
    listed = subprocess.run([str(NPM_OPENSPEC), "list", "--json"], capture_output=True, text=True, check=True)
    assert json.loads(listed.stdout)["root"]["source"] == "nearest"
    assert not json.loads(listed.stdout)["changes"]


def test_a_tree_that_is_there_gets_settings_and_keeps_every_byte(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    tree = {
        "openspec/specs/gate/spec.md": spec(requirement("Open", "The gate SHALL open.")),
        "openspec/project.md": "x",
    }
    repo = make_repo(tmp_path / "repo", tree)
    (repo / "src").mkdir()
    before = _files(repo)
    monkeypatch.chdir(repo / "src")
    result = _type("init")
    added = _files(repo).keys() - before.keys()
    assert (result.exit_code, added) == (0, {"openspec/geoflow.yaml"})
    assert {name: text for name, text in _files(repo).items() if name in before} == before
    assert "geoflow review --rules-only" in result.stdout


def test_typed_twice_it_writes_nothing_more(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(make_repo(tmp_path / "repo", {}))
    _type("init")
    before = _files(tmp_path / "repo")
    result = _type("init")
    assert result.exit_code == 0
    assert "Everything is there" in result.stdout
    assert _files(tmp_path / "repo") == before


def test_a_dry_run_names_the_files_and_writes_none(tmp_path: Path) -> None:
    result = _type("init", str(tmp_path / "new"), "--dry-run")
    assert all(name in result.stdout for name in NEW)
    assert not (tmp_path / "new").exists()


def test_without_git_it_says_what_comes_first(tmp_path: Path) -> None:
    assert "Next: git init" in _type("init", str(tmp_path / "bare")).stdout


def test_a_link_that_leads_elsewhere_is_refused(tmp_path: Path) -> None:
    write_tree(tmp_path, {"elsewhere/notes.txt": "mine"})
    (tmp_path / "repo").mkdir()
    (tmp_path / "repo" / "openspec").symlink_to(tmp_path / "elsewhere")
    result = _type("init", str(tmp_path / "repo"), "--json")
    assert (result.exit_code, json.loads(result.stdout)["code"]) == (3, "outside-root")
    assert _files(tmp_path / "elsewhere") == {"notes.txt": b"mine"}


def test_a_file_in_the_place_of_the_folder_is_left_alone(tmp_path: Path) -> None:
    write_tree(tmp_path, {"openspec": "mine"})
    result = _type("init", str(tmp_path), "--json")
    assert (result.exit_code, json.loads(result.stdout)["code"]) == (3, "not-a-folder")
    assert (tmp_path / "openspec").read_text() == "mine"


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
def test_a_folder_that_may_not_be_written_stays_empty(tmp_path: Path) -> None:
    tmp_path.chmod(0o500)
    result = _type("init", str(tmp_path), "--json")
    tmp_path.chmod(0o700)
    assert (result.exit_code, json.loads(result.stdout)["code"]) == (3, "not-writable")
    assert not [one for one in tmp_path.iterdir() if "openspec" in one.name]


def test_what_fails_midway_leaves_nothing_half_made(tmp_path: Path) -> None:
    files = {**new_tree.missing_files(tmp_path), f"openspec/{'x' * 300}": "too long a name"}
    with pytest.raises(GeoflowError, match="cannot be written"):
        new_tree.write_missing(tmp_path, files)
    assert not [one for one in tmp_path.iterdir() if "openspec" in one.name]


def test_a_file_that_someone_made_meanwhile_is_not_overwritten(tmp_path: Path) -> None:
    write_tree(tmp_path, {"openspec/specs/.gitkeep": ""})
    files = new_tree.missing_files(tmp_path)
    write_tree(tmp_path, {"openspec/geoflow.yaml": "llm: {parallel: 2}\n"})
    with pytest.raises(GeoflowError, match="cannot be written"):
        new_tree.write_missing(tmp_path, files)
    assert _files(tmp_path / "openspec") == {"specs/.gitkeep": b"", "geoflow.yaml": b"llm: {parallel: 2}\n"}


def test_a_client_of_mcp_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(make_repo(tmp_path / "repo", {}))
    result = _type("init", "--mcp", "cursor")
    assert result.exit_code == 0
    assert json.loads((tmp_path / "repo" / ".cursor" / "mcp.json").read_text())["mcpServers"]["geoflow"]


def test_every_setting_has_a_meaning_and_no_meaning_is_left_over() -> None:
    assert [setting.name for setting in all_settings()] == list(MEANINGS)


def test_the_examples_of_the_settings_file_are_values_that_hold(tmp_path: Path) -> None:
    lines = [line.removeprefix("# ").removeprefix("#") for line in project_file().splitlines()[3:]]
    file = tmp_path / "geoflow.yaml"
    file.write_text("\n".join(lines), "utf-8")
    loaded = read_settings({}, file, tmp_path / "none.yaml", lambda _: True)
    own = {setting.name for setting in all_settings() if not setting.is_users}
    assert loaded.sources.keys() == own
    assert loaded.notices == ()
