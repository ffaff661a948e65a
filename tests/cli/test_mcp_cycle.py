"""A change from idea to archive: two agents over MCP and a person at a terminal, each told whose turn it is."""

import json
from pathlib import Path
from typing import Any

import anyio
import pytest

from geoflow.cli.mcp_cycle import Changing
from tests import servers
from tests.builders import git, write_tree
from tests.cli.asking import PATH, kiln
from tests.cli.changes import (
    CHANGE,
    DELTA,
    FOLDER,
    IDEA,
    SENTENCE,
    at_terminal,
    change_of,
    delta,
    documents,
    said_at_terminal,
    standing,
)
from tests.cli.mcp_clients import WAYS, Agent, Way, talk

AUTHOR, REVIEWER = "Claude Code", "Cursor"
CLAUDE, CURSOR = f"{AUTHOR} (over MCP)", f"{REVIEWER} (over MCP)"
ADA = "Ada Example <ada@example.org>"
each_way = pytest.mark.parametrize("way", WAYS, ids="-".join)


@pytest.fixture
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    return kiln(tmp_path, monkeypatch)


class Team:
    """Two agents that each call one tool at a time, in a connection of its own, as their hosts do.

    Args:
        way: How they connect.
    """

    def __init__(self, way: Way) -> None:
        self._way = way

    def author(self, tool: str, **arguments: Any) -> Any:
        """Have the author call a tool."""
        return self._call(AUTHOR, tool, arguments)

    def reviewer(self, tool: str, **arguments: Any) -> Any:
        """Have the reviewer call a tool."""
        return self._call(REVIEWER, tool, arguments)

    def _call(self, name: str, tool: str, arguments: dict[str, Any]) -> Any:
        given: list[Any] = []

        async def conversation(agent: Agent) -> None:
            given.append(await agent.call(tool, **arguments))

        talk(self._way, conversation, name=name)
        return given[0]

    def seen(self) -> Any:
        """Give the change as the reviewer sees it."""
        [row] = self.reviewer("get_change", id=CHANGE)["changes"]
        return row


@each_way
def test_two_agents_and_a_person_bring_a_change_from_idea_to_archive(way: Way, root: Path) -> None:
    team = Team(way)
    made = team.author("propose_change", idea=IDEA, name=CHANGE, files=documents())
    assert (made["id"], standing(made)) == (CHANGE, ("in review", "role", ""))
    [listed] = team.reviewer("get_change")["changes"]
    assert (listed["id"], standing(listed), listed["open_findings"]) == (CHANGE, ("in review", "role", ""), 0)

    seen = team.seen()
    texts = {one["name"]: one["text"] for one in seen["documents"]}
    assert texts["specs/kiln/spec.md"] == delta()
    objection = {"quote": "let a porter\nunlock the door", "message": "Any porter?", "severity": "error"}
    vague = {"requirement": "inspection", "message": "It says nothing of an alarm."}
    reviewed = team.reviewer(
        "submit_review",
        change=CHANGE,
        base=seen["base"],
        verdict="revise",
        role="security",
        findings=[objection, vague],
    )
    assert (standing(reviewed), reviewed["open_findings"]) == (("to be revised", "author", CLAUDE), 2)

    seen = team.seen()
    found = {one["message"]: one for one in seen["findings"]}
    assert (found["Any porter?"]["path"], found["Any porter?"]["line"]) == (DELTA, 4)
    assert found["Any porter?"]["requirement"] == "Inspection"
    better = SENTENCE.replace("a porter", "a porter with a badge")
    revised = team.author(
        "revise_change",
        change=CHANGE,
        base=seen["base"],
        files={"specs": {"kiln": delta(better)}},
        resolved={one["id"]: "said so" for one in seen["findings"]},
    )
    assert (standing(revised), revised["open_findings"]) == (("in review", "role", "security"), 0)
    assert (root / DELTA).read_text() == delta(better)

    asked = team.author("open_question", question="Which colour does the porter's badge have?", about=f"{DELTA}:4")
    assert asked["state"] == "open"
    assert standing(team.seen()) == ("waiting for answers", "person", "")
    team.reviewer("answer_question", id=asked["id"], answer="It is red.")
    assert standing(team.seen()) == ("waiting for answers", "person", "")
    at_terminal("ask", "--confirm", asked["id"])
    seen = team.seen()
    assert standing(seen) == ("to be revised", "author", CLAUDE)
    assert [(one["question"], one["answer"]) for one in seen["answers"]] == [(asked["id"], "It is red.")]
    noted = team.author("revise_change", change=CHANGE, base=seen["base"], resolved={asked["id"]: "left to the badge"})
    assert standing(noted) == ("in review", "role", "security")

    seen = team.seen()
    assert seen["answers"] == []
    agreed = team.reviewer("submit_review", change=CHANGE, base=seen["base"], verdict="approve", role="security")
    assert standing(agreed) == ("in review", "person", "")
    approved = said_at_terminal("review", CHANGE, "--verdict", "approve")
    assert (standing(approved), approved["kind"]) == (("approved", "author", CLAUDE), "person")
    (root / f"{FOLDER}/tasks.md").write_text(documents()["tasks"].replace("[ ]", "[x]"))
    assert standing(team.seen()) == ("approved", "person", "")
    events = [(one["event"], one["by"], one["kind"]) for one in team.seen()["rounds"]]
    assert events == [
        ("proposed", CLAUDE, "agent"),
        ("round", CURSOR, "agent"),
        ("response", CLAUDE, "agent"),
        ("response", CLAUDE, "agent"),
        ("round", CURSOR, "agent"),
        ("round", ADA, "person"),
    ]

    at_terminal("archive", CHANGE, "--yes")
    assert team.reviewer("get_change")["changes"] == []
    archived = team.seen()
    assert (standing(archived), len(archived["rounds"])) == (("archived", "nobody", ""), 6)
    assert better in (root / PATH).read_text()
    assert not (root / FOLDER).exists()


@each_way
def test_an_edit_after_the_approval_is_looked_at_again(way: Way, root: Path) -> None:
    team = Team(way)
    team.author("propose_change", idea=IDEA, name=CHANGE, files=documents())
    assert "approved; next: author Claude Code" in at_terminal("review", CHANGE, "--verdict", "approve")
    write_tree(root, {DELTA: delta(SENTENCE.replace("porter", "guest"))})
    assert standing(team.seen()) == ("in review", "person", ADA)
    write_tree(root, {DELTA: "## ADDED Requirements\n"})
    assert standing(team.seen()) == ("draft", "author", CLAUDE)
    assert team.seen()["issues"]


@each_way
def test_a_person_takes_over_through_files_and_the_command_line(way: Way, root: Path) -> None:
    team = Team(way)
    team.author("propose_change", idea=IDEA, name=CHANGE, files=documents())
    asked = said_at_terminal("review", CHANGE, "--comment", "Name the badge.")
    assert standing(asked) == ("to be revised", "author", CLAUDE)
    [finding] = team.seen()["findings"]
    assert (finding["message"], finding["path"]) == ("Name the badge.", "")
    hand = f"event: response\nby: Ada\nkind: person\nresolved:\n  - finding: {finding['id']}\n    how: I did it.\n"
    write_tree(root, {f"{FOLDER}/reviews/zz-mine.yaml": hand})
    assert standing(team.seen()) == ("in review", "person", ADA)


@each_way
def test_the_model_drafts_a_change_where_no_documents_come(
    way: Way, root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from tests.cli.test_propose import REPLIES  # what a model says to the prompts of a draft

    async def conversation(agent: Agent) -> None:
        made = await agent.call("propose_change", idea=IDEA)
        assert standing(made) == ("waiting for answers", "person", "")
        [row] = (await agent.call("get_change", id=made["id"]))["changes"]
        assert row["rounds"][0]["by"] == CLAUDE
        assert {one["name"] for one in row["documents"]} >= {"proposal.md", "design.md", "tasks.md"}

    with servers.model_server(*REPLIES) as server:
        monkeypatch.setenv("GEOFLOW_LLM__BASE_URL", server.base_url)
        talk(way, conversation)


@each_way
def test_without_a_model_the_agent_reads_what_to_do(way: Way, root: Path) -> None:
    async def conversation(agent: Agent) -> None:
        said = await agent.refused("propose_change", idea=IDEA)
        assert "\nfix: " in said
        assert "\ncode: no-model" in said

    talk(way, conversation)
    assert not (root / "openspec/changes").exists()


@each_way
def test_metrics_are_those_recorded_or_those_of_head(way: Way, root: Path) -> None:
    async def conversation(agent: Agent) -> None:
        measured = await agent.call("get_metrics")
        assert (measured["recorded"], len(measured["snapshots"])) == (False, 1)
        assert measured["snapshots"][0]["derived"]["size.requirements"]["value"] == 2
        assert git(root, "for-each-ref", "refs/notes") == ""
        at_terminal("monitor", "record")
        recorded = await agent.call("get_metrics")
        assert (recorded["recorded"], recorded["snapshots"][0]["commit"]) == (True, git(root, "rev-parse", "HEAD"))
        [content] = (await agent.client.read_resource("geoflow://metrics")).contents
        assert json.loads(getattr(content, "text", "")) == recorded

    talk(way, conversation)


@each_way
def test_feedback_is_a_file_in_the_clients_name(way: Way, root: Path) -> None:
    async def conversation(agent: Agent) -> None:
        noted = await agent.call("give_feedback", target="0a1b2c3d4e5f", verdict="reject", reason="It is meant so.")
        text = (root / noted["file"]).read_text()
        for line in (
            "target: 0a1b2c3d4e5f",
            "verdict: reject",
            f"by: {CLAUDE}",
            "kind: agent",
            "reason: It is meant so.",
        ):
            assert line in text
        assert "code: argument-empty" in await agent.refused("give_feedback", target="x", verdict="comment")
        assert "code: argument-empty" in await agent.refused("give_feedback", target="x", verdict="reject", reason=" ")
        await agent.call("give_feedback", target="x", verdict="accept")

    talk(way, conversation)
    assert len(list((root / "openspec/feedback").iterdir())) == 2


@each_way
def test_a_change_is_a_resource(way: Way, root: Path) -> None:
    from mcp import MCPError

    async def conversation(agent: Agent) -> None:
        await agent.call("propose_change", idea=IDEA, name=CHANGE, files=documents())
        [content] = (await agent.client.read_resource(f"geoflow://change/{CHANGE}")).contents
        assert json.loads(getattr(content, "text", "")) == await agent.call("get_change", id=CHANGE)
        for name in ("none", "..%2f..%2fspec", "%2e%2e"):
            with pytest.raises(MCPError):
                await agent.client.read_resource(f"geoflow://change/{name}")

    talk(way, conversation)


@pytest.mark.parametrize("way", WAYS[1:], ids="-".join)
def test_reviews_that_come_at_once_are_all_kept(way: Way, root: Path) -> None:
    Team(WAYS[2]).author("propose_change", idea=IDEA, name=CHANGE, files=documents())
    base = change_of(root)["base"]

    async def conversation(agent: Agent) -> None:
        async def review(n: int) -> None:
            await agent.call("submit_review", change=CHANGE, base=base, verdict="approve", role=f"role-{n % 4}")

        async with anyio.create_task_group() as calls:
            for n in range(12):
                calls.start_soon(review, n)

    talk(way, conversation)
    assert len(change_of(root)["rounds"]) == 13
    assert standing(change_of(root)) == ("in review", "person", "")


def test_an_old_review_file_does_not_go_before_what_it_answers(root: Path) -> None:
    """A reviewer's computer whose clock is ahead."""
    Team(WAYS[2]).author("propose_change", idea=IDEA, name=CHANGE, files=documents())
    row = change_of(root)
    from datetime import UTC, datetime, timedelta

    ahead = datetime.now(UTC) + timedelta(hours=2)
    text = f'event: review\nby: Bob\nkind: agent\nat: "{ahead:%Y-%m-%dT%H:%M:%S.%fZ}"\nverdict: revise\nfindings:\n  - message: No.\n'
    write_tree(root, {f"{FOLDER}/reviews/{ahead:%Y%m%dT%H%M%S-%f}Z-00.yaml": text})
    [finding] = change_of(root)["findings"]
    Changing(root).revise(CHANGE, _revision(row["base"], finding["id"]), "Claude")
    assert standing(change_of(root)) == ("in review", "agent", "Bob")


def test_an_agent_says_why_it_left_a_finding_and_that_closes_nothing(root: Path) -> None:
    from geoflow.adapters.mcp_cycle_arguments import check_revision

    Team(WAYS[2]).author("propose_change", idea=IDEA, name=CHANGE, files=documents())
    row = change_of(root)
    text = 'event: review\nby: Bob\nkind: agent\nat: "2026-01-01T00:00:00Z"\nverdict: revise\nfindings:\n'
    text += "  - message: No.\n  - message: Not so.\n"
    write_tree(root, {f"{FOLDER}/reviews/99990101T000000-00.yaml": text})
    one, two = (found["id"] for found in change_of(root)["findings"])
    said = check_revision(row["base"], {}, {}, {one: "asked the guild", two: "it is said above"})
    Changing(root).revise(CHANGE, said, "Claude")
    reasons = {found["id"]: found["why_open"] for found in change_of(root)["findings"]}
    assert reasons == {one: "asked the guild", two: "it is said above"}


def _revision(base: str, finding: str) -> Any:
    from geoflow.adapters.mcp_cycle_arguments import check_revision

    return check_revision(base, {}, {finding: "done"})
