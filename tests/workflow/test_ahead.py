"""Asking ahead in threads: what comes out, what is counted and what is remembered is as without it."""

import hashlib
import re
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from geoflow.adapters.clock import SystemClock
from geoflow.adapters.git import open_repository
from geoflow.adapters.in_threads import CallThreads
from geoflow.adapters.role_memory import SqliteRoleMemory
from geoflow.adapters.run_journal import FOLDER, RunJournal
from geoflow.adapters.templates import JinjaTemplates
from geoflow.errors import GeoflowError
from geoflow.ports import ChatRequest, Message
from geoflow.workflow.ahead import Ahead, Calls, Scout
from geoflow.workflow.bench_repair import RepairBench, bench_repair
from geoflow.workflow.budget import Meter
from geoflow.workflow.improve import ImproveOptions, improve
from geoflow.workflow.improve_result import ImproveResult
from geoflow.workflow.limits import Limits
from geoflow.workflow.model_failures import INTERRUPTED
from geoflow.workflow.review import Reviewer, review
from geoflow.workflow.review_result import Review
from geoflow.workflow.workshop import Workshop
from tests.builders import git, make_repo, requirement, spec
from tests.fakes import QueueModel, SilentProgress

NO_LIMITS = Limits()
PATHS = [f"openspec/specs/{name}/spec.md" for name in ("depot", "harbour", "kiln")]
SMELLS = ("gracefully", "properly", "quickly")
FILES = {
    path: spec(
        *(
            requirement(
                f"Shelf {n}", f"The {path.split('/')[2]} SHALL gracefully count and properly store shelf {n} in {n} s."
            )
            for n in range(4)
        )
    )
    for path in PATHS
}
_SENTENCE = re.compile(r"^Sentence: (.*)$", re.MULTILINE)


def moody(request: ChatRequest) -> Any:
    """Answer by the question alone: some replies are good, some lose a number, some are of no use, one fails."""
    asked = request.messages[-1].content
    lot = hashlib.sha256(asked.encode()).digest()[0]
    if lot < 25:
        return GeoflowError("No usable reply.", code="model-reply-invalid")
    assert request.schema is not None
    sentence = (_SENTENCE.search(asked) or re.search("(.*)", asked))[1]  # type: ignore[index]
    smell = next((word for word in SMELLS if f"“{word}" in asked), "gracefully")
    good = {
        "old_span": f"{smell} ",
        "new_span": "",
        "sentence": sentence.replace(f"{smell} ", "", 1) if lot % 3 else "The depot SHALL count.",
        "quote": "SHALL",
        "testable": lot % 2 == 0,
        "objection": lot % 4 == 0,
        "why": "So it is.",
        "verdict": "same" if lot % 5 else "different",
        "span": sentence[:20],
    }
    return {name: good.get(name, asked[:20]) for name in request.schema["required"]}


@contextmanager
def threads(count: int) -> Iterator[Calls | None]:
    if not count:
        yield None
        return
    with CallThreads(count) as working:
        yield Calls(working, count)


def improved(root: Path, count: int, limits: Limits = NO_LIMITS) -> tuple[ImproveResult, QueueModel]:
    model = QueueModel(always=moody)
    repository = open_repository(root)
    shop = Workshop(repository, model, JinjaTemplates(), SystemClock(), SilentProgress(), veto=True)
    with threads(count) as calls:
        return improve(replace(shop, calls=calls), ImproveOptions(limits)), model


def told(root: Path, branch: str) -> str:
    return git(root, "log", "--format=%T %B", f"main..{branch}")


def test_improve_delivers_the_same_branch_however_many_threads_ask(tmp_path: Path) -> None:
    roots = {count: make_repo(tmp_path / str(count), FILES) for count in (0, 2, 7)}
    found = {count: improved(root, count) for count, root in roots.items()}
    alone, _ = found[0]
    assert len(alone.edits) > 8
    assert len(alone.refused) > 3
    for count in (2, 7):
        result, model = found[count]
        assert told(roots[count], result.branch) == told(roots[0], alone.branch)
        assert [one.reason for one in result.refused] == [one.reason for one in alone.refused]
        assert [one.why for one in result.left] == [one.why for one in alone.left]
        assert [one.cost.calls for one in result.edits] == [one.cost.calls for one in alone.edits]
        assert result.cost["calls"] == len(model.requests)


@pytest.mark.parametrize("calls", [1, 7, 20])
def test_no_more_calls_are_made_than_the_budget_has(tmp_path: Path, calls: int) -> None:
    result, model = improved(make_repo(tmp_path / "r", FILES), 4, Limits(calls=calls))
    assert len(model.requests) == result.cost["calls"] == calls
    assert "the budget was spent" in {one.why for one in result.left}


def reviewed(count: int, memory: SqliteRoleMemory | None = None, **options: Any) -> tuple[Review, QueueModel]:
    model = QueueModel(always=moody)
    roles = options.get("roles", ("testing", "security", "usability"))
    reviewer = Reviewer(model, JinjaTemplates(), SystemClock(), SilentProgress(), roles=roles, memory=memory)
    with threads(count) as calls:
        return review(replace(reviewer, calls=calls), FILES, (), options.get("limits", NO_LIMITS)), model


def test_review_finds_the_same_however_many_threads_ask() -> None:
    alone, asked = reviewed(0)
    assert len([one for one in alone.findings if one.code.startswith("GF5")]) > 2
    for count in (2, 7):
        result, model = reviewed(count)
        assert result.findings == alone.findings
        assert (result.looked_at, result.missed, result.looks) == (alone.looked_at, alone.missed, alone.looks)
        assert len(model.requests) == len(asked.requests) == result.cost["calls"]


def test_what_was_said_ahead_is_remembered_and_not_asked_again(tmp_path: Path) -> None:
    memory = SqliteRoleMemory(tmp_path / "said.sqlite")
    alone, asked = reviewed(0, roles=("security",))
    first, _ = reviewed(4, memory, roles=("security",), limits=Limits(calls=12))
    assert first.looked_at < 12
    second, model = reviewed(4, memory, roles=("security",))
    assert 12 + len(model.requests) <= len(asked.requests) + 2  # replies of no use are asked for again
    assert second.remembered >= first.looked_at > 0
    assert second.findings == alone.findings


def test_bench_repair_tells_the_same_however_many_threads_ask() -> None:
    made = {}
    for count in (0, 4):
        model = QueueModel(always=moody)
        bench = RepairBench(model, JinjaTemplates(), SystemClock(), SilentProgress(), FILES, 1, 2)
        with threads(count) as calls:
            made[count] = bench_repair(replace(bench, calls=calls), NO_LIMITS)
        assert made[count].cost["calls"] == len(model.requests)
    assert made[4].tried == made[0].tried
    assert made[4].cost["prompt_tokens"] == made[0].cost["prompt_tokens"]


def test_the_scouts_work_at_the_same_time() -> None:
    together = threading.Barrier(3, timeout=30)

    def met(request: ChatRequest) -> Mapping[str, Any]:
        together.wait()  # broken, and so failing, unless three calls are under way at once
        return {"quote": "SHALL", "testable": True, "why": f"{request.seed}"}

    model = QueueModel(always=met)
    reviewer = Reviewer(model, JinjaTemplates(), SystemClock(), SilentProgress(), roles=("testing",))
    with threads(3) as calls:
        result = review(replace(reviewer, calls=calls), FILES, (), NO_LIMITS)
    assert result.looked_at == 12


def request(text: str) -> ChatRequest:
    return ChatRequest("test/1", (Message("user", text),), max_tokens=8)


def test_each_reply_from_ahead_is_given_once_and_counts_when_it_is_used() -> None:
    model = QueueModel("one", "two", "three")
    meter = Meter(SystemClock(), Limits(calls=3))
    scout = Scout(meter)
    assert [scout.complete(model, request("?")).text for _ in range(2)] == ["one", "two"]
    assert (meter.calls, meter.taken().calls) == (2, 0)
    assert [meter.complete(model, request("?")).text for _ in range(3)] == ["one", "two", "three"]
    assert (meter.calls, meter.taken().calls, meter.exhausted) == (3, 3, True)


def test_a_failure_from_ahead_is_met_when_its_turn_comes_and_costs_no_second_call() -> None:
    model = QueueModel(GeoflowError("The server is gone.", code="model-unreachable"))
    meter = Meter(SystemClock(), NO_LIMITS)
    for asking in (Scout(meter), meter):
        with pytest.raises(GeoflowError, match="gone"):
            asking.complete(model, request("?"))
    assert len(model.requests) == 1


def test_a_reply_that_is_used_is_no_reason_to_stop_though_the_budget_is_asked_up() -> None:
    meter = Meter(SystemClock(), Limits(calls=2))
    model = QueueModel("one", "two")
    for text in "ab":
        Scout(meter).complete(model, request(text))
    assert meter.has_no_room
    assert not meter.exhausted
    assert [meter.complete(model, request(text)).text for text in "ab"] == ["one", "two"]
    assert meter.exhausted


def test_ctrl_c_while_the_run_waits_stops_it_at_its_next_call() -> None:
    """What a signal does to the main thread, the future does here."""
    meter = Meter(SystemClock(), NO_LIMITS)

    def interrupted(_: Meter) -> None:
        raise KeyboardInterrupt

    with CallThreads(1) as working:
        ahead = Ahead(meter, Calls(working, 1), lambda _: interrupted, 3)
        ahead.until(0)
        ahead.until(1)
    with pytest.raises(GeoflowError) as caught:
        meter.complete(QueueModel("never"), request("?"))
    assert caught.value.code == INTERRUPTED


def test_a_bug_of_a_scout_is_no_secret() -> None:
    def broken(_: Meter) -> None:
        raise ZeroDivisionError

    with CallThreads(1) as working, pytest.raises(ZeroDivisionError):
        Ahead(Meter(SystemClock(), NO_LIMITS), Calls(working, 1), lambda _: broken, 1).until(0)


def test_a_call_that_comes_back_behind_the_end_of_the_run_writes_nothing(tmp_path: Path) -> None:
    root = make_repo(tmp_path / "r", FILES)
    repository = open_repository(root)
    journal = RunJournal(repository.state_folder, root)
    last, gone = threading.Event(), GeoflowError("The server is gone.", code="model-unreachable")

    def late(request: ChatRequest) -> Any:
        asked = request.messages[-1].content
        if "shelf 0" in asked:
            return {"old_span": "gracefully ", "new_span": ""} if "“gracefully" in asked else gone
        last.wait(30)
        return moody(request)

    model = QueueModel(always=late)
    shop = Workshop(repository, model, JinjaTemplates(), SystemClock(), SilentProgress(), journal=journal)
    with CallThreads(2) as working:
        result = improve(replace(shop, calls=Calls(working, 2)), ImproveOptions(NO_LIMITS))
        last.set()
        working.shutdown(wait=True)
    assert len(result.edits) == 1
    assert any("gone" in note for note in result.notes)
    assert len(model.requests) > result.cost["calls"] - 1
    assert list((repository.state_folder / FOLDER).iterdir()) == []
