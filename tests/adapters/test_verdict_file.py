import os
from collections.abc import Callable
from pathlib import Path

import pytest

from geoflow.adapters.cache_file import CacheFile
from geoflow.adapters.git_folder import git_folder
from geoflow.adapters.verdict_file import verdict_file
from tests.builders import git, make_repo, write_tree

TREE = {"openspec/specs/a/spec.md": "a", "deep/er/openspec/specs/a/spec.md": "a"}


def test_the_git_folder_is_found_from_below(tmp_path: Path) -> None:
    root = make_repo(tmp_path / "r", TREE)

    assert git_folder(str(root / "deep" / "er")) == (str(root), str(root / ".git"))
    assert git_folder(str(tmp_path)) is None


def test_linked_work_trees_and_submodules_have_theirs(tmp_path: Path) -> None:
    root = make_repo(tmp_path / "r", TREE)
    git(root, "worktree", "add", "-q", str(tmp_path / "linked"))
    git(root, "-c", "protocol.file.allow=always", "submodule", "--quiet", "add", str(root), "sub")

    for folder in (tmp_path / "linked", root / "sub"):
        found = git_folder(str(folder))
        assert found is not None
        assert found[0] == str(folder)
        assert Path(found[1]).resolve() == Path(git(folder, "rev-parse", "--absolute-git-dir")).resolve()


@pytest.mark.parametrize("content", [b"gitdir: nowhere\n", b"", b"\xff\x00gitdir: .", b"gitdir: .\n", b"x" * 100_000])
def test_a_git_file_that_names_no_git_folder_means_no_git(tmp_path: Path, content: bytes) -> None:
    write_tree(tmp_path, {".git": content})

    assert git_folder(str(tmp_path)) is None


def test_a_git_folder_of_another_user_is_not_believed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    root = make_repo(tmp_path / "r", TREE)
    monkeypatch.setattr(os, "geteuid", lambda: root.stat().st_uid + 1)

    assert verdict_file(str(root)) is None


def made(root: Path) -> CacheFile:
    file = verdict_file(str(root))
    assert file is not None
    return file


def only_file(root: Path) -> Path:
    (path,) = (root / ".git" / "geoflow").iterdir()
    return path


def test_what_was_written_is_read_and_each_root_has_its_own(tmp_path: Path) -> None:
    root = make_repo(tmp_path / "r", TREE)
    made(root).write("+a 0\n\udc80\ud800é")

    assert made(root).read() == "+a 0\n\udc80\ud800é"
    assert made(root / "deep" / "er").read() == ""


@pytest.mark.parametrize(
    "damage",
    [
        lambda data: data[:0],
        lambda data: data[:-1],
        lambda data: data[: len(data) // 2],
        lambda data: data[:-3] + b"x" + data[-2:],
        lambda data: b"\x00\xff" * len(data),
        lambda data: data.replace(b"verdicts 1", b"verdicts 2"),
        lambda data: b"\n" + data,
        lambda data: data + b"\n",
    ],
)
def test_a_damaged_file_counts_as_none_and_is_written_anew(tmp_path: Path, damage: Callable[[bytes], bytes]) -> None:
    root = make_repo(tmp_path / "r", TREE)
    made(root).write("+a 0\n")
    path = only_file(root)
    path.write_bytes(damage(path.read_bytes()))

    assert made(root).read() == ""
    made(root).write("+b 0\n")
    assert made(root).read() == "+b 0\n"


def test_a_huge_file_is_not_read(tmp_path: Path) -> None:
    root = make_repo(tmp_path / "r", TREE)
    made(root).write("+a 0\n")
    with only_file(root).open("r+b") as file:
        file.truncate(1 << 40)  # sparse: it takes no room

    assert made(root).read() == ""
    made(root).write("+b 0\n")
    assert made(root).read() == "+b 0\n"


def test_other_rules_do_not_read_it(tmp_path: Path) -> None:
    file = CacheFile(str(tmp_path / "v"), "verdicts", "one")
    file.write("+a 0\n")

    assert CacheFile(str(tmp_path / "v"), "verdicts", "two").read() == ""
    assert CacheFile(str(tmp_path / "v"), "verdicts", "one").read() == "+a 0\n"


def test_what_cannot_be_written_is_no_error(tmp_path: Path) -> None:
    write_tree(tmp_path, {"file": "x", "r/v/in-the-way": ""})

    for path in (tmp_path / "file" / "v", tmp_path / "r" / "v"):
        CacheFile(str(path), "verdicts", "s").write("+a 0\n")
        assert CacheFile(str(path), "verdicts", "s").read() == ""
    assert [path.name for path in (tmp_path / "r").iterdir()] == ["v"]


def test_a_linked_folder_is_left_alone(tmp_path: Path) -> None:
    root = make_repo(tmp_path / "r", TREE)
    (tmp_path / "elsewhere").mkdir()
    (root / ".git" / "geoflow").symlink_to(tmp_path / "elsewhere")

    assert verdict_file(str(root)) is None


def test_leftovers_of_killed_runs_go_and_other_files_stay(tmp_path: Path) -> None:
    folder = tmp_path / "geoflow"
    write_tree(folder, {"verdicts-x.1.new": "", "verdicts-x.2.new": "", "other.new": "", "verdicts-y": ""})
    for name in ("verdicts-x.1.new", "other.new", "verdicts-y"):
        os.utime(folder / name, (1, 1))

    CacheFile(str(folder / "verdicts-x"), "verdicts", "s").write("+a 0\n")

    assert {path.name for path in folder.iterdir()} == {"verdicts-x", "verdicts-x.2.new", "other.new", "verdicts-y"}
