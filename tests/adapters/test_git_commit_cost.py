"""A delivery of many commits: few git processes, and the same trees that git itself would write."""

import random
import shutil
from collections import Counter
from pathlib import Path

import pytest

from geoflow.adapters.git import GitRepository, open_repository
from geoflow.adapters.git_process import Finished, GitProcess
from geoflow.errors import GeoflowError
from geoflow.ports import NewCommit
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


class LosingGit(GitProcess):
    """Runs a git that says nothing where it should unpack objects, and does nothing."""

    def attempt(self, *arguments: str, stdin: bytes = b"", index: str = "") -> Finished:
        if arguments[0] == "unpack-objects":
            return Finished(0, b"", "")
        return super().attempt(*arguments, stdin=stdin, index=index)


def deliver(repository: GitRepository, parent: str, count: int) -> str:
    for number in range(count):
        parent = repository.commit(parent, {SPECS[number // 3]: f"{number}\n".encode()}, f"part {number}")
    return parent


def series(count: int) -> list[NewCommit]:
    return [NewCommit({SPECS[number // 3 % 5]: f"{number}\n".encode()}, f"part {number}") for number in range(count)]


def test_commits_one_by_one_read_each_folder_once(tmp_path: Path) -> None:
    project = make_repo(tmp_path / "p", dict.fromkeys(SPECS, "one\n") | {"src/main.py": "print()\n"})
    counted = CountedGit(project)
    last = deliver(GitRepository(counted, "", project / ".git"), git(project, "rev-parse", "HEAD"), 15)
    assert counted.started == {
        "config": 1,
        "cat-file": 15 + len(SPECS),  # a look at what was written, and at the folders of each capability
        "unpack-objects": 15,
        "commit-tree": 15,
    }
    assert open_repository(project).read(last) == {path: f"{3 * n + 2}\n".encode() for n, path in enumerate(SPECS)}
    assert git(project, "rev-list", "--count", f"main..{last}") == "15"
    assert git(project, "fsck", "--strict", "--no-dangling") == ""


@pytest.mark.parametrize("count", [2, 40])
def test_a_delivery_takes_as_many_processes_however_many_commits_it_has(tmp_path: Path, count: int) -> None:
    project = make_repo(tmp_path / "p", dict.fromkeys(SPECS, "one\n"))
    counted = CountedGit(project)
    ids = GitRepository(counted, "", project / ".git").commit_all("HEAD", series(count))
    assert counted.started == {"config": 1, "cat-file": 2, "var": 2, "unpack-objects": 1}
    assert git(project, "rev-list", "--reverse", f"main..{ids[-1]}").split() == ids
    assert git(project, "log", "-1", "--format=%B", ids[-1]) == f"part {count - 1}"
    assert git(project, "fsck", "--strict", "--no-dangling") == ""


@pytest.mark.parametrize("object_format", ["sha1", "sha256"])
@pytest.mark.parametrize("name", ["Ada Example", "Ada Ünlü-Šmíd 𝄞", "A\ufdd0da"])
def test_commits_at_once_are_those_that_git_writes_one_by_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, object_format: str, name: str
) -> None:
    monkeypatch.setenv("GIT_AUTHOR_DATE", "2026-01-05T08:00:00+0530")
    monkeypatch.setenv("GIT_COMMITTER_DATE", "2026-01-06T09:00:00-0230")
    monkeypatch.setenv("GIT_AUTHOR_NAME", name)
    project = tmp_path / "p"
    project.mkdir()
    git(project, "init", "-q", "-b", "main", f"--object-format={object_format}")
    write_tree(project, dict.fromkeys(SPECS, "one\n"))
    git(project, "add", "-A")
    git(project, "commit", "-qm", "start")
    commits = [
        NewCommit(dict.fromkeys(SPECS, b"two\n"), "all alike\n\n- GF204\n\nGeoflow-Finding: 1 GF204\n"),
        NewCommit({SPECS[0]: b"three\r\n\xff", "openspec/new\nline/x.md": b"n"}, "Ü 𝄞 \ud800"),
        NewCommit({SPECS[1]: b"four\n", SPECS[2]: None, "openspec/new\nline/y.md": b"n"}, "one at least\n\n\n"),
        NewCommit(dict.fromkeys(SPECS), "none\0 of them"),
        NewCommit({SPECS[4]: b""}, "\ufffe"),
        NewCommit({SPECS[3]: b"x" * 100_000}, "long"),
    ]
    last, one_by_one = "HEAD", list[str]()
    for commit in commits:
        last = open_repository(project).commit(last, commit.changes, commit.message)
        one_by_one.append(last)
    for count in range(2, len(commits) + 1):
        assert open_repository(project).commit_all("HEAD", commits[:count]) == one_by_one[:count]
    assert git(project, "fsck", "--strict", "--no-dangling") == ""


def test_commits_at_once_are_signed_where_the_user_asks_for_it(tmp_path: Path) -> None:
    project = make_repo(tmp_path / "p", dict.fromkeys(SPECS, "one\n"))
    signer = tmp_path / "signer"
    signer.write_text(
        "#!/bin/sh\ncat >/dev/null\nprintf '\\n[GNUPG:] SIG_CREATED \\n' >&2\nprintf 'SIGNED BY TEST\\n'\n"
    )
    signer.chmod(0o755)
    for key, value in (("gpg.program", signer), ("user.signingkey", "ada"), ("commit.gpgsign", "true")):
        git(project, "config", key, str(value))
    ids = open_repository(project).commit_all("HEAD", series(3))
    assert all("gpgsig SIGNED BY TEST" in git(project, "cat-file", "commit", one) for one in ids)
    assert git(project, "rev-list", "--reverse", f"main..{ids[-1]}").split() == ids


def test_no_commits_are_none(tmp_path: Path) -> None:
    project = make_repo(tmp_path / "p", dict.fromkeys(SPECS, "one\n"))
    repository = open_repository(project)
    assert repository.commit_all("HEAD", []) == []
    assert repository.commit_all(repository.commit_all("HEAD", series(2))[-1], []) == []


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


@pytest.mark.parametrize("count", [1, 3])
def test_what_git_has_not_written_is_never_delivered(tmp_path: Path, count: int) -> None:
    project = make_repo(tmp_path / "p", dict.fromkeys(SPECS, "one\n"))
    with pytest.raises(GeoflowError, match="another id") as failure:
        GitRepository(LosingGit(project), "", project / ".git").commit_all("HEAD", series(count))
    assert (failure.value.code, failure.value.fix) == ("git-failed", "Try `git fsck` in this repository.")
    assert git(project, "fsck", "--unreachable").count("commit") == 0


@pytest.mark.parametrize("revision", ["nowhere", "-x", "HEAD\nmain", "HEAD:openspec", ""])
def test_commits_on_what_is_no_commit_are_none(tmp_path: Path, revision: str) -> None:
    repository = open_repository(make_repo(tmp_path / "p", dict.fromkeys(SPECS, "one\n")))
    with pytest.raises(GeoflowError) as failure:
        repository.commit_all(revision, series(2))
    assert failure.value.code == "bad-object"
