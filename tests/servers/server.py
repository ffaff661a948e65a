"""The server itself: LM Studio's endpoints, one script of replies, and a connection's handler."""

import json
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from tests.servers.front import Behind, forward
from tests.servers.listing import Offer, listing, unknown


@dataclass(frozen=True)
class Misbehaviour:
    """Something other than a good answer: `act` writes the whole response."""

    act: "Callable[[Handler], None]"


Reply = str | Mapping[str, Any] | Misbehaviour
Script = Reply | Callable[[dict[str, Any]], Reply]

NO_TOKEN = "An LM Studio API token is required to make requests to this server."  # noqa: S105
NO_MODEL = {
    "error": {
        "message": "No models loaded. Please load a model in the developer page or use the 'lms load' command.",
        "type": "invalid_request_error",
        "param": "model",
        "code": None,
    }
}


class ModelServer(ThreadingHTTPServer):
    """The server. Everything it was asked is kept, in the order it came.

    `requests` holds the bodies of the chat requests, `headers` the headers of all POST requests, `tokens` the
    Authorization header of every request that had one, `paths` every path asked; `loads` counts how often a model was
    loaded (requests that come while it loads each load another copy, as LM Studio does).
    """

    daemon_threads = True
    request_queue_size = 128

    def __init__(self, script: tuple[Script, ...], options: Mapping[str, Any]) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.script = list(script)
        self.always: Script | None = options.get("always")
        self.listing: Misbehaviour | None = options.get("listing")
        self.behind: Behind | None = options.get("behind")
        self.offer = Offer(**{name: options[name] for name in Offer.__dataclass_fields__ if name in options})
        self.token: str = options.get("token", "")
        self.cached: int | None = options.get("cached")
        self.jit: bool = options.get("jit", True)
        self.load_seconds: float = options.get("load_seconds", 0.0)
        self.loads = 0
        self.requests: list[dict[str, Any]] = []
        self.headers: list[dict[str, str]] = []
        self.tokens: list[str] = []
        self.paths: list[str] = []
        self.unscripted = 0
        self.stopping = threading.Event()
        self.lock = threading.Lock()

    @property
    def model(self) -> str:
        return self.offer.model

    @property
    def root_url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"

    @property
    def base_url(self) -> str:
        return f"{self.root_url}/v1"

    def next_reply(self) -> Script | None:
        with self.lock:
            if self.script:
                return self.script.pop(0)
            if self.always is None and self.behind is None:
                self.unscripted += 1
            return self.always

    def load(self) -> bool:
        """Load the model if it is not; False where only a person can do it."""
        if self.offer.loaded:
            return True
        if not self.jit:
            return False
        with self.lock:
            self.loads += 1
        self.stopping.wait(self.load_seconds)
        self.offer.loaded = True
        return True

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Say nothing: a client that went away is what many tests are about."""


class Handler(BaseHTTPRequestHandler):
    """One connection, closed after its answer; streams are chunked, so that a client sees where one breaks off."""

    protocol_version = "HTTP/1.1"
    server: ModelServer
    body: dict[str, Any]
    chunked = False

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002
        pass

    def do_GET(self) -> None:
        self.note_request()
        if self.server.listing:
            self.server.listing.act(self)
        elif self.path == "/lmstudio-greeting" and self.server.offer.lm_studio:
            self.send_json(200, {"lmstudio": True})
        elif self.authorised():
            self.send_json(*listing(self.server.offer, self.path))

    def do_POST(self) -> None:
        self.note_request()
        self.server.headers.append({name.lower(): value for name, value in self.headers.items()})
        raw = self.rfile.read(int(self.headers.get("content-length") or 0))
        if not self.authorised():
            return
        if self.path != "/v1/chat/completions":
            self.send_json(*unknown(self.server.offer, "POST", self.path))
            return
        self.body = json.loads(raw)
        kind = self.body.get("response_format", {}).get("type", "text")
        if self.server.offer.lm_studio and kind not in {"json_schema", "text"}:
            self.send_json(400, {"error": "'response_format.type' must be 'json_schema' or 'text'"})
            return
        self.server.requests.append(self.body)
        self.answer(self.server.next_reply())

    def note_request(self) -> None:
        self.close_connection = True
        self.server.paths.append(self.path)
        if token := self.headers.get("authorization"):
            self.server.tokens.append(token)

    def authorised(self) -> bool:
        if not self.server.token or self.headers.get("authorization") == f"Bearer {self.server.token}":
            return True
        error = {"type": "invalid_request", "code": "invalid_api_key", "message": NO_TOKEN}
        self.send_json(401, {"error": error})
        return False

    def answer(self, reply: Script | None) -> None:
        if isinstance(reply, Misbehaviour):
            reply.act(self)
        elif callable(reply):
            self.answer(reply(self.body))
        elif not self.server.load():
            self.send_json(404, NO_MODEL)
        elif reply is not None:
            self.send_completion(reply if isinstance(reply, str) else json.dumps(reply))
        elif self.server.behind:
            forward(self, self.server.behind)
        else:
            self.send_json(500, {"error": "the test has no reply left for this request"})

    def send_json(self, status: int, document: Any) -> None:
        self.send_bytes(status, json.dumps(document).encode(), "application/json; charset=utf-8")

    def send_bytes(self, status: int, content: bytes, kind: str, **headers: str) -> None:
        self.send_response(status)
        for name, value in {**headers, "Content-Type": kind, "Content-Length": str(len(content))}.items():
            self.send_header(name.replace("_", "-"), value)
        self.send_header("Connection", "close")
        self.end_headers()
        self.wfile.write(content)

    def send_completion(self, text: str, *, finish: str = "stop", field: str = "content") -> None:
        if not self.body.get("stream"):
            choice = {"index": 0, "message": {"role": "assistant", field: text}, "finish_reason": finish}
            self.send_json(200, {**self.envelope(), "choices": [choice], "usage": self.usage(text)})
            return
        self.start_stream()
        middle = len(text) // 2
        for piece in (text[:middle], text[middle:]):
            self.send_delta({field: piece})
        self.end_stream(text, finish)

    def start_stream(self) -> None:
        self.send_response(200)
        self.send_header("Content-Type", "text/event-stream")
        self.send_header("Transfer-Encoding", "chunked")
        self.send_header("Connection", "close")
        self.end_headers()
        self.chunked = True
        self.send_delta({"role": "assistant", "content": None})

    def send_delta(self, delta: Mapping[str, Any], finish: str | None = None) -> None:
        self.send_event({**self.envelope(), "choices": [{"index": 0, "delta": delta, "finish_reason": finish}]})

    def end_stream(self, text: str, finish: str = "stop") -> None:
        self.send_delta({}, finish)
        self.send_event({**self.envelope(), "choices": [], "usage": self.usage(text)})
        self.send_raw("data: [DONE]\n\n")
        self.close_stream()

    def close_stream(self) -> None:
        self.wfile.write(b"0\r\n\r\n")
        self.wfile.flush()

    def send_event(self, document: Any) -> None:
        self.send_raw(f"data: {json.dumps(document)}\n\n")

    def send_raw(self, content: str | bytes) -> None:
        """Write bytes of a stream (one chunk), or bytes before there is one as they are."""
        data = content.encode() if isinstance(content, str) else content
        self.wfile.write(b"%x\r\n%s\r\n" % (len(data), data) if self.chunked else data)
        self.wfile.flush()

    def envelope(self) -> dict[str, Any]:
        return {"id": "chat-1", "object": "chat.completion.chunk", "created": 0, "model": self.server.model}

    def usage(self, text: str) -> dict[str, Any]:
        asked = sum(len(str(message["content"]).split()) for message in self.body["messages"])
        counts: dict[str, Any] = {"prompt_tokens": asked, "completion_tokens": len(text.split())}
        if self.server.cached is not None:
            counts["prompt_tokens_details"] = {"cached_tokens": self.server.cached}
        return {**counts, "total_tokens": asked + counts["completion_tokens"]}


@contextmanager
def model_server(*script: Script, **options: Any) -> Iterator[ModelServer]:
    """Run the server for a block.

    Args:
        *script: A reply each request takes one of: an object or a text (the assistant's content), a misbehaviour, or a
            callable that makes one of these from the request's body.
        **options: `always` (answers when the script is at its end; without it, and without `behind`, one request too
            many fails the test), `behind` (a real server that answers instead), `listing` (a misbehaviour of every GET),
            `token` (asked for in the Authorization header), `cached` (tokens said to be from the cache), `jit` (False:
            only a person loads the model), `load_seconds` (how long loading takes), and the fields of `Offer`.
    """
    server = ModelServer(script, options)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield server
        assert not server.unscripted, f"{server.unscripted} requests had no reply in the script"
    finally:
        server.stopping.set()
        server.shutdown()
        server.server_close()
        thread.join()
