"""A long run of calls takes no more memory than a short one."""

import gc
import threading
import tracemalloc
from collections.abc import Iterator
from pathlib import Path

import pytest

from geoflow.adapters.in_threads import in_threads
from geoflow.adapters.openai_chat import Endpoint, OpenAIChat
from geoflow.adapters.server_pool import Bounded, ServerPool
from geoflow.ports import ChatModel, ChatRequest, Message
from tests.servers import ModelServer, model_server

THREADS = 4
KILOBYTES = 1024
SCHEMA = {"type": "object", "properties": {"vague": {"type": "boolean"}}, "required": ["vague"]}


def two_servers(first: ModelServer, second: ModelServer, replies: Path) -> ChatModel:
    limits = {"first_token_timeout": 60.0, "timeout": 60.0}
    ends = [Endpoint(server.base_url, server.model, "lm-studio", 4096) for server in (first, second)]
    return Bounded(ServerPool([OpenAIChat(end, **limits, replies=replies) for end in ends]), THREADS)


def call(model: ChatModel, count: int, *running: ModelServer) -> None:
    """Make so many calls, and have the servers in this process forget them."""

    def ask(number: int) -> None:
        reply = model.complete(ChatRequest("test/1", (Message("user", f"call {number}"),), SCHEMA, max_tokens=16))
        assert reply.value == {"vague": True}

    in_threads(ask, range(count), THREADS)
    assert sum(len(server.requests) for server in running) == count
    for server in running:
        for kept in (server.requests, server.headers, server.paths, server.tokens):
            kept.clear()
    gc.collect()


@pytest.fixture
def _untraced() -> Iterator[None]:
    """Let new threads run without the coverage tracer, which keeps a record of each for good."""
    tracer = threading.gettrace()
    threading.settrace(None)
    yield
    if tracer:
        threading.settrace(tracer)


def kept() -> int:
    """Count the bytes that something still refers to: cycles wait long for their collector among many other objects."""
    gc.collect()
    return tracemalloc.get_traced_memory()[0]


@pytest.mark.usefixtures("_untraced")
def test_a_thousand_calls_leave_nothing_behind(tmp_path: Path) -> None:
    with model_server(always={"vague": True}) as first, model_server(always={"vague": True}) as second:
        model = two_servers(first, second, tmp_path)
        call(model, 200, first, second)
        tracemalloc.start()
        try:
            call(model, 100, first, second)
            before = kept()
            call(model, 700, first, second)
            after = kept()
        finally:
            tracemalloc.stop()
    assert after - before < 100 * KILOBYTES  # less than 150 bytes a call: no reply, request or connection is kept
