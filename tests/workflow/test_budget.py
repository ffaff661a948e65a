from datetime import UTC, datetime
from threading import Thread

import pytest

from geoflow.adapters.clock import SystemClock
from geoflow.errors import GeoflowError
from geoflow.ports import ChatRequest, Message
from geoflow.workflow.budget import Meter
from geoflow.workflow.limits import Limits, read_limits
from tests.fakes import QueueModel


@pytest.mark.parametrize(
    ("text", "limits"),
    [
        ("10m", Limits(seconds=600)),
        ("90s", Limits(seconds=90)),
        ("1.5h", Limits(seconds=5400)),
        ("50calls", Limits(calls=50)),
        ("1 call", Limits(calls=1)),
        ("20000tokens", Limits(tokens=20000)),
        ("5m, 20calls", Limits(seconds=300, calls=20)),
    ],
)
def test_budgets_are_read(text: str, limits: Limits) -> None:
    assert read_limits(text) == limits


@pytest.mark.parametrize("text", ["", "10", "m", "ten minutes", "-5m", "5m;rm", "1e9m"])
def test_anything_else_is_a_usage_error_that_shows_the_forms(text: str) -> None:
    with pytest.raises(GeoflowError, match="cannot be read") as caught:
        read_limits(text)
    assert "10m" in caught.value.fix
    assert caught.value.exit_code == 2


def test_a_meter_counts_calls_and_tokens_until_a_limit_is_reached() -> None:
    meter = Meter(SystemClock(), Limits(calls=2))
    model = QueueModel("one", "two")
    seen = [meter.exhausted]
    for _ in range(2):
        meter.complete(model, ChatRequest("test/1", ()))
        seen.append(meter.exhausted)
    assert seen == [False, False, True]
    assert meter.cost()["calls"] == 2


def test_a_call_that_fails_counts_too() -> None:
    meter = Meter(SystemClock(), Limits(calls=1))
    with pytest.raises(GeoflowError):
        meter.complete(QueueModel(GeoflowError("no")), ChatRequest("test/1", ()))
    assert meter.exhausted


def test_no_time_at_all_is_out_of_time_at_once() -> None:
    assert Meter(SystemClock(), Limits(seconds=0)).out_of_time
    assert not Meter(SystemClock(), Limits(calls=0)).out_of_time


class Hand:
    """A clock that is moved by hand."""

    def __init__(self) -> None:
        self.time = 100.0

    def now(self) -> datetime:
        return datetime(2026, 11, 22, tzinfo=UTC)

    def seconds(self) -> float:
        return self.time


def taking(clock: Hand, seconds: float, tokens: int = 0) -> QueueModel:
    """A model that takes its time, and says a token a second at the end of it."""

    def answer(request: ChatRequest) -> str:
        clock.time += seconds - tokens
        for _ in range(tokens):
            assert request.heard
            request.heard()
            clock.time += 1
        return "word " * tokens or "yes"

    return QueueModel(always=answer)


def test_each_call_gets_the_end_of_the_budget_as_its_own() -> None:
    clock = Hand()
    meter = Meter(clock, Limits(seconds=60))
    model = taking(clock, 10)
    for _ in range(3):
        meter.complete(model, ChatRequest("test/1", ()))
    assert [request.deadline for request in model.requests] == [160.0] * 3
    unlimited = Meter(clock, Limits(calls=5))
    unlimited.complete(model, ChatRequest("test/1", ()))
    assert model.requests[-1].deadline is None


def test_a_call_that_would_be_cut_off_is_not_begun() -> None:
    clock = Hand()
    meter = Meter(clock, Limits(seconds=25))
    model = taking(clock, 10)
    meter.complete(model, ChatRequest("test/1", ()))
    meter.complete(model, ChatRequest("test/1", ()))
    with pytest.raises(GeoflowError) as caught:
        meter.complete(model, ChatRequest("test/1", ()))
    assert (caught.value.code, caught.value.exit_code, len(model.requests)) == ("budget-spent", 1, 2)
    meter.complete(model, ChatRequest("other/1", ()))  # nobody knows how long this one takes


def test_a_call_whose_prompt_and_reply_may_pass_the_tokens_is_not_begun() -> None:
    model = QueueModel("one")
    request = ChatRequest("test/1", (Message("user", "word " * 100),), max_tokens=100)
    with pytest.raises(GeoflowError) as caught:
        Meter(SystemClock(), Limits(tokens=200)).complete(model, request)
    assert (caught.value.code, model.requests) == ("budget-spent", [])
    assert Meter(SystemClock(), Limits(tokens=400)).complete(model, request).text == "one"


def test_a_prompt_that_is_larger_than_the_context_is_not_sent() -> None:
    model = QueueModel(context_tokens=500)
    with pytest.raises(GeoflowError, match="test/1 does not fit") as caught:
        Meter(SystemClock(), Limits()).complete(model, ChatRequest("test/1", (), max_tokens=501))
    assert (caught.value.code, model.requests) == ("model-context-exceeded", [])


def test_ctrl_c_in_a_call_is_an_end_that_a_verb_can_work_with() -> None:
    meter = Meter(SystemClock(), Limits())
    with pytest.raises(GeoflowError) as caught:
        meter.complete(QueueModel(KeyboardInterrupt()), ChatRequest("test/1", ()))
    assert (caught.value.code, caught.value.exit_code) == ("interrupted", 130)
    assert meter.calls == 1


def test_tokens_are_counted_as_they_come_and_their_speed_is_that_of_writing() -> None:
    clock, seen = Hand(), list[tuple[int, float, str]]()
    meter = Meter(clock, Limits(seconds=600))

    def answer(request: ChatRequest) -> str:
        clock.time += 30  # reading the prompt
        for _ in range(4):
            assert request.heard
            request.heard()
            clock.time += 0.5
            spent = meter.spent()
            seen.append((spent.tokens, spent.speed, spent.left))
        return "a b c d"

    meter.complete(QueueModel(answer), ChatRequest("test/1", (Message("user", "x y z"),)))
    assert seen == [(1, 2.0, "9:29"), (2, 2.0, "9:29"), (3, 2.0, "9:28"), (4, 2.0, "9:28")]
    assert (meter.spent().tokens, meter.spent().speed) == (7, 2.0)


@pytest.mark.parametrize(
    ("limits", "left"),
    [
        (Limits(), ""),
        (Limits(seconds=90), "1:30"),
        (Limits(calls=1), "1 call"),
        (Limits(seconds=90, calls=7), "1:30"),
        (Limits(tokens=900), "900 tokens"),
    ],
)
def test_what_is_left_is_said_for_people(limits: Limits, left: str) -> None:
    assert Meter(Hand(), limits).spent().left == left


def test_callers_in_parallel_never_pass_the_limit_together() -> None:
    meter = Meter(SystemClock(), Limits(calls=10))
    model = QueueModel(always="yes")
    failures: list[str] = []

    def call() -> None:
        try:
            meter.complete(model, ChatRequest("test/1", ()))
        except GeoflowError as error:
            failures.append(error.code)

    threads = [Thread(target=call) for _ in range(40)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert (len(model.requests), len(failures), meter.calls) == (10, 30, 10)
