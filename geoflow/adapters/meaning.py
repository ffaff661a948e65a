"""Passages looked up by meaning: vectors of their texts, made once a text and kept in the git folder, disposable."""

import sqlite3
import time
from array import array
from collections.abc import Callable, Collection, Mapping, Sequence
from contextlib import closing, suppress
from hashlib import blake2b
from operator import mul
from pathlib import Path
from typing import Any

from geoflow.ports import Embedder, NearByMeaning, Progress
from geoflow.questions.passage import Passage

_SECONDS = 10.0
"""How long one command may take to make vectors that are missing; the next one goes on from there."""
_WAIT_SECONDS = 2.0
_LONGEST = 400
_BATCH = 8
_TABLE = "create table if not exists vector (model text, digest blob, value blob, primary key (model, digest))"
Vector = Sequence[float]


class SqliteMeaning:
    """The `Meaning` port. A broken or unwritable store never fails a search.

    Args:
        file: Where the vectors lie; None keeps none of them.
        open_embedder: Gives what makes them, when the first search needs it; None where there is nothing.
        seconds: How long a search may make vectors that are missing; it makes a few at least, so that each goes on.
    """

    def __init__(
        self, file: Path | None, open_embedder: Callable[[], Embedder | None], seconds: float = _SECONDS
    ) -> None:
        self._file, self._open_embedder, self._seconds = file, open_embedder, seconds

    def nearest(
        self, questions: Sequence[str], passages: Sequence[Passage], limit: int, progress: Progress
    ) -> NearByMeaning:
        """Find the passages nearest to each question; GeoflowError `embedding-failed`."""
        embedder = self._open_embedder()
        if embedder is None:
            return NearByMeaning([[] for _ in questions], 0, 0)
        asked = embedder.queries(questions)
        texts = {_digest(text): text for text in map(_text, passages)}
        vectors = self._held(texts, embedder, {len(question) for question in asked})
        self._make(texts, vectors, embedder, progress)
        known = [(passage, vectors[key]) for passage in passages if (key := _digest(_text(passage))) in vectors]
        nearest = [_nearest(question, known, limit) for question in asked]
        return NearByMeaning(nearest, len(known), len(passages) - len(known))

    def _held(self, texts: Mapping[bytes, str], embedder: Embedder, lengths: Collection[int]) -> dict[bytes, Vector]:
        """Give the vectors that were kept, those apart that another model of this name or a broken store left."""
        rows: list[tuple[Any, Any]] = []
        with suppress(sqlite3.Error, OSError), closing(self._open()) as connection:
            query = "select digest, value from vector where model = ?"
            rows = connection.execute(query, (embedder.name,)).fetchall()
        usable = [(digest, value) for digest, value in rows if digest in texts and isinstance(value, bytes)]
        return {digest: array("f", value) for digest, value in usable if len(value) in {4 * size for size in lengths}}

    def _make(
        self, texts: Mapping[bytes, str], vectors: dict[bytes, Vector], embedder: Embedder, progress: Progress
    ) -> None:
        missing = [digest for digest in texts if digest not in vectors]
        began, keeps = time.monotonic(), True
        for start in range(0, len(missing), _BATCH):
            if start and time.monotonic() - began > self._seconds:
                return
            progress.update("Reading for meaning", start, len(missing))
            batch = missing[start : start + _BATCH]
            made = embedder.passages([texts[digest] for digest in batch])
            fresh = {digest: array("f", value) for digest, value in zip(batch, made, strict=True)}
            vectors |= fresh
            keeps = keeps and self._keep(fresh, embedder.name)

    def _keep(self, fresh: Mapping[bytes, "array[float]"], model: str) -> bool:
        """Keep vectors, a broken store made anew; False where that is no use, such as while another process writes."""
        rows = [(model, digest, value.tobytes()) for digest, value in fresh.items()]
        for attempt in range(2):
            try:
                with closing(self._open()) as connection, connection:
                    connection.executemany("insert or replace into vector values (?, ?, ?)", rows)
            except sqlite3.DatabaseError as error:
                if getattr(error, "sqlite_errorcode", None) == sqlite3.SQLITE_BUSY:
                    return False
                if attempt == 0 and self._file is not None:
                    with suppress(OSError):
                        self._file.unlink()
            except OSError:
                return False
            else:
                return True
        return False

    def _open(self) -> sqlite3.Connection:
        if self._file is not None:
            self._file.parent.mkdir(parents=True, exist_ok=True)
        connection = sqlite3.connect(str(self._file or ":memory:"), timeout=_WAIT_SECONDS)
        try:
            connection.execute("pragma synchronous = off")
            connection.execute(_TABLE)
        except BaseException:
            connection.close()
            raise
        return connection


def _text(passage: Passage) -> str:
    body = passage.text.partition("\n")[2] or passage.text
    return f"{passage.heading}. {' '.join(body.split())}"[:_LONGEST]


def _digest(text: str) -> bytes:
    return blake2b(text.encode("utf-8", "replace"), digest_size=16).digest()


def _nearest(question: Vector, known: Sequence[tuple[Passage, Vector]], limit: int) -> list[Passage]:
    scored = [
        (sum(map(mul, question, vector)), -place)
        for place, (_, vector) in enumerate(known)
        if len(vector) == len(question)
    ]
    return [known[-place][0] for _, place in sorted(scored, reverse=True)[:limit]]
