"""`geoflow monitor` on real repositories, through the real command line."""

import json
import os
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from geoflow import __version__
from geoflow.cli.app import app
from geoflow.metrics.snapshot import Quantity, from_line
from tests.builders import git, make_repo, requirement, spec, write_tree

SPEC = "openspec/specs/auth/spec.md"
GOOD = spec(requirement("Login", "The system SHALL let a user in within 2 seconds."))
FAILURE = "#### Scenario: Wrong password\n- **WHEN** the password is wrong\n- **THEN** the login is rejected\n"
BETTER = spec(requirement("Login", "The system SHALL let a user in within 2 seconds.", FAILURE))
BROKEN = spec(requirement("Login", "The system lets a user in."), requirement("Logout", "TBD", ""))


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = make_repo(tmp_path / "p", {SPEC: GOOD})
    monkeypatch.chdir(folder)
    return folder


def run(*arguments: str) -> Result:
    return CliRunner().invoke(app, ["monitor", *arguments])


def answer(*arguments: str) -> dict[str, Any]:
    result = run(*arguments, "--json")
    assert (result.exit_code, result.stderr) == (0, "")
    document: dict[str, Any] = json.loads(result.stdout)
    assert document["schema"] == "geoflow.monitor/1"
    return document


def refused(*arguments: str) -> tuple[str, int]:
    """Run twice: for a person, who must get a message and a fix, and for a script, whose document is judged."""
    told = run(*arguments)
    assert "geoflow: " in told.stderr
    assert "  fix: " in told.stderr
    assert "Traceback" not in told.output
    result = run(*arguments, "--json")
    document = json.loads(result.stdout)
    assert document["schema"] == "geoflow.error/1"
    assert document["fix"]
    assert result.exit_code == told.exit_code
    return document["code"], result.exit_code


def commit(project: Path, text: str, subject: str = "change") -> str:
    write_tree(project, {SPEC: text})
    git(project, "commit", "-qam", subject)
    return git(project, "rev-parse", "HEAD")


def notes(project: Path, commit: str = "HEAD") -> list[str]:
    return git(project, "notes", "--ref=geoflow", "show", commit).splitlines()


def test_record_writes_one_line_beside_the_commit_and_nothing_else(project: Path) -> None:
    head = git(project, "rev-parse", "HEAD")
    document = answer("record")
    (line,) = notes(project)
    snapshot = from_line(line)
    assert snapshot is not None
    assert document["recorded"] is True
    assert document["snapshots"] == [snapshot.document()] == [json.loads(line)]
    assert (snapshot.commit, snapshot.inputs) == (head, git(project, "rev-parse", "HEAD:openspec"))
    assert (snapshot.geoflow, snapshot.source) == (__version__, "record")
    assert (datetime.now(snapshot.recorded_at.tzinfo) - snapshot.recorded_at).days == 0
    assert snapshot.derived["size.requirements"] == Quantity(1, "{requirement}")
    assert snapshot.derived["validity.valid"] == Quantity(100, "%")
    assert git(project, "rev-parse", "HEAD") == head
    assert git(project, "status", "--porcelain") == ""


def test_record_says_what_it_did_and_what_to_type_next(project: Path) -> None:
    result = run("record")
    assert result.exit_code == 0
    assert "measures of commit" in result.stdout
    assert "geoflow monitor show" in result.stderr


def test_the_same_commit_is_not_recorded_twice(project: Path) -> None:
    first = answer("record")
    second = answer("record")
    assert (first["recorded"], second["recorded"]) == (True, False)
    assert first["snapshots"] == second["snapshots"]
    assert len(notes(project)) == 1
    assert "recorded already" in run("record").stdout


def test_a_commit_that_another_version_measured_is_measured_again(project: Path) -> None:
    answer("record")
    other = json.loads(notes(project)[0]) | {"geoflow": "0.0.1-older", "recorded_at": "2020-01-01T00:00:00Z"}
    git(project, "notes", "--ref=geoflow", "add", "-f", "-m", json.dumps(other))
    assert answer("record")["recorded"] is True
    assert len(notes(project)) == 2
    assert [snapshot["geoflow"] for snapshot in answer("show")["snapshots"]] == [__version__]


def test_a_dry_run_measures_and_writes_nothing(project: Path) -> None:
    document = answer("record", "--dry-run")
    assert document["recorded"] is False
    assert document["snapshots"][0]["derived"]["size.specs"]["value"] == 1
    assert "nothing was written" in run("record", "--dry-run").stdout
    assert git(project, "for-each-ref", "refs/notes") == ""


def test_a_dirty_tree_is_left_alone_and_measured_at_head(project: Path) -> None:
    write_tree(project, {SPEC: BROKEN, "openspec/specs/new/spec.md": GOOD, "src/other.py": "x"})
    git(project, "add", SPEC)
    before = git(project, "status", "--porcelain=v2"), (project / ".git" / "index").read_bytes()
    result = run("record")
    assert "2 files below openspec/ that are not committed" in result.stderr
    assert answer("show")["snapshots"][0]["derived"]["validity.valid"]["value"] == 100
    assert (git(project, "status", "--porcelain=v2"), (project / ".git" / "index").read_bytes()) == before


def test_show_lists_recorded_commits_newest_first_with_the_change(project: Path) -> None:
    answer("record")
    better = commit(project, BETTER)
    answer("record")
    commit(project, BETTER + "\n", "never recorded")
    broken = commit(project, BROKEN)
    answer("record")
    document = answer("show")
    assert [snapshot["commit"] for snapshot in document["snapshots"]][:2] == [broken, better]
    assert len(document["snapshots"]) == 3
    lines = {line.split()[0]: line.split()[1:] for line in run("show").stdout.splitlines() if "." in line.split()[0]}
    assert lines["coverage.with_failure_scenario"] == ["0.0", "%", "-100.0!", "100.0", "%", "+100.0", "0.0", "%"]
    assert lines["validity.valid"] == ["0.0", "%", "-100.0!", "100.0", "%", "100.0", "%"]
    assert lines["size.requirements"] == ["2", "+1", "1", "1"]
    assert lines["validity.errors"][:2] == ["1", "+1!"]


def test_limit_counts_snapshots_and_the_last_one_keeps_its_change(project: Path) -> None:
    answer("record")
    commit(project, BROKEN)
    answer("record")
    assert len(answer("show", "--limit", "1")["snapshots"]) == 1
    (line,) = (line for line in run("show", "--limit", "1").stdout.splitlines() if line.startswith("size.requirements"))
    assert line.split() == ["size.requirements", "2", "+1"]
    assert run("show", "--limit", "0").exit_code == 2


@pytest.mark.parametrize("width", [40, 60, 80, 100, 200])
def test_no_line_of_the_table_is_wider_than_the_terminal(
    project: Path, monkeypatch: pytest.MonkeyPatch, width: int
) -> None:
    for number in range(1, 7):
        commit(project, GOOD + "\nmore" * number * 1000, "a subject that goes on and on " * 9)
        answer("record")
    monkeypatch.setenv("COLUMNS", str(width))
    result = run("show")
    lines = result.stdout.splitlines()
    assert max(map(len, lines)) <= width
    assert any(line.startswith("size.words") and line.split()[1].isdigit() for line in lines)
    shown = len(lines[1].split())
    assert ("more: make the terminal wider" in result.stderr) == (shown < 6)


def test_a_hostile_subject_moves_no_cursor(project: Path) -> None:
    commit(project, BETTER, "\x1b[2J[bold]evil\x9b1m\x07 [/]\u202e")
    answer("record")
    stdout = run("show").stdout
    assert "\\x1b[2J[bold]evil" in stdout
    assert all(character.isprintable() or character == "\n" for character in stdout)


def test_hostile_and_broken_notes_are_shown_safely_or_passed_over(project: Path) -> None:
    answer("record")
    record = json.loads(notes(project)[0])
    record["derived"]["\x1b[31mevil\nname"] = {"value": 1, "unit": "%"}
    record["recorded_at"] = "2099-01-01T00:00:00Z"
    git(project, "notes", "--ref=geoflow", "append", "-m", json.dumps(record) + "\nnot a record\n{}")
    stdout = run("show").stdout
    assert "\\x1b[31mevil name" in stdout
    assert "\x1b" not in stdout


def test_without_a_snapshot_show_says_what_to_type(project: Path) -> None:
    result = run("show")
    assert result.exit_code == 0
    assert "geoflow monitor record" in result.stdout
    assert answer("show")["snapshots"] == []


def test_it_works_on_a_detached_head_and_in_a_linked_work_tree(
    project: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    git(project, "worktree", "add", "-q", "--detach", str(tmp_path / "side"))
    monkeypatch.chdir(tmp_path / "side")
    assert answer("record")["recorded"] is True
    monkeypatch.chdir(project / "openspec" / "specs")
    assert answer("record")["recorded"] is False
    assert len(answer("show")["snapshots"]) == 1


def test_it_works_where_the_root_is_a_subfolder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    project = make_repo(tmp_path / "p", {f"docs/{SPEC}": GOOD, "other.txt": "x"})
    monkeypatch.chdir(project / "docs")
    document = answer("record")
    assert document["snapshots"][0]["inputs"] == git(project, "rev-parse", "HEAD:docs/openspec")
    assert document["snapshots"][0]["derived"]["size.specs"]["value"] == 1


def test_files_that_are_no_text_do_not_stop_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    files: dict[str, str | bytes] = {
        SPEC: bytes(range(256)) * 10,
        "openspec/specs/empty/spec.md": b"",
        "openspec/specs/latin/spec.md": GOOD.replace("user", "üser").encode("latin-1"),
        "openspec/changes/c/proposal.md": b"\xff\xfe",
        "openspec/picture.png": b"\x89PNG\r\n\x1a\n\x00",
    }
    monkeypatch.chdir(make_repo(tmp_path / "p", files))
    assert answer("record")["snapshots"][0]["derived"]["size.specs"]["value"] == 3


@pytest.mark.parametrize("command", ["record", "show"])
def test_an_unborn_branch_is_told_to_commit(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, command: str) -> None:
    monkeypatch.chdir(make_repo(tmp_path / "p", {SPEC: GOOD}, commit=False))
    assert refused(command) == ("unborn-branch", 3)


@pytest.mark.parametrize("command", ["record", "show"])
def test_a_folder_outside_git_is_told_to_init(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, command: str) -> None:
    monkeypatch.chdir(write_tree(tmp_path / "p", {SPEC: GOOD}))
    assert refused(command) == ("not-a-repository", 3)


@pytest.mark.parametrize("command", ["record", "show"])
def test_a_project_without_openspec_is_told_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, command: str) -> None:
    monkeypatch.chdir(make_repo(tmp_path / "p", {"README.md": "x"}))
    assert refused(command) == ("no-openspec", 3)


def test_a_commit_without_openspec_has_nothing_to_measure(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    project = make_repo(tmp_path / "p", {"README.md": "x"})
    write_tree(project, {SPEC: GOOD})
    monkeypatch.chdir(project)
    assert refused("record") == ("nothing-to-measure", 3)


def test_a_git_folder_that_cannot_be_written_is_told(project: Path) -> None:
    (project / ".git" / "geoflow").write_text("in the way")
    assert refused("record") == ("git-not-writable", 3)


def test_help_ends_with_an_example() -> None:
    for command in ("record", "show"):
        result = run(command, "--help")
        assert result.exit_code == 0
        assert f"Example: geoflow monitor {command}" in result.stdout


def test_colours_come_on_a_terminal_only(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    answer("record")
    commit(project, BROKEN)
    answer("record")
    assert "\x1b" not in run("show").stdout
    monkeypatch.delenv("NO_COLOR")
    assert "\x1b" not in run("show").stdout
    assert os.environ.get("FORCE_COLOR") is None
    monkeypatch.setenv("FORCE_COLOR", "1")
    assert "\x1b[31m-100.0!" in run("show").stdout.replace(" ", "")


def test_a_snapshot_far_back_in_history_is_found(project: Path) -> None:
    answer("record")
    first = git(project, "rev-parse", "HEAD")
    tree = git(project, "rev-parse", "HEAD^{tree}")
    newest = first
    for number in range(105):
        newest = git(project, "commit-tree", tree, "-p", newest, "-m", str(number))
    git(project, "update-ref", "refs/heads/main", newest)
    assert [snapshot["commit"] for snapshot in answer("show")["snapshots"]] == [first]
