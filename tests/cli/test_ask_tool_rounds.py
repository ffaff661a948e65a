"""`geoflow ask` with a large model, which calls the tools itself over the server's own tool calling."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.adapters.mcp_scripts import Script
from tests.cli.asking import UNKNOWN, asked, kiln
from tests.cli.test_ask_tools import KNOWN, allow, commanding, with_model
from tests.cli.verbs import state_of
from tests.servers import Reply, endless_call, http_error, model_server, tool_calls

READ = {"quote": "Blue Bank", "answers": True, "answer": "Blue Bank handles invoices."}
LOOK = ("t0_look", '{"query": "invoices"}')


@pytest.fixture
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("GEOFLOW_LLM__PROFILE", "large")
    return kiln(tmp_path, monkeypatch)


@pytest.fixture
def wiki(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Script:
    body = f'reply = text({KNOWN!r} if arguments["query"] == "invoices" else "nothing about " + arguments["query"])'
    server = Script(tmp_path, "wiki", body)
    allow(tmp_path, monkeypatch, {"wiki": server.document()}, "wiki:look")
    return server


Turn = Reply | Callable[[dict[str, Any]], Reply]


def turns(*replies: Turn, read: Reply = READ) -> Callable[[dict[str, Any]], Reply]:
    """Answer requests with tools by these replies, one after the other, and every other request with `read`."""
    left = list(replies)

    def reply(body: dict[str, Any]) -> Reply:
        if "tools" not in body:
            return read
        turn = left.pop(0) if left else "That is all."
        return turn(body) if callable(turn) else turn

    return reply


def whys(document: dict[str, Any]) -> dict[str, str]:
    return {step["who"]: step["why"] or step["came"] for step in document["steps"] if step["route"] == "agent"}


def test_the_model_calls_reads_and_calls_again(root: Path, wiki: Script, monkeypatch: pytest.MonkeyPatch) -> None:
    script = turns(tool_calls(("t0_look", '{"query": "bills"}')), tool_calls(LOOK), "Blue Bank does.")
    with model_server(always=script) as models:
        with_model(models, monkeypatch)
        document = asked(UNKNOWN)
    assert (document["by"], document["answer"]) == ("wiki:look", "Blue Bank handles invoices.")
    assert wiki.calls == ['look {"query": "bills"}', 'look {"query": "invoices"}']
    first, second, third, read = models.requests
    assert first["tools"][0]["function"]["name"] == "t0_look"
    assert first["tools"][0]["function"]["parameters"]["required"] == ["query"]
    assert [message["role"] for message in third["messages"]] == [
        *("system", "user", "assistant", "tool", "assistant", "tool")
    ]
    called = second["messages"][2]["tool_calls"][0]
    assert called["function"] == {"name": "t0_look", "arguments": '{"query": "bills"}'}
    assert second["messages"][3]["tool_call_id"] == called["id"]
    assert "```\nnothing about bills\n```" in second["messages"][3]["content"]
    assert KNOWN in read["messages"][1]["content"]


def test_rounds_are_bounded(root: Path, wiki: Script, monkeypatch: pytest.MonkeyPatch) -> None:
    many = tool_calls(*[("t0_look", json.dumps({"query": f"word{number}"})) for number in range(10)])
    with model_server(always=turns(*[many] * 20, read=READ | {"quote": "nowhere"})) as models:
        with_model(models, monkeypatch)
        document = asked(UNKNOWN)
    assert document["state"] == "not-specified"
    assert len(wiki.calls) == 9
    assert len(models.requests) == 4


@pytest.mark.parametrize(
    ("call", "who", "why"),
    [
        (("t1_wipe", "{}"), "tools", 'the model calls "t1_wipe", which it was not offered'),
        (("t0_look", "[1]"), "wiki:look", "the model's arguments are no JSON object"),
        (("t0_look", '{"query": "\\ud800"}'), "wiki:look", "the model's arguments are no JSON object"),
        (("t0_look", "{" * 9000), "wiki:look", "the model's arguments are no JSON object"),
        (("t0_look", '{"query": 5}'), "wiki:look", "The arguments for wiki:look do not fit"),
    ],
)
def test_calls_that_cannot_be_made_are_steps(
    root: Path, wiki: Script, monkeypatch: pytest.MonkeyPatch, call: tuple[str, str], who: str, why: str
) -> None:
    with model_server(always=turns(tool_calls(call))) as models:
        with_model(models, monkeypatch)
        document = asked(UNKNOWN)
    assert document["state"] == "not-specified"
    assert whys(document)[who].startswith(why)
    assert wiki.calls == []


def test_a_model_that_calls_nothing_is_a_step(root: Path, wiki: Script, monkeypatch: pytest.MonkeyPatch) -> None:
    with model_server(always=turns("It is Red Bank.")) as models:
        with_model(models, monkeypatch)
        document = asked(UNKNOWN)
    assert (document["state"], whys(document)) == ("not-specified", {"tools": "the model calls none"})


@pytest.mark.parametrize("fails", [http_error(400, {"error": "tools are not supported"}), endless_call()])
def test_where_tool_calling_does_not_work_the_choice_is_forced(
    root: Path, wiki: Script, monkeypatch: pytest.MonkeyPatch, fails: Reply
) -> None:
    def script(body: dict[str, Any]) -> Reply:
        if "tools" in body:
            return fails
        asks = body["response_format"]["json_schema"]["schema"]["required"] == ["call"]
        return {"call": {"tool": "wiki:look", "arguments": {"query": "invoices"}}} if asks else READ

    with model_server(always=script) as models:
        with_model(models, monkeypatch)
        assert asked(UNKNOWN)["by"] == "wiki:look"
    assert wiki.calls == ['look {"query": "invoices"}']


def test_a_result_that_gives_orders_gets_nothing_changed(
    root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    server, canary = commanding(tmp_path, "path")
    allow(tmp_path, monkeypatch, {"wiki": server.document()}, "wiki:look", "wiki:write")

    def obedient(body: dict[str, Any]) -> Reply:
        names = [one["function"]["name"] for one in body["tools"]]
        return tool_calls((next((name for name in names if "write" in name), "t1_write"), '{"path": "x"}'))

    before = state_of(root)
    with model_server(always=turns(tool_calls(("t0_look", '{"query": "x"}')), obedient, obedient)) as models:
        with_model(models, monkeypatch)
        document = asked(UNKNOWN)
    assert server.calls == ['look {"query": "x"}']
    assert not canary.exists()
    assert state_of(root) == before
    offered = [[one["function"]["name"] for one in body["tools"]] for body in models.requests if "tools" in body]
    assert [len(names) for names in offered] == [2, 1, 1]
    assert "which it was not offered" in whys(document)["tools"]
    assert "<|im_start|>" not in json.dumps(models.requests)


def test_a_recorded_run_is_replayed_with_its_calls(root: Path, wiki: Script, monkeypatch: pytest.MonkeyPatch) -> None:
    with model_server(always=turns(tool_calls(LOOK))) as models:
        with_model(models, monkeypatch)
        first = asked(UNKNOWN)
    transcript = root / ".git" / "geoflow" / "transcript.jsonl"
    assert '"type": "tool_call"' in transcript.read_text().replace('":"', '": "')
    again = asked(UNKNOWN, "--replay", str(transcript))
    assert (again["answer"], again["by"]) == (first["answer"], "wiki:look")
