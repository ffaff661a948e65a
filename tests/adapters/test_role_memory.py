"""What roles said is remembered at once, and whatever happens to its file, a review goes on."""

import sqlite3
import threading
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from geoflow.adapters import role_memory
from geoflow.adapters.role_memory import SqliteRoleMemory


def test_what_was_said_is_there_for_the_next_process(tmp_path: Path) -> None:
    file = tmp_path / "folder" / "roles.sqlite"
    assert SqliteRoleMemory(file).recall("a") is None
    assert not file.exists()
    SqliteRoleMemory(file).keep("a", '{"x": 1}')
    SqliteRoleMemory(file).keep("a", '{"x": 2}')
    assert SqliteRoleMemory(file).recall("a") == '{"x": 2}'
    assert SqliteRoleMemory(file).recall("b") is None


def test_a_fresh_one_recalls_nothing_and_keeps_what_is_new(tmp_path: Path) -> None:
    file = tmp_path / "roles.sqlite"
    SqliteRoleMemory(file).keep("a", "old")
    fresh = SqliteRoleMemory(file, fresh=True)
    assert fresh.recall("a") is None
    fresh.keep("a", "new")
    assert SqliteRoleMemory(file).recall("a") == "new"


def test_without_a_file_nothing_is_remembered() -> None:
    memory = SqliteRoleMemory(None)
    memory.keep("a", "x")
    assert memory.recall("a") is None


@pytest.mark.parametrize("content", [b"", b"no database", b"SQLite format 3\0" + b"\xff" * 4096])
def test_a_broken_file_is_begun_anew(tmp_path: Path, content: bytes) -> None:
    file = tmp_path / "roles.sqlite"
    file.write_bytes(content)
    memory = SqliteRoleMemory(file)
    assert memory.recall("a") is None
    memory.keep("a", "x")
    memory.keep("a", "x")
    assert memory.recall("a") == "x"


def test_a_file_of_another_version_is_begun_anew(tmp_path: Path) -> None:
    file = tmp_path / "roles.sqlite"
    SqliteRoleMemory(file).keep("a", "x")
    with sqlite3.connect(file) as connection:
        connection.execute("pragma user_version = 999")
    connection.close()
    assert SqliteRoleMemory(file).recall("a") is None
    SqliteRoleMemory(file).keep("b", "y")
    assert (SqliteRoleMemory(file).recall("a"), SqliteRoleMemory(file).recall("b")) == (None, "y")


def test_a_place_that_cannot_be_written_to_fails_nothing(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x")
    memory = SqliteRoleMemory(tmp_path / "file" / "roles.sqlite")
    memory.keep("a", "x")
    assert memory.recall("a") is None


def test_the_oldest_go_first(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(role_memory, "MOST", 3)
    memory = SqliteRoleMemory(tmp_path / "roles.sqlite")
    for key in "abcde":
        memory.keep(key, key)
    assert [memory.recall(key) for key in "abcde"] == [None, None, "c", "d", "e"]


def test_writers_beside_each_other_lose_nothing(tmp_path: Path) -> None:
    file = tmp_path / "roles.sqlite"
    SqliteRoleMemory(file).keep("first", "x")

    def write(name: str) -> None:
        for number in range(20):
            SqliteRoleMemory(file).keep(f"{name}{number}", name)

    threads = [threading.Thread(target=write, args=(name,)) for name in "abc"]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    assert all(SqliteRoleMemory(file).recall(f"{name}{number}") == name for name in "abc" for number in range(20))


@given(key=st.text(max_size=20), said=st.text(max_size=50))
def test_any_text_comes_back_or_is_forgotten(tmp_path_factory: pytest.TempPathFactory, key: str, said: str) -> None:
    memory = SqliteRoleMemory(tmp_path_factory.mktemp("memory") / "roles.sqlite")
    memory.keep(key, said)
    assert memory.recall(key) in (said, None)
