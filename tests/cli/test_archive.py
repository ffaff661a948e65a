import json
import os
import pty
import subprocess
import sys
from datetime import datetime
from pathlib import Path

import pytest
from typer.testing import CliRunner

from geoflow.cli.app import app
from tests.builders import make_repo, requirement, spec, write_tree

OLD = spec(requirement("A", "The system SHALL work."), requirement("B", "The system SHALL rest."))
DELTA = "## MODIFIED Requirements\n" + requirement("A", "The system SHALL work well.")
DROPPING = "## MODIFIED Requirements\n### Requirement: A\nIt SHALL work.\n\n#### Scenario: Other\n- **WHEN** x\n"
TREE = {
    "openspec/specs/auth/spec.md": OLD,
    "openspec/changes/good/specs/auth/spec.md": DELTA,
    "openspec/changes/good/tasks.md": "- [x] 1.1 Do\n",
    "openspec/changes/open/specs/auth/spec.md": DELTA,
    "openspec/changes/open/tasks.md": "- [x] 1.1 Do\n- [ ] 1.2 Do more\n",
    "openspec/changes/dropping/specs/auth/spec.md": DROPPING,
    "openspec/changes/broken/specs/auth/spec.md": "## ADDED Requirements\n### Requirement: N\nIt SHALL.\n",
    "openspec/changes/notes/proposal.md": "# Proposal\n",
}


@pytest.fixture
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    made = make_repo(tmp_path / "project", TREE)
    monkeypatch.chdir(made)
    return made


def today() -> str:
    return datetime.now().astimezone().strftime("%Y-%m-%d")


def contents(root: Path) -> dict[str, str]:
    return {str(path.relative_to(root)): path.read_text() for path in (root / "openspec").rglob("*") if path.is_file()}


def run(*arguments: str) -> tuple[int, str, str]:
    done = CliRunner().invoke(app, ["archive", *arguments])
    return done.exit_code, done.stdout, done.stderr


def test_a_change_is_merged_and_moved(root: Path) -> None:
    code, out, _ = run("good", "--yes")

    after = contents(root)
    assert code == 0
    assert "The system SHALL work well." in after["openspec/specs/auth/spec.md"]
    assert after[f"openspec/changes/archive/{today()}-good/specs/auth/spec.md"] == DELTA
    assert not (root / "openspec/changes/good").exists()
    assert "update    openspec/specs/auth/spec.md  ~ 1 modified\n" in out
    assert out.endswith(f"good archived as openspec/changes/archive/{today()}-good\n")


def test_a_change_with_a_date_in_its_name_keeps_it(root: Path) -> None:
    write_tree(root, {"openspec/changes/2026-01-31-old/proposal.md": "x"})

    assert run("2026-01-31-old", "--yes")[0] == 0
    assert (root / "openspec/changes/archive/2026-01-31-old/proposal.md").exists()


def test_a_dry_run_says_the_same_and_changes_nothing(root: Path) -> None:
    before = contents(root)

    code, out, _ = run("good", "--dry-run")

    assert code == 0
    assert "good would be archived as" in out
    assert contents(root) == before


def test_skipping_the_specs_moves_the_change_alone(root: Path) -> None:
    assert run("good", "--yes", "--skip-specs")[0] == 0
    assert contents(root)["openspec/specs/auth/spec.md"] == OLD


def test_json_has_the_shape_of_the_npm_cli(root: Path) -> None:
    code, out, _ = run("good", "--yes", "--json")

    document = json.loads(out)
    assert code == 0
    assert document["archive"]["archivedAs"] == f"{today()}-good"
    assert document["archive"]["specsUpdated"] is True
    assert document["archive"]["totals"] == {"added": 0, "modified": 1, "removed": 0, "renamed": 0}
    assert document["root"]["path"] == str(root)


@pytest.mark.parametrize(
    ("arguments", "code", "exit_code"),
    [
        (["dropping", "--yes"], "drops-scenarios", 1),
        (["broken", "--yes"], "change-invalid", 1),
        (["nobody", "--yes"], "change-not-found", 2),
        (["../auth", "--yes"], "change-name-invalid", 2),
        ([], "change-name-required", 2),
        (["open"], "open-tasks", 1),
        (["good"], "specs-unconfirmed", 1),
        (["good", "--no-validate"], "unchecked", 1),
    ],
)
def test_what_is_refused_leaves_everything_as_it_was(
    root: Path, arguments: list[str], code: str, exit_code: int
) -> None:
    before = contents(root)

    ended, out, _ = run(*arguments, "--json")

    document = json.loads(out)
    assert ended == exit_code
    assert document["archive"] is None
    assert document["status"][0]["code"] == code
    assert document["status"][0]["fix"]
    assert contents(root) == before


def test_the_errors_of_a_change_are_listed_with_their_places(root: Path) -> None:
    code, _, err = run("broken", "--yes")

    assert code == 1
    assert "openspec/changes/broken/specs/auth/spec.md:2 OS-D7" in err
    assert "fix: Type `geoflow validate broken`" in err


def test_an_archive_of_that_name_is_not_overwritten(root: Path) -> None:
    write_tree(root, {f"openspec/changes/archive/{today()}-good/proposal.md": "mine"})

    code, _, err = run("good", "--yes")

    assert code == 1
    assert "exists already" in err
    assert contents(root)["openspec/specs/auth/spec.md"] == OLD


def test_a_change_that_is_a_link_is_refused(root: Path) -> None:
    (root / "openspec/changes/linked").symlink_to(root / "openspec/changes/good")

    assert run("linked", "--yes")[0] == 2
    assert (root / "openspec/changes/good").is_dir()


def test_unchecked_specs_are_written_as_they_come(root: Path) -> None:
    assert run("broken", "--yes", "--no-validate")[0] == 0
    assert "### Requirement: N" in contents(root)["openspec/specs/auth/spec.md"]


def on_a_terminal(root: Path, answers: str, *arguments: str) -> int:
    """Type the command on a pseudo terminal, answer its questions, and give its exit code."""
    ours, theirs = pty.openpty()
    command = [sys.executable, "-m", "geoflow", "archive", *arguments]
    process = subprocess.Popen(command, cwd=root, stdin=theirs, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    os.close(theirs)
    os.write(ours, answers.encode())
    try:
        return process.wait(30)
    finally:
        os.close(ours)


def test_a_yes_to_both_questions_archives(root: Path) -> None:
    assert on_a_terminal(root, "y\ny\n", "open") == 0
    assert "The system SHALL work well." in contents(root)["openspec/specs/auth/spec.md"]


def test_a_no_to_the_open_tasks_leaves_everything(root: Path) -> None:
    before = contents(root)

    assert on_a_terminal(root, "n\n", "open") == 1
    assert contents(root) == before


def test_a_no_to_the_specs_archives_the_change_alone(root: Path) -> None:
    assert on_a_terminal(root, "n\n", "good") == 0
    assert contents(root)["openspec/specs/auth/spec.md"] == OLD
    assert not (root / "openspec/changes/good").exists()
