"""A delivery of many commits: few git processes, and the same trees that git itself would write."""

import random
import shutil
from collections import Counter
from pathlib import Path

import pytest

from geoflow.adapters.git import GitRepository, open_repository
from geoflow.adapters.git_process import Finished, GitProcess
from geoflow.errors import GeoflowError
from tests.builders import git, make_repo, write_tree

SPECS = [f"openspec/specs/s{number}/spec.md" for number in range(5)]
# Names around the slash and the dot, where a folder and a file of one name sort differently.
NAMES = ["a", "a-b", "a.b", "a0", "a b", "ab", "B", "ä", "a\n", "a\t", "_", "~"]


class CountedGit(GitProcess):
    """Runs git and counts the processes by what they were asked for."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        self.started = Counter[str]()

    def attempt(self, *arguments: str, stdin: bytes = b"", index: str = "") -> Finished:
        self.started[arguments[2] if arguments[0] == "-c" else arguments[0]] += 1
        return super().attempt(*arguments, stdin=stdin, index=index)


class OtherIds(GitProcess):
    """Runs a git that gives every folder below the top another id than its content has."""

    def attempt(self, *arguments: str, stdin: bytes = b"", index: str = "") -> Finished:
        finished = super().attempt(*arguments, stdin=stdin, index=index)
        if arguments[0] != "mktree":
            return finished
        *inner, root = finished.output.splitlines()
        return Finished(0, b"\n".join([*(line[::-1] for line in inner), root, b""]), "")


def deliver(repository: GitRepository, parent: str, count: int) -> str:
    for number in range(count):
        parent = repository.commit(parent, {SPECS[number // 3]: f"{number}\n".encode()}, f"part {number}")
    return parent


def test_a_folder_is_listed_once_in_a_delivery_and_a_commit_takes_three_processes(tmp_path: Path) -> None:
    project = make_repo(tmp_path / "p", dict.fromkeys(SPECS, "one\n") | {"src/main.py": "print()\n"})
    counted = CountedGit(project)
    last = deliver(GitRepository(counted, "", project / ".git"), git(project, "rev-parse", "HEAD"), 15)
    assert counted.started == {
        "ls-tree": 3 + len(SPECS),  # the top, openspec, specs, and each capability
        "config": 1,
        "hash-object": 15,
        "mktree": 15,
        "commit-tree": 15,
    }
    assert open_repository(project).read(last) == {path: f"{3 * n + 2}\n".encode() for n, path in enumerate(SPECS)}
    assert git(project, "rev-list", "--count", f"main..{last}") == "15"
    assert git(project, "fsck", "--strict", "--no-dangling") == ""


@pytest.mark.parametrize("object_format", ["sha1", "sha256"])
def test_the_trees_are_those_that_git_writes(tmp_path: Path, object_format: str) -> None:
    chance = random.Random(object_format)
    for turn in range(4):
        project = tmp_path / f"{turn}"
        project.mkdir()
        git(project, "init", "-q", "-b", "main", f"--object-format={object_format}")
        git(project, "config", "core.fileMode", "false")
        some = chance.sample(NAMES, 4)
        write_tree(project, {f"openspec/{name}.sh": "one\n" for name in some} | {"openspec.md": "x", "a/x": "x"})
        (project / "openspec" / some[0]).symlink_to("nowhere")
        git(project, "add", "-A")
        git(project, "update-index", "--chmod=+x", f"openspec/{some[1]}.sh")
        module = f"160000,{'1' * (40 if object_format == 'sha1' else 64)},openspec/{some[2]}"
        git(project, "update-index", "--add", "--cacheinfo", module)
        git(project, "commit", "-qm", "start")
        repository = open_repository(project)
        commit = repository.head().commit
        free = [name for name in NAMES if name not in some[0:3:2]]
        files = {f"openspec/{name}{chance.choice(['', '/x.md', '/a/y.md'])}": f"{name}\n" for name in free}
        files |= {f"openspec/{name}.sh": "two\n" for name in some}
        paths = chance.sample(sorted(files), len(files))
        for start in range(0, len(paths), 3):
            commit = repository.commit(commit, {path: files[path].encode() for path in paths[start : start + 3]}, "m")
        write_tree(project, files)
        git(project, "add", "--", *files)
        assert git(project, "rev-parse", f"{commit}^{{tree}}") == git(project, "write-tree")


def test_a_refused_change_leaves_the_delivery_as_it_was(tmp_path: Path) -> None:
    project = make_repo(tmp_path / "p", dict.fromkeys(SPECS, "one\n"))
    repository = open_repository(project)
    first = repository.commit("HEAD", {SPECS[0]: b"two\n"}, "m")
    with pytest.raises(GeoflowError) as failure:
        repository.commit(first, {SPECS[1]: b"two\n", f"{SPECS[0]}/x.md": b"in the way"}, "m")
    assert failure.value.code == "not-a-file"
    second = repository.commit(first, {SPECS[2]: b"two\n"}, "m")
    assert git(project, "diff", "--name-only", "HEAD", second).splitlines() == [SPECS[0], SPECS[2]]


def test_two_commits_on_one_parent_do_not_see_each_other(tmp_path: Path) -> None:
    project = make_repo(tmp_path / "p", dict.fromkeys(SPECS, "one\n"))
    repository = open_repository(project)
    base = repository.commit("HEAD", {SPECS[0]: b"two\n"}, "m")
    for path in SPECS[1:]:
        assert git(project, "diff", "--name-only", base, repository.commit(base, {path: b"two\n"}, "m")) == path


def test_a_commit_on_a_name_sees_where_the_name_has_moved_to(tmp_path: Path) -> None:
    project = make_repo(tmp_path / "p", dict.fromkeys(SPECS, "one\n"))
    repository = open_repository(project)
    repository.commit("main", {SPECS[0]: b"two\n"}, "m")
    write_tree(project, {SPECS[1]: "moved\n"})
    git(project, "commit", "-qam", "moved")
    commit = repository.commit("main", {SPECS[2]: b"two\n"}, "m")
    assert git(project, "diff", "--name-only", "main", commit) == SPECS[2]


def test_equal_folders_stay_two_folders(tmp_path: Path) -> None:
    project = make_repo(tmp_path / "p", dict.fromkeys(SPECS, "one\n"))
    repository = open_repository(project)
    commit = repository.commit("HEAD", dict.fromkeys(SPECS, b"two\n"), "m")
    commit = repository.commit(commit, {SPECS[0]: b"three\n"}, "m")
    commit = repository.commit(commit, {SPECS[1]: b"four\n"}, "m")
    assert list(repository.read(commit).values()) == [b"three\n", b"four\n", b"two\n", b"two\n", b"two\n"]
    assert git(project, "fsck", "--strict", "--no-dangling") == ""


def test_a_delivery_in_a_partial_clone_fetches_nothing(tmp_path: Path) -> None:
    beside = [path.replace("spec.md", "design.md") for path in SPECS]
    project = make_repo(tmp_path / "p", {path: f"{path}\n" for path in SPECS + beside})
    git(project, "config", "uploadpack.allowFilter", "true")
    git(tmp_path, "clone", "-q", "--no-checkout", "--filter=blob:none", f"file://{project}", "partial")
    shutil.move(project, tmp_path / "away")
    partial = tmp_path / "partial"
    commit = deliver(open_repository(partial), git(partial, "rev-parse", "HEAD"), 4)
    missing = git(partial, "rev-list", "--objects", "--missing=print", commit).splitlines()
    assert sum(line.startswith("?") for line in missing) == len(SPECS + beside)
    assert git(partial, "diff-tree", "-r", "--name-only", "HEAD", commit).splitlines() == SPECS[:2]


def test_a_folder_whose_id_is_not_its_content_s_is_never_committed(tmp_path: Path) -> None:
    project = make_repo(tmp_path / "p", dict.fromkeys(SPECS, "one\n"))
    with pytest.raises(GeoflowError, match="another id") as failure:
        deliver(GitRepository(OtherIds(project), "", project / ".git"), "HEAD", 1)
    assert (failure.value.code, failure.value.fix) == ("git-failed", "Try `git fsck` in this repository.")
    assert git(project, "fsck", "--unreachable").count("commit") == 0
