"""Texts kept by a key in an SQLite file of the git directory: what was asked or read once is not asked or read again.

A cache and no more: it may be deleted at any time. Safe for parallel processes; a broken, locked or unwritable file
fails nobody's work, it only keeps nothing.
"""

import json
import sqlite3
from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from typing import TypeVar

_TABLE = "create table kept (number integer primary key, key text unique not null, value text not null)"
_FOUND = "select key, value from kept where key in (select value from json_each(?))"
_ADD = "insert or replace into kept (key, value) values (?, ?)"
_TRIM = "delete from kept where number <= (select max(number) from kept) - ?"
_T = TypeVar("_T")


class KeptTexts:
    """One file of texts by key.

    Args:
        file: Where it lies; None keeps nothing.
        version: Of what the texts are; a file of another version is begun anew.
        most: Texts kept; those that were written longest ago go first.
        wait: Seconds to wait for another process that writes.
    """

    def __init__(self, file: Path | None, *, version: int, most: int, wait: float = 1.0) -> None:
        self._file, self._version, self._most, self._wait = file, version, most, wait

    def held(self, keys: Collection[str]) -> dict[str, str]:
        """Give the texts that are there, by key; the file is not made where it is missing."""

        def work(connection: sqlite3.Connection) -> dict[str, str]:
            if _version(connection) != self._version:
                return {}
            rows = connection.execute(_FOUND, (json.dumps(list(keys)),))
            return {key: value for key, value in rows if isinstance(value, str)}

        return (self._with_file(work) if self._file is not None and self._file.exists() else None) or {}

    def keep(self, texts: Mapping[str, str]) -> None:
        """Write texts by key, all in one transaction."""

        def work(connection: sqlite3.Connection) -> None:
            connection.execute("begin immediate")
            if _version(connection) != self._version:
                connection.execute("drop table if exists kept")
                connection.execute(_TABLE)
                connection.execute(f"pragma user_version = {self._version}")
            connection.executemany(_ADD, texts.items())
            connection.execute(_TRIM, (self._most,))
            connection.execute("commit")

        self._with_file(work)

    def _with_file(self, work: Callable[[sqlite3.Connection], _T]) -> _T | None:
        if self._file is None:
            return None
        try:
            self._file.parent.mkdir(parents=True, exist_ok=True)
            with _opened(self._file, self._wait) as connection:
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
def _opened(file: Path, wait: float) -> Iterator[sqlite3.Connection]:
    with closing(sqlite3.connect(file, timeout=wait, isolation_level=None)) as connection:
        connection.execute("pragma synchronous = off")
        yield connection


def _version(connection: sqlite3.Connection) -> int:
    return int(connection.execute("pragma user_version").fetchone()[0])
