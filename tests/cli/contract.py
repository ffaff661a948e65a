"""What each verb promises when the model server fails: the table of failures, and the table of promises.

A failure is named by what the server does to a chat request. It ends in a call's error of one code, after a number of
requests (2 where the same call may work when it is made again, or where the reply is shown to the model once more).
"""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from tests import servers
from tests.cli.verbs import good
from tests.servers import Script

Kind = Literal["server", "context", "reply"]
LOCK = {
    "error": {"type": "invalid_request", "code": "invalid_api_key", "message": "An LM Studio API token is required"}
}
SOON = {"FIRST_TOKEN_TIMEOUT": "0.4", "TIMEOUT": "1.2"}


@dataclass(frozen=True)
class Failure:
    """One way to fail. `settings` are those of `llm`."""

    does: str
    script: Callable[[], Script]
    code: str
    requests: int
    settings: Mapping[str, str] = field(default_factory=dict)

    @property
    def kind(self) -> Kind:
        """Tell what failed: the server, the prompt's length, or the reply."""
        kinds: dict[str, Kind] = {"model-context-exceeded": "context", "model-reply-invalid": "reply"}
        return kinds.get(self.code, "server")


def _twice(body: Mapping[str, Any]) -> str:
    text = json.dumps(good(body))
    return f"{text[:-1]}, {text[1:]}"


FAILURES = [
    # does                                   with                                             code                 requests
    Failure("resets the connection", servers.reset, "model-unreachable", 2),
    Failure("drops the stream", servers.drop, "model-unreachable", 2),
    Failure("sends a header of a megabyte", servers.huge_headers, "model-unreachable", 2),
    Failure("hangs", servers.hang, "model-timeout", 1, SOON),
    Failure("hangs before the first token", servers.hang_before_first_token, "model-timeout", 1, SOON),
    Failure("trickles headers", servers.trickle_headers, "model-timeout", 1, SOON),
    Failure("trickles tokens", lambda: servers.trickle(0.02), "model-timeout", 1, SOON),
    Failure("stops in the middle", servers.stall, "model-timeout", 1, SOON),
    Failure("says 400, a text", lambda: servers.http_error(400, {"error": "Invalid JSON"}), "model-refused", 1),
    Failure("says 400, an object", lambda: servers.http_error(400, {"error": {"message": "No."}}), "model-refused", 1),
    Failure("says 401", lambda: servers.http_error(401, LOCK), "model-refused", 1),
    Failure("says 429", lambda: servers.http_error(429, {"error": "Too many"}), "model-refused", 2),
    Failure("says 500, a text", lambda: servers.http_error(500, {"error": "llama_decode failed"}), "model-refused", 2),
    Failure("says 503, a page", lambda: servers.html(503), "model-refused", 2),
    Failure("says 400 in 50 MB", lambda: servers.huge_body(400), "model-refused", 2),
    Failure("says 200, a page", servers.html, "model-refused", 1),
    Failure("says 200, unexpected endpoint", servers.unexpected_endpoint, "model-refused", 1),
    Failure("says 200, another type", lambda: servers.body(b"data: {}\n\n", "text/plain"), "model-refused", 1),
    Failure("says 200 in 50 MB of JSON", servers.huge_body, "model-refused", 1),
    Failure("redirects", lambda: servers.redirect("http://127.0.0.1:9/v1/chat/completions"), "model-refused", 1),
    Failure("has no model", lambda: servers.http_error(404, servers.NO_MODEL), "model-refused", 2),
    Failure("crashes", lambda: servers.http_error(400, {"error": servers.CRASHED}), "model-refused", 2),
    Failure("crashes in the stream", lambda: servers.stream_error(servers.CRASHED, after="{"), "model-refused", 2),
    Failure("fails in the stream, a text", lambda: servers.error_event({"error": "Oops"}), "model-refused", 2),
    Failure("cuts its JSON", lambda: servers.raw_stream('data: {"choices": [\n\n'), "model-refused", 2),
    Failure(
        "sends another shape", lambda: servers.raw_stream('data: {"choices": [{"delta": 5}]}\n\n'), "model-refused", 2
    ),
    Failure("sends null", lambda: servers.raw_stream("data: null\n\n"), "model-refused", 2),
    Failure("sends half a character", lambda: servers.raw_stream(b'data: {"x": "\xff"}\n\n'), "model-refused", 2),
    Failure("has too short a context, 400", servers.overflow, "model-context-exceeded", 1),
    Failure("has too short a context, in the stream", servers.overflow_in_stream, "model-context-exceeded", 1),
    # The third shape of a context that is exceeded: the server's listing lied, and nothing tells it apart.
    Failure("answers nothing", servers.no_content, "model-reply-invalid", 2),
    Failure("answers no bytes", lambda: servers.body(b"", "text/event-stream"), "model-reply-invalid", 2),
    Failure("ends its answer early", servers.end_early, "model-reply-invalid", 2),
    Failure("answers half an object", lambda: servers.cut_off('{"quote": "a'), "model-reply-invalid", 2),
    Failure("answers another form", lambda: {"findings": []}, "model-reply-invalid", 2),
    Failure("answers a list", lambda: "[1]", "model-reply-invalid", 2),
    Failure("answers no number", lambda: '{"source": NaN}', "model-reply-invalid", 2),
    Failure("answers a thousand brackets", lambda: "[" * 100_000, "model-reply-invalid", 2),
    Failure("answers a lone surrogate", lambda: '{"quote": "\\ud800"}', "model-reply-invalid", 2),
    Failure("answers each field twice", lambda: _twice, "model-reply-invalid", 2),
    Failure("repeats itself", lambda: servers.repeat("and so "), "model-reply-invalid", 2),
    Failure("answers without end", servers.over_long, "model-reply-invalid", 2),
    Failure("answers 50 MB in one piece", servers.flood, "model-reply-invalid", 2),
]


@dataclass(frozen=True)
class Promise:
    """What a verb does: its exit code, the calls that the transcript then has, and what it gives.

    `gives` is, for propose, the number of new files, who proposed it and a question included; for review, the number of requirements looked at; for ask, who
    answered each question; for improve, the codes of the findings that were mended.
    """

    exit_code: int
    calls: int
    gives: Any


FAILED = None
"""Nothing but the error: one document with its code, a message and a fix."""

FROM_THE_START: dict[tuple[str, Kind], Promise] = {
    # A change is written whole or not at all.
    ("propose", "server"): Promise(3, 1, FAILED),
    ("propose", "context"): Promise(3, 1, FAILED),
    ("propose", "reply"): Promise(3, 1, FAILED),
    # A reviewer that never looked is a failure, though the rules have findings: `--rules-only` asks for those alone.
    # A reply that fits nothing costs one requirement, until it is the third.
    ("review", "server"): Promise(3, 1, FAILED),
    ("review", "context"): Promise(3, 3, FAILED),
    ("review", "reply"): Promise(3, 3, FAILED),
    # The documents' own words answer; only a bad reply says nothing about the next question.
    ("ask", "server"): Promise(0, 1, ["documents", "documents"]),
    ("ask", "context"): Promise(0, 1, ["documents", "documents"]),
    ("ask", "reply"): Promise(0, 2, ["documents", "documents"]),
    # Edits of form need no model and are delivered; two findings of wording are tried twice each where a try may help.
    ("improve", "server"): Promise(0, 1, ["GF101"]),
    ("improve", "context"): Promise(0, 4, ["GF101"]),
    ("improve", "reply"): Promise(0, 4, ["GF101"]),
}

AFTER_A_GOOD_CALL: dict[tuple[str, Kind], Promise] = {
    ("propose", "server"): Promise(3, 2, FAILED),
    ("propose", "context"): Promise(3, 2, FAILED),
    ("propose", "reply"): Promise(3, 2, FAILED),
    ("review", "server"): Promise(0, 2, 1),
    ("review", "context"): Promise(0, 3, 1),
    ("review", "reply"): Promise(0, 3, 1),
    ("ask", "server"): Promise(0, 2, ["model", "documents"]),
    ("ask", "context"): Promise(0, 2, ["model", "documents"]),
    ("ask", "reply"): Promise(0, 2, ["model", "documents"]),
    ("improve", "server"): Promise(0, 2, ["GF101", "GF201"]),
    ("improve", "context"): Promise(0, 3, ["GF101", "GF201"]),
    ("improve", "reply"): Promise(0, 3, ["GF101", "GF201"]),
}

WELL: dict[str, Promise] = {
    "propose": Promise(0, 7, 8),
    "review": Promise(0, 3, 3),
    "ask": Promise(0, 2, ["model", "model"]),
    "improve": Promise(0, 2, ["GF101", "GF201", "GF201"]),
}
