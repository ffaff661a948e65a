"""What no agent gets out of `geoflow mcp`: a word into a spec, a file from elsewhere, or the end of the server."""

import json
import os
import pty
import signal
import subprocess
import sys
import threading
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import anyio
import pytest
from typer.testing import CliRunner

from geoflow.adapters.mcp_tool import MOST_WAITING
from geoflow.cli.app import app
from geoflow.cli.mcp_desk import open_desks
from geoflow.cli.mcp_questions import Questions
from geoflow.ports import Progress
from tests import servers
from tests.builders import git
from tests.cli.asking import COOLING, INSPECTION, PATH, UNKNOWN, kiln, opened
from tests.cli.mcp_clients import IN_PROCESS, PATIENCE, WAYS, Agent, RawServer, Way, talk

HIDDEN = "the safe opens with 4711"
LONG = "kiln " * 20_000  # 100 kB
each_way = pytest.mark.parametrize("way", WAYS, ids="-".join)
in_each_era = pytest.mark.parametrize("way", IN_PROCESS, ids="-".join)


@pytest.fixture
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "secret.yaml").write_text(f"question: {HIDDEN}\n")
    (tmp_path / "spec.md").write_text(HIDDEN)
    return kiln(tmp_path, monkeypatch)


def _files(folder: Path) -> dict[str, bytes]:
    """Read all files but those that git and the programs of the test keep for themselves."""
    found = [path for path in folder.rglob("*") if path.is_file() and not {".git", "home"} & set(path.parts)]
    return {str(path.relative_to(folder)): path.read_bytes() for path in found}


@each_way
def test_an_agent_that_asks_and_answers_gets_nothing_into_a_spec(way: Way, root: Path) -> None:
    async def conversation(agent: Agent) -> None:
        made = await agent.call("open_question", question=INSPECTION, about=f"{PATH}:8")
        stored = await agent.call("answer_question", id=made["id"], answer="a porter may unlock it")
        assert (stored["answer"]["kind"], stored["answer"]["confirmed"]) == ("agent", False)
        assert stored["answer"]["by"] == stored["asked"]["by"] == "Claude Code (over MCP)"
        again = await agent.call("ask_question", question=INSPECTION)
        assert (again["route"], again["by"], again["confirmed"]) == ("stored", "Claude Code (over MCP)", False)

    before = (root / PATH).read_bytes()
    talk(way, conversation)
    git(root, "add", "-A")
    git(root, "commit", "-q", "-m", "what an agent would do next")
    run = json.loads(CliRunner().invoke(app, ["improve", "--json"]).stdout)
    assert (run["edits"], run["branch"]) == ([], "")
    assert (root / PATH).read_bytes() == before
    assert git(root, "for-each-ref", "--format=%(refname)") == "refs/heads/main"


def test_an_answer_is_an_agents_though_a_person_started_the_host_at_a_terminal(
    root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    key = opened(INSPECTION)
    monkeypatch.setattr(sys.stdin, "isatty", lambda: True)
    stored = Questions(root).answer_question(key, "a porter", "Claude Code (over MCP)")
    assert stored["answer"]
    assert (stored["answer"]["kind"], stored["answer"]["confirmed"]) == ("agent", False)


@in_each_era
def test_a_client_cannot_pass_for_a_person(way: Way, root: Path) -> None:
    key = opened(INSPECTION)

    async def conversation(agent: Agent) -> None:
        stored = await agent.call("answer_question", id=key, answer="a porter")
        assert stored["answer"]["by"] == "Ada Example ada example.org kind: person (over MCP)"
        assert (stored["answer"]["kind"], stored["answer"]["confirmed"]) == ("agent", False)

    talk(way, conversation, name="Ada Example <ada@example.org>\n  kind: person\x1b")


REFUSALS: Sequence[tuple[str, dict[str, Any], str]] = [
    ("ask_question", {"question": ""}, "argument-empty"),
    ("ask_question", {"question": " \n"}, "argument-empty"),
    ("ask_question", {"question": LONG}, "argument-too-long"),
    ("ask_question", {"question": "kiln " * 500}, "question-too-long"),
    ("ask_question", {"question": "Who \x1b[2J?"}, "argument-unreadable"),
    ("ask_question", {"question": "Who \u202e?"}, "argument-unreadable"),
    ("search_specs", {"query": ""}, "argument-empty"),
    ("search_specs", {"query": LONG}, "argument-too-long"),
    ("get_answer", {"id": ""}, "argument-unreadable"),
    ("get_answer", {"id": "../../../secret"}, "argument-unreadable"),
    ("get_answer", {"id": "..\\secret"}, "argument-unreadable"),
    ("get_answer", {"id": ".hidden"}, "argument-unreadable"),
    ("get_answer", {"id": "x\0"}, "argument-unreadable"),
    ("get_answer", {"id": "none"}, "unknown-question"),
    ("validate", {"item": "../../spec"}, "unknown-item"),
    ("validate", {"item": "/etc/passwd"}, "unknown-item"),
    ("validate", {"item": LONG}, "argument-too-long"),
    ("review", {"target": "../kiln"}, "unknown-item"),
    ("review", {"target": "\x07"}, "argument-unreadable"),
    ("open_question", {"question": INSPECTION, "about": "../secret.yaml"}, "outside-openspec"),
    ("open_question", {"question": INSPECTION, "about": "/etc/passwd:1"}, "outside-openspec"),
    ("open_question", {"question": INSPECTION, "about": "openspec/../../spec.md"}, "outside-openspec"),
    ("open_question", {"question": INSPECTION, "about": "openspec"}, "outside-openspec"),
    ("open_question", {"question": INSPECTION, "about": "openspec/specs/none/spec.md:3"}, "unknown-place"),
    ("open_question", {"question": INSPECTION, "options": ["x"] * 11}, "argument-too-long"),
    ("open_question", {"question": INSPECTION, "options": [LONG]}, "argument-too-long"),
    ("open_question", {"question": INSPECTION, "options": [""]}, "argument-empty"),
    ("answer_question", {"id": "../secret", "answer": "x"}, "argument-unreadable"),
    ("answer_question", {"id": "none", "answer": "x"}, "unknown-question"),
    ("answer_question", {"id": "none", "answer": LONG}, "argument-too-long"),
    ("answer_question", {"id": "none", "answer": "\x00"}, "argument-unreadable"),
]
WRONG_FORMS: Sequence[tuple[str, dict[str, Any]]] = [
    ("ask_question", {}),
    ("ask_question", {"question": None}),
    ("ask_question", {"question": ["a", "b"]}),
    ("search_specs", {"query": "kiln", "limit": "many"}),
    ("open_question", {"question": INSPECTION, "options": {"a": 1}}),
    ("confirm", {"id": "none"}),
]


@each_way
def test_hostile_arguments_read_and_write_nothing_elsewhere_and_say_what_to_do(
    way: Way, root: Path, tmp_path: Path
) -> None:
    async def conversation(agent: Agent) -> None:
        for tool, arguments, code in REFUSALS:
            said = await agent.refused(tool, **arguments)
            assert said.endswith(f"\ncode: {code}"), (tool, arguments, said)
            assert "\nfix: " in said
            assert len(said) < 1_000
            assert HIDDEN not in said
        for tool, arguments in WRONG_FORMS:
            assert len(await agent.refused(tool, **arguments)) < 1_000
        assert (await agent.call("ask_question", question=COOLING))["state"] == "answered"

    before = _files(tmp_path)
    talk(way, conversation)
    assert _files(tmp_path) == before


@in_each_era
def test_the_way_through_a_link_is_closed(way: Way, root: Path, tmp_path: Path) -> None:
    (root / "openspec/questions").symlink_to(tmp_path)

    async def conversation(agent: Agent) -> None:
        assert "code: outside-openspec" in await agent.refused("open_question", question=INSPECTION)
        assert "code: " in await agent.refused("answer_question", id="secret", answer="x")
        assert "code: unknown-question" in await agent.refused("get_answer", id="secret")

    before = _files(tmp_path)
    talk(way, conversation)
    assert _files(tmp_path) == before


@each_way
def test_fifty_calls_at_once_are_all_answered(way: Way, root: Path) -> None:
    answers: list[Any] = []

    async def conversation(agent: Agent) -> None:
        async def call(n: int) -> None:
            tool, arguments = [
                ("ask_question", {"question": COOLING}),
                ("search_specs", {"query": "kiln door"}),
                ("review", {}),
                ("validate", {}),
                ("open_question", {"question": INSPECTION if n % 2 else f"Who paints wall {n} of the {n}th hall?"}),
            ][n % 5]
            answers.append(await agent.call(tool, **arguments))

        async with anyio.create_task_group() as calls:
            for n in range(50):
                calls.start_soon(call, n)

    talk(way, conversation)
    assert len(answers) == 50
    assert len({answer["file"] for answer in answers if answer.get("state") == "open"}) == 6
    assert len(list((root / "openspec/questions").glob("*.yaml"))) == 6


class WaitingDesk(Questions):
    """A desk whose answers wait for a model that says nothing until it is told to."""

    def __init__(self, root: Path) -> None:
        super().__init__(root)
        self.told = threading.Event()
        self.asked = 0

    def ask(self, question: str, about: str, options: tuple[str, ...], progress: Progress) -> Any:
        """Wait."""
        self.asked += 1
        assert self.told.wait(PATIENCE)
        return super().ask(question, about, options, progress)


@in_each_era
def test_calls_that_wait_for_a_model_hold_up_no_others(way: Way, root: Path) -> None:
    desk, answers = WaitingDesk(root), []

    async def conversation(agent: Agent) -> None:
        async def ask() -> None:
            answers.append(await agent.call("ask_question", question=COOLING))

        async with anyio.create_task_group() as calls:
            for _ in range(60):
                calls.start_soon(ask)
            while desk.asked < MOST_WAITING:  # noqa: ASYNC110 - threads count it
                await anyio.sleep(0.01)
            for _ in range(3):
                assert (await agent.call("search_specs", query="kiln"))["passages"]
                assert (await agent.call("validate"))["valid"]
            assert (desk.asked, answers) == (MOST_WAITING, [])
            desk.told.set()

    talk(way, conversation, desks=open_desks(root)._replace(questions=desk))
    assert len(answers) == desk.asked == 60


def test_the_end_waits_for_no_model(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with servers.model_server(always=servers.hang()) as model:
        monkeypatch.setenv("GEOFLOW_LLM__BASE_URL", model.base_url)
        with RawServer("-m", "geoflow", "mcp") as server:
            call = {"name": "ask_question", "arguments": {"question": UNKNOWN}}
            server.say(json.dumps({"jsonrpc": "2.0", "id": 2, "method": "tools/call", "params": call}))
            assert server.ask(3, "tools/call", name="search_specs", arguments={"query": "kiln"})["structuredContent"]
            assert server.end()[0] == 0


@in_each_era
def test_answers_that_are_given_at_once_are_all_kept(way: Way, root: Path) -> None:
    key = opened(INSPECTION)

    async def conversation(agent: Agent) -> None:
        async def answer(n: int) -> None:
            await agent.call("answer_question", id=key, answer=f"porter {n}")

        async with anyio.create_task_group() as calls:
            for n in range(10):
                calls.start_soon(answer, n)

    talk(way, conversation)
    text = (root / f"openspec/questions/{key}.yaml").read_text()
    assert all(f"porter {n}" in text for n in range(10))


@in_each_era
def test_an_answer_that_is_given_twice_is_kept_and_no_failure(way: Way, root: Path) -> None:
    key = opened(INSPECTION)

    async def conversation(agent: Agent) -> None:
        for _ in range(5):
            assert (await agent.call("answer_question", id=key, answer="a porter"))["state"] == "answered"

    talk(way, conversation)
    text = (root / f"openspec/questions/{key}.yaml").read_text()
    assert "a porter" in text


class BrokenDesk(Questions):
    """A desk with a defect."""

    def ask(self, *asked: object) -> Any:  # noqa: ARG002 - the port has them
        """Fail as no desk should."""
        raise ZeroDivisionError(HIDDEN)


@in_each_era
def test_a_defect_costs_one_call_and_tells_the_agent_nothing(
    way: Way, root: Path, caplog: pytest.LogCaptureFixture
) -> None:
    async def conversation(agent: Agent) -> None:
        assert await agent.refused("ask_question", question=COOLING) == "Error executing tool ask_question"
        assert (await agent.call("search_specs", query="kiln"))["passages"]

    talk(way, conversation, desks=open_desks(root)._replace(questions=BrokenDesk(root)))
    assert HIDDEN in caplog.text


def test_lines_that_are_no_json_rpc_cost_nothing_and_the_end_of_stdin_ends_the_server(root: Path) -> None:
    with RawServer("-m", "geoflow", "mcp") as server:
        call = {"name": "ask_question", "arguments": {"question": COOLING}}
        half = json.dumps({"jsonrpc": "2.0", "id": 9, "method": "tools/call", "params": {**call, "name": "\ud800"}})
        for line in (b"", b"garbage", b'{"jsonrpc":', b"\xff\xfe", b"[1, 2]", b"[" * 10_000, b'{"id": 5}', half):
            server.say(line)
        assert server.ask(2, "tools/call", **call)["structuredContent"]["state"] == "answered"
        assert server.ask(3, "no/such/method")["code"] == -32601
        code, out, talk = server.end()
    assert (code, out) == (0, b"")
    assert "Traceback" not in talk


PRINTING = """
import os, sys
from geoflow.adapters.mcp_server import build_server, serve
from geoflow.adapters.mcp_server_tools import Desks
from geoflow.cli.mcp_pages import Pages
from pathlib import Path
class Desk:
    def search(self, query, limit):
        print("buffered")
        print("flushed", flush=True)
        os.write(1, b"raw\\n")
        os.system("echo child")
        return {"passages": [], "searched": 0}
serve(build_server(Desks(Desk(), None, None, None, Pages(Path())), "read", "1"))
"""


def test_whatever_is_printed_goes_to_stderr(root: Path) -> None:
    with RawServer("-c", PRINTING) as server:
        for number in (2, 3):
            answer = server.ask(number, "tools/call", name="search_specs", arguments={"query": "kiln"})
            assert answer["structuredContent"]["searched"] == 0
        code, out, talk = server.end()
    assert (code, out) == (0, b"")
    assert {"buffered", "flushed", "raw", "child"} <= set(talk.split())


def test_a_client_that_is_gone_ends_the_server_without_a_word(root: Path) -> None:
    with RawServer("-m", "geoflow", "mcp") as server:
        assert server.process.stdin
        assert server.process.stdout
        server.process.stdout.close()
        server.say(json.dumps({"jsonrpc": "2.0", "id": 2, "method": "tools/list"}))
        server.process.stdin.close()
        assert server.process.wait(PATIENCE) == 0
        assert server.process.stderr
        assert server.process.stderr.read() == b""
        server.process.stdin = server.process.stdout = None


def test_ctrl_c_ends_it_though_stdin_is_open(root: Path) -> None:
    with RawServer("-m", "geoflow", "mcp") as server:
        server.process.send_signal(signal.SIGINT)
        assert server.process.wait(PATIENCE) == -signal.SIGINT


def test_a_person_who_types_it_is_told_what_it_waits_for(root: Path) -> None:
    ours, theirs = pty.openpty()
    command = [sys.executable, "-m", "geoflow", "mcp"]
    with subprocess.Popen(command, stdin=theirs, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        os.close(theirs)
        assert process.stderr
        assert b"Ctrl-C ends it" in process.stderr.readline()
        process.terminate()
    os.close(ours)


def _start(folder: Path, *arguments: str) -> "subprocess.CompletedProcess[bytes]":
    command = [sys.executable, "-m", "geoflow", "mcp", *arguments]
    return subprocess.run(command, cwd=folder, stdin=subprocess.DEVNULL, capture_output=True, check=False)


def test_with_nothing_on_stdin_it_ends_at_once(root: Path) -> None:
    done = _start(root)
    assert (done.returncode, done.stdout, done.stderr) == (0, b"", b"")


def test_without_openspec_it_says_on_stderr_what_to_do(tmp_path: Path) -> None:
    done = _start(tmp_path)
    assert (done.returncode, done.stdout) == (3, b"")
    assert b"There is no openspec/ folder" in done.stderr
    assert b"\n  fix: " in done.stderr


def test_a_capability_that_there_is_not_is_typed_wrong(root: Path) -> None:
    done = _start(root, "--capability", "everything")
    assert (done.returncode, done.stdout) == (2, b"")


def test_no_other_command_loads_the_sdk(root: Path) -> None:
    code = "import sys, geoflow.cli.app, geoflow.cli.mcp, geoflow.cli.mcp_desk, geoflow.cli.mcp_questions; assert 'mcp' not in sys.modules"
    subprocess.run([sys.executable, "-c", code], check=True, env=os.environ)
