"""What a client hears while a call runs and after it: progress, the end of a cancelled call, changes."""

import json
from pathlib import Path
from typing import Any

import anyio
import pytest

from geoflow.adapters.in_threads import CallThreads
from geoflow.adapters.stop import Stop, current_stop
from tests import servers
from tests.builders import requirement, spec, write_tree
from tests.cli.asking import COOLING, INSPECTION, PATH, ask, kiln, opened, question_files
from tests.cli.mcp_clients import IN_MEMORY, WAYS, Agent, RawServer, Way, happens, talk

PATH_URI = "geoflow://spec/kiln"
each_way = pytest.mark.parametrize("way", WAYS, ids="-".join)


@pytest.fixture
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    return kiln(tmp_path, monkeypatch)


@each_way
def test_who_asks_for_progress_is_told(way: Way, root: Path) -> None:
    heard: list[tuple[float, float | None, str | None]] = []

    async def listen(progress: float, total: float | None, message: str | None) -> None:
        heard.append((progress, total, message))

    async def conversation(agent: Agent) -> None:
        for tool in ("ask_question", "open_question"):
            heard.clear()
            await agent.client.call_tool(tool, {"question": COOLING}, progress_callback=listen)
            await happens(lambda: len(heard) == 2)
            assert heard == [(0, 1, "Answering"), (1, 1, "Answering")]

    talk(way, conversation)


@each_way
@pytest.mark.parametrize("tool", ["ask_question", "open_question"])
def test_a_cancelled_call_stops_the_model_and_writes_nothing(
    way: Way, tool: str, root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    gone: list[bool] = []

    def hang(handler: Any) -> None:
        servers.hang().act(handler)
        gone.append(not handler.server.stopping.is_set())

    async def conversation(agent: Agent) -> None:
        async with anyio.create_task_group() as calls:
            calls.start_soon(agent.client.call_tool, tool, {"question": COOLING})
            await happens(lambda: server.requests)
            calls.cancel_scope.cancel()
        await happens(lambda: gone)
        assert (await agent.call("search_specs", query="kiln"))["passages"]

    with servers.model_server(always=servers.Misbehaviour(hang)) as server:
        monkeypatch.setenv("GEOFLOW_LLM__BASE_URL", server.base_url)
        talk(way, conversation)
        assert len(server.requests) == 1
    assert gone == [True]
    assert question_files(root) == []


def test_a_notice_of_cancellation_on_the_wire_stops_the_model(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with servers.model_server(always=servers.hang()) as model:
        monkeypatch.setenv("GEOFLOW_LLM__BASE_URL", model.base_url)
        with RawServer("-m", "geoflow", "mcp") as server:
            call = {"name": "open_question", "arguments": {"question": COOLING}}
            server.say(json.dumps({"jsonrpc": "2.0", "id": 7, "method": "tools/call", "params": call}))
            anyio.run(happens, lambda: model.requests)
            cancelled = {"jsonrpc": "2.0", "method": "notifications/cancelled", "params": {"requestId": 7}}
            server.say(json.dumps(cancelled))
            assert server.ask(8, "tools/list")["tools"]
            code, _, talk_of_it = server.end()
    assert (code, talk_of_it.count("Traceback")) == (0, 0)
    assert question_files(root) == []


def test_a_stop_ends_what_runs_and_what_begins_later_also_on_other_threads() -> None:
    stop, ended = Stop(), list[str]()
    with stop.over(), CallThreads(1) as threads:
        assert threads.submit(current_stop).result() is stop
        with current_stop().ends(lambda: ended.append("running")):
            stop.set()
        with current_stop().ends(lambda: ended.append("late")):
            pass
    assert ended == ["running", "late"]
    assert current_stop() is not stop


def test_a_client_of_2026_hears_of_questions_that_change(root: Path) -> None:
    from mcp.shared.subscriptions import ResourcesListChanged, ResourceUpdated

    key = opened(INSPECTION)
    uri = f"geoflow://question/{key}"

    async def conversation(agent: Agent) -> None:
        async with agent.client.listen(resources_list_changed=True, resource_subscriptions=[uri]) as events:
            await agent.call("answer_question", id=key, answer=f"a porter, over {way.transport}")
            assert await anext(events) == ResourceUpdated(uri=uri)
            await agent.call("open_question", question=f"Who paints the walls of hall {way.transport}?")
            assert await anext(events) == ResourcesListChanged()

    for way in (WAYS[0], IN_MEMORY[0]):
        talk(way, conversation)


def test_a_client_of_2025_hears_of_questions_that_it_subscribed_to(root: Path) -> None:
    key = opened(INSPECTION)
    uri = f"geoflow://question/{key}"
    heard: list[Any] = []

    async def note(message: Any) -> None:
        heard.append((message.method, getattr(message.params, "uri", "")) if hasattr(message, "method") else message)

    async def conversation(agent: Agent) -> None:
        capabilities = agent.client.server_capabilities
        assert capabilities.resources
        assert (capabilities.resources.subscribe, capabilities.resources.list_changed) == (True, True)
        other = (await agent.call("open_question", question=f"Who paints the walls of hall {way.transport}?"))["id"]
        await agent.client.session.subscribe_resource(uri)
        await agent.client.session.subscribe_resource(uri)
        await agent.call("answer_question", id=other, answer="nobody")
        await agent.call("answer_question", id=key, answer=f"nobody, over {way.transport}")
        await happens(lambda: heard)
        await agent.client.session.unsubscribe_resource(uri)
        await agent.client.session.subscribe_resource(f"geoflow://question/{other}")
        await agent.call("answer_question", id=key, answer=f"somebody, over {way.transport}")
        await agent.call("open_question", question=f"Who sweeps the floors of hall {way.transport}?")
        await happens(lambda: len(heard) > 1)
        assert heard == [("notifications/resources/updated", uri), ("notifications/resources/list_changed", "")]

    for way in (WAYS[1], IN_MEMORY[1]):
        heard.clear()
        talk(way, conversation, message_handler=note)


@each_way
def test_what_a_person_writes_meanwhile_is_told_as_well(way: Way, root: Path) -> None:
    from mcp.shared.subscriptions import ResourcesListChanged, ResourceUpdated

    key = opened(INSPECTION)
    heard: list[Any] = []

    async def note(message: Any) -> None:
        heard.append(message.method)

    def by_a_person() -> None:
        ask("--answer", key, "a porter")
        write_tree(root, {"openspec/specs/bell/spec.md": spec(requirement("Bell", "The bell SHALL ring."))})

    async def conversation(agent: Agent) -> None:
        uris = [f"geoflow://question/{key}", PATH_URI]
        if way.mode == "legacy":
            await agent.client.session.subscribe_resource(uris[0])
            by_a_person()
            await happens(lambda: len(heard) == 2)
            assert heard == ["notifications/resources/updated", "notifications/resources/list_changed"]
            return
        async with agent.client.listen(resources_list_changed=True, resource_subscriptions=uris) as events:
            by_a_person()
            assert await anext(events) == ResourceUpdated(uri=uris[0])
            assert await anext(events) == ResourcesListChanged()
            (root / PATH).write_text((root / PATH).read_text() + "\n")
            assert await anext(events) == ResourceUpdated(uri=PATH_URI)

    talk(way, conversation, message_handler=note)
