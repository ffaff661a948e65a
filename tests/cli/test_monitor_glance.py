"""Bare `geoflow monitor`: the measures that matter, a line each."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from geoflow.cli.app import app
from geoflow.cli.monitor_glance import short
from tests.builders import make_repo, requirement, spec, write_tree
from tests.workflow.monitoring import SPEC, commit, fill, make_project, text

FAILURES = "coverage.with_failure_scenario"


def run(*arguments: str) -> Result:
    return CliRunner().invoke(app, ["monitor", *arguments])


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Three recorded commits; the last one brings a requirement that says nothing of failures."""
    from tests.builders import git

    folder = make_project(tmp_path / "p")
    commit(folder, 2)
    write_tree(folder, {SPEC: text(2) + requirement("Open", "The gate SHALL open.")})
    git(folder, "commit", "-qam", "a gate")
    monkeypatch.chdir(folder)
    return folder


def test_a_line_has_value_change_whether_it_is_worse_and_how_it_went(project: Path) -> None:
    fill(project)
    done = run()
    lines = {line.split()[0]: line for line in done.stdout.splitlines()}
    assert lines[FAILURES].split() == [FAILURES, "66.7", "%", "-33.3!", "██▁"]
    assert lines["size.requirements"].split() == ["size.requirements", "3", "+2", "▁▅█"]
    assert "3 commits since" in done.stdout.splitlines()[0]
    assert done.stdout.splitlines()[0].endswith("a gate")
    assert "! marks a change for the worse" in done.stderr
    assert "quality.findings" not in done.stdout
    assert "geoflow monitor backfill --complete" in done.stderr


def test_json_has_the_points_of_each_measure_by_commit(project: Path) -> None:
    fill(project)
    done = run("--json")
    document = json.loads(done.stdout)
    assert (document["schema"], done.stderr, len(document["commits"])) == ("geoflow.monitor/1", "", 3)
    (found,) = [one for one in document["measures"] if one["name"] == FAILURES]
    assert (found["verdict"], found["since"], found["aim"]) == ("worse", 0, "up")
    assert found["points"] == [100, 100, pytest.approx(66.7, abs=0.1)]


def test_named_measures_and_a_limit(project: Path) -> None:
    fill(project)
    lines = run("--measure", "size", "--limit", "2").stdout.splitlines()
    assert [line.split()[0] for line in lines[1:]] == [
        "size.specs",
        "size.requirements",
        "size.scenarios",
        "size.words",
    ]
    assert "2 commits" in lines[0]
    assert len(run("--all").stdout.splitlines()) > len(run().stdout.splitlines())
    assert json.loads(run("--measure", "sise", "--json").stdout)["code"] == "unknown-measure"


def test_without_records_it_says_how_to_get_them(project: Path) -> None:
    done = run()
    assert (done.exit_code, done.stdout) == (0, "No commit has a snapshot yet. Record all: geoflow monitor backfill\n")


@pytest.mark.parametrize("width", [30, 40, 60, 80, 200])
def test_no_line_is_wider_than_the_terminal(project: Path, monkeypatch: pytest.MonkeyPatch, width: int) -> None:
    fill(project)
    monkeypatch.setenv("COLUMNS", str(width))
    lines = run("--all").stdout.splitlines()
    assert max(map(len, lines)) <= width
    assert any("█" in line for line in lines) == (width >= 40)


def test_a_stdout_without_blocks_gets_ascii_and_no_colours(project: Path) -> None:
    fill(project)
    done = subprocess.run(
        [sys.executable, "-m", "geoflow", "monitor"],
        env={**os.environ, "PYTHONIOENCODING": "ascii"},
        capture_output=True,
        check=True,
    )
    (line,) = [line for line in done.stdout.decode("ascii").splitlines() if line.startswith(FAILURES)]
    assert line.endswith("##_")
    assert "\x1b" not in done.stdout.decode("ascii")


def test_a_subject_that_a_terminal_would_obey_is_shown_as_text(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from tests.builders import git

    folder = make_repo(tmp_path / "p", {SPEC: spec(requirement("A", "The gate SHALL open."))})
    git(folder, "commit", "-q", "--allow-empty", "-m", "red \x1b[31m alert \x07")
    monkeypatch.chdir(folder)
    fill(folder)
    done = run().stdout
    assert "\x1b" not in done
    assert "\\x1b[31m" in done


@pytest.mark.parametrize(
    ("long", "shown"),
    [
        ("100.0 %", "100.0 %"),
        ("+20.0", "+20.0"),
        ("12345678", "12.3M"),
        ("+1234567", "+1.2M"),
        ("-123456.7", "-123.5k"),
    ],
)
def test_a_number_that_a_column_has_no_room_for_is_shortened(long: str, shown: str) -> None:
    assert short(long) == shown
