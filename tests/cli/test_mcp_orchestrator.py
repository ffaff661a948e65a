"""`geoflow mcp tools` and `geoflow mcp call`, typed at a terminal or in a pipe."""

import json
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from geoflow.cli.app import app
from tests.adapters.mcp_scripts import Script, tool, write_servers
from tests.cli.asking import kiln
from tests.cli.test_ask_tools import allow

BODY = """
if name == "add":
    reply = text(json.dumps(arguments, sort_keys=True))
elif name == "fail":
    reply = text("No such thing.") | {"isError": True}
else:
    reply = text("first \\x1b[2Jline\\nsecond line\\n")
"""
NUMBERS = {
    "name": "add",
    "description": "Adds",
    "inputSchema": {
        "type": "object",
        "properties": {
            "a": {"type": "integer"},
            "note": {"type": "string"},
            "list": {"type": "array", "items": {"type": "string"}},
        },
        "required": ["a"],
    },
}


@pytest.fixture
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    return kiln(tmp_path, monkeypatch)


@pytest.fixture
def wiki(root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Script:
    described = tool("look", "query") | {"description": "Looks \x1b[31mit up.\n\n" + "long words " * 100}
    server = Script(tmp_path, "wiki", BODY, tools=[described, NUMBERS, tool("fail", reads=False)])
    dead = Script(tmp_path, "dead", before="raise SystemExit(3)")
    allow(tmp_path, monkeypatch, {"wiki": server.document(), "dead": dead.document()}, "wiki:*")
    return server


def mcp(*arguments: str) -> Result:
    result = CliRunner().invoke(app, ["mcp", *arguments])
    assert result.exception is None or isinstance(result.exception, SystemExit), repr(result.exception)
    return result


def document(*arguments: str) -> dict[str, Any]:
    found = json.loads(mcp(*arguments, "--json").stdout)
    assert isinstance(found, dict)
    return found


def test_tools_shows_servers_and_what_a_model_may_call(wiki: Script) -> None:
    result = mcp("tools")
    lines = result.stdout.splitlines()
    assert result.exit_code == 0
    assert lines[0] == "wiki  ready, protocol 2025-06-18, from your mcp.json"
    assert lines[1] == "  look  a model may call it"
    assert "  add  not allowed to models, may change things" in lines
    assert "    Adds (a, [note], [list])" in lines
    assert "dead  left out, from your mcp.json" in lines
    assert "    cannot be reached: Connection closed" in lines
    assert max(map(len, lines)) <= 80
    assert "\x1b" not in result.stdout
    assert wiki.calls == []


def test_tools_for_scripts(wiki: Script) -> None:
    found = document("tools")
    assert found["schema"] == "geoflow.mcp-tools/1"
    first, second = found["servers"]
    assert (first["name"], first["origin"], first["state"], first["protocol"]) == (
        "wiki",
        "user",
        "ready",
        "2025-06-18",
    )
    assert [(one["name"], one["allowed"], one["only_reads"]) for one in first["tools"]] == [
        ("look", True, True),
        ("add", False, False),
        ("fail", False, False),
    ]
    assert first["tools"][1]["arguments"]["properties"]["a"] == {"type": "integer"}
    assert (second["name"], second["state"], second["tools"]) == ("dead", "left out", [])


def test_without_servers_it_says_so(root: Path) -> None:
    assert mcp("tools").stdout == "No MCP server is named in your mcp.json or the repository's.\n"
    assert document("tools")["servers"] == []


def test_call_prints_the_result_as_text(wiki: Script) -> None:
    result = mcp("call", "wiki", "look", "--arg", "query=a=b")
    assert (result.exit_code, result.stdout) == (0, "first [2Jline\nsecond line\n")
    assert wiki.calls == ['look {"query": "a=b"}']


def test_call_takes_arguments_as_the_tool_wants_them(wiki: Script) -> None:
    given = ("--arg", "a=5", "--arg", "note=007", "--json-args", '{"list": ["x"], "a": 1}')
    found = document("call", "wiki", "add", *given)
    assert json.loads(found["text"]) == {"a": 5, "note": "007", "list": ["x"]}
    assert (found["schema"], found["server"], found["tool"]) == ("geoflow.mcp-call/1", "wiki", "add")


@pytest.mark.parametrize(
    ("arguments", "code", "exit_code"),
    [
        (("wiki", "fail"), "tool-failed", 1),
        (("wiki", "gone"), "tool-unknown", 2),
        (("gone", "look"), "tool-server-unknown", 2),
        (("dead", "look"), "tool-unreachable", 3),
        (("theirs", "look"), "tool-untrusted", 3),
        (("wiki", "look", "--arg", "query"), "bad-options", 2),
        (("wiki", "look", "--json-args", "[1]"), "bad-options", 2),
        (("wiki", "look", "--json-args", "{"), "bad-options", 2),
    ],
)
def test_failures_are_told_apart(
    root: Path, wiki: Script, arguments: tuple[str, ...], code: str, exit_code: int
) -> None:
    write_servers(root / "mcp.json", {"theirs": {"command": "touch", "args": [str(root / "canary")]}})
    result = mcp("call", *arguments, "--json")
    found = json.loads(result.stdout)
    assert (found["code"], result.exit_code) == (code, exit_code)
    assert found["message"]
    assert found["fix"]
    assert not (root / "canary").exists()


def test_from_within_a_server_of_geoflow_nothing_is_started(wiki: Script, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GEOFLOW_MCP_DEPTH", "1")
    for arguments in (("tools",), ("call", "wiki", "look")):
        assert document(*arguments)["code"] == "tool-too-deep"
    assert wiki.lines == []


def test_trust_shows_the_whole_command_on_its_line(root: Path) -> None:
    theirs = {
        "command": "sh",
        "args": ["-c", "true " + "x" * 500 + "\nmcp.json  trusted\n    starts nothing"],
        "env": {"TOKEN": "abc"},
        "cwd": "tools",
    }
    write_servers(
        root / "mcp.json", {"theirs": theirs, "web": {"url": "http://198.51.100.7/mcp", "headers": {"X": "y"}}}
    )
    lines = CliRunner().invoke(app, ["trust", "--list"]).stdout.splitlines()
    assert lines[0] == "mcp.json  not trusted"
    assert f'starts the MCP server "theirs" in {root}/tools, whose files may change: sh -c' in lines[1]
    assert "x" * 500 in lines[1]
    assert "starts nothing', with the variables TOKEN" in lines[1]
    assert lines[3].strip() == 'connects to the MCP server "web" at http://198.51.100.7/mcp, with the headers X'
    assert "mcp.json  trusted" not in lines


def test_doctor_says_what_a_model_may_call(wiki: Script, monkeypatch: pytest.MonkeyPatch) -> None:
    def told() -> list[tuple[str, str]]:
        checks = json.loads(CliRunner().invoke(app, ["doctor", "--json"]).stdout)["checks"]
        return [(one["status"], one["text"]) for one in checks if one["area"] == "tools"]

    assert told() == [("ok", "a model may call wiki:*")]
    monkeypatch.setenv("GEOFLOW_TOOLS__ALLOW", "wiki,gone:look")
    [(status, text)] = told()
    assert (status, "wiki: tools.allow has it without a tool" in text, "gone: no mcp.json" in text) == (
        "fail",
        True,
        True,
    )
    assert wiki.lines == []
