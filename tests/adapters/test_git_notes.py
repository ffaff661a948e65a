"""Notes under many writers."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from geoflow.adapters.git import open_repository
from geoflow.errors import GeoflowError
from tests.builders import git, make_repo

WRITER = """
import sys
from pathlib import Path
from geoflow.adapters.git import open_repository

repository = open_repository(Path(sys.argv[1]))
for number in range(int(sys.argv[4])):
    repository.append_note(sys.argv[2], f"{sys.argv[3]}-{number}")
"""
WRITERS, LINES = 8, 3


def commits_of(project: Path, count: int) -> list[str]:
    for number in range(count - 1):
        git(project, "commit", "-q", "--allow-empty", "-m", str(number))
    return git(project, "rev-list", "HEAD").splitlines()


def write_in_parallel(project: Path, commits: list[str]) -> None:
    writers = [
        subprocess.Popen([sys.executable, "-c", WRITER, str(project), commit, f"w{number}", str(LINES)])
        for number, commit in enumerate(commits)
    ]
    assert [writer.wait() for writer in writers] == [0] * len(commits)


def test_parallel_writers_on_different_commits_lose_nothing(tmp_path: Path) -> None:
    project = make_repo(tmp_path / "p", {"openspec/a.md": "a"})
    commits = commits_of(project, WRITERS)
    write_in_parallel(project, commits)
    expected = {
        commit: "".join(f"w{number}-{line}\n" for line in range(LINES)) for number, commit in enumerate(commits)
    }
    assert open_repository(project).notes(commits) == expected


def test_parallel_writers_on_one_commit_lose_nothing(tmp_path: Path) -> None:
    project = make_repo(tmp_path / "p", {"openspec/a.md": "a"})
    commit = commits_of(project, 1)[0]
    write_in_parallel(project, [commit] * WRITERS)
    lines = open_repository(project).notes([commit])[commit].splitlines()
    assert sorted(lines) == sorted(f"w{number}-{line}" for number in range(WRITERS) for line in range(LINES))


def test_a_writer_who_knows_no_lock_is_not_overwritten(tmp_path: Path) -> None:
    project = make_repo(tmp_path / "p", {"openspec/a.md": "a"})
    commits = commits_of(project, 2)
    repository = open_repository(project)
    repository.append_note(commits[0], "mine")

    def somebody_else_writes(note: str) -> bool:
        # runs after the ref was read and before it is moved, as another program's `git notes add` may
        if len(git(project, "notes", "--ref=geoflow", "list").splitlines()) == 1:
            git(project, "notes", "--ref=geoflow", "add", "-m", "theirs", commits[1])
        return False

    assert repository.append_note(commits[0], "mine too", unless=somebody_else_writes)
    assert repository.notes(commits) == {commits[0]: "mine\nmine too\n", commits[1]: "theirs\n"}


def test_unless_sees_the_note_and_prevents_the_line(tmp_path: Path) -> None:
    project = make_repo(tmp_path / "p", {"openspec/a.md": "a"})
    commit = commits_of(project, 1)[0]
    repository = open_repository(project)
    assert repository.append_note(commit, "one", unless=lambda note: note != "")
    assert not repository.append_note(commit, "two", unless=lambda note: note == "one\n")
    assert repository.notes([commit]) == {commit: "one\n"}


def test_a_note_of_another_hand_keeps_its_text(tmp_path: Path) -> None:
    project = make_repo(tmp_path / "p", {"openspec/a.md": "a"})
    commit = commits_of(project, 1)[0]
    blob = subprocess.run(
        ["git", "hash-object", "-w", "--stdin"], cwd=project, input=b"no line end \xff", capture_output=True, check=True
    )
    git(project, "notes", "--ref=geoflow", "add", "-C", blob.stdout.decode().strip(), commit)
    repository = open_repository(project)
    repository.append_note(commit, "line ü")
    assert repository.notes([commit]) == {commit: "no line end \N{REPLACEMENT CHARACTER}\nline ü\n"}


def test_git_itself_reads_the_notes_whatever_their_number(tmp_path: Path) -> None:
    # beyond 256 notes git spreads them over folders; what was written before must stay in reach
    project = make_repo(tmp_path / "p", {"openspec/a.md": "a"})
    first = git(project, "rev-parse", "HEAD")
    stream = "".join(
        f"commit refs/heads/many\ncommitter A <a@example.org> {1_800_000_000 + number} +0000\ndata 0\n"
        for number in range(300)
    )
    subprocess.run(["git", "fast-import", "--quiet"], cwd=project, input=stream.encode(), check=True)
    commits = git(project, "rev-list", "many").splitlines()
    notes = "commit refs/notes/geoflow\ncommitter A <a@example.org> 1800000000 +0000\ndata 0\n" + "".join(
        f"N inline {commit}\ndata 4\nold\n\n" for commit in commits
    )
    subprocess.run(["git", "fast-import", "--quiet"], cwd=project, input=notes.encode(), check=True)
    repository = open_repository(project)
    repository.append_note(first, "new")
    repository.append_note(commits[7], "new")
    assert git(project, "notes", "--ref=geoflow", "show", commits[7]) == "old\nnew"
    found = repository.notes([first, *commits])
    assert len(found) == 301
    assert (found[first], found[commits[7]], found[commits[8]]) == ("new\n", "old\nnew\n", "old\n")


def test_without_any_note_there_are_none(tmp_path: Path) -> None:
    project = make_repo(tmp_path / "p", {"openspec/a.md": "a"})
    assert open_repository(project).notes(commits_of(project, 1)) == {}


def test_a_note_for_no_commit_is_refused(tmp_path: Path) -> None:
    project = make_repo(tmp_path / "p", {"openspec/a.md": "a"})
    with pytest.raises(Exception, match="fast-import"):
        open_repository(project).append_note("0" * 39 + "1", "line")
    assert git(project, "for-each-ref", "refs/notes") == ""


def test_a_lock_that_a_killed_git_left_behind_does_not_stop_the_next_run(tmp_path: Path) -> None:
    project = make_repo(tmp_path / "p", {"openspec/a.md": "a"})
    commit = commits_of(project, 1)[0]
    lock = project / ".git" / "refs" / "notes" / "geoflow.lock"
    lock.parent.mkdir(parents=True)
    lock.touch()
    with pytest.raises(GeoflowError) as failure:
        open_repository(project).append_note(commit, "line")
    assert failure.value.code == "notes-locked"
    os.utime(lock, (1, 1))
    assert open_repository(project).append_note(commit, "line")
