"""What was read from question files, kept by their content: reading YAML takes milliseconds a file."""

import json
import sqlite3
from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import closing, contextmanager, suppress
from dataclasses import asdict
from hashlib import blake2b
from pathlib import Path
from typing import Any, TypeVar

from geoflow.adapters.question_nodes import UnreadableQuestionError
from geoflow.ports import BrokenFile
from geoflow.questions.question import About, Evidence, Mark, Question, Reply, Step

VERSION = 1
"""Of what is kept and of how a file is read; a cache of another version is built anew."""
MOST = 20_000
"""Files kept; what was read longest ago goes first."""
_WAIT_SECONDS = 0.5
_TABLES = "create table question (number integer primary key, key text unique not null, value text not null)"
_FOUND = "select key, value from question where key in (select value from json_each(?))"
_ADD = "insert or replace into question (key, value) values (?, ?)"
_TRIM = "delete from question where number <= (select max(number) from question) - ?"
_T = TypeVar("_T")


class QuestionCache:
    """Remembers what files hold. Safe for parallel processes; a broken, locked or unwritable file fails no read.

    Args:
        file: Where it lies; None remembers nothing.
    """

    def __init__(self, file: Path | None) -> None:
        self._file = file

    def read_all(
        self, files: Mapping[str, bytes], read: Callable[[str, bytes], Question]
    ) -> dict[str, Question | BrokenFile]:
        """Read files, those that are not remembered by `read`: {path: what it holds, or what is wrong with it}."""
        keys = {path: _key(path, content) for path, content in files.items()}
        held = self._held(keys.values())
        found: dict[str, Question | BrokenFile] = {}
        fresh: dict[str, str] = {}
        for path, key in keys.items():
            known = _decoded(path, held.get(key, ""))
            found[path] = known or _read(path, files[path], read)
            if known is None:
                fresh[key] = _encoded(found[path])
        if fresh:
            self._keep(fresh)
        return found

    def _held(self, keys: Collection[str]) -> dict[str, str]:
        def work(connection: sqlite3.Connection) -> dict[str, str]:
            if _version(connection) != VERSION:
                return {}
            return dict(connection.execute(_FOUND, (json.dumps(list(keys)),)))

        return self._with_file(work) or {}

    def _keep(self, fresh: Mapping[str, str]) -> None:
        def work(connection: sqlite3.Connection) -> None:
            connection.execute("begin immediate")
            if _version(connection) != VERSION:
                connection.execute("drop table if exists question")
                connection.execute(_TABLES)
                connection.execute(f"pragma user_version = {VERSION}")
            connection.executemany(_ADD, fresh.items())
            connection.execute(_TRIM, (MOST,))
            connection.execute("commit")

        self._with_file(work)

    def _with_file(self, work: Callable[[sqlite3.Connection], _T]) -> _T | None:
        if self._file is None:
            return None
        try:
            self._file.parent.mkdir(parents=True, exist_ok=True)
            with _opened(self._file) as connection:
                return work(connection)
        except (sqlite3.Error, OSError) as error:
            if getattr(error, "sqlite_errorcode", None) != sqlite3.SQLITE_BUSY:
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


def _key(path: str, content: bytes) -> str:
    # The path belongs to it: a file's name is the question's id.
    name = path.encode("utf-8", "surrogatepass")
    return blake2b(b"%d %s" % (len(name), name) + content, digest_size=16).hexdigest()


def _read(path: str, content: bytes, read: Callable[[str, bytes], Question]) -> Question | BrokenFile:
    try:
        return read(path, content)
    except UnreadableQuestionError as error:
        return BrokenFile(path, error.line, error.reason)


def _encoded(found: Question | BrokenFile) -> str:
    return json.dumps(asdict(found))


def _decoded(path: str, text: str) -> Question | BrokenFile | None:
    """Make the value again; None where what was kept is no such thing."""
    try:
        kept = json.loads(text)
        return BrokenFile(path, kept["line"], kept["reason"]) if "reason" in kept else _question(kept)
    except (ValueError, TypeError, KeyError, AttributeError):
        return None


def _question(kept: dict[str, Any]) -> Question:
    return Question(
        id=kept["id"],
        text=kept["text"],
        asked=Mark(**kept["asked"]),
        about=About(**kept["about"]) if kept["about"] else None,
        audience=tuple(kept["audience"]),
        options=tuple(kept["options"]),
        route=tuple(Step(**step) for step in kept["route"]),
        replies=tuple(_reply(reply) for reply in kept["replies"]),
        withdrawn=_mark(kept["withdrawn"]),
    )


def _reply(kept: dict[str, Any]) -> Reply:
    made = {
        "evidence": tuple(Evidence(**one) for one in kept["evidence"]),
        "confirmed": _mark(kept["confirmed"]),
        "rejected": _mark(kept["rejected"]),
    }
    return Reply(**{**kept, **made})


def _mark(kept: dict[str, str] | None) -> Mark | None:
    return Mark(**kept) if kept else None
