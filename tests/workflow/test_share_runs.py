"""Kept runs pushed and pulled between clones: all of them everywhere, and nothing replaced."""

from pathlib import Path

import pytest

from geoflow.adapters.git import open_repository
from geoflow.adapters.git_process import GitProcess
from geoflow.adapters.git_run_exchange import RUNS, GitRunExchange
from geoflow.errors import GeoflowError
from geoflow.workflow.share_runs import names_for, pull_runs, push_runs
from tests.builders import git, make_repo, requirement, spec, write_tree

FILES = {"openspec/specs/example/spec.md": spec(requirement("Reading", "The reader SHALL stop."))}


@pytest.fixture
def clones(tmp_path: Path) -> tuple[Path, Path]:
    """Two clones of one bare repository."""
    start = make_repo(tmp_path / "start", FILES)
    git(tmp_path, "clone", "-q", "--bare", str(start), "hub.git")
    for name in ("ada", "bo"):
        git(tmp_path, "clone", "-q", str(tmp_path / "hub.git"), name)
    return tmp_path / "ada", tmp_path / "bo"


def keep(root: Path, name: str, said: str = "{}") -> None:
    """Keep a run of this name."""
    repository = open_repository(root)
    repository.runs.publish(name, "", repository.head().commit, said.encode())


def exchange(root: Path, remote: str = "") -> GitRunExchange:
    return GitRunExchange(GitProcess(root), remote)


def runs(root: Path) -> dict[str, str]:
    lines = git(root, "for-each-ref", "--format=%(refname) %(objectname)", RUNS).splitlines()
    return {name.removeprefix(RUNS): commit for name, _, commit in (line.partition(" ") for line in lines)}


def test_two_clones_and_the_remote_have_all_runs_after_a_push_and_a_pull_each(clones: tuple[Path, Path]) -> None:
    ada, bo = clones
    keep(ada, "20260101-100000-000aaaa")
    keep(bo, "20260101-110000-000bbbb")
    assert push_runs(exchange(ada)).moved == {"20260101-100000-000aaaa": "20260101-100000-000aaaa"}
    assert list(push_runs(exchange(bo)).moved) == ["20260101-110000-000bbbb"]
    for root in clones:
        pull_runs(exchange(root))
    assert runs(ada) == runs(bo) == runs(ada.parent / "hub.git")
    assert len(runs(ada)) == 2
    assert open_repository(bo).runs.records().keys() == runs(bo).keys()
    again = [push_runs(exchange(root)) for root in clones] + [pull_runs(exchange(root)) for root in clones]
    assert [one.moved for one in again] == [{}] * 4


def test_two_runs_of_one_name_are_both_kept_everywhere(clones: tuple[Path, Path]) -> None:
    ada, bo = clones
    keep(ada, "20260101-100000-000aaaa", '{"by": "ada"}')
    keep(bo, "20260101-100000-000aaaa", '{"by": "bo"}')
    before = {root: runs(root) for root in clones}
    for root in (*clones, *clones):
        pull_runs(exchange(root))
        push_runs(exchange(root))
    hub = runs(ada.parent / "hub.git")
    for root in clones:
        assert set(runs(root).values()) == set(hub.values())
        assert len(runs(root)) == len(hub) == 2
        assert before[root].items() <= runs(root).items()
    assert {pull_runs(exchange(root)).moved == {} for root in clones} == {True}


def test_nothing_of_the_user_s_is_touched_by_it(clones: tuple[Path, Path]) -> None:
    ada, bo = clones
    git(bo, "tag", "mine")
    write_tree(bo, {"new.txt": "x"})
    keep(ada, "20260101-100000-000aaaa")
    push_runs(exchange(ada))

    def others(root: Path) -> tuple[str, str, bool]:
        refs = [line for line in git(root, "for-each-ref").splitlines() if RUNS not in line]
        return "\n".join(refs), git(root, "status", "--porcelain"), (root / ".git/FETCH_HEAD").exists()

    before = others(bo)
    pull_runs(exchange(bo))
    assert others(bo) == before
    assert git(ada.parent / "hub.git", "for-each-ref", "refs/heads", "refs/tags").count("\n") == 0


def test_a_run_that_was_deleted_on_one_side_comes_back(clones: tuple[Path, Path]) -> None:
    ada, bo = clones
    keep(ada, "20260101-100000-000aaaa")
    push_runs(exchange(ada))
    git(ada, "update-ref", "-d", f"{RUNS}20260101-100000-000aaaa")
    push_runs(exchange(ada))
    pull_runs(exchange(bo))
    pull_runs(exchange(ada))
    assert len(runs(ada)) == len(runs(bo)) == len(runs(ada.parent / "hub.git")) == 1


def test_what_the_remote_refuses_is_named_with_its_reason_and_the_rest_is_there(clones: tuple[Path, Path]) -> None:
    ada, _ = clones
    hook = ada.parent / "hub.git/hooks/update"
    hook.write_text('#!/bin/sh\ncase "$1" in *bad*) echo "no such runs here" >&2; exit 1;; esac\n')
    hook.chmod(0o755)
    for name in ("20260101-100000-000good", "20260101-110000-0000bad"):
        keep(ada, name)
    shared = push_runs(exchange(ada))
    assert list(shared.moved) == ["20260101-100000-000good"]
    assert list(shared.refused) == ["20260101-110000-0000bad"]
    assert "hook declined" in shared.refused["20260101-110000-0000bad"]
    assert list(runs(ada.parent / "hub.git")) == ["20260101-100000-000good"]


def test_no_hook_of_the_user_s_runs(clones: tuple[Path, Path]) -> None:
    ada, bo = clones
    for root, name in ((ada, "pre-push"), (bo, "reference-transaction")):
        (root / ".git/hooks" / name).write_text("#!/bin/sh\nexit 1\n")
        (root / ".git/hooks" / name).chmod(0o755)
    keep(ada, "20260101-100000-000aaaa")
    assert push_runs(exchange(ada)).moved
    assert pull_runs(exchange(bo)).moved


@pytest.mark.parametrize("remote", ["nowhere", "--upload-pack=touch x", "ext::sh -c true"])
def test_a_remote_that_is_none_is_never_contacted(clones: tuple[Path, Path], remote: str) -> None:
    with pytest.raises(GeoflowError, match="no remote") as failure:
        exchange(clones[0], remote)
    assert failure.value.code == "no-remote"
    assert "origin" in failure.value.fix


def test_a_remote_that_does_not_answer_is_told(clones: tuple[Path, Path]) -> None:
    keep(clones[0], "20260101-100000-000aaaa")
    git(clones[0], "remote", "set-url", "origin", str(clones[0].parent / "gone"))
    for share in (push_runs, pull_runs):
        with pytest.raises(GeoflowError) as failure:
            share(exchange(clones[0]))
        assert failure.value.code == "remote-unreachable"
        assert failure.value.fix == "Try: git ls-remote origin"


def test_without_a_remote_it_says_how_to_add_one(tmp_path: Path) -> None:
    with pytest.raises(GeoflowError) as failure:
        exchange(make_repo(tmp_path / "alone", FILES))
    assert "git remote add" in failure.value.fix


def test_the_remote_of_the_branch_goes_before_origin(clones: tuple[Path, Path]) -> None:
    ada, bo = clones
    git(ada, "remote", "add", "friend", str(bo))
    assert exchange(ada).remote == "origin"
    git(ada, "config", "branch.main.remote", "friend")
    assert exchange(ada).remote == "friend"


def test_a_thousand_runs_travel_at_once(clones: tuple[Path, Path]) -> None:
    ada, bo = clones
    head, tree = git(ada, "rev-parse", "HEAD"), git(ada, "rev-parse", "HEAD^{tree}")
    stream = "".join(
        f"commit {RUNS}20260101-1{number:05}-000aaaa\ncommitter a <a@b> {number} +0000\ndata 1\nx\n"
        f"from {head}\nM 040000 {tree} \n"
        for number in range(1000)
    )
    assert not GitProcess(ada).attempt("fast-import", "--quiet", stdin=stream.encode()).status
    assert len(push_runs(exchange(ada)).moved) == 1000
    assert len(pull_runs(exchange(bo)).moved) == 1000


@pytest.mark.parametrize(
    ("source", "target", "expected"),
    [
        ({}, {"a": "1"}, {}),
        ({"a": "1"}, {}, {"a": "a"}),
        ({"a": "1"}, {"b": "1"}, {}),
        ({"a": "1" * 9}, {"a": "2"}, {"a": "a+" + "1" * 8}),
        ({"a": "1", "b": "1"}, {}, {"a": "a"}),
    ],
    ids=["none", "new", "known-by-its-commit", "clash", "twice"],
)
def test_names(source: dict[str, str], target: dict[str, str], expected: dict[str, str]) -> None:
    assert names_for(source, target) == expected
