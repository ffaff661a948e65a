"""`geoflow monitor record --hook` as git runs it: after commits of all kinds, and where nothing works."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.builders import git, make_repo, write_tree
from tests.workflow.monitoring import SPEC, assert_every_commit_is_right, make_project, notes_of, text

ROOT = Path(__file__).parents[2]


def install(project: Path, *names: str) -> None:
    """Run geoflow as these hooks, as a person would write it down."""
    for name in names or ("post-commit",):
        hook = project / ".git" / "hooks" / name
        hook.parent.mkdir(exist_ok=True)
        hook.write_text(f'#!/bin/sh\nPYTHONPATH="{ROOT}" exec "{sys.executable}" -m geoflow monitor record --hook\n')
        hook.chmod(0o755)


def commit(project: Path, files: dict[str, str], *options: str) -> "subprocess.CompletedProcess[str]":
    write_tree(project, files)
    git(project, "add", "-A")
    return subprocess.run(
        ["git", "commit", "-q", "-m", "work", *options], cwd=project, capture_output=True, text=True, check=False
    )


def ran(folder: Path) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        [sys.executable, "-m", "geoflow", "monitor", "record", "--hook"],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=False,
    )


def test_each_commit_that_changes_a_spec_has_its_record_and_others_cost_no_note(tmp_path: Path) -> None:
    project = make_project(tmp_path / "p")
    install(project)
    done = commit(project, {SPEC: text(2)})
    assert (done.returncode, done.stdout + done.stderr) == (0, "")
    assert '"source":"hook"' in notes_of(project, "HEAD")
    assert commit(project, {"src/code.py": "x"}).returncode == 0
    assert notes_of(project, "HEAD") == ""
    commit(project, {SPEC: text(3)}, "--amend")
    assert_every_commit_is_right(project, "HEAD", "--not", "HEAD~2")


def test_a_partial_commit_is_recorded_as_it_was_made(tmp_path: Path) -> None:
    project = make_project(tmp_path / "p")
    install(project)
    write_tree(project, {SPEC: text(2), "openspec/specs/other/spec.md": text(5)})
    git(project, "add", "-A")
    git(project, "commit", "-q", "-m", "one of two", "--", SPEC)
    assert '"size.requirements":{"value":2,' in notes_of(project, "HEAD")
    git(project, "commit", "-q", "-am", "the other")
    assert_every_commit_is_right(project, "HEAD", "--not", "HEAD~2")


def test_a_linked_work_tree_and_a_merge_have_their_records(tmp_path: Path) -> None:
    project = make_project(tmp_path / "p")
    install(project, "post-commit", "post-merge")
    side = tmp_path / "side"
    git(project, "worktree", "add", "-q", "-b", "side", str(side))
    commit(side, {SPEC: text(2)})
    commit(project, {"openspec/specs/other/spec.md": text(1)})
    git(project, "merge", "-q", "--no-ff", "-m", "merged", "side")
    assert_every_commit_is_right(project, "HEAD", "--not", git(project, "merge-base", "main~1", "side"))


@pytest.mark.parametrize("broken", [False, True])
def test_records_stand_on_kept_figures_as_on_fresh_ones(tmp_path: Path, *, broken: bool) -> None:
    project = make_project(tmp_path / "p")
    install(project)
    change = "openspec/changes/c/"
    delta = "## MODIFIED Requirements\n" + text(1)[text(1).index("### ") :]
    for number, files in enumerate(
        (
            {SPEC: text(2), "openspec/specs/other/spec.md": text(3)},
            {f"{change}tasks.md": "- [ ] 1.1 x\n", f"{change}specs/auth/spec.md": delta},
            {SPEC: text(4)},
            {SPEC: text(2)},
            {"openspec/specs/other/spec.md": text(5)},
        )
    ):
        commit(project, files)
        for kept in (project / ".git" / "geoflow").glob("*figures-*"):
            if broken:
                kept.write_bytes(kept.read_bytes()[: number * 40])
    assert_every_commit_is_right(project, "HEAD", "--not", "HEAD~5")


@pytest.mark.parametrize("state", ["no specs", "no repository", "unborn", "no folder above", "no specs in the commit"])
def test_where_there_is_nothing_to_record_it_ends_well(tmp_path: Path, state: str) -> None:
    if state == "no specs":
        place = make_repo(tmp_path / "p", {"README.md": "x"})
    elif state == "no repository":
        place = write_tree(tmp_path / "p", {SPEC: text(1)})
    elif state == "unborn":
        place = make_repo(tmp_path / "p", {SPEC: text(1)}, commit=False)
    elif state == "no specs in the commit":
        place = write_tree(make_repo(tmp_path / "p", {"README.md": "x"}), {SPEC: text(1)})
    else:
        place = tmp_path
    done = ran(place)
    assert (done.returncode, done.stdout) == (0, "")
    assert len(done.stderr.splitlines()) == (state in ("no repository", "unborn"))


def test_a_git_folder_that_cannot_be_written_fails_no_commit(tmp_path: Path) -> None:
    project = make_project(tmp_path / "p")
    install(project)
    (project / ".git" / "geoflow").write_text("in the way")
    done = commit(project, {SPEC: text(2)})
    assert done.returncode == 0
    (line,) = done.stderr.splitlines()
    assert "geoflow monitor backfill" in line
    assert git(project, "log", "-1", "--format=%s") == "work"


def test_without_git_it_ends_well(tmp_path: Path) -> None:
    project = make_project(tmp_path / "p")
    done = subprocess.run(
        [sys.executable, "-m", "geoflow", "monitor", "record", "--hook"],
        cwd=project,
        env={**os.environ, "PYTHONPATH": str(ROOT), "PATH": str(tmp_path)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stdout, len(done.stderr.splitlines())) == (0, "", 1)


def test_what_git_sets_for_its_hooks_does_not_lead_elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    project, other = make_project(tmp_path / "p"), make_project(tmp_path / "other")
    monkeypatch.setenv("GIT_DIR", str(other / ".git"))
    monkeypatch.setenv("GIT_WORK_TREE", str(other))
    done = ran(project)
    monkeypatch.delenv("GIT_DIR")
    monkeypatch.delenv("GIT_WORK_TREE")
    assert done.stderr == ""
    assert notes_of(project, "HEAD")
    assert notes_of(other, "HEAD") == ""


def test_a_commit_of_code_alone_loads_no_library(tmp_path: Path) -> None:
    project = make_project(tmp_path / "p")
    commit(project, {"src/code.py": "x"})
    program = (
        "import sys; from geoflow.cli.monitor_hook import record_for_hook; record_for_hook()\n"
        "print(sorted({'subprocess', 'git', 'json', 'dataclasses', 'typer', 'pathlib', 'datetime'} & set(sys.modules)))"
    )
    done = subprocess.run(
        [sys.executable, "-S", "-c", program],
        cwd=project,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout == "[]\n"
