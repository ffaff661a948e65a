"""Git started without GitPython answers as the other way does, and inherits as little."""

from pathlib import Path

import pytest

from geoflow.adapters.git import open_repository
from geoflow.errors import GeoflowError
from tests.builders import make_repo, write_tree

TREE = {"openspec/specs/a/spec.md": "a\n", "openspec/specs/b/spec.md": "b\n"}


@pytest.fixture
def root(tmp_path: Path) -> Path:
    root = make_repo(tmp_path / "r", TREE)
    write_tree(root, {"openspec/specs/a/spec.md": "changed\n", "openspec/specs/c/spec.md": "new\n"})
    return root


def test_both_ways_answer_alike(root: Path) -> None:
    usual, quick = (open_repository(root, quick=quick) for quick in (False, True))

    assert quick.head() == usual.head()
    assert quick.uncommitted() == usual.uncommitted() == ["openspec/specs/a/spec.md", "openspec/specs/c/spec.md"]
    assert quick.read(quick.head().commit) == usual.read(usual.head().commit)
    assert quick.last_touched(list(TREE)) == usual.last_touched(list(TREE))


def test_what_a_hook_or_another_language_left_in_the_environment_changes_nothing(
    root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    expected = open_repository(root, quick=True).read_staged()
    monkeypatch.setenv("GIT_DIR", str(tmp_path / "nowhere"))
    monkeypatch.setenv("GIT_WORK_TREE", str(tmp_path))
    monkeypatch.setenv("LC_ALL", "de_DE.UTF-8")

    assert open_repository(root, quick=True).read_staged() == expected
    with pytest.raises(GeoflowError) as raised:
        open_repository(tmp_path, quick=True)
    assert raised.value.code == "not-a-repository"


def test_without_git_it_says_so(root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))

    with pytest.raises(GeoflowError) as raised:
        open_repository(root, quick=True)
    assert raised.value.code == "git-missing"
