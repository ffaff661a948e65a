"""The verbs with the real embedded model behind LM Studio's manners: good ends, and failures that a real server shows.

Form and plumbing are tested, never the model's wording.
"""

import os
import signal
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from geoflow.adapters.embedded import EmbeddedChat
from tests import servers
from tests.builders import make_repo, requirement, spec
from tests.cli.verbs import PATH, VERBS, kiln, run
from tests.fakes import SilentProgress
from tests.servers import Behind, Handler, Misbehaviour, model_server
from tests.servers.front import forward

pytestmark = [pytest.mark.model, pytest.mark.timeout(600)]
LONG = spec(requirement("Log", "The log SHALL hold " + "one line for each firing, " * 3000 + "and no more."))


@pytest.fixture
def behind(embedded_model: EmbeddedChat) -> Behind:
    state = embedded_model.server.ensure(SilentProgress())
    return Behind(state.base_url, state.model, state.api_key)


@pytest.fixture
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    return kiln(tmp_path, monkeypatch)


def kill_after(pieces: int, pid: int) -> Misbehaviour:
    """Let the real server answer, and kill it after some events of its stream."""

    def act(handler: Handler) -> None:
        send = handler.send_event
        sent: list[Any] = []

        def counted(document: Any) -> None:
            send(document)
            sent.append(document)
            if len(sent) == pieces:
                os.kill(pid, signal.SIGKILL)
                raise ConnectionResetError  # what it had sent ahead is lost with it, however fast it was

        handler.send_event = counted  # type: ignore[method-assign]
        assert handler.server.behind
        forward(handler, handler.server.behind)

    return Misbehaviour(act)


@pytest.mark.parametrize("verb", VERBS)
def test_a_verb_ends_well(verb: str, behind: Behind, root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with model_server(behind=behind, model="qwen2.5-coder-1.5b") as server:
        monkeypatch.setenv("GEOFLOW_LLM__BASE_URL", server.base_url)
        ran = run(verb, root)
    assert ran.exit_code == 0, ran.told
    assert ran.calls
    assert len(server.requests) >= len(ran.calls)
    for call in ran.calls:
        assert call.get("error.type") in {None, "model-reply-invalid"}
        assert (call["gen_ai.provider.name"], call["gen_ai.request.model"]) == ("lm_studio", "qwen2.5-coder-1.5b")
    answered = [call for call in ran.calls if "error.type" not in call]
    assert answered
    for call in answered:
        assert call["gen_ai.usage.input_tokens"] > 10
        assert call["gen_ai.usage.cache_read.input_tokens"] is None  # LM Studio does not say


@pytest.mark.parametrize(
    ("shape", "code"),
    [
        ("400", "model-context-exceeded"),
        ("stream", "model-context-exceeded"),
        ("empty", "model-reply-invalid"),  # nothing tells it apart from a model that says nothing
    ],
)
def test_a_prompt_that_is_too_long_for_what_is_really_loaded(
    shape: str, code: str, behind: Behind, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    root = make_repo(tmp_path / "long", {PATH: LONG})
    monkeypatch.chdir(root)
    with model_server(behind=replace(behind, overflow=shape), context=100_000) as server:
        monkeypatch.setenv("GEOFLOW_LLM__BASE_URL", server.base_url)
        ran = run("review", root)
    assert (ran.exit_code, ran.document["code"], ran.errors) == (3, code, (code,))
    assert ran.document["fix"]


def test_an_answer_that_is_lost_and_a_model_that_is_unloaded_are_asked_again(
    behind: Behind, root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with model_server(servers.no_content(), servers.pass_on(), servers.unload(), behind=behind) as server:
        monkeypatch.setenv("GEOFLOW_LLM__BASE_URL", server.base_url)
        ran = run("ask", root)
    assert ran.exit_code == 0
    assert [answer["route"] for answer in ran.document["answers"]] == ["model", "model"]
    assert (len(server.requests), server.loads) == (4, 1)


def test_a_server_that_is_killed_in_the_middle_leaves_nothing_half_written(
    embedded_model: EmbeddedChat, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    own = replace(embedded_model.server, folder=tmp_path / "state", idle=60)
    state = own.ensure(SilentProgress())
    root = kiln(tmp_path, monkeypatch)
    killed = kill_after(4, state.pid)
    try:
        with model_server(
            servers.pass_on(), killed, behind=Behind(state.base_url, state.model, state.api_key)
        ) as server:
            monkeypatch.setenv("GEOFLOW_LLM__BASE_URL", server.base_url)
            ran = run("propose", root)
    finally:
        own.stop()
    assert (ran.exit_code, ran.document["code"], ran.errors) == (3, "model-refused", ("", "model-refused"))
    assert "crashed" in ran.document["message"]
    assert not ran.new_files
