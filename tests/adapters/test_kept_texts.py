"""Texts kept by a key: many at once, and where the file is harmed or held, none are kept and nothing fails."""

import sqlite3
from pathlib import Path

from geoflow.adapters.kept_texts import KeptTexts


def texts(file: Path | None, *, version: int = 1, most: int = 100) -> KeptTexts:
    return KeptTexts(file, version=version, most=most, wait=0.05)


def test_many_are_kept_and_given_at_once(tmp_path: Path) -> None:
    file = tmp_path / "kept.sqlite"
    texts(file).keep({"a": "1", "b": "2"})
    assert texts(file).held(["a", "b", "c"]) == {"a": "1", "b": "2"}
    assert texts(file).held([]) == {}


def test_asking_makes_no_file(tmp_path: Path) -> None:
    assert texts(tmp_path / "folder" / "kept.sqlite").held(["a"]) == {}
    assert not (tmp_path / "folder").exists()


def test_a_file_that_another_process_holds_keeps_nothing_and_loses_nothing(tmp_path: Path) -> None:
    file = tmp_path / "kept.sqlite"
    texts(file).keep({"a": "1"})
    other = sqlite3.connect(file, isolation_level=None)
    other.execute("begin exclusive")
    texts(file).keep({"b": "2"})
    assert texts(file).held(["a"]) == {}
    other.execute("rollback")
    other.close()
    assert texts(file).held(["a", "b"]) == {"a": "1"}


def test_a_text_that_cannot_be_written_costs_only_its_own_call(tmp_path: Path) -> None:
    file = tmp_path / "kept.sqlite"
    texts(file).keep({"a": "1"})
    texts(file).keep({"b": "\ud800"})
    assert texts(file).held(["a", "b", "\ud800"]) == {"a": "1"}


def test_another_version_begins_anew(tmp_path: Path) -> None:
    file = tmp_path / "kept.sqlite"
    texts(file).keep({"a": "1"})
    texts(file, version=2).keep({"b": "2"})
    assert texts(file, version=2).held(["a", "b"]) == {"b": "2"}
