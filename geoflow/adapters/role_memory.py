"""What roles said, in an SQLite file of the git directory: written at once, so that a killed review goes on."""

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from typing import TypeVar

VERSION = 1
"""Of the table; a file of another version is begun anew."""
MOST = 50_000
"""Answers kept; the oldest go first."""
_WAIT_SECONDS = 1.0
_TABLE = "create table said (number integer primary key, key text unique not null, value text not null)"
_TRIM = "delete from said where number <= (select max(number) from said) - ?"
_T = TypeVar("_T")


class SqliteRoleMemory:
    """The `RoleMemory` port. Safe for parallel processes; a broken, locked or unwritable file fails no review.

    Args:
        file: Where it lies; None remembers nothing.
        fresh: Whether what was said before is not recalled, and only said anew.
    """

    def __init__(self, file: Path | None, *, fresh: bool = False) -> None:
        self._file, self._fresh = file, fresh

    def recall(self, key: str) -> str | None:
        """Give what was said, unless all shall be asked anew."""

        def work(connection: sqlite3.Connection) -> str | None:
            if _version(connection) != VERSION:
                return None
            row = connection.execute("select value from said where key = ?", (key,)).fetchone()
            return row[0] if row and isinstance(row[0], str) else None

        return None if self._fresh else self._with_file(work, make=False)

    def keep(self, key: str, said: str) -> None:
        """Remember it, in a transaction of its own."""

        def work(connection: sqlite3.Connection) -> None:
            connection.execute("begin immediate")
            if _version(connection) != VERSION:
                connection.execute("drop table if exists said")
                connection.execute(_TABLE)
                connection.execute(f"pragma user_version = {VERSION}")
            connection.execute("insert or replace into said (key, value) values (?, ?)", (key, said))
            connection.execute(_TRIM, (MOST,))
            connection.execute("commit")

        self._with_file(work, make=True)

    def _with_file(self, work: Callable[[sqlite3.Connection], _T], *, make: bool) -> _T | None:
        if self._file is None or not (make or self._file.exists()):
            return None
        try:
            self._file.parent.mkdir(parents=True, exist_ok=True)
            with _opened(self._file) as connection:
                return work(connection)
        except (sqlite3.Error, OSError, ValueError) as error:
            # A surrogate in a text is a ValueError and the fault of that text alone.
            if isinstance(error, sqlite3.Error) and getattr(error, "sqlite_errorcode", None) != sqlite3.SQLITE_BUSY:
                self._remove()
            return None

    def _remove(self) -> None:
        if self._file is not None:
            for name in (self._file.name, f"{self._file.name}-journal"):
                with suppress(OSError):
                    self._file.with_name(name).unlink()


@contextmanager
def _opened(file: Path) -> Iterator[sqlite3.Connection]:
    with closing(sqlite3.connect(file, timeout=_WAIT_SECONDS, isolation_level=None)) as connection:
        connection.execute("pragma synchronous = off")
        yield connection


def _version(connection: sqlite3.Connection) -> int:
    return int(connection.execute("pragma user_version").fetchone()[0])
