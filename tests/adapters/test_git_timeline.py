"""The main line and what came in with its commits: merged, squashed, as it was, or not by improve at all."""

from pathlib import Path

import pytest

from geoflow.adapters.git import open_repository
from tests.builders import git, make_repo, write_tree
from tests.workflow.monitoring import SPEC, text

TRAILERS = "\n\nGeoflow-Finding: 0123456789ab GF201\nGeoflow-Strategy: span\n"


@pytest.fixture
def project(tmp_path: Path) -> Path:
    return make_repo(tmp_path / "p", {SPEC: text(1)})


def commit(project: Path, number: int, message: str) -> str:
    write_tree(project, {SPEC: text(number)})
    git(project, "add", "-A")
    git(project, "commit", "-q", "--allow-empty", "-m", message)
    return git(project, "rev-parse", "HEAD")


def branch_with_edits(project: Path, name: str, first: int, edits: int) -> None:
    git(project, "switch", "-q", "-c", name)
    for number in range(edits):
        commit(project, first + number, f"edit {number}{TRAILERS}")
    git(project, "switch", "-q", "main")


def line(project: Path, limit: int = 100) -> list[tuple[str, int]]:
    repository = open_repository(project)
    return [(one.subject, one.edits) for one in repository.timeline.line(repository.head().commit, limit)]


def test_a_merge_brings_in_the_edits_of_its_branch(project: Path) -> None:
    branch_with_edits(project, "improve", 2, 3)
    git(project, "merge", "-q", "--no-ff", "-m", "Merge improve", "improve")
    commit(project, 9, "work of a person")
    assert line(project) == [("start", 0), ("Merge improve", 3), ("work of a person", 0)]


def test_edits_count_where_they_came_in_first(project: Path) -> None:
    branch_with_edits(project, "one", 2, 2)
    git(project, "switch", "-q", "-c", "two", "one")
    commit(project, 5, f"another{TRAILERS}")
    git(project, "switch", "-q", "main")
    git(project, "merge", "-q", "--no-ff", "-m", "first", "one")
    git(project, "merge", "-q", "--no-ff", "-m", "second", "two")
    assert line(project) == [("start", 0), ("first", 2), ("second", 1)]


def test_a_squash_that_keeps_the_messages_and_a_fast_forward_count_as_well(project: Path) -> None:
    branch_with_edits(project, "improve", 2, 2)
    git(project, "merge", "-q", "--ff-only", "improve")
    git(project, "commit", "-q", "--allow-empty", "-m", f"squash{TRAILERS.rstrip()}\nGeoflow-Finding: ab GF202")
    assert line(project) == [("start", 0), ("edit 0", 1), ("edit 1", 1), ("squash", 2)]


def test_of_a_long_line_the_newest_commits_are_given(project: Path) -> None:
    branch_with_edits(project, "improve", 2, 2)
    git(project, "merge", "-q", "--no-ff", "-m", "Merge improve", "improve")
    for number in range(3):
        commit(project, 10 + number, f"work {number}")
    assert line(project, 2) == [("work 1", 0), ("work 2", 0)]
    assert line(project, 4)[0] == ("Merge improve", 2)


def test_a_subject_may_hold_any_sign(project: Path) -> None:
    commit(project, 2, "a\x1fb <b>&\x1b[31m\N{RIGHT-TO-LEFT OVERRIDE}")
    assert line(project)[-1] == ("a\x1fb <b>&\x1b[31m\N{RIGHT-TO-LEFT OVERRIDE}", 0)


def test_the_state_changes_with_head_records_and_runs_and_with_nothing_else(project: Path) -> None:
    repository = open_repository(project)
    seen = [repository.timeline.state()]
    write_tree(project, {"openspec/specs/auth/notes.md": "not committed"})
    git(project, "tag", "v1")
    assert repository.timeline.state() == seen[0]
    commit(project, 3, "more")
    seen.append(repository.timeline.state())
    repository.append_note(git(project, "rev-parse", "HEAD"), "{}")
    seen.append(repository.timeline.state())
    git(project, "update-ref", "refs/geoflow/runs/x", "HEAD")
    seen.append(repository.timeline.state())
    assert len(set(seen)) == 4
