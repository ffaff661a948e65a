"""`geoflow mcp` as agents meet it: every tool, in both eras, over a real process and in memory."""

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from geoflow.cli import mcp_questions
from geoflow.quality.prompt_size import estimated_tokens
from tests import servers
from tests.builders import requirement, spec, write_tree
from tests.cli.asking import COOLING, COOLING_LINE, INSPECTION, PATH, UNKNOWN, Servers, asked, kiln, opened, says
from tests.cli.mcp_clients import ENDING, IMPROVING, IN_PROCESS, READING, WAYS, WRITING, Agent, Way, talk

if TYPE_CHECKING:
    from mcp.types import Tool

MOST_TOKENS = 2_000
ERAS = {"auto": "2026-07-28", "legacy": "2025-11-25"}
VAGUE = "openspec/specs/siren/spec.md"
BROKEN = "openspec/specs/broken/spec.md"
each_way = pytest.mark.parametrize("way", WAYS, ids="-".join)
in_each_era = pytest.mark.parametrize("way", IN_PROCESS, ids="-".join)


@pytest.fixture
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    more = {VAGUE: spec(requirement("Sound", "The siren SHALL gracefully sound.")), BROKEN: "# Broken\n"}
    return kiln(tmp_path, monkeypatch, **more)


@each_way
def test_every_tool_does_its_work(way: Way, root: Path) -> None:
    async def conversation(agent: Agent) -> None:
        assert agent.client.protocol_version == ERAS[way.mode]
        assert agent.client.server_info
        assert agent.client.server_info.name == "geoflow"
        assert [tool.name for tool in (await agent.client.list_tools()).tools] == [*READING, *ENDING, *WRITING]

        answer = await agent.call("ask_question", question=COOLING)
        assert (answer["state"], answer["route"]) == ("answered", "documents")
        assert (answer["citations"][0]["path"], answer["citations"][0]["line"]) == (PATH, COOLING_LINE)

        found = await agent.call("search_specs", query="unlocking doors", limit=1)
        [passage] = found["passages"]
        assert found["searched"] >= 3
        assert (passage["path"], passage["heading"], passage["line"]) == (PATH, "Cooling", COOLING_LINE - 1)
        assert "The kiln SHALL cool for 6 hours" in passage["text"]

        judged = await agent.call("validate", item="broken")
        assert (judged["valid"], judged["items"][0]["id"]) == (False, "broken")
        assert judged["items"][0]["issues"][0]["document"] == BROKEN

        reviewed = await agent.call("review", target="siren")
        assert {finding["path"] for finding in reviewed["findings"]} == {VAGUE}
        assert "gracefully" in [finding["quote"] for finding in reviewed["findings"]]

        made = await agent.call("open_question", question=INSPECTION, about=f"{PATH}:8", options=["a porter", "nobody"])
        assert (made["state"], made["file"]) == ("open", f"openspec/questions/{made['id']}.yaml")
        [listed] = (await agent.call("list_questions"))["questions"]
        assert (listed["id"], listed["options"]) == (made["id"], ["a porter", "nobody"])
        assert listed["about"] == {"path": PATH, "requirement": "Cooling"}

        await agent.call("answer_question", id=made["id"], answer="a porter")
        stored = await agent.call("get_answer", id=made["id"])
        assert (stored["state"], stored["answer"]["text"]) == ("answered", "a porter")
        assert (await agent.call("list_questions"))["questions"] == []
        assert len((await agent.call("list_questions", all=True))["questions"]) == 1

    talk(way, conversation)


@in_each_era
def test_an_answer_has_the_fields_that_scripts_get(way: Way, root: Path) -> None:
    wanted = [asked(COOLING), asked(UNKNOWN)]

    async def conversation(agent: Agent) -> None:
        for document in wanted:
            answer = await agent.call("ask_question", question=document["question"])
            assert {**answer, "schema": "geoflow.ask/1"} == {
                **document,
                "notes": [],
                "needs_answer": False,
                "context": [],
            }

    talk(way, conversation)
    assert not (root / "openspec/questions").exists()


@in_each_era
def test_the_whole_list_of_tools_costs_few_tokens_and_says_who_writes(way: Way, root: Path) -> None:
    async def conversation(agent: Agent) -> None:
        tools = (await agent.client.list_tools()).tools
        assert [tool.name for tool in tools] == [*READING, *ENDING, *IMPROVING, *WRITING]
        shown = json.dumps([_shown(tool) for tool in tools], separators=(",", ":"))
        assert estimated_tokens(shown) < MOST_TOKENS
        for tool in tools:
            assert tool.description
            assert tool.output_schema
            assert tool.output_schema["properties"]
            assert tool.annotations
            # The protocol takes a tool without the hint for one that writes, and one that writes for a destructive one.
            reads = tool.name in READING
            assert tool.annotations.read_only_hint == (True if reads else None)
            assert tool.annotations.destructive_hint == (None if reads else False)

    talk(way, conversation, capability="improve")


@in_each_era
def test_a_schema_names_fields_that_are_always_there(way: Way, root: Path) -> None:
    from jsonschema import Draft202012Validator

    key = opened(INSPECTION)
    calls: dict[str, dict[str, Any]] = {
        "ask_question": {"question": UNKNOWN},
        "search_specs": {"query": "kiln"},
        "get_answer": {"id": key},
        "list_questions": {"all": True},
        "validate": {},
        "review": {},
        "open_question": {"question": UNKNOWN},
        "answer_question": {"id": key, "answer": "nobody"},
    }

    async def conversation(agent: Agent) -> None:
        for tool in (await agent.client.list_tools()).tools:
            Draft202012Validator.check_schema(tool.input_schema)
            Draft202012Validator.check_schema(tool.output_schema or {})
            if tool.name in calls:
                given = await agent.call(tool.name, **calls[tool.name])
                assert set((tool.output_schema or {})["properties"]) <= set(given)

    talk(way, conversation)


def _shown(tool: "Tool") -> dict[str, Any]:
    return tool.model_dump(by_alias=True, exclude_none=True, mode="json")


@pytest.mark.parametrize("way", WAYS[1:], ids="-".join)
def test_one_that_may_only_read_is_offered_no_tool_that_writes(way: Way, root: Path) -> None:
    key = opened(INSPECTION)
    before = (root / f"openspec/questions/{key}.yaml").read_bytes()

    async def conversation(agent: Agent) -> None:
        assert [tool.name for tool in (await agent.client.list_tools()).tools] == [*READING, *ENDING]
        for tool in (*WRITING, *IMPROVING):
            assert "Unknown tool" in await agent.refused(tool, id=key, answer="a porter", idea="Paint it.")
        assert (await agent.call("get_answer", id=key))["state"] == "open"

    talk(way, conversation, capability="read")
    assert (root / f"openspec/questions/{key}.yaml").read_bytes() == before
    assert len(list((root / "openspec/questions").glob("*.yaml"))) == 1


@in_each_era
def test_a_question_that_is_answered_is_not_written_down(way: Way, root: Path) -> None:
    async def conversation(agent: Agent) -> None:
        answer = await agent.call("open_question", question=COOLING)
        assert (answer["state"], answer["file"]) == ("answered", "")

    talk(way, conversation)
    assert not (root / "openspec/questions").exists()


@in_each_era
def test_specs_and_questions_are_resources(way: Way, root: Path) -> None:
    from mcp import MCPError

    write_tree(root, {"openspec/specs/heat/limits/spec.md": spec(requirement("Peak", "It SHALL stay below 9 °C."))})
    write_tree(root, {"openspec/specs/huge/spec.md": b"x" * 1_000_001})
    (root / "openspec/specs/linked").symlink_to(root / "openspec/specs/kiln")
    key = opened(INSPECTION)

    async def conversation(agent: Agent) -> None:
        templates = (await agent.client.list_resource_templates()).resource_templates
        kinds = {"spec/{+id}", "question/{id}", "change/{id}"}
        assert {one.uri_template for one in templates} == {f"geoflow://{kind}" for kind in kinds}
        for uri, path in {
            "geoflow://spec/kiln": PATH,
            "geoflow://spec/heat/limits": "openspec/specs/heat/limits/spec.md",
            f"geoflow://question/{key}": f"openspec/questions/{key}.yaml",
        }.items():
            [content] = (await agent.client.read_resource(uri)).contents
            assert getattr(content, "text", "") == (root / path).read_text("utf-8")
        for uri in ("spec/none", "spec/linked", "spec/../specs/kiln", "spec/%2e%2e/specs/kiln", "question/none"):
            with pytest.raises(MCPError) as failed:
                await agent.client.read_resource(f"geoflow://{uri}")
            assert failed.value.code == -32602
        with pytest.raises(MCPError, match=r"1,000,000 are the most. \(too-large\)"):
            await agent.client.read_resource("geoflow://spec/huge")

    talk(way, conversation)


@in_each_era
def test_what_is_long_is_cut_and_what_is_left_out_is_counted(way: Way, root: Path) -> None:
    vague = [requirement(f"Rule {n}", "It SHALL gracefully, quickly and properly work.") for n in range(60)]
    no_scenario = "\n".join(f"### Requirement: Rule {n}\nIt SHALL work.\n" for n in range(60))
    long = requirement("Long", "The furnace SHALL hold its temperature.\n" * 100)
    files = {"vague": spec(*vague), "bare": spec(no_scenario), "long": spec(long)}
    write_tree(root, {f"openspec/specs/{name}/spec.md": text for name, text in files.items()})
    write_tree(root, {"openspec/questions/a.yaml": f"question: {'why ' * 2_000}\n"})
    written = {f"openspec/questions/q{n}.yaml": f"question: Who does {n}?\n" for n in range(60)}
    write_tree(root, written | {"openspec/questions/broken.yaml": "question: [\n"})

    async def conversation(agent: Agent) -> None:
        reviewed = await agent.call("review")
        assert len(reviewed["findings"]) == 50
        assert reviewed["left_out"] > 100
        assert reviewed["findings"][0]["severity"] == "error"
        judged = await agent.call("validate")
        assert sum(len(item["issues"]) for item in judged["items"]) == 50
        assert judged["left_out"] > 0
        assert judged["summary"]["totals"]["items"] == 6
        listed = await agent.call("list_questions")
        assert (len(listed["questions"]), listed["left_out"]) == (50, 11)
        assert len(listed["questions"][0]["question"]) == 2_000
        assert len((await agent.call("get_answer", id="a"))["question"]) > 7_000
        assert [one["path"] for one in listed["unreadable"]] == ["openspec/questions/broken.yaml"]
        passage = (await agent.call("search_specs", query="furnace temperature"))["passages"][0]
        assert (len(passage["text"]), passage["is_cut"]) == (2_000, True)
        assert len((await agent.call("search_specs", query="rule work", limit=10_000))["passages"]) == 20
        assert "code: question-unreadable" in await agent.refused("get_answer", id="broken")

    talk(way, conversation)


@in_each_era
def test_the_model_answers_where_there_is_one(way: Way, root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    reply = {"source": 1, "quote": "The kiln SHALL cool for 6 hours", "answer": "The kiln cools for 6 hours."}

    async def conversation(agent: Agent) -> None:
        answer = await agent.call("ask_question", question=COOLING)
        assert (answer["route"], answer["answer"]) == ("model", "The kiln cools for 6 hours.")

    with servers.model_server(reply) as server:
        monkeypatch.setenv("GEOFLOW_LLM__BASE_URL", server.base_url)
        talk(way, conversation)
        assert len(server.requests) == 1


@in_each_era
def test_a_model_that_hangs_is_given_up_when_the_time_is_spent(
    way: Way, root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert mcp_questions.BUDGET == "60s"
    monkeypatch.setattr(mcp_questions, "BUDGET", "1s")

    async def conversation(agent: Agent) -> None:
        answer = await agent.call("ask_question", question=COOLING)
        assert (answer["state"], answer["route"]) == ("answered", "documents")
        assert answer["notes"]

    with servers.model_server(servers.hang()) as server:
        monkeypatch.setenv("GEOFLOW_LLM__BASE_URL", server.base_url)
        talk(way, conversation)


@in_each_era
def test_agents_of_the_user_are_not_asked_for_another_agent(
    way: Way, root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    others = Servers(tmp_path, monkeypatch, {"wiki": says("a porter")})

    async def conversation(agent: Agent) -> None:
        assert (await agent.call("ask_question", question=INSPECTION))["state"] == "not-specified"
        assert (await agent.call("open_question", question=INSPECTION))["state"] == "open"

    talk(way, conversation)
    assert others.asked("wiki") == []


@in_each_era
def test_what_a_person_changes_is_seen_by_the_next_call(way: Way, root: Path) -> None:
    async def conversation(agent: Agent) -> None:
        assert (await agent.call("ask_question", question="How loud is the bell?"))["state"] == "not-specified"
        write_tree(root, {"openspec/specs/bell/spec.md": spec(requirement("Bell", "The bell SHALL be 80 dB loud."))})
        assert (await agent.call("ask_question", question="How loud is the bell?"))["state"] == "answered"

    talk(way, conversation)
