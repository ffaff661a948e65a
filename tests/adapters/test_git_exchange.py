"""Records between clones, pruning, and thirty recorders at once."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from geoflow.adapters.git import open_repository
from geoflow.errors import GeoflowError
from geoflow.metrics.pruning import prune
from tests.builders import git, make_repo
from tests.workflow.monitoring import assert_every_commit_is_right, commit, fill, make_project, notes_of, record

RECORD = """
import sys
from pathlib import Path
from geoflow.cli.monitor_parts import open_recorder
from geoflow.workflow.record_snapshot import record_snapshot

record_snapshot(open_recorder(Path(sys.argv[1]))[1], revision=sys.argv[2], complete=False)
"""


def notes_tip(project: Path) -> str:
    return git(project, "rev-parse", "refs/notes/geoflow")


@pytest.fixture
def clones(tmp_path: Path) -> tuple[Path, Path, Path]:
    """A bare remote with a history of three commits, and two clones of it."""
    project = make_project(tmp_path / "first")
    commit(project, 2)
    commit(project, 3)
    git(tmp_path, "clone", "-q", "--bare", "first", "remote.git")
    for name in ("ada", "bob"):
        git(tmp_path, "clone", "-q", "remote.git", name)
    return tmp_path / "ada", tmp_path / "bob", tmp_path / "remote.git"


def test_two_clones_push_and_converge_with_all_lines(clones: tuple[Path, Path, Path]) -> None:
    ada, bob, remote = clones
    fill(ada)
    record(bob)
    head = git(ada, "rev-parse", "HEAD")
    for project, line in ((ada, "from ada"), (bob, "from bob")):
        open_repository(project).append_note(head, line)
    assert open_repository(ada).exchange.push("origin").pushed
    pushed = open_repository(bob).exchange.push("origin")
    assert (pushed.pulled, pushed.pushed) == (True, True)
    assert open_repository(ada).exchange.pull("origin")
    assert notes_tip(ada) == notes_tip(bob) == git(remote, "rev-parse", "refs/notes/geoflow")
    assert {"from ada", "from bob"} <= set(notes_of(ada, "HEAD").splitlines())
    assert_every_commit_is_right(ada)
    assert_every_commit_is_right(bob)
    for project in (ada, bob):
        again = open_repository(project).exchange.push("origin")
        assert (again.pulled, again.pushed) == (False, False)
        assert "merging" not in git(project, "for-each-ref")


def test_a_clone_without_records_gets_those_of_the_remote_and_sends_none(clones: tuple[Path, Path, Path]) -> None:
    ada, bob, _ = clones
    assert not open_repository(bob).exchange.pull("origin")
    assert not open_repository(bob).exchange.push("origin").pushed
    fill(ada)
    open_repository(ada).exchange.push("origin")
    assert open_repository(bob).exchange.pull("origin")
    assert notes_tip(ada) == notes_tip(bob)
    assert_every_commit_is_right(bob)


def test_clones_that_push_at_once_lose_nothing(clones: tuple[Path, Path, Path], tmp_path: Path) -> None:
    _, _, remote = clones
    program = (
        "import sys; from pathlib import Path; from geoflow.adapters.git import open_repository\n"
        "repository = open_repository(Path(sys.argv[1])); head = repository.head().commit\n"
        "for number in range(3):\n"
        "    repository.append_note(head, f'{sys.argv[2]}-{number}'); repository.exchange.push('origin')\n"
    )
    names = [f"clone{number}" for number in range(4)]
    for name in names:
        git(tmp_path, "clone", "-q", "remote.git", name)
    running = [subprocess.Popen([sys.executable, "-c", program, str(tmp_path / name), name]) for name in names]
    assert [one.wait() for one in running] == [0] * len(names)
    lines = notes_of(remote, "HEAD").splitlines()
    assert sorted(lines) == sorted(f"{name}-{number}" for name in names for number in range(3))


def test_a_remote_that_is_gone_is_told_and_the_records_stay(clones: tuple[Path, Path, Path]) -> None:
    ada, _, remote = clones
    fill(ada)
    tip = notes_tip(ada)
    remote.rename(remote.with_name("elsewhere"))
    for exchange in (open_repository(ada).exchange.push, open_repository(ada).exchange.pull):
        with pytest.raises(GeoflowError) as caught:
            exchange("origin")
        assert caught.value.code == "remote-failed"
    assert notes_tip(ada) == tip


def test_the_remote_is_the_branch_s_own_then_origin_then_the_only_one(tmp_path: Path) -> None:
    project = make_project(tmp_path / "p")
    exchange = open_repository(project).exchange
    with pytest.raises(GeoflowError) as caught:
        exchange.remote()
    assert caught.value.code == "no-remote"
    git(project, "remote", "add", "team", "../team")
    assert exchange.remote() == "team"
    git(project, "remote", "add", "origin", "../origin")
    assert exchange.remote() == "origin"
    git(project, "config", "branch.main.remote", "team")
    assert exchange.remote() == "team"
    assert exchange.remote("origin") == "origin"
    with pytest.raises(GeoflowError):
        exchange.remote("--upload-pack=touch")


def test_thirty_recorders_at_once_lose_nothing(tmp_path: Path) -> None:
    project = make_project(tmp_path / "p")
    for number in range(2, 31):
        commit(project, number)
    names = git(project, "rev-list", "HEAD").splitlines()
    running = [subprocess.Popen([sys.executable, "-c", RECORD, str(project), name]) for name in names]
    assert [one.wait() for one in running] == [0] * 30
    assert_every_commit_is_right(project)
    assert all(len(notes_of(project, name).splitlines()) == 1 for name in names)


def test_recorders_of_one_commit_write_one_line(tmp_path: Path) -> None:
    project = make_project(tmp_path / "p")
    running = [subprocess.Popen([sys.executable, "-c", RECORD, str(project), "HEAD"]) for _ in range(8)]
    assert [one.wait() for one in running] == [0] * 8
    assert len(notes_of(project, "HEAD").splitlines()) == 1


def test_pruning_removes_what_was_rewritten_and_keeps_what_is_reached(tmp_path: Path) -> None:
    project = make_project(tmp_path / "p")
    record(project)
    old = commit(project, 2)
    record(project)
    commit(project, 3, "openspec/specs/auth/spec.md", "--amend")
    record(project)
    git(project, "worktree", "add", "-q", "--detach", str(tmp_path / "side"))
    beside = commit(tmp_path / "side", 4)
    record(tmp_path / "side")
    repository = open_repository(project)
    assert repository.prune_notes(prune, dry_run=True)[1:] == (1, 0)
    assert notes_of(project, old)
    assert repository.prune_notes(prune)[1:] == (1, 0)
    assert notes_of(project, old) == ""
    assert notes_of(project, beside)
    assert_every_commit_is_right(project)
    assert repository.prune_notes(prune)[1:] == (0, 0)


def test_commits_that_are_not_here_keep_their_notes_unless_asked(clones: tuple[Path, Path, Path]) -> None:
    ada, bob, _ = clones
    only_here = commit(ada, 7)
    fill(ada)
    open_repository(ada).exchange.push("origin")
    repository = open_repository(bob)
    repository.exchange.pull("origin")
    assert repository.prune_notes(prune)[1:] == (0, 0)
    assert repository.prune_notes(prune, missing=True)[1:] == (1, 0)
    assert notes_of(bob, only_here) == ""


def test_pruning_keeps_lines_of_others_and_what_was_observed(tmp_path: Path) -> None:
    project = make_project(tmp_path / "p")
    record(project)
    repository, head = open_repository(project), git(project, "rev-parse", "HEAD")
    own = json.loads(notes_of(project, "HEAD"))
    older = {**own, "geoflow": "0.0.1", "recorded_at": "2020-01-01T00:00:00Z"}
    seen = {**older, "observed": {"llm.calls": {"value": 3, "unit": "{call}"}}}
    repository.append_note(head, "a line of another tool")
    for line in (json.dumps(older), json.dumps(seen)):
        repository.append_note(head, line)
    assert repository.prune_notes(prune)[1:] == (0, 1)
    lines = notes_of(project, "HEAD").splitlines()
    assert lines == [json.dumps(own, separators=(",", ":")), "a line of another tool", json.dumps(seen)]


def test_a_repository_without_notes_has_nothing_to_prune(tmp_path: Path) -> None:
    assert open_repository(make_repo(tmp_path / "p", {"openspec/a.md": "a"})).prune_notes(prune) == (0, 0, 0)
