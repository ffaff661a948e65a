"""Runs of improve travel with the records: what was proposed on one machine is told on another one."""

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from geoflow.cli.app import app
from tests.builders import git, make_repo, requirement, spec

FILES = {"openspec/specs/gate/spec.md": spec(requirement("Open", "The gate shall open within 2 s."))}


def _type(*arguments: str) -> Result:
    return CliRunner().invoke(app, list(arguments), env={"GEOFLOW_LLM__BASE_URL": "none"})


def test_a_run_goes_to_the_remote_and_comes_to_another_clone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    first = make_repo(tmp_path / "first", FILES)
    git(tmp_path, "clone", "-q", "--bare", str(first), "remote.git")
    git(first, "remote", "add", "origin", str(tmp_path / "remote.git"))
    git(tmp_path, "clone", "-q", "remote.git", "second")
    monkeypatch.chdir(first)
    run = json.loads(_type("improve", "--json").stdout)["run"]
    told = json.loads(_type("monitor", "push", "--json").stdout)
    assert (told["runs"], told["refused"]) == ([run], {})
    assert json.loads(_type("monitor", "push", "--json").stdout)["runs"] == []
    monkeypatch.chdir(tmp_path / "second")
    assert "1 run of improve came from origin." in _type("monitor", "pull").stdout
    outcomes = json.loads(_type("improve", "--outcomes", "--json").stdout)
    assert [one["run"] for one in outcomes["runs"]] == [run]
    assert not git(tmp_path / "second", "branch", "--list", "geoflow/*")


def test_a_dry_run_moves_no_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    first = make_repo(tmp_path / "first", FILES)
    git(tmp_path, "clone", "-q", "--bare", str(first), "remote.git")
    git(first, "remote", "add", "origin", str(tmp_path / "remote.git"))
    monkeypatch.chdir(first)
    _type("improve")
    assert _type("monitor", "push", "--dry-run").exit_code == 0
    assert not git(tmp_path / "remote.git", "for-each-ref", "refs/geoflow")
