"""What a server keeps: worked out once for all who ask at a time, and anew when something changed."""

import asyncio
import threading
from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from geoflow.adapters.kept_answers import KeptAnswers
from geoflow.errors import GeoflowError


class State:
    """A version that a test changes, and how often answers were worked out."""

    def __init__(self) -> None:
        self.version = "a"
        self.worked = 0
        self.may_go_on = threading.Event()
        self.may_go_on.set()

    def work(self) -> str:
        self.may_go_on.wait(20)
        self.worked += 1
        return f"answer {self.worked}"


def hold(talk: Callable[[State, KeptAnswers], Awaitable[None]], **limits: Any) -> None:
    state = State()
    asyncio.run(talk(state, KeptAnswers(lambda: state.version, **{"pause": -1.0, **limits})))  # type: ignore[arg-type]


def test_those_who_ask_at_a_time_get_one_answer() -> None:
    async def talk(state: State, kept: KeptAnswers) -> None:
        state.may_go_on.clear()
        asked = [asyncio.create_task(kept.get("page", state.work)) for _ in range(50)]
        await asyncio.sleep(0)
        state.may_go_on.set()
        assert set(await asyncio.gather(*asked)) == {"answer 1"}
        assert await kept.get("other", state.work) == "answer 2"

    hold(talk)


def test_a_change_or_age_makes_an_answer_anew() -> None:
    async def talk(state: State, kept: KeptAnswers) -> None:
        assert [await kept.get("page", state.work) for _ in range(2)] == ["answer 1"] * 2
        state.version = "b"
        assert await kept.get("page", state.work) == "answer 2"

    async def old(state: State, kept: KeptAnswers) -> None:
        assert [await kept.get("page", state.work) for _ in range(2)] == ["answer 1", "answer 2"]

    hold(talk)
    hold(old, longest=-1.0)


def test_an_error_goes_to_who_asked_and_is_not_kept() -> None:
    async def talk(state: State, kept: KeptAnswers) -> None:
        def fail() -> str:
            raise GeoflowError("no")

        for number in range(100):
            with pytest.raises(GeoflowError):
                await kept.get(number, fail)
        assert (len(kept._locks) <= 1, len(kept._kept)) == (True, 0)
        assert await kept.get(1, state.work) == "answer 1"

    hold(talk)


def test_what_is_kept_has_a_bound() -> None:
    async def talk(state: State, kept: KeptAnswers) -> None:
        for number in range(100):
            await kept.get(number, state.work)
        assert len(kept._kept) == 32
        assert len(await kept.get("large", lambda: b"x" * 5_000_000)) == 5_000_000
        assert "large" not in kept._kept

    hold(talk)


def test_a_long_answer_does_not_keep_others_from_theirs() -> None:
    async def talk(state: State, kept: KeptAnswers) -> None:
        state.may_go_on.clear()
        long = asyncio.create_task(kept.get("page", state.work))
        await asyncio.sleep(0)
        assert await kept.get("health", lambda: "well") == "well"
        state.may_go_on.set()
        assert await long == "answer 1"

    hold(talk)
