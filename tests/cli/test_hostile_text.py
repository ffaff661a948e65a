"""One hostile text in every place that a user's text comes from, looked for raw in every form of output."""

import json
import re
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import anyio
import pytest
from typer.testing import CliRunner

from geoflow import __version__
from geoflow.__main__ import answer_quickly
from geoflow.adapters.mcp_server import build_server
from geoflow.cli.app import app
from geoflow.cli.mcp_desk import open_desks
from tests.builders import git
from tests.cli.hostile import FOLDER, HOSTILE, MARK, forged_lines, hostile_repository, raw_signs
from tests.servers import model_server


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    with pytest.MonkeyPatch.context() as patched:
        for role in ("AUTHOR", "COMMITTER"):
            patched.setenv(f"GIT_{role}_NAME", "Ada [red]")
            patched.setenv(f"GIT_{role}_EMAIL", "ada@example.org")
        yield hostile_repository(tmp_path_factory.mktemp("hostile") / "r[red]")


@pytest.fixture
def root(built: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(built)
    monkeypatch.setenv("GEOFLOW_LLM__BASE_URL", "none")
    monkeypatch.setenv("COLUMNS", "9999")
    return built


# Every command that shows a text of the tree, in every form. What writes comes last, and works on the same tree.
SHOWN = [
    [],
    ["--json"],
    ["list"],
    ["list", "--json"],
    ["list", "--specs"],
    ["validate", "--all", "--strict"],
    ["validate", "--all", "--json"],
    ["validate", "--all", "--report", "findings", "--json"],
    ["validate", HOSTILE],
    ["show", "gate", "--json"],
    ["show", "lock", "--json"],
    ["show", FOLDER, "--json"],
    ["show", HOSTILE],
    ["review", "--rules-only"],
    *(["review", "--rules-only", "--format", form] for form in ("json", "sarif", "github", "markdown")),
    ["review", "--rules-only", "--since", "HEAD~1"],
    ["review", HOSTILE, "--rules-only"],
    ["review", "lock", "--verdict", "revise", "--comment", HOSTILE, "--json"],
    ["ask", "What is gracefully for?"],
    ["ask", HOSTILE],
    ["ask", HOSTILE, "--json"],
    ["ask", "--list", "--all"],
    ["ask", "--list", "--all", "--json"],
    ["ask", "--answer", HOSTILE, "x"],
    ["feedback", "list"],
    ["feedback", "list", "--json"],
    ["feedback", HOSTILE, "--accept"],
    ["feedback", "abcd1234abcd", "--comment", HOSTILE],
    ["feedback", "lock", "--comment", HOSTILE, "--json"],
    ["trust", "--list"],
    ["trust", "--list", "--json"],
    ["config", "show"],
    ["config", "show", "--json"],
    ["config", "show", HOSTILE],
    ["config", "set", "llm.model", HOSTILE, "--dry-run"],
    ["config", "set", HOSTILE, HOSTILE],
    ["config", "path"],
    ["doctor"],
    ["doctor", "--json"],
    ["doctor", "--bug-report"],
    ["monitor", "record", "--dry-run"],
    ["monitor", "show"],
    ["monitor", "history"],
    ["monitor", "history", HOSTILE],
    ["monitor", "compare", "HEAD~1"],
    ["monitor", "compare", HOSTILE],
    ["monitor", "check"],
    *(["monitor", "export", "--format", form] for form in ("json", "csv", "prometheus", "badge")),
    ["monitor", "push", HOSTILE],
    ["model", "list"],
    ["model", "use", HOSTILE],
    ["mcp", "tools"],
    ["mcp", "tools", "--json"],
    ["mcp", "call", HOSTILE, HOSTILE],
    ["archive", FOLDER, "--dry-run"],
    ["archive", "lock", "--dry-run"],
    ["archive", HOSTILE, "--dry-run"],
    ["bench", "gate", "--per-operator", "1"],
    ["improve", "--dry-run"],
    ["improve", "--dry-run", "--json"],
    ["improve", HOSTILE],
    ["improve", "--explain"],
    ["improve"],
    ["improve", "--outcomes"],
    ["improve", "--outcomes", "--json"],
    ["improve", "--triage"],
    ["improve", "--triage", "--json"],
    ["improve", "--triage", "--reject", f"all:{HOSTILE}"],
    ["propose", HOSTILE, "--name", HOSTILE],
    ["init", "--json"],
    ["demo", HOSTILE],
]


@pytest.mark.parametrize("arguments", SHOWN, ids=lambda words: " ".join(words)[:40].encode("ascii", "replace").decode())
def test_no_command_prints_it_raw(root: Path, arguments: list[str]) -> None:
    result = CliRunner().invoke(app, arguments)
    assert result.exception is None or isinstance(result.exception, SystemExit), repr(result.exception)
    for text in (result.stdout, result.stderr):
        assert raw_signs(text) == set()
        if "github" in arguments or "markdown" in arguments:
            assert list(forged_lines(text)) == []
    if "markdown" in arguments:
        assert re.search(r"(?<!\\)<script", result.stdout) is None
    elif "--json" not in arguments and "sarif" not in arguments:
        # What looks like markup is shown as it is written.
        assert result.stdout.count(MARK) - result.stdout.count(f"{MARK}[red]") <= result.stdout.count("…")
    if "--json" in arguments:
        assert json.loads(result.stdout)["schema"].startswith("geoflow.")


@pytest.mark.parametrize(
    "arguments", [[], ["list"], ["list", "--specs"], ["validate", "--all"], ["review", "--rules-only"]]
)
def test_nor_does_the_short_way(root: Path, arguments: list[str], capfd: pytest.CaptureFixture[str]) -> None:
    assert root.is_dir()
    assert answer_quickly(arguments) is not None
    sys.stdout.flush()
    shown = capfd.readouterr()
    assert MARK in shown.out
    assert raw_signs(shown.out + shown.err) == set()


def test_commits_of_improve_have_no_forged_trailer_and_nothing_raw(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    root = hostile_repository(tmp_path / "own")  # where no other run waits for its merge
    monkeypatch.chdir(root)
    monkeypatch.setenv("GEOFLOW_LLM__BASE_URL", "none")
    result = CliRunner().invoke(app, ["improve", "--json"])
    branch = json.loads(result.stdout)["branch"]
    assert branch, result.stdout[:2000]
    messages = git(root, "log", "--format=%B%x00", f"HEAD..{branch}")
    assert MARK in messages
    assert {sign for sign in messages if not (sign.isprintable() or sign in "\n\0")} == set()
    trailers = git(root, "log", "--format=%(trailers:key=Geoflow-Run,valueonly)", f"HEAD..{branch}")
    assert "forged" not in trailers
    assert not [line for line in messages.splitlines() if line.startswith(("Geoflow-Run: forged", "::"))]


@pytest.mark.parametrize("page", [["bench", "review", "--rules-only", "--per-operator", "1"]])
def test_pages_hold_no_script_of_a_spec(root: Path, page: list[str], tmp_path: Path) -> None:
    assert root.is_dir()
    result = CliRunner().invoke(app, [*page, "--html", str(tmp_path / "page.html")])
    assert result.exit_code in {0, 1, 3}, result.output
    if (tmp_path / "page.html").exists():
        text = (tmp_path / "page.html").read_text("utf-8")
        assert "<script>alert" not in text
        assert raw_signs(text) == set()


CALLS: list[tuple[str, dict[str, Any]]] = [
    ("ask_question", {"question": "What is gracefully for?"}),
    ("ask_question", {"question": HOSTILE}),
    ("search_specs", {"query": "gracefully"}),
    ("get_answer", {"id": "abcd1234abcd"}),
    ("list_questions", {}),
    ("validate", {}),
    ("review", {}),
    ("review", {"target": HOSTILE}),
    ("get_change", {"id": "lock"}),
    ("get_change", {}),
    ("get_change", {"id": HOSTILE}),
    ("get_metrics", {}),
    ("open_question", {"question": HOSTILE, "about": "openspec/specs/gate/spec.md"}),
    ("give_feedback", {"target": "lock", "verdict": "reject", "reason": HOSTILE}),
    ("submit_review", {"change": "lock", "base": HOSTILE, "verdict": "revise"}),
]


def test_results_over_mcp_have_nothing_raw(root: Path) -> None:
    from mcp import Client

    server = build_server(open_desks(root), "contribute", __version__)
    texts: dict[str, str] = {}

    async def call_all() -> None:
        async with Client(server) as client:
            for name, arguments in CALLS:
                result = await client.call_tool(name, arguments)
                texts[f"{name} {arguments}"] = "\n".join(getattr(one, "text", "") for one in result.content)

    anyio.run(call_all)
    assert sum(MARK in text for text in texts.values()) > 6
    assert {call: raw_signs(text) for call, text in texts.items() if raw_signs(text)} == {}


def test_the_name_and_the_reply_of_a_model_are_shown_as_text(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert root.is_dir()
    with model_server(always={"answer": HOSTILE, "quote": HOSTILE}, model=HOSTILE) as server:
        monkeypatch.setenv("GEOFLOW_LLM__BASE_URL", server.base_url)
        for command in (["model", "list"], ["model", "list", "--json"], ["doctor"], ["ask", "Who gracefully?"]):
            monkeypatch.setenv("GEOFLOW_LLM__MODEL", "" if command[0] == "model" else HOSTILE)
            result = CliRunner().invoke(app, command)
            assert raw_signs(result.stdout + result.stderr) == set(), command
