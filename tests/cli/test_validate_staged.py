"""`geoflow validate --staged`: what a commit would hold, from the index that git names."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from geoflow.cli.validation import read_arguments
from tests.builders import git, make_repo, write_tree
from tests.cli.hooking import BAD, BETTER, DOOR, GATE, GOOD, ROOT, type_

DELTA = "## ADDED Requirements\n\n### Requirement: Ring\nThe bell SHALL ring.\n"
CHANGE = {
    "openspec/changes/add-bell/proposal.md": "## Why\nVisitors wait.\n\n## What Changes\n- A bell.\n",
    "openspec/changes/add-bell/specs/bell/spec.md": DELTA,
}


@pytest.fixture
def repo(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    made = make_repo(tmp_path / "p", {GATE: GOOD, DOOR: BAD, "code.py": "1"})
    monkeypatch.chdir(made)
    return made


def stage(repo: Path, files: dict[str, str]) -> None:
    write_tree(repo, files)
    git(repo, "add", "-A")


def verdicts(*arguments: str) -> dict[str, bool]:
    result = type_("validate", "--staged", "--json", *arguments)
    assert result.exit_code in {0, 1}
    return {f"{one['type']}/{one['id']}": one["valid"] for one in json.loads(result.stdout)["items"]}


def test_only_what_has_a_staged_file_is_judged_as_it_is_staged(repo: Path) -> None:
    assert verdicts() == {}
    stage(repo, {GATE: BAD, "code.py": "2"})
    write_tree(repo, {GATE: GOOD})
    assert verdicts() == {"spec/gate": False}
    git(repo, "add", "-A")
    assert verdicts() == {}


def test_a_name_or_all_is_judged_as_it_is_staged_too(repo: Path) -> None:
    stage(repo, {DOOR: BETTER})
    write_tree(repo, {DOOR: BAD})
    assert verdicts("door") == {"spec/door": True}
    assert verdicts("--all") == {"spec/door": True, "spec/gate": True}
    assert type_("validate", "--staged", "nothing").exit_code == 2


def test_a_change_with_a_staged_file_is_judged_as_a_whole(repo: Path) -> None:
    stage(repo, CHANGE)
    assert verdicts() == {"change/add-bell": False}
    write_tree(repo, {"openspec/changes/unstaged/proposal.md": "x"})
    assert verdicts() == {"change/add-bell": False}


def test_what_is_deleted_or_archived_is_judged_no_more(repo: Path) -> None:
    stage(repo, CHANGE)
    git(repo, "commit", "-q", "-m", "a change")
    git(repo, "rm", "-q", "-r", "openspec/specs/gate")
    (repo / "openspec" / "changes" / "archive").mkdir()
    git(repo, "mv", "openspec/changes/add-bell", "openspec/changes/archive/2026-01-01-add-bell")
    assert verdicts() == {}


@pytest.mark.parametrize("path", ["openspec/config.yaml", "openspec/schemas/own/schema.yaml"])
def test_a_staged_schema_is_about_every_item(repo: Path, path: str) -> None:
    stage(repo, {path: "schema: spec-driven\n"})
    assert verdicts() == {"spec/door": False, "spec/gate": True}


def test_the_users_own_schemas_count_as_they_do_for_the_work_tree(repo: Path, tmp_path: Path) -> None:
    own = tmp_path / "home" / ".local" / "share" / "openspec" / "schemas" / "own" / "schema.yaml"
    write_tree(own.parent, {"schema.yaml": "name: own\nartifacts: []\n"})
    stage(repo, {**CHANGE, "openspec/changes/add-bell/.openspec.yaml": "schema: own\n"})
    for form in ((), ("--strict",)):
        at_rest = json.loads(type_("validate", "add-bell", "--json", *form).stdout)["items"][0]
        staged = json.loads(type_("validate", "add-bell", "--staged", "--json", *form).stdout)["items"][0]
        assert {**staged, "durationMs": 0} == {**at_rest, "durationMs": 0}


def test_the_index_that_git_names_is_read_and_none_is_written(
    repo: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    stage(repo, {GATE: BAD})
    other = tmp_path / "index"
    other.write_bytes((repo / ".git" / "index").read_bytes())
    git(repo, "reset", "-q")
    before = (repo / ".git" / "index").read_bytes()
    assert verdicts() == {}
    monkeypatch.setenv("GIT_INDEX_FILE", os.path.relpath(other, repo))
    assert verdicts() == {"spec/gate": False}
    assert (repo / ".git" / "index").read_bytes() == before


def test_a_first_commit_is_new_from_end_to_end(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    repo = make_repo(tmp_path / "p", {GATE: BAD}, commit=False)
    monkeypatch.chdir(repo)
    assert verdicts() == {}
    git(repo, "add", "-A")
    assert verdicts() == {"spec/gate": False}


def test_names_that_git_would_quote_are_read(repo: Path) -> None:
    stage(repo, {'openspec/specs/tür "x"\n*/spec.md': BAD})
    assert verdicts() == {'spec/tür "x"\n*': False}


def test_an_unmerged_file_is_an_expected_failure(repo: Path) -> None:
    git(repo, "switch", "-q", "-c", "side")
    stage(repo, {GATE: BETTER})
    git(repo, "commit", "-q", "-m", "side")
    git(repo, "switch", "-q", "main")
    stage(repo, {GATE: GOOD.replace("open", "shut")})
    git(repo, "commit", "-q", "-m", "main")
    subprocess.run(["git", "merge", "-q", "side"], cwd=repo, capture_output=True, check=False)
    result = type_("validate", "--staged")
    assert (result.exit_code, "is not merged yet" in result.stderr) == (3, True)


def test_a_blob_that_is_missing_is_an_expected_failure(repo: Path) -> None:
    stage(repo, {GATE: BETTER})
    blob = git(repo, "rev-parse", f":{GATE}")
    (repo / ".git" / "objects" / blob[:2] / blob[2:]).unlink()
    result = type_("validate", "--staged")
    assert (result.exit_code, f"The repository has no object {blob}" in result.stderr) == (3, True)


def test_archived_changes_are_not_staged() -> None:
    assert read_arguments(["--staged", "--archived"]) is None
    assert type_("validate", "--staged", "--archived").exit_code == 2


def test_a_report_of_what_is_staged_shows_what_has_issues(repo: Path) -> None:
    stage(repo, {GATE: BETTER, DOOR: BAD + "\n"})
    document = json.loads(type_("validate", "--staged", "--report", "findings", "--json").stdout)
    assert (document["report"]["scope"], [one["id"] for one in document["itemFindings"]]) == ("staged", ["door"])


def test_the_short_way_and_the_whole_command_line_say_the_same(repo: Path) -> None:
    stage(repo, {DOOR: BAD + "\n"})
    command = [sys.executable, "-m", "geoflow", "validate", "--staged"]
    env = {**os.environ, "PYTHONPATH": str(ROOT)}
    short = subprocess.run(command, capture_output=True, text=True, check=False, env=env)
    assert (short.returncode, short.stdout) == (1, type_("validate", "--staged", "--report", "full").stdout)


def test_outside_a_repository_it_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(write_tree(tmp_path / "p", {GATE: GOOD}))
    result = type_("validate", "--staged")
    assert (result.exit_code, result.stdout) == (3, "")
