"""What a record tells of age and rework, on real repositories."""

import json
import os
import subprocess
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from typer.testing import CliRunner

from geoflow.adapters.git import open_repository
from geoflow.cli.app import app
from tests.builders import git, make_repo, requirement, spec, write_tree
from tests.workflow.monitoring import SPEC, text

TODAY = datetime(2026, 11, 27, 12, 0, tzinfo=UTC)
VAGUE = spec(requirement("Open", "The gate SHALL open quickly."))


def commit(folder: Path, files: dict[str, str], days_ago: float, message: str = "work") -> str:
    write_tree(folder, files)
    git(folder, "add", "-A")
    at = (TODAY - timedelta(days=days_ago)).isoformat()
    environment = {**os.environ, "GIT_COMMITTER_DATE": at, "GIT_AUTHOR_DATE": at}
    subprocess.run(["git", "commit", "-q", "--allow-empty", "-m", message], cwd=folder, env=environment, check=True)
    return git(folder, "rev-parse", "HEAD")


def recorded(*arguments: str) -> dict[str, float]:
    done = CliRunner().invoke(app, ["monitor", "record", "--json", *arguments])
    (snapshot,) = json.loads(done.stdout)["snapshots"]
    return {name: quantity["value"] for name, quantity in snapshot["observed"].items()}


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = make_repo(tmp_path / "p", {SPEC: ""}, commit=False)
    commit(folder, {SPEC: VAGUE}, 200)
    monkeypatch.chdir(folder)
    return folder


def test_the_share_of_text_that_stood_90_days_before(project: Path) -> None:
    assert recorded()["age.text_over_90_days"] == 0
    lamp = requirement("Lamp", "The gate SHALL light fully.")
    commit(project, {SPEC: VAGUE + lamp}, 0)
    assert recorded()["age.text_over_90_days"] == pytest.approx(50, abs=1)


def test_a_shallow_clone_does_not_tell_how_old_its_text_is(
    project: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    commit(project, {SPEC: text(2)}, 0)
    git(tmp_path, "clone", "-q", "--depth", "1", f"file://{project}", "shallow")
    monkeypatch.chdir(tmp_path / "shallow")
    assert "age.text_over_90_days" not in recorded()


def test_findings_are_told_from_one_record_to_the_next(project: Path) -> None:
    first = recorded()
    assert not any(name.startswith("findings.") for name in first)
    commit(project, {SPEC: VAGUE + requirement("Lamp", "The lamp SHALL light quickly.")}, 190)
    assert "findings.opened" in recorded("--dry-run")  # which keeps nothing
    second = recorded()
    assert (second["findings.opened"], second["findings.closed"]) == (1, 0)
    commit(project, {SPEC: spec(requirement("Lamp", "The lamp SHALL light quickly."))}, 180)
    third = recorded()
    assert (third["findings.opened"], third["findings.closed"]) == (0, 1)
    assert (third["findings.closed_age_p50"], third["findings.age_p50"]) == (20, 10)


def test_another_branch_tells_nothing_of_what_came_or_went(project: Path) -> None:
    git(project, "branch", "other")
    commit(project, {SPEC: text(2)}, 190)
    recorded()
    git(project, "checkout", "-q", "other")
    commit(project, {SPEC: text(3)}, 180)
    assert "findings.opened" not in recorded()


EDIT = "improve: gate\n\nGeoflow-Finding: 0123456789ab GF210\nGeoflow-Finding: 0123456789ac GF211"


@pytest.mark.parametrize(("days_ago", "reverted"), [(5, 2), (20, 0)])
def test_an_edit_that_was_reverted_soon_is_counted(project: Path, days_ago: int, reverted: int) -> None:
    edit = commit(project, {SPEC: text(2)}, days_ago, EDIT)
    commit(project, {SPEC: text(3)}, 3, "a person's own")
    commit(
        project,
        {SPEC: text(2)},
        2,
        f'Revert "a person\'s own"\n\nThis reverts commit {git(project, "rev-parse", "HEAD")}.',
    )
    commit(project, {SPEC: VAGUE}, 1, f'Revert "improve: gate"\n\nThis reverts commit {edit}.')
    assert open_repository(project).reverted_edits(14) == reverted


def test_a_merge_that_was_reverted_counts_what_it_brought(project: Path) -> None:
    git(project, "checkout", "-q", "-b", "geoflow/improve/x")
    commit(project, {SPEC: text(2)}, 0.2, EDIT)
    git(project, "checkout", "-q", "main")
    git(project, "merge", "-q", "--no-ff", "-m", "take it", "geoflow/improve/x")
    git(project, "revert", "--no-edit", "-m", "1", "HEAD")
    assert open_repository(project).reverted_edits(14) == 2
    gone = "This reverts commit 0123456789012345678901234567890123456789."
    commit(project, {SPEC: text(3)}, 0, gone)  # one that is not here tells nothing
    assert open_repository(project).reverted_edits(14) == 2
