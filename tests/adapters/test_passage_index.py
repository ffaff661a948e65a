import os
import sqlite3
import threading
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from geoflow.adapters.passage_index import VERSION, SqlitePassages
from geoflow.openspec.tree import read_tree
from geoflow.questions.passage import Passage, passages
from tests.builders import requirement, spec

KILN = "openspec/specs/kiln/spec.md"
DOOR = "openspec/specs/door/spec.md"
FILES = {
    KILN: spec(requirement("Cooling", "The kiln SHALL cool for 6 hours.")).encode(),
    DOOR: spec(requirement("Locking", "The door SHALL lock itself.")).encode(),
}


def headings(index: SqlitePassages, files: dict[str, bytes], *terms: str) -> list[str]:
    hits = index.search(files, [terms], 10)[0].hits
    return [hit.passage.heading for hit in hits if hit.passage.heading != "Purpose"]


def test_a_term_finds_its_passage_in_another_form_of_the_word() -> None:
    assert headings(SqlitePassages(None), FILES, "cooled") == ["Cooling"]


def test_a_hit_carries_its_passage_and_which_terms_stand_in_it() -> None:
    found = SqlitePassages(None).search(FILES, [("kiln", "unheard", "hours")], 10)[0]
    best = found.hits[0]
    assert best.passage.path == KILN
    assert best.passage.text.startswith("### Requirement: Cooling\nThe kiln SHALL cool for 6 hours.")
    assert best.matched == {"kiln", "hours"}
    assert found.frequency["unheard"] == 0
    assert found.total == 4


def test_several_queries_are_answered_in_order() -> None:
    found = SqlitePassages(None).search(FILES, [("locks",), (), ("cools",)], 10)
    assert [[hit.passage.heading for hit in result.hits] for result in found] == [["Locking"], [], ["Cooling"]]


@pytest.mark.parametrize("term", ['"', "a* OR b", "NEAR(", "heading:", "kiln AND NOT", "\0", "'; drop table file; --"])
def test_a_query_is_never_read_as_search_syntax(term: str) -> None:
    found = SqlitePassages(None).search(FILES, [(term, "kiln")], 10)[0]
    assert "Cooling" in [hit.passage.heading for hit in found.hits]


@given(st.lists(st.text(min_size=1, max_size=20), max_size=5))
def test_any_terms_can_be_searched(terms: list[str]) -> None:
    assert SqlitePassages(None).search(FILES, [terms], 3)[0].total == 4


def test_the_index_follows_the_files(tmp_path: Path) -> None:
    index = SqlitePassages(tmp_path / "state" / "index.sqlite")
    assert headings(index, FILES, "kiln") == ["Cooling"]
    edited = {KILN: FILES[KILN].replace(b"Cooling", b"Chilling")}
    assert headings(index, edited, "kiln") == ["Chilling"]
    assert headings(index, edited, "door") == []
    assert headings(index, FILES, "door") == ["Locking"]


def test_files_that_did_not_change_are_not_read_again(tmp_path: Path) -> None:
    file = tmp_path / "index.sqlite"
    SqlitePassages(file).search(FILES, [], 1)
    with sqlite3.connect(file) as connection:
        connection.execute("update passage set heading = 'from the index' where path = ?", (KILN,))
    connection.close()
    assert "from the index" in headings(SqlitePassages(file), FILES, "kiln")


@pytest.mark.parametrize("broken", [b"no database", b"SQLite format 3\0" + b"\xff" * 8000, b""])
def test_a_broken_index_is_built_anew(tmp_path: Path, broken: bytes) -> None:
    file = tmp_path / "index.sqlite"
    file.write_bytes(broken)
    assert headings(SqlitePassages(file), FILES, "kiln") == ["Cooling"]
    assert file.read_bytes().startswith(b"SQLite format 3\0")


def test_an_index_damaged_in_the_middle_is_built_anew(tmp_path: Path) -> None:
    file = tmp_path / "index.sqlite"
    SqlitePassages(file).search(FILES, [], 1)
    content = file.read_bytes()
    file.write_bytes(content[:4096] + os.urandom(len(content) - 4096))
    assert headings(SqlitePassages(file), FILES, "kiln") == ["Cooling"]


def test_an_index_of_another_version_is_built_anew(tmp_path: Path) -> None:
    file = tmp_path / "index.sqlite"
    SqlitePassages(file).search(FILES, [], 1)
    with sqlite3.connect(file) as connection:
        connection.execute(f"pragma user_version = {VERSION + 1}")
        connection.execute("update passage set heading = 'old'")
    connection.close()
    assert headings(SqlitePassages(file), FILES, "kiln") == ["Cooling"]


def test_where_no_index_can_be_written_the_search_works_all_the_same(tmp_path: Path) -> None:
    (tmp_path / "blocked").write_text("a file, not a folder")
    assert headings(SqlitePassages(tmp_path / "blocked" / "index.sqlite"), FILES, "kiln") == ["Cooling"]


def test_many_at_once_share_an_index(tmp_path: Path) -> None:
    file = tmp_path / "index.sqlite"
    other = {KILN: FILES[KILN].replace(b"Cooling", b"Chilling")}
    results: list[list[str]] = []

    def search(files: dict[str, bytes]) -> None:
        results.append(headings(SqlitePassages(file), files, "kiln"))

    threads = [threading.Thread(target=search, args=(FILES if turn % 2 else other,)) for turn in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(results) == 8
    assert all(result in (["Cooling"], ["Chilling"]) for result in results)


def test_two_roots_of_one_repository_have_an_index_each(tmp_path: Path) -> None:
    for name in ("one", "two"):
        (tmp_path / name).mkdir()
        SqlitePassages.below(tmp_path / "state", tmp_path / name).search(FILES, [], 1)
    assert len(list((tmp_path / "state").glob("*.sqlite"))) == 2


def test_text_that_is_no_utf8_is_searched(tmp_path: Path) -> None:
    files = {KILN: b"## Purpose\nThe kiln \xff\xfe cools.\n"}
    passage = SqlitePassages(None).search(files, [("cools",)], 1)[0].hits[0].passage
    assert isinstance(passage, Passage)
    assert passage.line == 1


ARCHIVED = "openspec/changes/archive/2026-01-01-vent"
DECIDED = {
    f"{ARCHIVED}/proposal.md": b"## Why\nThe kiln cracks.\n",
    f"{ARCHIVED}/design.md": b"## Decisions\nThe kiln vents for 6 hours.\n",
}


def test_history_is_searched_apart_from_what_holds(tmp_path: Path) -> None:
    live, history = SqlitePassages.below(tmp_path, tmp_path), SqlitePassages.of_history(tmp_path, tmp_path)
    every = {**FILES, **DECIDED}
    for _ in range(2):  # neither throws out what the other one holds
        assert headings(live, every, "kiln") == ["Cooling"]
        assert sorted(headings(history, every, "kiln")) == ["Decisions", "Why"]
    assert {hit.passage.source for hit in history.search(every, [("kiln",)], 9)[0].hits} == {"history"}
    assert len(list(tmp_path.glob("*.sqlite"))) == 2


def test_the_history_of_two_roots_is_kept_apart(tmp_path: Path) -> None:
    for name in ("one", "two"):
        (tmp_path / name).mkdir()
        SqlitePassages.of_history(tmp_path / "state", tmp_path / name).search(DECIDED, [], 1)
    assert len(list((tmp_path / "state").glob("history-*.sqlite"))) == 2


@pytest.mark.parametrize("on_disk", [True, False])
def test_everything_gives_each_passage_of_the_documents(tmp_path: Path, *, on_disk: bool) -> None:
    index = SqlitePassages(tmp_path / "index.sqlite" if on_disk else None)
    expected = passages(read_tree({path: FILES[path].decode() for path in sorted(FILES)}))
    assert index.everything({**FILES, **DECIDED}) == list(expected)
    assert index.everything(FILES) == list(expected)


def test_everything_follows_the_files(tmp_path: Path) -> None:
    index = SqlitePassages(tmp_path / "index.sqlite")
    index.everything(FILES)
    edited = {KILN: FILES[KILN].replace(b"Cooling", b"Chilling")}
    assert [one.heading for one in index.everything(edited)] == ["Purpose", "Chilling"]
    assert index.everything({}) == []


def test_everything_of_history_is_what_was_decided(tmp_path: Path) -> None:
    history = SqlitePassages.of_history(tmp_path, tmp_path)
    assert [one.heading for one in history.everything({**FILES, **DECIDED})] == ["Decisions", "Why"]


@given(st.dictionaries(st.sampled_from("abc"), st.text(alphabet="# ab\n\r\0é", max_size=60)))
def test_everything_is_what_the_documents_are_cut_into(texts: dict[str, str]) -> None:
    named = {f"openspec/specs/{name}/spec.md": text for name, text in sorted(texts.items())}
    found = SqlitePassages(None).everything({path: text.encode() for path, text in named.items()})
    assert sorted(found, key=repr) == sorted(passages(read_tree(named)), key=repr)
    assert [(one.path, one.line) for one in found] == sorted((one.path, one.line) for one in found)


@pytest.mark.parametrize("broken", [b"no database", b"SQLite format 3\0" + b"\xff" * 8000, b""])
def test_everything_comes_from_a_broken_index_built_anew(tmp_path: Path, broken: bytes) -> None:
    file = tmp_path / "index.sqlite"
    file.write_bytes(broken)
    assert len(SqlitePassages(file).everything(FILES)) == 4
