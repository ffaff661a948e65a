"""A real HTTP server that embeds: a vector counts a text's words, and what it answers can be spoilt on demand."""

import json
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from hashlib import blake2b
from threading import Thread
from typing import Any

from tests.servers.listing import unknown
from tests.servers.server import Handler, Misbehaviour, ModelServer

DIMENSIONS = 256
NAME = "text-embedding-scripted"
Rows = list[dict[str, Any]]
Spoilt = Misbehaviour | Callable[[Rows], object]


def vector(text: str) -> list[float]:
    """Count the words of a text, each at the place of its hash: texts that share words lie close together."""
    counts = [0.0] * DIMENSIONS
    for word in re.findall(r"\w+", text.lower()):
        counts[int.from_bytes(blake2b(word.encode(), digest_size=4).digest()) % DIMENSIONS] += 1.0
    return counts


class EmbeddingServer(ModelServer):
    """The server. `texts` holds what it was asked to embed, one list for each request, `asked` the whole bodies.

    `spoilt` is what it does instead of a good answer: a misbehaviour, or a function that makes the document from the
    good rows.
    """

    def __init__(self, spoilt: Spoilt | None, options: dict[str, Any]) -> None:
        super().__init__((), {"embedding": NAME, "embedding_loaded": True, **options})
        self.RequestHandlerClass = EmbeddingHandler
        self.spoilt = spoilt
        self.asked: list[dict[str, Any]] = []

    @property
    def texts(self) -> list[list[str]]:
        return [body["input"] for body in self.asked]


class EmbeddingHandler(Handler):
    """One connection to it."""

    server: EmbeddingServer

    def do_POST(self) -> None:  # noqa: N802 (the base class names it)
        self.note_request()
        raw = self.rfile.read(int(self.headers.get("content-length") or 0))
        if self.path != "/v1/embeddings":
            self.send_json(*unknown(self.server.offer, "POST", self.path))
        elif self.authorised():
            self.body = json.loads(raw)
            self.server.asked.append(self.body)
            self.embed(self.server.spoilt)

    def embed(self, spoilt: Spoilt | None) -> None:
        rows = [{"index": place, "embedding": vector(text)} for place, text in enumerate(self.body["input"])]
        if isinstance(spoilt, Misbehaviour):
            spoilt.act(self)
        else:
            self.send_json(200, spoilt(rows) if spoilt else listed(rows))


def listed(rows: object) -> dict[str, Any]:
    """Make the document of a good answer."""
    return {"object": "list", "data": rows, "model": NAME, "usage": {"prompt_tokens": 1, "total_tokens": 1}}


@contextmanager
def embedding_server(spoilt: Spoilt | None = None, **options: Any) -> Iterator[EmbeddingServer]:
    """Run the server for a block; the options are those of `model_server`."""
    server = EmbeddingServer(spoilt, options)
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield server
    finally:
        server.stopping.set()
        server.shutdown()
        server.server_close()
        thread.join()
