"""Long work over MCP: runs that are started, followed, cancelled, and outlive the server that started them."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from geoflow.adapters.runs import Runs
from tests import servers
from tests.builders import git
from tests.cli.mcp_clients import IN_MEMORY, WAYS, Agent, RawServer, Way, ended, happens, talk
from tests.cli.verbs import PATH, State, good, kiln, state_of

if TYPE_CHECKING:
    from psutil import Process

in_memory = pytest.mark.parametrize("way", IN_MEMORY, ids="-".join)
each_way = pytest.mark.parametrize("way", WAYS, ids="-".join)
SERVE = ("-m", "geoflow", "mcp", "--capability", "improve")
PATIENCE = 60.0


@pytest.fixture
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("GEOFLOW_LLM__BASE_URL", "none")
    return kiln(tmp_path, monkeypatch)


def is_gone(process: "Process") -> bool:
    from psutil import STATUS_ZOMBIE

    return not process.is_running() or process.status() == STATUS_ZOMBIE


def until(is_so: Callable[[], object]) -> None:
    end = time.monotonic() + PATIENCE
    while not is_so():
        assert time.monotonic() < end, "it never came"
        time.sleep(0.02)


def process_of(root: Path, run: str) -> "Process":
    from psutil import Process

    record = json.loads((root / f".git/geoflow/mcp-runs/{run}/run.json").read_text())
    return Process(record["pid"])


def unchanged(root: Path, before: State) -> bool:
    after = state_of(root)
    return (after.files, after.index, after.head, after.refs) == (before.files, before.index, before.head, before.refs)


@each_way
def test_an_improve_run_is_followed_to_its_branch(way: Way, root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    before = state_of(root)

    async def conversation(agent: Agent) -> None:
        started = await agent.call("improve", targets=["kiln"], budget="5m")
        assert started["state"] in ("running", "done")
        found = await ended(agent, started["run"])
        assert (found["state"], found["error"]) == ("done", {})
        assert found["result"]["schema"] == "geoflow.improve/1"
        assert found["progress"]["done"] == found["progress"]["total"]
        edits = found["result"]["edits"]
        assert any("The siren SHALL sound when smoke is detected." in edit["new"] for edit in edits)
        branch = found["result"]["branch"]
        assert git(root, "diff", "--name-only", "main", branch) == PATH

    with servers.model_server(always=good) as server:
        monkeypatch.setenv("GEOFLOW_LLM__BASE_URL", server.base_url)
        talk(way, conversation, capability="improve")
    assert unchanged(root, before)


@each_way
def test_without_a_model_a_run_ends_and_without_a_commit_it_says_what_to_do(way: Way, root: Path) -> None:
    async def conversation(agent: Agent) -> None:
        found = await ended(agent, (await agent.call("improve"))["run"])
        assert (found["state"], len(found["result"]["edits"])) == ("done", 1)  # a template's
        git(root, "update-ref", "-d", "refs/heads/main")
        found = await ended(agent, (await agent.call("improve"))["run"])
        assert (found["state"], found["error"]["code"], found["result"]) == ("failed", "unborn-branch", {})
        assert "git commit" in found["error"]["fix"]

    talk(way, conversation, capability="improve")


@each_way
def test_a_review_with_roles_is_a_run_and_one_by_rule_is_not(
    way: Way, root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def conversation(agent: Agent) -> None:
        assert (await agent.call("review", target="kiln"))["run"] == ""
        started = await agent.call("review", target="kiln", roles="testing")
        found = await ended(agent, started["run"])
        assert (found["state"], found["error"]) == ("done", {})
        assert found["result"]["schema"] == "geoflow.review/1"
        assert found["result"]["looked_at"] == 3

    with servers.model_server(always=good) as server:
        monkeypatch.setenv("GEOFLOW_LLM__BASE_URL", server.base_url)
        talk(way, conversation)
        assert server.requests


@each_way
def test_a_cancelled_run_delivers_what_it_kept_and_leaves_no_process(
    way: Way, root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = state_of(root)

    async def conversation(agent: Agent) -> None:
        run = (await agent.call("improve"))["run"]
        process = process_of(root, run)
        await happens(lambda: len(server.requests) >= 2)
        at_work = await agent.call("get_run", run=run)
        assert at_work["state"] == "running"
        assert at_work["progress"]["total"] > at_work["progress"]["done"] > 0
        found = await agent.call("cancel_run", run=run)
        assert found["state"] == "cancelled"
        assert len(found["result"]["edits"]) == 2  # one a template's, one the model's
        assert git(root, "rev-parse", found["result"]["branch"])
        assert is_gone(process)
        assert (await agent.call("cancel_run", run=run))["state"] == "cancelled"

    with servers.model_server(good, always=servers.hang()) as server:
        monkeypatch.setenv("GEOFLOW_LLM__BASE_URL", server.base_url)
        talk(way, conversation, capability="improve")
    assert unchanged(root, before)


@each_way
def test_one_improve_run_at_a_time_and_two_reviews(way: Way, root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async def conversation(agent: Agent) -> None:
        first = (await agent.call("improve"))["run"]
        said = await agent.refused("improve")
        assert first in said
        assert said.endswith("code: run-in-progress")
        reviews = [(await agent.call("review", roles="testing"))["run"] for _ in range(2)]
        assert "code: run-in-progress" in await agent.refused("review", roles="testing")
        for run in (first, *reviews):
            await agent.call("cancel_run", run=run)
        again = (await agent.call("improve"))["run"]
        await agent.call("cancel_run", run=again)

    with servers.model_server(always=servers.hang()) as server:
        monkeypatch.setenv("GEOFLOW_LLM__BASE_URL", server.base_url)
        talk(way, conversation, capability="improve")


def test_a_run_outlives_its_server_and_another_one_cancels_it(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with servers.model_server(always=servers.hang()) as model:
        monkeypatch.setenv("GEOFLOW_LLM__BASE_URL", model.base_url)
        with RawServer(*SERVE) as server:
            started = server.ask(2, "tools/call", name="improve", arguments={})["structuredContent"]
            until(lambda: model.requests)
            server.process.kill()
            server.process.wait()
        process = process_of(root, started["run"])
        assert process.is_running()
        with RawServer(*SERVE) as server:
            asked = {"arguments": {"run": started["run"]}}
            assert server.ask(2, "tools/call", name="get_run", **asked)["structuredContent"]["state"] == "running"
            found = server.ask(3, "tools/call", name="cancel_run", **asked)["structuredContent"]
            assert (found["state"], len(found["result"]["edits"])) == ("cancelled", 1)
            until(lambda: is_gone(process))


def test_a_run_whose_process_was_killed_has_failed(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async def conversation(agent: Agent) -> None:
        run = (await agent.call("improve"))["run"]
        await happens(lambda: server.requests)
        process_of(root, run).kill()
        found = await ended(agent, run)
        assert (found["state"], found["error"]["code"]) == ("failed", "run-died")
        assert found["error"]["fix"]

    with servers.model_server(always=servers.hang()) as server:
        monkeypatch.setenv("GEOFLOW_LLM__BASE_URL", server.base_url)
        talk(IN_MEMORY[0], conversation, capability="improve")


STUBBORN = "import signal, subprocess, sys, time; signal.signal(signal.SIGINT, signal.SIG_IGN); "
STUBBORN += "print(subprocess.Popen(['sleep', '600']).pid, file=sys.stderr, flush=True); time.sleep(600)"


def test_a_run_that_will_not_end_is_killed_with_what_it_started(tmp_path: Path) -> None:
    import psutil

    runs = Runs(tmp_path / "runs", grace=0.2)
    run = runs.start("improve", [sys.executable, "-c", STUBBORN], tmp_path, 1).run
    talk_file = tmp_path / "runs" / run / "talk.txt"
    until(lambda: talk_file.read_text().endswith("\n"))
    child = psutil.Process(int(talk_file.read_text()))
    assert runs.cancel(run).state == "cancelled"
    until(lambda: is_gone(child))


def test_another_process_with_the_number_of_a_run_is_left_alone(tmp_path: Path) -> None:
    place = tmp_path / "20261127-101010-abcdef"
    place.mkdir()
    (place / "run.json").write_text(json.dumps({"kind": "improve", "pid": os.getpid(), "created": 1.0}))
    before = signal.getsignal(signal.SIGINT)
    assert Runs(tmp_path).cancel(place.name).state == "failed"
    assert signal.getsignal(signal.SIGINT) is before


def test_only_so_many_runs_are_remembered(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for number in range(60):
        (tmp_path / f"20250101-101010-{number:06x}").mkdir()
    Runs(tmp_path).start("improve", ["true"], tmp_path, 1)
    kept = sorted(path.name for path in tmp_path.glob("20*"))
    assert len(kept) == 50
    assert kept[0] == f"20250101-101010-{11:06x}"


REFUSALS: list[tuple[str, dict[str, Any], str]] = [
    ("get_run", {"run": "../../../kiln"}, "unknown-run"),
    ("get_run", {"run": ""}, "unknown-run"),
    ("get_run", {"run": "20260101-101010-abcdef"}, "unknown-run"),
    ("cancel_run", {"run": "/etc"}, "unknown-run"),
    ("improve", {"targets": ["--replay=/etc/passwd"]}, "unknown-item"),
    ("improve", {"targets": ["../kiln"]}, "unknown-item"),
    ("improve", {"targets": [""]}, "argument-empty"),
    ("improve", {"targets": ["kiln"] * 101}, "argument-too-long"),
    ("improve", {"budget": "ten"}, "budget-unreadable"),
    ("improve", {"budget": "2h"}, "budget-too-large"),
    ("review", {"roles": "testing", "target": "--help"}, "unknown-item"),
    ("review", {"roles": "--rules-only"}, "unknown-role"),
    ("review", {"roles": ","}, "unknown-role"),
]


@each_way
def test_hostile_arguments_start_nothing(way: Way, root: Path) -> None:
    async def conversation(agent: Agent) -> None:
        for tool, arguments, code in REFUSALS:
            said = await agent.refused(tool, **arguments)
            assert said.endswith(f"\ncode: {code}"), (tool, arguments, said)
            assert "\nfix: " in said

    talk(way, conversation, capability="improve")
    runs = root / ".git/geoflow/mcp-runs"
    assert not runs.exists() or not [path for path in runs.iterdir() if path.is_dir()]


def test_a_module_of_the_repository_cannot_pass_for_geoflow(root: Path) -> None:
    (root / "geoflow").mkdir()
    (root / "geoflow/__init__.py").write_text("open('taken', 'w').close()\n")
    (root / "geoflow/__main__.py").write_text("")
    (root / "json.py").write_text("open('taken', 'w').close()\n")

    async def conversation(agent: Agent) -> None:
        assert (await ended(agent, (await agent.call("improve"))["run"]))["state"] == "done"

    talk(IN_MEMORY[0], conversation, capability="improve")
    assert not (root / "taken").exists()


@pytest.mark.parametrize("capability", ["read", "contribute"])
def test_who_may_not_improve_can_neither_start_nor_end_such_a_run(
    capability: Any, root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    runs: list[str] = []

    async def start(agent: Agent) -> None:
        runs.append((await agent.call("improve"))["run"])

    async def meddle(agent: Agent) -> None:
        assert "Unknown tool" in await agent.refused("improve")
        assert (await agent.call("get_run", run=runs[0]))["state"] == "running"
        assert "code: not-allowed" in await agent.refused("cancel_run", run=runs[0])
        assert (await agent.call("get_run", run=runs[0]))["state"] == "running"

    async def end(agent: Agent) -> None:
        await agent.call("cancel_run", run=runs[0])

    with servers.model_server(always=servers.hang()) as server:
        monkeypatch.setenv("GEOFLOW_LLM__BASE_URL", server.base_url)
        talk(IN_MEMORY[0], start, capability="improve")
        talk(IN_MEMORY[0], meddle, capability=capability)
        talk(IN_MEMORY[0], end, capability="improve")


def typed(root: Path) -> "subprocess.Popen[bytes]":
    """Type improve as a person does."""
    return subprocess.Popen([sys.executable, "-m", "geoflow", "improve", "--json"], cwd=root, stdout=-1, stderr=-1)


@in_memory
def test_an_agent_s_run_and_a_person_s_keep_each_other_out(
    way: Way, root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def conversation(agent: Agent) -> None:
        with typed(root) as person:
            await happens(lambda: server.requests)
            found = await ended(agent, (await agent.call("improve"))["run"])
            assert (found["state"], found["error"]["code"]) == ("failed", "improve-at-work")
            assert f"process {person.pid} in {root}" in found["error"]["message"]
            person.kill()
        asked = len(server.requests)
        run = (await agent.call("improve"))["run"]
        await happens(lambda: len(server.requests) > asked)
        with typed(root) as person:
            out, _ = person.communicate(timeout=PATIENCE)
        assert (person.returncode, json.loads(out)["code"]) == (3, "improve-at-work")
        await agent.call("cancel_run", run=run)

    with servers.model_server(always=servers.hang()) as server:
        monkeypatch.setenv("GEOFLOW_LLM__BASE_URL", server.base_url)
        talk(way, conversation, capability="improve")
