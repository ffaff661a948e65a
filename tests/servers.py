"""A real HTTP server that speaks LM Studio's endpoints, answers from a script and misbehaves on demand.

    with model_server({"quote": "fast"}, html(), "plain text") as server:
        ...  # the openai client, or a geoflow command with GEOFLOW_LLM__BASE_URL=server.base_url
    assert server.requests[0]["messages"][0]["role"] == "system"

It answers as LM Studio's documentation and users report, which was never compared with the program itself.
"""

import json
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


@dataclass(frozen=True)
class Misbehaviour:
    """Something other than a good answer: `act` writes the whole response."""

    act: "Callable[[Handler], None]"


Reply = str | Mapping[str, Any] | Misbehaviour
Script = Reply | Callable[[dict[str, Any]], Reply]

NO_MODEL = {
    "error": {
        "message": "No models loaded. Please load a model in the developer page or use the 'lms load' command.",
        "type": "invalid_request_error",
        "param": "model",
        "code": None,
    }
}
OVERFLOW = "The number of tokens to keep from the initial prompt is greater than the context length (n_keep: 9000>= n_ctx: 4096). Try to load the model with a larger context length, or provide a shorter input."
OVERFLOW_IN_STREAM = (
    "Input does not fit in context length. The input has 9000 tokens, but the context length only supports 4096 tokens."
)


class ModelServer(ThreadingHTTPServer):
    """The server; `requests` holds the bodies of all chat requests in the order they came, `paths` every path asked."""

    daemon_threads = True
    request_queue_size = 128

    def __init__(self, script: tuple[Script, ...], options: Mapping[str, Any]) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.script = list(script)
        self.always: Script | None = options.get("always")
        self.lm_studio: bool = options.get("lm_studio", True)
        self.model: str = options.get("model", "scripted-7b")
        self.other_models: tuple[str, ...] = options.get("other_models", ())
        self.loaded: bool = options.get("loaded", True)
        self.context: int = options.get("context", 4096)
        self.token: str = options.get("token", "")
        self.cached: int | None = options.get("cached")
        self.requests: list[dict[str, Any]] = []
        self.headers: list[dict[str, str]] = []
        self.paths: list[str] = []
        self.unscripted = 0
        self.stopping = threading.Event()
        self.lock = threading.Lock()

    @property
    def root_url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"

    @property
    def base_url(self) -> str:
        return f"{self.root_url}/v1"

    def next_reply(self, body: dict[str, Any]) -> Script | None:
        with self.lock:
            self.requests.append(body)
            if not self.script and self.always is None:
                self.unscripted += 1
            return self.script.pop(0) if self.script else self.always

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Say nothing: a client that went away is what many tests are about."""


class Handler(BaseHTTPRequestHandler):
    """One connection."""

    server: ModelServer
    body: dict[str, Any]

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002
        pass

    def do_GET(self) -> None:
        self.server.paths.append(self.path)
        if self.path == "/lmstudio-greeting" and self.server.lm_studio:
            self.send_json(200, {"lmstudio": True})
        elif self.authorised():
            self.send_json(*_listing(self.server, self.path))

    def do_POST(self) -> None:
        self.server.paths.append(self.path)
        self.server.headers.append({name.lower(): value for name, value in self.headers.items()})
        raw = self.rfile.read(int(self.headers.get("content-length") or 0))
        if not self.authorised():
            return
        if self.path != "/v1/chat/completions":
            self.send_json(*_unknown(self.server, "POST", self.path))
            return
        self.body = json.loads(raw)
        kind = self.body.get("response_format", {}).get("type", "text")
        if self.server.lm_studio and kind not in {"json_schema", "text"}:
            self.send_json(400, {"error": "'response_format.type' must be 'json_schema' or 'text'"})
            return
        self.answer(self.server.next_reply(self.body))

    def authorised(self) -> bool:
        if not self.server.token or self.headers.get("authorization") == f"Bearer {self.server.token}":
            return True
        message = "An LM Studio API token is required to make requests to this server."
        error = {"type": "invalid_request", "code": "invalid_api_key", "message": message}
        self.send_json(401, {"error": error})
        return False

    def answer(self, reply: Script | None) -> None:
        if reply is None:
            self.send_json(500, {"error": "the test has no reply left for this request"})
        elif isinstance(reply, Misbehaviour):
            reply.act(self)
        elif callable(reply):
            self.answer(reply(self.body))
        else:
            self.send_completion(reply if isinstance(reply, str) else json.dumps(reply))

    def send_json(self, status: int, document: Any) -> None:
        self.send_bytes(status, json.dumps(document).encode(), "application/json; charset=utf-8")

    def send_bytes(self, status: int, content: bytes, kind: str) -> None:
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(content)))
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
        self.send_header("Connection", "close")
        self.end_headers()
        self.send_delta({"role": "assistant", "content": None})

    def send_delta(self, delta: Mapping[str, Any], finish: str | None = None) -> None:
        self.send_event({**self.envelope(), "choices": [{"index": 0, "delta": delta, "finish_reason": finish}]})

    def end_stream(self, text: str, finish: str = "stop") -> None:
        self.send_delta({}, finish)
        self.send_event({**self.envelope(), "choices": [], "usage": self.usage(text)})
        self.send_raw("data: [DONE]\n\n")

    def send_event(self, document: Any) -> None:
        self.send_raw(f"data: {json.dumps(document)}\n\n")

    def send_raw(self, text: str) -> None:
        self.wfile.write(text.encode())
        self.wfile.flush()

    def envelope(self) -> dict[str, Any]:
        return {"id": "chat-1", "object": "chat.completion.chunk", "created": 0, "model": self.server.model}

    def usage(self, text: str) -> dict[str, Any]:
        asked = sum(len(str(message["content"]).split()) for message in self.body["messages"])
        counts: dict[str, Any] = {"prompt_tokens": asked, "completion_tokens": len(text.split())}
        if self.server.cached is not None:
            counts["prompt_tokens_details"] = {"cached_tokens": self.server.cached}
        return {**counts, "total_tokens": asked + counts["completion_tokens"]}


def _listing(server: ModelServer, path: str) -> tuple[int, Any]:
    names = (server.model, *server.other_models)
    if path == "/v1/models":
        return 200, {"object": "list", "data": [{"id": name, "object": "model", "owned_by": "x"} for name in names]}
    if path == "/api/v1/models" and server.lm_studio:
        return 200, {"models": [_native(server, name) for name in names]}
    return _unknown(server, "GET", path)


def _native(server: ModelServer, name: str) -> dict[str, Any]:
    loaded = server.loaded and name == server.model
    instances = [{"id": name, "config": {"context_length": server.context, "parallel": 4}}] if loaded else []
    return {"type": "llm", "key": name, "loaded_instances": instances, "max_context_length": 32768, "format": "gguf"}


def _unknown(server: ModelServer, method: str, path: str) -> tuple[int, Any]:
    if server.lm_studio:
        return 200, {"error": f"Unexpected endpoint or method. ({method} {path})"}
    return 404, {"error": {"message": "File Not Found", "type": "not_found_error", "code": 404}}


@contextmanager
def model_server(*script: Script, **options: Any) -> Iterator[ModelServer]:
    """Run the server for a block.

    Args:
        *script: A reply each request takes one of: an object or a text (the assistant's content), one of the
            misbehaviours below, or a callable that makes one of these from the request's body.
        **options: `always` (answers when the script is at its end; without it one request too many fails the test),
            `lm_studio` (False: a plain OpenAI-compatible server), `model`, `other_models`, `loaded`, `context` (the
            loaded context in tokens), `token` (asked for in the Authorization header), `cached` (tokens from the cache).
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


def http_error(status: int, document: Any) -> Misbehaviour:
    """Answer with a status and a JSON body."""
    return Misbehaviour(lambda handler: handler.send_json(status, document))


def html(status: int = 200) -> Misbehaviour:
    """Answer with a web page, as a proxy does."""
    return Misbehaviour(lambda handler: handler.send_bytes(status, b"<html><body>Sign in</body></html>", "text/html"))


def hang() -> Misbehaviour:
    """Take the request and send nothing until the client goes away."""
    return Misbehaviour(lambda handler: _wait(handler, 60))


def hang_before_first_token() -> Misbehaviour:
    """Start the stream and send no token."""

    def act(handler: Handler) -> None:
        handler.start_stream()
        _wait(handler, 60)

    return Misbehaviour(act)


def trickle(pause: float, piece: str = "x") -> Misbehaviour:
    """Send one small piece after each pause, without an end."""

    def act(handler: Handler) -> None:
        handler.start_stream()
        for number in range(100_000):
            if handler.server.stopping.wait(pause):
                return
            handler.send_delta({"content": f"{piece}{number}"})

    return Misbehaviour(act)


def trickle_headers() -> Misbehaviour:
    """Send a header now and then, and never the last one."""

    def act(handler: Handler) -> None:
        handler.send_raw("HTTP/1.1 200 OK\r\n")
        while not handler.server.stopping.wait(0.05):
            handler.send_raw("X-Wait: yes\r\n")

    return Misbehaviour(act)


def drop(text: str = '{"qu') -> Misbehaviour:
    """Cut the connection after some text."""

    def act(handler: Handler) -> None:
        handler.send_response(200)
        handler.send_header("Content-Type", "text/event-stream")
        handler.send_header("Transfer-Encoding", "chunked")
        handler.end_headers()
        event = f"data: {json.dumps({**handler.envelope(), 'choices': [{'index': 0, 'delta': {'content': text}}]})}\n\n"
        handler.send_raw(f"{len(event.encode()):x}\r\n{event}\r\n")
        handler.connection.close()

    return Misbehaviour(act)


def repeat(unit: str) -> Misbehaviour:
    """Say the same thing again and again, whatever the limit."""

    def act(handler: Handler) -> None:
        handler.start_stream()
        while not handler.server.stopping.is_set():
            handler.send_delta({"content": unit})

    return Misbehaviour(act)


def over_long() -> Misbehaviour:
    """Go on with ever new words, whatever the limit."""

    def act(handler: Handler) -> None:
        handler.start_stream()
        for number in range(10_000_000):
            handler.send_delta({"content": f" {number * 7919 % 1_000_003}"})

    return Misbehaviour(act)


def cut_off(text: str) -> Misbehaviour:
    """Stop at the token limit in the middle of an answer."""
    return Misbehaviour(lambda handler: handler.send_completion(text, finish="length"))


def reasoning(text: str) -> Misbehaviour:
    """Leave the content empty and put the answer where reasoning models put their thoughts."""
    return Misbehaviour(lambda handler: handler.send_completion(text, field="reasoning_content"))


def stream_error(message: str, *, after: str = "") -> Misbehaviour:
    """Answer 200 and send an error as an event of the stream, perhaps after some text."""

    def act(handler: Handler) -> None:
        handler.start_stream()
        if after:
            handler.send_delta({"content": after})
        handler.send_raw("event: error\n")
        handler.send_event({"error": {"message": message}, "message": message})

    return Misbehaviour(act)


def raw_stream(text: str) -> Misbehaviour:
    """Answer 200 with these bytes as the stream."""
    return Misbehaviour(lambda handler: handler.send_bytes(200, text.encode(), "text/event-stream"))


def _wait(handler: Handler, seconds: float) -> None:
    end = time.monotonic() + seconds
    with suppress(OSError):
        handler.connection.settimeout(0.05)
        while time.monotonic() < end and not handler.server.stopping.is_set():
            with suppress(TimeoutError):
                if not handler.connection.recv(1):
                    return
