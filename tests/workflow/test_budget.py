import pytest

from geoflow.adapters.clock import SystemClock
from geoflow.errors import GeoflowError
from geoflow.ports import ChatRequest
from geoflow.workflow.budget import Limits, Meter, read_limits
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
