import threading
import time
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from geoflow.adapters import chat_errors
from geoflow.adapters.chat_errors import ModelError
from geoflow.adapters.server_pool import ASIDE_SECONDS, Bounded, ServerPool
from geoflow.errors import GeoflowError
from geoflow.ports import ChatReply, ChatRequest, Message
from tests.fakes import QueueModel, Script

ASK = ChatRequest("t/1", (Message("user", "?"),))
WEB_PAGE = chat_errors.no_chat_server("http://b/v1", "text/html")
BAD_REQUEST = chat_errors.refused("http://a/v1", 400, "Invalid JSON", 4096)
TOO_LONG = chat_errors.context_exceeded("9000 tokens", 4096)
PASSING = [
    chat_errors.unreachable("http://a/v1", "refused"),
    chat_errors.dropped("http://a/v1", "reset"),
    chat_errors.slow_first_token("http://a/v1", 1.0),
    chat_errors.refused("http://a/v1", 404, "No models loaded.", 4096),
    chat_errors.refused("http://a/v1", None, "Model was unloaded", 4096),
    chat_errors.refused("http://a/v1", 503, "busy", 4096),
    chat_errors.refused("http://a/v1", 429, "too many requests", 4096),
    WEB_PAGE,
]


class Timed(QueueModel):
    """A model on one server, which remembers until when each call might take."""

    seconds = 10.0

    def __init__(self, *replies: Script, **options: Any) -> None:
        super().__init__(*replies, **options)
        self.deadlines: list[float] = []

    def complete_by(self, deadline: float, request: ChatRequest) -> ChatReply:
        self.deadlines.append(deadline)
        return self.complete(request)


class Clock:
    """Time that a test moves."""

    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


def pool(*models: Timed, clock: Callable[[], float] | None = None) -> ServerPool:
    return ServerPool(models, clock or Clock())


def test_with_one_call_at_a_time_the_first_server_answers() -> None:
    first, second = Timed(always="first", name="a", context_tokens=8192), Timed(always="second", context_tokens=4096)
    both = pool(first, second)
    assert [both.complete(ASK).text for _ in range(3)] == ["first"] * 3
    assert second.requests == []
    assert (both.name, both.backend, both.seconds) == ("a", "openai-compatible", 10.0)


def test_a_prompt_must_fit_the_smallest_context() -> None:
    assert pool(Timed(context_tokens=8192), Timed(context_tokens=4096)).context_tokens == 4096


@pytest.mark.parametrize("failure", PASSING, ids=lambda failure: failure.message[:40])
def test_a_failure_of_the_server_goes_on_with_the_next_one(failure: ModelError) -> None:
    first, second = Timed(failure), Timed("second")
    assert pool(first, second).complete(ASK).text == "second"
    assert first.requests == second.requests == [ASK]


@pytest.mark.parametrize("failure", [BAD_REQUEST, TOO_LONG, chat_errors.out_of_time("http://a/v1", 1.0)])
def test_a_failure_of_the_request_is_not_sent_around(failure: ModelError) -> None:
    second = Timed()
    with pytest.raises(ModelError) as caught:
        pool(Timed(failure), second).complete(ASK)
    assert caught.value is failure
    assert second.requests == []


def test_a_server_that_failed_is_left_alone_for_a_while() -> None:
    clock = Clock()
    first, second = Timed(PASSING[0], always="first"), Timed(always="second")
    both = pool(first, second, clock=clock)
    assert [both.complete(ASK).text for _ in range(3)] == ["second"] * 3
    clock.now += ASIDE_SECONDS
    assert both.complete(ASK).text == "first"
    assert len(first.requests) == 2


def test_where_all_failed_the_longest_ago_is_tried_first_and_not_set_aside_any_more() -> None:
    clock = Clock()
    first, second = Timed(PASSING[0], always="first"), Timed(PASSING[1], always="second")
    both = pool(first, second, clock=clock)
    with pytest.raises(GeoflowError) as caught:
        both.complete(ASK)
    assert caught.value.code == "model-unreachable"
    assert "none of 2 model servers can answer" in caught.value.message
    assert [both.complete(ASK).text for _ in range(2)] == ["first"] * 2


def test_what_the_first_server_that_answered_said_is_the_error() -> None:
    with pytest.raises(GeoflowError) as caught:
        pool(Timed(PASSING[0]), Timed(WEB_PAGE)).complete(ASK)
    assert (caught.value.code, caught.value.fix) == ("model-refused", WEB_PAGE.fix)
    assert "nobody" not in caught.value.message
    assert PASSING[0].message in caught.value.message


def test_all_servers_share_the_time_of_a_call() -> None:
    clock = Clock()
    slow, never = Timed(lambda _request: _after(clock, 10.0, PASSING[2])), Timed()
    both = pool(slow, never, clock=clock)
    with pytest.raises(ModelError) as caught:
        both.complete(ASK)
    assert caught.value.code == "model-timeout"
    assert never.requests == []
    second = Timed("second")
    both = pool(Timed(lambda _request: _after(clock, 4.0, PASSING[2])), second, clock=clock)
    start = clock.now
    assert both.complete(ASK).text == "second"
    assert second.deadlines == [start + 10.0]


def _after(clock: Clock, seconds: float, failure: ModelError) -> ModelError:
    clock.now += seconds
    return failure


def test_the_least_busy_server_gets_the_call() -> None:
    inside, go_on = threading.Barrier(3), threading.Event()

    def wait(request: ChatRequest) -> str:
        inside.wait(30)
        go_on.wait(30)
        return "done"

    first, second = Timed(always=wait), Timed(always=wait)
    both = pool(first, second)
    threads = [threading.Thread(target=both.complete, args=(ASK,)) for _ in range(2)]
    for thread in threads:
        thread.start()
    inside.wait(30)  # both calls are inside at the same time, so they are on two servers or on one
    assert (len(first.requests), len(second.requests)) == (1, 1)
    go_on.set()
    for thread in threads:
        thread.join()


@pytest.mark.parametrize("parallel", [1, 3])
def test_no_more_calls_than_allowed_run_at_a_time(parallel: int) -> None:
    lock, busy, most = threading.Lock(), [0], [0]

    def count(request: ChatRequest) -> str:
        with lock:
            busy[0] += 1
            most[0] = max(most[0], busy[0])
        threading.Event().wait(0.01)
        with lock:
            busy[0] -= 1
        return "done"

    model = Bounded(QueueModel(always=count), parallel)
    threads = [threading.Thread(target=model.complete, args=(ASK,)) for _ in range(12)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert 1 <= most[0] <= parallel


def test_a_failed_call_gives_its_turn_back() -> None:
    model = Bounded(QueueModel(BAD_REQUEST, KeyboardInterrupt(), "third"), 1)
    with pytest.raises(ModelError):
        model.complete(ASK)
    with pytest.raises(KeyboardInterrupt):
        model.complete(ASK)
    assert model.complete(ASK).text == "third"


def test_a_call_whose_time_is_over_does_not_wait_for_its_turn() -> None:
    inside, go_on = threading.Event(), threading.Event()

    def wait(request: ChatRequest) -> str:
        inside.set()
        go_on.wait(30)
        return "done"

    model = Bounded(QueueModel(wait), 1)
    thread = threading.Thread(target=model.complete, args=(ASK,))
    thread.start()
    inside.wait(30)
    with pytest.raises(ModelError) as caught:
        model.complete(replace(ASK, deadline=time.monotonic() + 0.05))
    go_on.set()
    thread.join()
    assert caught.value.code == "budget-spent"
