"""The passages in SQLite's full-text search: BM25 over stemmed words, kept in the git directory, disposable."""

import sqlite3
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager, suppress
from hashlib import blake2b
from pathlib import Path
from typing import Self, TypeVar

from geoflow.errors import GeoflowError
from geoflow.openspec.tree import read_tree
from geoflow.questions.passage import Passage, is_history, is_searched, passages
from geoflow.questions.retrieval import Found, Hit

VERSION = 2
"""Of the tables and of what a passage is; an index of another version is built anew."""
_WAIT_SECONDS = 10.0
_TABLES = """
create table file (path text primary key, digest blob not null, first integer not null, last integer not null);
create virtual table passage using fts5(
    heading, text, topic, path unindexed, line unindexed, end_line unindexed, source unindexed,
    tokenize = 'porter unicode61'
);
"""
_WEIGHTS = "3.0, 1.0, 1.5"
_FOUND = f"""
select rowid, heading, text, topic, path, line, end_line, source, bm25(passage, {_WEIGHTS}) as cost
from passage where passage match ? order by cost limit ?
"""  # noqa: S608 (only the constant weights are put in)
_ADD = """
insert into passage(rowid, heading, text, topic, path, line, end_line, source) values (?, ?, ?, ?, ?, ?, ?, ?)
"""
_EVERYTHING = "select path, line, end_line, heading, text, source, topic from passage order by path, line"
_T = TypeVar("_T")


class SqlitePassages:
    """The `Passages` port. Safe for parallel processes; a broken or unwritable index never fails a search.

    Args:
        file: Where the index lies, one file for one root; None keeps it in memory.
        searched: Which files it holds.
    """

    def __init__(self, file: Path | None, searched: Callable[[str], bool] = is_searched) -> None:
        self._file = file
        self._searched = searched

    @classmethod
    def below(cls, folder: Path, root: Path) -> Self:
        """Keep the index of a root in geoflow's folder of the git directory, which several roots may share."""
        return cls(folder / f"passages-{root_key(root)}.sqlite")

    @classmethod
    def of_history(cls, folder: Path, root: Path) -> Self:
        """Keep the index of a root's archived changes apart: it is asked only where nothing that holds says it."""
        return cls(folder / f"history-{root_key(root)}.sqlite", is_history)

    def search(self, files: Mapping[str, bytes], queries: Sequence[Sequence[str]], limit: int) -> list[Found]:
        """Bring the index up to date with these files, then search for each list of terms, in order."""

        def work(connection: sqlite3.Connection) -> list[Found]:
            _update(connection, {path: content for path, content in files.items() if self._searched(path)})
            connection.execute("begin")
            found = [_search(connection, tuple(terms), limit) for terms in queries]
            connection.execute("commit")
            return found

        return self._with_index(work)

    def everything(self, files: Mapping[str, bytes]) -> list[Passage]:
        """Bring the index up to date with these files, and give all their passages in the order of the documents."""

        def work(connection: sqlite3.Connection) -> list[Passage]:
            _update(connection, {path: content for path, content in files.items() if self._searched(path)})
            rows = connection.execute(_EVERYTHING).fetchall()
            return [Passage(*row) for row in rows]

        return self._with_index(work)

    def _with_index(self, work: Callable[[sqlite3.Connection], _T]) -> _T:
        for attempt in range(2):
            if self._file is None:
                break
            try:
                self._file.parent.mkdir(parents=True, exist_ok=True)
                with _opened(str(self._file)) as connection:
                    return work(connection)
            except (sqlite3.Error, OSError) as error:
                if getattr(error, "sqlite_errorcode", None) == sqlite3.SQLITE_BUSY:
                    break
                if attempt == 0:
                    self._remove()
        return _in_memory(work)

    def _remove(self) -> None:
        if self._file is not None:
            for name in (self._file.name, f"{self._file.name}-journal"):
                with suppress(OSError):
                    self._file.with_name(name).unlink()


def root_key(root: Path) -> str:
    """Name a root in the file names of what is kept of it."""
    return blake2b(str(root.resolve()).encode("utf-8", "replace"), digest_size=6).hexdigest()


def _in_memory(work: Callable[[sqlite3.Connection], _T]) -> _T:
    with _opened(":memory:") as connection:
        try:
            return work(connection)
        except sqlite3.OperationalError as error:
            if "no such module" not in str(error):
                raise
            raise GeoflowError(
                "This Python's SQLite has no full-text search (FTS5).",
                fix="Use a Python from python.org, your system's packages or uv; all of them have it.",
                code="fts5-missing",
            ) from None


@contextmanager
def _opened(place: str) -> Iterator[sqlite3.Connection]:
    # Autocommit: transactions are begun by hand, so that a reader never holds a lock for longer than a query.
    with closing(sqlite3.connect(place, timeout=_WAIT_SECONDS, isolation_level=None)) as connection:
        connection.execute("pragma synchronous = off")
        yield connection


def _update(connection: sqlite3.Connection, files: Mapping[str, bytes]) -> None:
    wanted = {path: blake2b(content, digest_size=16).digest() for path, content in files.items()}
    if _held(connection) == wanted:
        return
    connection.execute("begin immediate")
    try:
        if connection.execute("pragma user_version").fetchone()[0] != VERSION:
            _make_tables(connection)
        held = _held(connection) or {}
        _drop(connection, [path for path, digest in held.items() if wanted.get(path) != digest])
        fresh = {path: digest for path, digest in wanted.items() if held.get(path) != digest}
        _add(connection, fresh, files)
        connection.execute("commit")
    except BaseException:
        with suppress(sqlite3.Error):
            connection.execute("rollback")
        raise


def _make_tables(connection: sqlite3.Connection) -> None:
    connection.execute("drop table if exists passage")
    connection.execute("drop table if exists file")
    for statement in _TABLES.split(";")[:-1]:
        connection.execute(statement)
    connection.execute(f"pragma user_version = {VERSION}")


def _held(connection: sqlite3.Connection) -> dict[str, bytes] | None:
    if connection.execute("pragma user_version").fetchone()[0] != VERSION:
        return None
    return dict(connection.execute("select path, digest from file"))


def _drop(connection: sqlite3.Connection, paths: Sequence[str]) -> None:
    for path in paths:
        first, last = connection.execute("select first, last from file where path = ?", (path,)).fetchone()
        connection.execute("delete from passage where rowid between ? and ?", (first, last))
        connection.execute("delete from file where path = ?", (path,))


def _add(connection: sqlite3.Connection, fresh: Mapping[str, bytes], files: Mapping[str, bytes]) -> None:
    cut: dict[str, list[Passage]] = {path: [] for path in fresh}
    for passage in passages(read_tree({path: files[path].decode("utf-8", "replace") for path in fresh})):
        cut.get(passage.path, []).append(passage)
    row = connection.execute("select coalesce(max(last), 0) from file").fetchone()[0]
    for path, pieces in cut.items():
        connection.executemany(_ADD, ((row + place, *_row(piece)) for place, piece in enumerate(pieces, 1)))
        last = row + len(pieces)
        connection.execute("insert into file values (?, ?, ?, ?)", (path, fresh[path], row + 1, last))
        row = last


def _row(passage: Passage) -> tuple[str | int, ...]:
    return (
        passage.heading,
        passage.text,
        passage.topic,
        passage.path,
        passage.line,
        passage.end_line,
        passage.source,
    )


def _search(connection: sqlite3.Connection, terms: tuple[str, ...], limit: int) -> Found:
    holders = {term: _holders(connection, term) for term in terms}
    total = connection.execute("select coalesce(sum(last - first + 1), 0) from file").fetchone()[0]
    frequency = {term: len(rows) for term, rows in holders.items()}
    hits = []
    query = " OR ".join(_literal(term) for term, rows in holders.items() if rows)
    for row, heading, text, topic, path, line, end_line, source, cost in (
        connection.execute(_FOUND, (query, limit)) if query else ()
    ):
        matched = frozenset(term for term, rows in holders.items() if row in rows)
        hits.append(Hit(Passage(path, line, end_line, heading, text, source, topic), -cost, matched))
    return Found(terms, tuple(hits), total, frequency)


def _holders(connection: sqlite3.Connection, term: str) -> set[int]:
    return {row for (row,) in connection.execute("select rowid from passage where passage match ?", (_literal(term),))}


def _literal(term: str) -> str:
    # A quoted string is a phrase to FTS5, whatever stands in it; a phrase cannot hold NUL.
    return '"' + term.replace('"', '""').replace("\0", " ") + '"'
