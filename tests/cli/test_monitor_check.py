"""`geoflow monitor check` on real branches."""

import json
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from geoflow.cli.app import app
from tests.builders import git, make_repo, requirement, spec, write_tree
from tests.workflow.monitoring import SPEC, text

SETTINGS = "openspec/geoflow.yaml"
STRICT = """monitor:
  check:
    - {measure: validity.valid, min: 100}
    - {measure: coverage.with_failure_scenario, max_decrease: 0}
    - {measure: llm.duration_p50, max_increase: 0}
"""
UNCOVERED = spec(requirement("Rule 0", "The system SHALL do part 0."))


def check(*arguments: str) -> tuple[dict[str, Any], int]:
    result = CliRunner().invoke(app, ["monitor", "check", *arguments, "--json"])
    document: dict[str, Any] = json.loads(result.stdout)
    return document, result.exit_code


def commit(project: Path, files: dict[str, str]) -> str:
    write_tree(project, files)
    git(project, "add", "-A")
    git(project, "commit", "-q", "-m", "work")
    return git(project, "rev-parse", "HEAD")


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A branch `work` off main with a strict project."""
    folder = make_repo(tmp_path / "p", {SPEC: text(2), SETTINGS: STRICT})
    git(folder, "checkout", "-q", "-b", "work")
    monkeypatch.chdir(folder)
    return folder


def test_the_baseline_is_where_the_branches_part(project: Path) -> None:
    start = git(project, "rev-parse", "main")
    head = commit(project, {SPEC: text(3)})
    git(project, "checkout", "-q", "main")
    commit(project, {SPEC: UNCOVERED})
    git(project, "checkout", "-q", "work")
    document, status = check()
    assert (document["before"], document["after"], status) == (start, head, 0)
    verdicts = {one["measure"]: one["verdict"] for one in document["checks"]}
    assert verdicts == {
        "validity.valid": "pass",
        "coverage.with_failure_scenario": "pass",
        "llm.duration_p50": "skipped",
    }


def test_on_the_branch_itself_the_commit_before_is_the_baseline(project: Path) -> None:
    git(project, "checkout", "-q", "main")
    before = git(project, "rev-parse", "HEAD")
    commit(project, {SPEC: text(3)})
    assert check("--against", "main")[0]["before"] == before


def test_a_regression_fails_with_exit_code_1_and_a_warning_does_not(project: Path) -> None:
    commit(project, {SPEC: UNCOVERED})
    document, status = check()
    assert (status, document["failed"]) == (1, True)
    assert [one["verdict"] for one in document["checks"]] == ["pass", "fail", "skipped"]
    told = CliRunner().invoke(app, ["monitor", "check"])
    assert told.exit_code == 1
    assert "FAIL  coverage.with_failure_scenario: 0, a change of -100; decrease of at most 0" in told.stdout
    assert "1 pass, 1 fail, 1 skipped" in told.stdout
    commit(project, {SETTINGS: STRICT.replace("max_decrease: 0", "max_decrease: 0, level: warn")})
    assert check()[1] == 0


def test_a_committed_reason_accepts_it_until_it_is_merged(project: Path) -> None:
    commit(project, {SPEC: UNCOVERED})
    reason = "  accept:\n    - {measure: coverage.with_failure_scenario, reason: cases come with the next change}\n"
    write_tree(project, {SETTINGS: STRICT + reason})
    assert check()[1] == 1, "a line that is not committed accepts nothing"
    commit(project, {SETTINGS: STRICT + reason})
    document, status = check()
    assert (status, document["checks"][1]["verdict"]) == (0, "warn")
    assert document["checks"][1]["accepted"] == "cases come with the next change"
    git(project, "checkout", "-q", "main")
    git(project, "merge", "-q", "work")
    git(project, "checkout", "-q", "-b", "next")
    commit(project, {SPEC: text(3)})
    git(project, "checkout", "-q", "-b", "later")
    commit(project, {SPEC: UNCOVERED})
    assert check("--against", "next")[1] == 1


def test_without_settings_geoflow_s_own_thresholds_hold(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    project = make_repo(tmp_path / "p", {SPEC: text(1)})
    monkeypatch.chdir(project)
    commit(project, {SPEC: "no spec"})
    result = CliRunner().invoke(app, ["monitor", "check"])
    assert result.exit_code == 1
    assert "FAIL  validity.valid: 0, a change of -100" in result.stdout
    assert "monitor.check in openspec/geoflow.yaml" in result.stderr


def test_a_repository_of_one_commit_is_held_against_itself(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(make_repo(tmp_path / "p", {SPEC: text(1)}))
    document, status = check()
    assert (status, document["before"]) == (0, document["after"])


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("monitor:\n  check: [{measure: size.specs}]\n", "settings-invalid"),
        ("monitor:\n  check: [{min: 3}]\n", "settings-invalid"),
        ("monitor:\n  check: [{measure: size.specs, min: many}]\n", "settings-invalid"),
        ("monitor:\n  check: [{measure: size.specs, min: .nan}]\n", "settings-invalid"),
        ("monitor:\n  check: [{measure: size.specs, minimum: 3}]\n", "settings-invalid"),
        ("monitor:\n  check: [{measure: size.specs, min: 3, level: stop}]\n", "settings-invalid"),
        ("monitor:\n  check: size.specs\n", "settings-invalid"),
        ("monitor:\n  accept: [{measure: size.specs}]\n", "settings-invalid"),
        ("monitor:\n  check: [{measure: size.spec, min: 3}]\n", "unknown-measure"),
    ],
)
def test_settings_that_are_wrong_are_told(project: Path, text: str, code: str) -> None:
    commit(project, {SETTINGS: text})
    document, status = check()
    assert (document["code"], status) == (code, 2)


def test_a_branch_that_is_not_there_is_told(project: Path) -> None:
    document, status = check("--against", "nowhere")
    assert (document["code"], status) == ("unknown-commit", 2)
