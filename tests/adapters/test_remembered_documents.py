"""What has not changed is not read again; what has, is, however it was changed."""

import os
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from geoflow.adapters.documents import WorkTreeDocuments
from geoflow.adapters.remembered_documents import RememberedDocuments
from tests.builders import write_tree

KILN, DOOR = "openspec/specs/kiln/spec.md", "openspec/specs/door/spec.md"
OLD = 1_000_000_000


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return write_tree(
        tmp_path / "project", {KILN: "kiln 1\n", DOOR: "door 1\n", "openspec/changes/archive/a/b.md": "b"}
    )


class Reading(RememberedDocuments):
    """Documents that count what they read, long after the files were written."""

    def __init__(self, root: Path) -> None:
        super().__init__(root)
        self.read_again: list[str] = []

    def _read_file(self, path: str) -> bytes:
        self.read_again.append(Path(path).parent.name)
        return super()._read_file(path)


@pytest.fixture
def later(monkeypatch: pytest.MonkeyPatch) -> None:
    now = time.time_ns
    monkeypatch.setattr("geoflow.adapters.remembered_documents.time.time_ns", lambda: now() + 3_000_000_000)


def test_what_has_not_changed_is_read_once(root: Path, later: None) -> None:
    documents = Reading(root)
    first = documents.read("live")
    assert first == documents.read("live") == WorkTreeDocuments(root).read("live")
    assert sorted(documents.read_again) == ["door", "kiln"]


def test_what_was_written_just_now_is_read_again(root: Path) -> None:
    documents = Reading(root)
    documents.read("live")
    documents.read("live")
    assert sorted(documents.read_again) == ["door", "door", "kiln", "kiln"]


def _same_size(path: Path) -> None:
    path.write_text("kiln 2\n")


def _same_size_and_time(path: Path) -> None:
    path.write_text("kiln 2\n")
    os.utime(path, ns=(OLD, OLD))


def _replaced(path: Path) -> None:
    new = path.with_name("new")
    new.write_text("kiln 2\n")
    new.replace(path)


@pytest.mark.parametrize("change", [_same_size, _same_size_and_time, _replaced])
def test_every_edit_is_seen_by_the_next_read(change: Callable[[Path], None], root: Path, later: None) -> None:
    documents = Reading(root)
    os.utime(root / KILN, ns=(OLD, OLD))
    assert documents.read("live")[KILN] == b"kiln 1\n"
    documents.read_again.clear()

    change(root / KILN)

    assert documents.read("live")[KILN] == b"kiln 2\n"
    assert documents.read_again == ["kiln"]


def test_a_hundred_edits_in_a_row_are_all_seen(root: Path) -> None:
    documents = RememberedDocuments(root)
    for number in range(100, 200):
        (root / KILN).write_text(f"kiln {number}\n")
        assert documents.read("live")[KILN] == f"kiln {number}\n".encode()


def test_what_is_gone_is_gone_and_what_is_new_is_there(root: Path, later: None) -> None:
    documents = RememberedDocuments(root)
    documents.read("live")
    (root / DOOR).unlink()
    (root / KILN).rename(root / DOOR)
    assert documents.read("live") == {DOOR: b"kiln 1\n"}
    (root / DOOR).unlink()
    (root / DOOR).symlink_to(root / "openspec/changes/archive/a/b.md")
    assert documents.read("live") == {}


def test_an_error_is_told_as_without_memory(root: Path, later: None) -> None:
    documents = RememberedDocuments(root / "none")
    assert documents.read("live") == {}
    assert RememberedDocuments(root).read("history") == {"openspec/changes/archive/a/b.md": b"b"}


def test_files_and_folders_that_come_one_by_one_are_all_seen(root: Path) -> None:
    documents = RememberedDocuments(root)
    for number in range(50):
        write_tree(root, {f"openspec/specs/door/{number}.md": "new", f"openspec/specs/s{number}/spec.md": "new"})
        read = documents.read("live")
        assert {f"openspec/specs/door/{number}.md", f"openspec/specs/s{number}/spec.md"} <= set(read)
        (root / f"openspec/specs/door/{number}.md").unlink()
        assert f"openspec/specs/door/{number}.md" not in documents.read("live")


def test_a_tree_that_stays_as_it_is_gives_each_reader_their_own_files(root: Path, later: None) -> None:
    documents = RememberedDocuments(root)
    first = documents.read("live")
    first.clear()
    assert documents.read("live") == WorkTreeDocuments(root).read("live")


def test_an_archive_behind_a_link_is_read_no_more(root: Path, later: None) -> None:
    documents = RememberedDocuments(root)
    assert documents.read("history")
    (root / "openspec/changes").rename(root / "openspec/moved")
    (root / "openspec/changes").symlink_to(root / "openspec/moved")
    assert documents.read("history") == WorkTreeDocuments(root).read("history") == {}
    assert documents.read("live") == WorkTreeDocuments(root).read("live")


def test_a_folder_that_becomes_a_repository_is_read_no_more(root: Path, later: None) -> None:
    documents = RememberedDocuments(root)
    documents.read("all")
    (root / "openspec/specs/door/.git").write_text("gitdir: elsewhere")
    assert documents.read("all") == WorkTreeDocuments(root).read("all")
