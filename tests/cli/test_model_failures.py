"""Every failure of a model server, for every verb that calls a model: the tables are in contract.py."""

import os
import subprocess
import sys
from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any

import pytest

from tests import servers
from tests.cli.contract import AFTER_A_GOOD_CALL, FAILED, FAILURES, FROM_THE_START, SOON, WELL, Failure, Promise
from tests.cli.verbs import COMMANDS, QUESTIONS, VERBS, Ran, good, kiln, run
from tests.servers import ModelServer, model_server

HARD_LIMIT = 60
"""Seconds after which a verb that hangs fails its test, whatever its own limits are."""

pytestmark = pytest.mark.timeout(HARD_LIMIT)
SECRET = "sk-lm-secret"  # noqa: S105
PATIENT = {"FIRST_TOKEN_TIMEOUT": "20", "TIMEOUT": "40"}
ONE_OF_EACH = [
    next(failure for failure in FAILURES if failure.does == does)
    for does in ("drops the stream", "says 500, a text", "has no model", "cuts its JSON", "answers another form")
]
LASTING = [
    next(failure for failure in FAILURES if failure.does == does)
    for does in ("has too short a context, 400", "says 401", "redirects")
]


@pytest.fixture
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    return kiln(tmp_path, monkeypatch)


def ask_there(monkeypatch: pytest.MonkeyPatch, base_url: str, **settings: str) -> None:
    for name, value in {"BASE_URL": base_url, **PATIENT, **settings}.items():
        monkeypatch.setenv(f"GEOFLOW_LLM__{name}", value)


def given(verb: str, ran: Ran) -> Any:
    """Give what a verb gave, in the words of `Promise.gives`."""
    if verb == "propose":
        return len(ran.new_files)
    if verb == "review":
        return ran.document["looked_at"]
    if verb == "ask":
        return [answer["route"] for answer in ran.document["answers"]]
    return [edit["finding"]["code"] for edit in ran.document["edits"]]


def check(verb: str, ran: Ran, promise: Promise, errors: list[str]) -> None:
    """Compare how a verb ended with what it promises; `errors` are those of the calls in the transcript."""
    assert ran.exit_code == promise.exit_code, ran.told
    assert len(ran.calls) == promise.calls
    assert list(ran.errors) == errors
    assert all(call["error.message"] for call in ran.calls if "error.type" in call)
    if promise.gives is FAILED:
        assert ran.document["schema"] == "geoflow.error/1"
        assert ran.document["code"] == errors[-1]
        assert ran.document["message"]
        assert ran.document["fix"]
        assert not ran.new_files
    else:
        assert given(verb, ran) == promise.gives


def expected(failure: Failure, promise: Promise, good_calls: int) -> list[str]:
    return [""] * good_calls + [failure.code] * (promise.calls - good_calls)


@pytest.mark.parametrize("verb", VERBS)
@pytest.mark.parametrize("failure", FAILURES, ids=lambda failure: failure.does)
def test_a_server_that_always_fails(failure: Failure, verb: str, root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    promise = FROM_THE_START[verb, failure.kind]
    with model_server(always=failure.script()) as server:
        ask_there(monkeypatch, server.base_url, **failure.settings)
        ran = run(verb, root)
    check(verb, ran, promise, expected(failure, promise, 0))
    assert len(server.requests) == promise.calls * failure.requests
    if promise.exit_code == 0:
        assert ran.calls[0]["error.message"].rstrip(".") in ran.told, "nobody is told why the model did not answer"


@pytest.mark.parametrize("verb", VERBS)
@pytest.mark.parametrize("failure", ONE_OF_EACH + LASTING, ids=lambda failure: failure.does)
def test_a_server_that_fails_after_a_good_call(
    failure: Failure, verb: str, root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    promise = AFTER_A_GOOD_CALL[verb, failure.kind]
    with model_server(good, always=failure.script()) as server:
        ask_there(monkeypatch, server.base_url, **failure.settings)
        ran = run(verb, root)
    check(verb, ran, promise, expected(failure, promise, 1))


@pytest.mark.parametrize("verb", VERBS)
@pytest.mark.parametrize("failure", ONE_OF_EACH, ids=lambda failure: failure.does)
def test_what_passes_is_tried_again_and_ends_well(
    failure: Failure, verb: str, root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with model_server(failure.script(), always=good) as server:
        ask_there(monkeypatch, server.base_url)
        ran = run(verb, root)
    check(verb, ran, WELL[verb], [""] * WELL[verb].calls)
    assert ran.calls[0]["geoflow.attempts"] in {1, 2}  # a request that got no answer at all is no attempt
    assert len(server.requests) == WELL[verb].calls + 1


UNASKED: dict[str, Callable[[], AbstractContextManager[ModelServer | str]]] = {
    # What the server does before a chat request can be made; no call is made, so the transcript has none.
    "refuses": servers.nobody,
    "resets every connection": servers.resetting,
    "asks for a token": lambda: model_server(token=SECRET),
    "lists nothing but a page": lambda: model_server(listing=servers.html()),
    "redirects its list": lambda: model_server(listing=servers.redirect("http://127.0.0.1:9/v1/models")),
    "lists in 50 MB": lambda: model_server(listing=servers.huge_body()),
    "lists half its JSON": lambda: model_server(listing=servers.body(b'{"data": [{"id"')),
}
WITHOUT_A_MODEL: dict[str, Promise] = {
    "propose": Promise(3, 0, FAILED),
    "review": Promise(0, 0, 0),
    "ask": Promise(0, 0, ["documents", "documents"]),
    "improve": Promise(0, 0, ["GF101"]),
}


@pytest.mark.parametrize("verb", VERBS)
@pytest.mark.parametrize("does", list(UNASKED))
def test_a_server_that_cannot_be_asked(does: str, verb: str, root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with UNASKED[does]() as found:
        ask_there(monkeypatch, found.base_url if isinstance(found, ModelServer) else found)
        ran = run(verb, root)
    promise = WITHOUT_A_MODEL[verb]
    assert (ran.exit_code, ran.calls) == (promise.exit_code, ())
    if promise.gives is FAILED:
        assert ran.document["code"] in {"model-unreachable", "model-refused"}
        assert ran.document["fix"]
        assert not ran.new_files
    else:
        assert given(verb, ran) == promise.gives
        assert "note: " in ran.stderr
        assert "fix: " in ran.stderr


@pytest.mark.parametrize("verb", VERBS)
def test_a_prompt_that_cannot_fit_is_never_sent(verb: str, root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with model_server(always=good, context=128) as server:
        ask_there(monkeypatch, server.base_url)
        ran = run(verb, root)
    promise = FROM_THE_START[verb, "context"]
    assert (ran.exit_code, server.requests, ran.calls) == (promise.exit_code, [], ())
    if promise.gives is FAILED:
        assert ran.document["code"] == "model-context-exceeded"
        assert "--context-length" in ran.document["fix"]
    else:
        assert given(verb, ran) == promise.gives
    assert "context of 128 tokens" in ran.told


@pytest.mark.parametrize("verb", VERBS)
def test_a_model_that_is_unloaded_midway_and_loads_again(
    verb: str, root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with model_server(good, servers.unload(), always=good) as server:
        ask_there(monkeypatch, server.base_url)
        ran = run(verb, root)
    check(verb, ran, WELL[verb], [""] * WELL[verb].calls)
    assert server.loads == 1


@pytest.mark.parametrize("verb", VERBS)
def test_a_model_that_is_unloaded_midway_for_good(verb: str, root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    promise = AFTER_A_GOOD_CALL[verb, "server"]
    with model_server(good, servers.unload(), always=good, jit=False) as server:
        ask_there(monkeypatch, server.base_url)
        ran = run(verb, root)
    check(verb, ran, promise, ["", "model-refused"])
    assert "lms load" in ran.told


@pytest.mark.parametrize("verb", VERBS)
def test_a_model_that_takes_its_time_to_load_is_waited_for(
    verb: str, root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with model_server(always=good, loaded=False, load_seconds=0.5) as server:
        ask_there(monkeypatch, server.base_url)
        ran = run(verb, root)
    check(verb, ran, WELL[verb], [""] * WELL[verb].calls)
    assert server.loads == 1


@pytest.mark.parametrize("verb", VERBS)
def test_a_model_that_loads_without_end_is_given_up(verb: str, root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    promise = FROM_THE_START[verb, "server"]
    with model_server(always=good, loaded=False, load_seconds=30) as server:
        ask_there(monkeypatch, server.base_url, **SOON)
        ran = run(verb, root)
    check(verb, ran, promise, ["model-timeout"])


@pytest.mark.parametrize("verb", VERBS)
@pytest.mark.parametrize("status", [301, 302, 307, 308])
def test_a_redirect_takes_neither_the_prompt_nor_the_token_along(
    verb: str, status: int, root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with model_server(always=good) as other:
        away = servers.redirect(f"{other.base_url}/chat/completions", status)
        with model_server(always=away, token=SECRET) as server:
            ask_there(monkeypatch, server.base_url, API_KEY=SECRET)
            ran = run(verb, root)
    assert set(server.tokens) == {f"Bearer {SECRET}"}
    assert (other.paths, other.tokens) == ([], [])
    assert "which is not followed" in ran.told
    assert SECRET not in ran.told + str(ran.calls)


@pytest.mark.parametrize("verb", VERBS)
def test_what_a_server_says_reaches_no_terminal_as_it_is(
    verb: str, root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    hostile = {"error": "\x1b]0;owned\x07 \x1b[31m[bold]no[/bold]"}
    with model_server(always=servers.http_error(400, hostile)) as server:
        ask_there(monkeypatch, server.base_url)
        done = geoflow(verb, root, HARD_LIMIT)
    assert "\x1b" not in done.stdout + done.stderr
    assert "\x07" not in done.stdout + done.stderr
    assert "[bold]no[/bold]" in done.stdout + done.stderr


@pytest.mark.parametrize("verb", VERBS)
def test_a_server_that_hangs_ends_the_process_within_its_limits(
    verb: str, root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with model_server(always=servers.hang()) as server:
        ask_there(monkeypatch, server.base_url, **SOON)
        done = geoflow(verb, root, HARD_LIMIT)
    assert done.returncode == FROM_THE_START[verb, "server"].exit_code
    assert "sent no token within 0.4 s" in " ".join((done.stdout + done.stderr).split())
    assert "Traceback" not in done.stderr


def geoflow(verb: str, root: Path, seconds: float) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "geoflow", *COMMANDS[verb]],
        cwd=root,
        env=os.environ,
        input=QUESTIONS if verb == "ask" else None,
        capture_output=True,
        text=True,
        check=False,
        timeout=seconds,
    )
