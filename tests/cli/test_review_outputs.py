"""`geoflow review` on what changed, and in the forms that other tools read."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from geoflow.cli.app import app
from tests.builders import git, make_repo, requirement, spec, write_tree

GATE, BELL = "openspec/specs/gate/spec.md", "openspec/specs/bell/spec.md"
OPEN, SHUT = requirement("Open", "The gate SHALL gracefully open."), requirement("Shut", "The gate SHALL shut.")
HASTY = requirement("Shut", "The gate SHALL quickly shut.")


@pytest.fixture
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Make a repository whose specs lie in a folder of it, with one flaw that was there before."""
    make_repo(tmp_path / "repo", {f"docs/{GATE}": spec(OPEN, SHUT), "README.md": "# Gates\n"})
    monkeypatch.chdir(tmp_path / "repo/docs")
    return tmp_path / "repo/docs"


def run(*arguments: str) -> Result:
    return CliRunner().invoke(app, ["review", "--rules-only", *arguments])


def quotes(*arguments: str) -> list[str]:
    result = run("--json", *arguments)
    document: dict[str, Any] = json.loads(result.stdout)
    assert document["schema"] == "geoflow.review/1", document
    return [finding["quote"] for finding in document["findings"]]


def failure(*arguments: str) -> tuple[int, str]:
    result = run("--json", *arguments)
    error = json.loads(result.stdout)
    assert error["fix"]
    return result.exit_code, error["code"]


def commit(root: Path, text: str, message: str = "more") -> None:
    write_tree(root, {GATE: text})
    git(root, "commit", "-qam", message)


def test_since_a_branch_only_what_this_one_changed_is_looked_at(root: Path) -> None:
    git(root, "branch", "trunk")
    git(root, "checkout", "-q", "trunk")
    commit(root, spec(requirement("Open", "The gate SHALL easily open."), SHUT))
    git(root, "checkout", "-q", "-")
    assert quotes("--since", "trunk") == []
    commit(root, spec(OPEN, HASTY))
    assert quotes("--since", "trunk") == ["quickly"]
    write_tree(root, {BELL: spec(requirement("Ring", "The bell SHALL loudly and properly ring."))})
    assert quotes("--since", "trunk") == ["properly", "quickly"]
    assert quotes("gate", "--since", "HEAD") == []
    assert quotes() == ["properly", "gracefully", "quickly"]


@pytest.mark.parametrize("name", ["nowhere", "--all", "HEAD:docs", """ ; rm -rf . """, "-x"])
def test_a_commit_that_is_not_there_is_typed_wrong(root: Path, name: str) -> None:
    assert failure(f"--since={name}") == (2, "unknown-commit")


def test_a_history_of_its_own_is_told(root: Path) -> None:
    git(root, "branch", "trunk")
    git(root, "checkout", "-q", "--orphan", "alone")
    git(root, "commit", "-qm", "alone")
    assert failure("--since", "trunk") == (3, "no-merge-base")


def test_staged_looks_at_what_is_staged_and_not_at_the_work_tree(root: Path) -> None:
    assert quotes("--staged") == []
    write_tree(root, {GATE: spec(OPEN, HASTY)})
    assert quotes("--staged") == []
    git(root, "add", "-A")
    write_tree(root, {GATE: spec(OPEN, SHUT)})
    before = (root.parent / ".git/index").read_bytes(), git(root, "status", "--porcelain=v2")
    assert quotes("--staged") == ["quickly"]
    assert ((root.parent / ".git/index").read_bytes(), git(root, "status", "--porcelain=v2")) == before


def test_staged_before_the_first_commit_looks_at_everything(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    new = make_repo(tmp_path / "new", {GATE: spec(OPEN)}, commit=False)
    git(new, "add", "-A")
    monkeypatch.chdir(new)
    assert quotes("--staged") == ["gracefully"]


def test_a_hook_sees_the_index_of_a_partial_commit(root: Path) -> None:
    write_tree(root, {GATE: spec(OPEN, HASTY), BELL: spec(requirement("Ring", "The bell SHALL properly ring."))})
    git(root, "add", "-A")
    out = root.parent / "seen.json"
    hook = root.parent / ".git/hooks/pre-commit"
    command = f'cd docs && "{sys.executable}" -m geoflow review --rules-only --staged --json --fail-on never'
    hook.write_text(f'#!/bin/sh\n{command} > "{out}"\n')
    hook.chmod(0o755)
    subprocess.run(["git", "commit", "-qm", "bell", "--", BELL], cwd=root, check=True, env=dict(os.environ))
    assert [one["quote"] for one in json.loads(out.read_text())["findings"]] == ["properly"]


def test_files_that_are_not_merged_are_told(root: Path) -> None:
    git(root, "checkout", "-qb", "other")
    commit(root, spec(OPEN, requirement("Shut", "The gate SHALL lock.")))
    git(root, "checkout", "-q", "-")
    commit(root, spec(OPEN, HASTY))
    with pytest.raises(subprocess.CalledProcessError):
        git(root, "merge", "-q", "other")
    assert failure("--staged") == (3, "unmerged-index")


def test_both_at_once_are_typed_wrong(root: Path) -> None:
    assert run("--staged", "--since", "HEAD").exit_code == 2


def test_paths_are_those_of_the_repository(root: Path) -> None:
    [log] = json.loads(run("--format", "sarif").stdout)["runs"]
    place = log["results"][0]["locations"][0]["physicalLocation"]["artifactLocation"]
    assert place["uri"] == f"docs/{GATE}"
    [line, summary] = run("--format", "github").stdout.splitlines()
    assert line.startswith(f"::warning file=docs/{GATE},line=8,")
    assert summary == "0 errors, 1 warning, 0 notes: revise"


def test_markdown_is_for_a_summary(root: Path) -> None:
    lines = run("--format", "markdown").stdout.splitlines()
    assert lines[0] == "**revise**: 0 errors, 1 warning, 0 notes"
    assert lines[2].startswith("- **warning** GF201 ")


def test_the_form_json_is_the_option_json_also_where_it_fails(root: Path) -> None:
    assert json.loads(run("--format", "json").stdout) == json.loads(run("--json").stdout)
    failed = run("nothing", "--format", "json")
    assert (failed.exit_code, json.loads(failed.stdout)["code"]) == (2, "unknown-item")


@pytest.mark.parametrize("form", ["text", "json", "sarif", "github", "markdown"])
def test_the_exit_code_is_the_same_in_every_form(root: Path, form: str) -> None:
    assert run("--format", form).exit_code == 0
    assert run("--format", form, "--fail-on", "warning").exit_code == 1


def test_outside_a_repository_there_is_nothing_to_compare_with(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(write_tree(tmp_path / "plain", {GATE: spec(OPEN)}))
    assert failure("--staged") == failure("--since", "HEAD") == (3, "not-a-repository")
    assert json.loads(run("--format", "sarif").stdout)["runs"][0]["results"]


class TestOfATreeWithoutSpecs:
    @pytest.fixture(autouse=True)
    def bare(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        write_tree(tmp_path / "bare", {"openspec/specs/.gitkeep": ""})
        monkeypatch.chdir(tmp_path / "bare")

    @pytest.mark.parametrize("form", ["text", "github", "markdown"])
    def test_it_is_said_that_there_is_nothing_to_review(self, form: str) -> None:
        result = run("--format", form)
        assert (result.exit_code, result.stdout) == (0, "There is nothing to review.\n")

    def test_a_script_is_told_so_beside_the_verdict(self) -> None:
        document = json.loads(run("--json").stdout)
        assert (document["empty"], document["verdict"], document["requirements"]) == (True, "approve", 0)

    def test_a_spec_without_a_flaw_is_something(self) -> None:
        write_tree(Path(), {GATE: spec(requirement("Shut", "The gate SHALL shut within 2 seconds of a push."))})
        assert run().stdout == "0 errors, 0 warnings, 0 notes: approve\n"
        assert json.loads(run("--json").stdout)["empty"] is False

    def test_what_is_wrong_with_a_file_that_is_no_spec_is_still_said(self) -> None:
        write_tree(Path(), {"openspec/changes/one/proposal.md": "## Why\n\nShort.\n"})
        assert "nothing to review" not in run().stdout
