"""A measure that got worse: told once by the next command, and improve begins with the findings behind it."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from geoflow.cli.app import app
from tests.builders import git, make_repo, requirement, spec, write_tree
from tests.workflow.monitoring import SPEC, fill, make_project, text

BARE = requirement("Open", "The gate SHALL open.")
WORSE = "coverage.with_failure_scenario 66.6667 % (was 100 %)"


def typed(folder: Path, *arguments: str) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        [sys.executable, "-m", "geoflow", *arguments],
        cwd=folder,
        env={**os.environ, "GEOFLOW_LLM__BASE_URL": "none"},
        capture_output=True,
        text=True,
        check=False,
    )


def commit(folder: Path, files: dict[str, str]) -> str:
    write_tree(folder, files)
    git(folder, "add", "-A")
    git(folder, "commit", "-q", "-m", "work")
    return git(folder, "rev-parse", "HEAD")


@pytest.fixture
def worse(tmp_path: Path) -> Path:
    """A commit that made the share of requirements with a failure scenario worse, recorded as the hook does."""
    folder = make_project(tmp_path / "p")
    commit(folder, {SPEC: text(2)})
    fill(folder)
    commit(folder, {SPEC: text(2) + BARE})
    assert typed(folder, "monitor", "record", "--hook").stderr == ""
    return folder


@pytest.mark.parametrize(
    "command", ["validate --all", "list", "", "review --rules-only", "monitor", "monitor measures"]
)
def test_the_next_command_says_it_once_on_stderr(worse: Path, command: str) -> None:
    first, second = typed(worse, *command.split()), typed(worse, *command.split())
    head, base = (git(worse, "rev-parse", name)[:10] for name in ("HEAD", "HEAD^"))
    line = f"geoflow: commit {head} made it worse: {WORSE}; see: geoflow monitor compare {base} {head}\n"
    assert first.stderr.count(line) == 1
    assert second.stderr == first.stderr.replace(line, "")
    assert (first.stdout, first.returncode) == (second.stdout, second.returncode)


def test_scripts_and_hooks_and_who_asks_for_help_are_not_told(worse: Path) -> None:
    for arguments in (
        ["validate", "--all", "--json"],
        ["--version"],
        ["monitor", "record", "--hook"],
        ["ask", "--help"],
    ):
        assert "made it worse" not in typed(worse, *arguments).stderr
    assert "made it worse" in typed(worse, "list").stderr


def test_recording_the_same_commit_again_tells_it_no_second_time(worse: Path) -> None:
    assert "made it worse" in typed(worse, "list").stderr
    done = typed(worse, "monitor", "record")
    assert "Recorded" in done.stdout
    assert "made it worse" not in done.stderr
    assert "made it worse" not in typed(worse, "list").stderr


def test_a_commit_that_mends_it_or_that_people_accept_is_silent(worse: Path) -> None:
    typed(worse, "list")
    commit(worse, {SPEC: text(3)})
    typed(worse, "monitor", "record", "--hook")
    assert typed(worse, "list").stderr == ""
    accept = "monitor:\n  accept:\n    - {measure: coverage.with_failure_scenario, reason: imported}\n"
    commit(worse, {SPEC: text(2) + BARE, "openspec/geoflow.yaml": accept})
    typed(worse, "monitor", "record", "--hook")
    assert typed(worse, "list").stderr == ""


def test_where_the_line_cannot_be_struck_out_nothing_is_told_and_nothing_fails(worse: Path) -> None:
    file = worse / ".git/geoflow/alert"
    file.unlink()
    file.mkdir()
    assert typed(worse, "list").stderr == ""
    assert typed(worse, "monitor", "record").returncode == 0


def test_what_a_terminal_would_obey_is_not_told(worse: Path) -> None:
    (worse / ".git/geoflow/alert").write_bytes(b"x\nred \x1b[31m\n")
    assert typed(worse, "list").stderr == ""


def test_a_hot_command_pays_one_small_file(worse: Path) -> None:
    code = (
        "import sys, geoflow.__main__ as main; before = set(sys.modules); main.tell_alert(['list'])\n"
        "print(sorted(set(sys.modules) - before))"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=worse, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == str(
        ["geoflow.adapters", "geoflow.adapters.alert_file", "geoflow.adapters.git_folder"]
    )
    assert WORSE in done.stderr


VAGUE = requirement("Lamp", "The lamp SHALL light within 2 s and/or blink once.")


def improved(folder: Path, monkeypatch: pytest.MonkeyPatch) -> tuple[list[str], list[dict[str, Any]]]:
    """Give the codes of findings in the order in which they were left, and the measures that got worse."""
    monkeypatch.chdir(folder)
    monkeypatch.setenv("GEOFLOW_LLM__BASE_URL", "none")
    done = CliRunner().invoke(app, ["improve", "--dry-run", "--json"])
    document = json.loads(done.stdout)
    return [one["finding"]["code"] for one in document["left"]], document["worse"]


def test_improve_begins_with_the_findings_behind_a_measure_that_got_worse(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    bare = "### Requirement: Door\nThe door SHALL close within 2 s.\n"
    folder = make_repo(tmp_path / "p", {SPEC: spec(requirement("Lamp", "The lamp SHALL light within 2 s."), bare)})
    monkeypatch.chdir(folder)
    CliRunner().invoke(app, ["monitor", "record"])
    commit(folder, {SPEC: spec(VAGUE, bare)})
    before, worse = improved(folder, monkeypatch)
    assert before.index("OS-S4") < before.index("GF206")  # nothing is recorded of it: the error comes first
    assert worse == []
    CliRunner().invoke(app, ["monitor", "record"])
    after, worse = improved(folder, monkeypatch)
    assert "quality.smell_density" in {one["measure"] for one in worse}
    assert after.index("GF206") < after.index("OS-S4")
    assert sorted(after) == sorted(before)
    assert "got worse, so first: quality.smell_density" in CliRunner().invoke(app, ["improve", "--dry-run"]).stdout
