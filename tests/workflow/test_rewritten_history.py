"""Whatever git does with commits, each reachable one has a right record, after `backfill` where no hook ran."""

import os
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from geoflow.errors import GeoflowError
from tests.builders import git, make_repo, write_tree
from tests.workflow.monitoring import (
    SPEC,
    assert_every_commit_is_right,
    commit,
    files_at,
    fill,
    make_project,
    notes_of,
    record,
    text,
)

OTHER = "openspec/specs/other/spec.md"


def branch_of_three(project: Path) -> None:
    """Make a branch `side` with three recorded commits, and one commit on main after it; `side` is checked out."""
    git(project, "checkout", "-q", "-b", "side")
    for number in (2, 3, 4):
        commit(project, number)
        record(project)
    git(project, "checkout", "-q", "main")
    commit(project, 1, OTHER)
    record(project)
    git(project, "checkout", "-q", "side")


def amended(project: Path) -> None:
    record(project)
    commit(project, 2)
    record(project)
    commit(project, 3, SPEC, "--amend")


def amended_message(project: Path) -> None:
    commit(project, 2)
    record(project)
    git(project, "commit", "-q", "--amend", "-m", "said better")


def rebased(project: Path) -> None:
    branch_of_three(project)
    git(project, "rebase", "-q", "main")


def squashed_by_rebase(project: Path) -> None:
    branch_of_three(project)
    environment = {**os.environ, "GIT_SEQUENCE_EDITOR": "sed -i -e '2,3s/^pick/squash/'", "GIT_EDITOR": "true"}
    subprocess.run(["git", "rebase", "-q", "-i", "main"], cwd=project, env=environment, check=True, capture_output=True)


def squashed_by_merge(project: Path) -> None:
    branch_of_three(project)
    git(project, "checkout", "-q", "main")
    git(project, "merge", "-q", "--squash", "side")
    git(project, "commit", "-q", "-m", "squashed")


def cherry_picked(project: Path) -> None:
    branch_of_three(project)
    git(project, "checkout", "-q", "main")
    git(project, "cherry-pick", "side~2", "side~1")


def reverted(project: Path) -> None:
    commit(project, 2)
    record(project)
    git(project, "revert", "--no-edit", "HEAD")


def merged(project: Path) -> None:
    branch_of_three(project)
    git(project, "checkout", "-q", "main")
    git(project, "merge", "-q", "--no-ff", "-m", "merged", "side")


def fast_forwarded(project: Path) -> None:
    git(project, "checkout", "-q", "-b", "side")
    commit(project, 2)
    commit(project, 3)
    git(project, "checkout", "-q", "main")
    git(project, "merge", "-q", "--ff-only", "side")


def partly_committed(project: Path) -> None:
    write_tree(project, {SPEC: text(2), OTHER: text(3)})
    git(project, "add", "-A")
    git(project, "commit", "-q", "-m", "one of two", "--", SPEC)
    record(project)
    git(project, "commit", "-q", "-m", "the other")


def past_a_hook(project: Path) -> None:
    hook = project / ".git" / "hooks" / "pre-commit"
    hook.parent.mkdir(exist_ok=True)
    hook.write_text("#!/bin/sh\nexit 1\n")
    hook.chmod(0o755)
    commit(project, 2, SPEC, "--no-verify")


def detached(project: Path) -> None:
    commit(project, 2)
    git(project, "checkout", "-q", "--detach", "HEAD~1")
    commit(project, 5)
    record(project)
    commit(project, 6)


def renamed_and_removed(project: Path) -> None:
    commit(project, 2, OTHER)
    git(project, "mv", "openspec/specs/auth", "openspec/specs/entry")
    git(project, "commit", "-q", "-m", "renamed")
    git(project, "rm", "-q", "-r", "openspec")
    git(project, "commit", "-q", "-m", "no specs")
    write_tree(project, {"README.md": "more"})
    git(project, "commit", "-q", "-am", "still none")
    commit(project, 3)


def linked_instead_of_written(project: Path) -> None:
    write_tree(project, {"elsewhere.md": text(4)})
    (project / OTHER).parent.mkdir(parents=True)
    (project / OTHER).symlink_to("../../../elsewhere.md")
    git(project, "add", "-A")
    git(project, "commit", "-q", "-m", "a link")
    (project / OTHER).unlink()
    commit(project, 2, OTHER)


def with_odd_names(project: Path) -> None:
    commit(project, 2, "openspec/specs/über tab\tx/spec.md")
    commit(project, 3, 'openspec/specs/"quoted"/spec.md')


def committed_without_specs_before(project: Path) -> None:
    git(project, "checkout", "-q", "--orphan", "new")
    git(project, "rm", "-q", "-r", "--cached", ".")
    git(project, "add", "README.md")
    git(project, "commit", "-q", "-m", "no specs yet")
    commit(project, 2)


SITUATIONS: list[Callable[[Path], None]] = [
    *(amended, amended_message, rebased, squashed_by_rebase, squashed_by_merge, cherry_picked, reverted, merged),
    *(fast_forwarded, partly_committed, past_a_hook, detached, renamed_and_removed, with_odd_names),
    committed_without_specs_before,
]


@pytest.mark.parametrize("happens", SITUATIONS, ids=lambda one: one.__name__)
def test_after_it_every_reachable_commit_has_a_right_record(tmp_path: Path, happens: Callable[[Path], None]) -> None:
    project = make_project(tmp_path / "p")
    happens(project)
    fill(project)
    assert_every_commit_is_right(project)
    assert fill(project).written == 0


def test_a_link_is_no_spec_until_it_is_written_as_one(tmp_path: Path) -> None:
    project = make_project(tmp_path / "p")
    linked_instead_of_written(project)
    fill(project)
    counts = [_requirements(project, name) for name in ("HEAD~1", "HEAD")]
    assert counts == ['"size.requirements":{"value":1,', '"size.requirements":{"value":3,']


def _requirements(project: Path, name: str) -> str:
    note = notes_of(project, name)
    at = note.index('"size.requirements"')
    return note[at : note.index("unit", at) - 1]


def test_a_linked_work_tree_shares_the_records(tmp_path: Path) -> None:
    project = make_project(tmp_path / "p")
    side = tmp_path / "side"
    git(project, "worktree", "add", "-q", "-b", "side", str(side))
    commit(side, 2)
    record(side)
    commit(side, 3)
    fill(side)
    assert_every_commit_is_right(side)
    assert_every_commit_is_right(project, "main", "side")


def test_all_branches_and_tags_are_filled_when_asked(tmp_path: Path) -> None:
    project = make_project(tmp_path / "p")
    branch_of_three(project)
    git(project, "tag", "kept", "side")
    git(project, "checkout", "-q", "main")
    git(project, "branch", "-q", "-D", "side")
    assert fill(project).commits == 2
    assert fill(project, everything=True).commits == 5
    assert_every_commit_is_right(project, "--all", "--not", "refs/notes/geoflow")


def test_an_unborn_branch_is_told_and_nothing_is_written(tmp_path: Path) -> None:
    project = make_repo(tmp_path / "p", {SPEC: text(1)}, commit=False)
    with pytest.raises(GeoflowError) as caught:
        fill(project)
    assert caught.value.code == "unborn-branch"
    assert git(project, "for-each-ref") == ""


def test_a_sha_256_repository_has_its_records(tmp_path: Path) -> None:
    project = tmp_path / "p"
    project.mkdir()
    git(project, "init", "-q", "-b", "main", "--object-format=sha256")
    commit(project, 1)
    record(project)
    commit(project, 2)
    commit(project, 1, OTHER)
    fill(project)
    assert len(git(project, "rev-parse", "HEAD")) == 64
    assert_every_commit_is_right(project)


def test_a_shallow_clone_has_right_records_and_no_churn_for_its_first_commit(tmp_path: Path) -> None:
    project = make_project(tmp_path / "p")
    for number in (2, 3, 4):
        commit(project, number)
    git(tmp_path, "clone", "-q", "--depth=2", f"file://{project}", "shallow")
    fill(tmp_path / "shallow")
    assert_every_commit_is_right(tmp_path / "shallow")
    assert '"churn.' not in notes_of(tmp_path / "shallow", "HEAD~1")
    assert '"churn.requirements_added":{"value":1,' in notes_of(tmp_path / "shallow", "HEAD")


def test_a_root_in_a_subfolder_has_records_of_its_own(tmp_path: Path) -> None:
    project = make_repo(tmp_path / "p", {f"docs/{SPEC}": text(1), SPEC: text(5)})
    commit(project, 2, f"docs/{SPEC}")
    commit(project, 3, f"docs/{OTHER}")
    fill(project)
    fill(project / "docs")
    assert_every_commit_is_right(project)
    assert_every_commit_is_right(project, prefix="docs/")


def test_files_that_are_no_text_have_a_record(tmp_path: Path) -> None:
    files: dict[str, str | bytes] = {
        SPEC: bytes(range(256)) * 9,
        OTHER: text(1).replace("SHALL", "müß").encode("latin-1"),
    }
    project = make_repo(tmp_path / "p", files)
    fill(project)
    assert files_at(project, "HEAD")
    assert_every_commit_is_right(project)
