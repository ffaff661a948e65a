"""Stand-ins for the ports: a model that answers from a queue."""

import json
import threading
from collections.abc import Callable, Mapping
from typing import Any

import jsonschema

from geoflow.ports import ChatReply, ChatRequest, Spent, Usage

Scripted = str | Mapping[str, Any] | BaseException
Script = Scripted | Callable[[ChatRequest], Scripted]


class QueueModel:
    """A ChatModel in the test's own process, which gives scripted replies and records the requests.

    A reply is an object (validated against the request's schema, as the real adapter does), a text, an exception
    to raise, or a callable that makes one of these from the request. When the queue is empty `always` answers;
    without it one call too many fails the test. Safe to call from several threads.
    """

    def __init__(
        self,
        *replies: Script,
        always: Script | None = None,
        name: str = "scripted",
        backend: str = "openai-compatible",
        context_tokens: int = 8192,
    ) -> None:
        self._queue = list(replies)
        self._always = always
        self._lock = threading.Lock()
        self.requests: list[ChatRequest] = []
        self.name = name
        self.backend = backend
        self.context_tokens = context_tokens

    @property
    def prompts(self) -> list[str]:
        """List the full text of each request so far."""
        return ["\n".join(message.content for message in request.messages) for request in self.requests]

    @property
    def left(self) -> int:
        """Count the replies that nobody asked for."""
        return len(self._queue)

    def complete(self, request: ChatRequest) -> ChatReply:
        """Answer with the next reply of the queue."""
        with self._lock:
            self.requests.append(request)
            script = self._queue.pop(0) if self._queue else self._always
        if script is None:
            raise AssertionError(f"call {len(self.requests)} of the model ({request.prompt}) has no scripted reply")
        reply = script(request) if callable(script) else script
        if isinstance(reply, BaseException):
            raise reply
        return _as_reply(reply, request, self.name)


def _as_reply(reply: str | Mapping[str, Any], request: ChatRequest, model: str) -> ChatReply:
    value = json.loads(reply) if isinstance(reply, str) and request.schema else reply
    if request.schema:
        jsonschema.validate(value, request.schema)
    text = reply if isinstance(reply, str) else json.dumps(reply)
    words = sum(len(message.content.split()) for message in request.messages)
    usage = Usage(prompt=words, completion=len(text.split()), cached=0)
    return ChatReply(text, value if request.schema and isinstance(value, Mapping) else None, model, usage, 0.01, 0.005)


class SilentProgress:
    """The `Progress` port where nobody watches."""

    def update(self, label: str, done: int, total: int) -> None:
        """Show nothing."""

    def follow(self, spent: Callable[[], Spent]) -> None:
        """Show nothing."""
