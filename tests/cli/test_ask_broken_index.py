"""What `ask` keeps in the git folder is disposable: broken, locked or in the way, it fails no answer."""

import sqlite3
from collections.abc import Callable
from contextlib import ExitStack, closing
from pathlib import Path

import pytest

from geoflow.adapters.embedders import LocalEmbedder
from tests.builders import write_tree
from tests.cli.asking import COOLING, INSPECTION, UNKNOWN, ask, asked, kiln, opened

ARCHIVED = "openspec/changes/archive/2026-01-02-pay/proposal.md"
KINDS = {"passages", "history", "questions"}


@pytest.fixture
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A repository with a stored answer, an archived change, and every index written.

    With an address where nobody listens, questions are looked up by meaning too, where the local model is installed.
    """
    folder = kiln(tmp_path, monkeypatch)
    monkeypatch.setenv("GEOFLOW_LLM__BASE_URL", "http://127.0.0.1:9/v1")
    write_tree(folder, {ARCHIVED: "## Why\nThe payment provider handles invoices by hand.\n"})
    ask("--answer", opened(INSPECTION), "Anybody.")
    asked(UNKNOWN)
    kinds = KINDS | {"meaning"} if LocalEmbedder.is_installed() else KINDS
    assert {file.name.split("-")[0] for file in indexes(folder)} == kinds
    return folder


def indexes(root: Path) -> list[Path]:
    return sorted((root / ".git" / "geoflow").glob("*-*.sqlite"))


def answers_all_the_same() -> None:
    assert asked(COOLING)["state"] == "answered"
    assert asked(INSPECTION)["answer"] == "Anybody."
    unsaid = asked(UNKNOWN)
    assert unsaid["state"] == "not-specified"
    assert [place["path"] for place in unsaid["near"] if place["source"] == "history"] == [ARCHIVED]


def noise(file: Path) -> None:
    file.write_bytes(b"\x00\xff noise" * 1000)


def cut(file: Path) -> None:
    file.write_bytes(file.read_bytes()[:3000])


def emptied(file: Path) -> None:
    file.write_bytes(b"")


def another_database(file: Path) -> None:
    file.unlink()
    with closing(sqlite3.connect(file)) as connection:
        connection.executescript("create table passage (x); create table question (x); pragma user_version = 2")


def folder_in_its_place(file: Path) -> None:
    file.unlink()
    (file / "deeper").mkdir(parents=True)


def read_only(file: Path) -> None:
    file.chmod(0o400)


def dangling_link(file: Path) -> None:
    file.unlink()
    file.symlink_to(file.parent / "nowhere" / "at-all")


@pytest.mark.parametrize("harm", [noise, cut, emptied, another_database, folder_in_its_place, read_only, dangling_link])
def test_an_index_that_is_broken_or_in_the_way_fails_no_answer(root: Path, harm: Callable[[Path], None]) -> None:
    for file in indexes(root):
        harm(file)
    answers_all_the_same()
    answers_all_the_same()


def test_a_folder_that_cannot_hold_an_index_fails_no_answer(root: Path) -> None:
    folder = root / ".git" / "geoflow"
    for file in folder.iterdir():
        file.unlink()
    folder.rmdir()
    folder.write_text("a file\n")
    answers_all_the_same()


def test_indexes_that_another_process_holds_fail_no_answer(root: Path) -> None:
    with ExitStack() as held:
        for file in indexes(root):
            connection = held.enter_context(closing(sqlite3.connect(file, isolation_level=None)))
            connection.execute("begin exclusive")
        assert asked(INSPECTION)["answer"] == "Anybody."
    answers_all_the_same()


def test_an_index_of_a_tree_that_is_gone_quotes_nothing_of_it(root: Path) -> None:
    for file in root.glob("openspec/specs/*/spec.md"):
        file.unlink()
    assert asked(COOLING)["state"] == "not-specified"
