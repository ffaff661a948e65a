"""Files at a commit: all of them, or those that are wanted, whatever was read before."""

from pathlib import Path

import pytest

from geoflow.adapters.git import open_repository
from tests.builders import git, make_repo, write_tree

FILES = {
    "openspec/specs/a/spec.md": "a\n",
    "openspec/specs/b/spec.md": "b\n",
    "openspec/questions/q.yaml": "q\n",
    "openspec/questions/deeper/r.yaml": "r\n",
    "openspec/questions.yaml": "beside\n",
    "openspec/changes/archive/2026-01-01-x/proposal.md": "old\n",
    "src/openspec/specs/a/spec.md": "elsewhere\n",
}
LIVE = {path for path in FILES if path.startswith("openspec/") and "archive" not in path}
WANTED = [
    (),
    ("openspec/specs/a/spec.md",),
    (
        "openspec/specs/a/spec.md",
        "openspec/nowhere.md",
        "../../etc/passwd",
        "-x",
        "a\nb",
        "src/openspec/specs/a/spec.md",
    ),
    ("openspec/questions/",),
    ("openspec/nowhere/",),
    ("openspec/questions",),
    ("openspec/questions/", "openspec/specs/b/spec.md"),
    ("openspec/changes/archive/",),
]


def make(folder: Path) -> Path:
    root = make_repo(folder, FILES)
    (root / "openspec/specs/link.md").symlink_to("a/spec.md")
    git(root, "add", "-A")
    git(root, "commit", "-qm", "link")
    return root


@pytest.mark.parametrize("only", WANTED)
@pytest.mark.parametrize("archive", [True, False])
@pytest.mark.parametrize("before", [None, True, False])
def test_what_is_wanted_is_a_part_of_all(
    tmp_path: Path, only: tuple[str, ...], *, archive: bool, before: bool | None
) -> None:
    repository = open_repository(make(tmp_path / "p"))
    commit = repository.head().commit
    if before is not None:
        repository.read(commit, archive=before)
    folders = tuple(one for one in only if one.endswith("/"))
    known = {path for path in FILES if path.startswith("openspec/")} if archive else LIVE
    expected = {path for path in known if path in only or path.startswith(folders)}
    assert repository.read(commit, archive=archive, only=only) == {path: FILES[path].encode() for path in expected}
    assert repository.read(commit, archive=archive).keys() == known


def test_a_root_in_a_subfolder_is_read_by_its_own_paths(tmp_path: Path) -> None:
    root = make(tmp_path / "p")
    repository = open_repository(root / "src")
    for _ in range(2):
        assert repository.read(repository.head().commit, only=("openspec/specs/",)) == {
            "openspec/specs/a/spec.md": b"elsewhere\n"
        }
        assert len(repository.read(repository.head().commit)) == 1


def test_a_name_is_read_anew_and_what_is_given_may_be_changed(tmp_path: Path) -> None:
    root = make(tmp_path / "p")
    repository = open_repository(root)
    first = repository.head().commit
    for name in ("main", first):
        repository.read(name).clear()
        assert repository.read(name)["openspec/specs/a/spec.md"] == b"a\n"
    write_tree(root, {"openspec/specs/a/spec.md": "moved\n"})
    git(root, "commit", "-qam", "moved")
    assert repository.read("main")["openspec/specs/a/spec.md"] == b"moved\n"
    assert repository.read(repository.head().commit)["openspec/specs/a/spec.md"] == b"moved\n"
    assert repository.read(first, archive=False)["openspec/specs/a/spec.md"] == b"a\n"
