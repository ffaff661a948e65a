"""`geoflow mcp --http` as a person starts it: what it prints, who is let in, how it ends, and `--root`."""

import json
import os
import re
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from http.client import HTTPConnection
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from geoflow.cli.app import app
from tests.cli.asking import COOLING, kiln
from tests.cli.mcp_clients import PATIENCE, RawServer

GIVEN = "a-token-of-the-user-0123456789"
ROUTES = ("/mcp", "/health", "/nowhere")
NO_TOKEN = {"GEOFLOW_MCP__TOKEN": ""}


@pytest.fixture
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    return kiln(tmp_path, monkeypatch)


class Started:
    """A server's process, and what it printed before it answered."""

    def __init__(self, process: "subprocess.Popen[str]") -> None:
        assert process.stderr
        self.process = process
        self.told = process.stderr.readline()
        self.configuration = json.loads(process.stderr.readline())["mcpServers"]["geoflow"]
        found = re.fullmatch(r"http://127\.0\.0\.1:(\d+)/mcp", self.configuration["url"])
        assert found
        self.port = int(found[1])

    def ask(self, path: str, **headers: str) -> tuple[int, bytes]:
        """Send a GET."""
        connection = HTTPConnection("127.0.0.1", self.port, timeout=PATIENCE)
        connection.request("GET", path, headers=headers)
        response = connection.getresponse()
        given = response.status, response.read()
        connection.close()
        return given

    def end(self, number: int) -> tuple[int, str]:
        """Send a signal; the exit code, and what was still told."""
        self.process.send_signal(number)
        code = self.process.wait(PATIENCE)
        assert self.process.stderr
        return code, self.process.stderr.read()


@contextmanager
def _started(*arguments: str, **environment: str) -> Iterator[Started]:
    command = [sys.executable, "-m", "geoflow", "mcp", "--http", "--port", "0", *arguments]
    given = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "text": True}
    with subprocess.Popen(command, stdin=subprocess.DEVNULL, env={**os.environ, **environment}, **given) as process:  # type: ignore[call-overload]
        try:
            yield Started(process)
        finally:
            process.kill()


def test_a_token_is_made_and_what_is_printed_lets_a_client_in(root: Path) -> None:
    with _started() as server:
        bearer = server.configuration["headers"]
        assert server.configuration["type"] == "http"
        assert len(bearer["Authorization"]) > len("Bearer ") + 40
        for path in ROUTES:
            assert server.ask(path)[0] == 401
            assert server.ask(path, **bearer, Host="evil.example")[0] == 421
            assert server.ask(path, **bearer, Origin="http://evil.example")[0] == 403
        assert server.ask("/health", **bearer) == (200, b'{"status":"ok","version":"0.1.0"}')
        assert server.ask("/nowhere", **bearer)[0] == 404
        code, told = server.end(signal.SIGINT)
    assert (code, "GEOFLOW_MCP__TOKEN to keep one" in told, "Traceback" in told) == (130, True, False)


def test_a_token_of_the_user_is_asked_for_and_never_printed(root: Path, tmp_path: Path) -> None:
    file = tmp_path / "token"
    file.write_text(f"{GIVEN}-of-the-file\nanother line\n")
    for arguments, token in (((), GIVEN), (("--token-file", str(file)), f"{GIVEN}-of-the-file")):
        with _started(*arguments, GEOFLOW_MCP__TOKEN=GIVEN) as server:
            assert server.ask("/health", Authorization=f"Bearer {token}")[0] == 200
            assert server.ask("/health", Authorization="Bearer YOUR-TOKEN")[0] == 401
            printed = server.told + json.dumps(server.configuration)
            code, told = server.end(signal.SIGTERM)
        assert (code, told) == (0, "")
        assert GIVEN not in printed


def test_without_a_token_it_says_who_may_use_it_and_ends_though_a_stream_is_open(root: Path) -> None:
    with _started("--no-token", "--allow-host", "Specs.Example") as server:
        assert "headers" not in server.configuration
        assert server.ask("/health", Host="specs.example")[0] == 200
        stream = _open_stream(server.port)
        code, told = server.end(signal.SIGTERM)
        stream.close()
    assert code == 0
    assert told == "geoflow: no token is asked for: every program of every user of this machine may use it.\n"


def _open_stream(port: int) -> HTTPConnection:
    """Shake hands as in 2025 and keep the stream open on which the server would speak first."""
    info = {"protocolVersion": "2025-11-25", "capabilities": {}, "clientInfo": {"name": "raw", "version": "1"}}
    body = json.dumps({"jsonrpc": "2.0", "id": 1, "method": "initialize", "params": info})
    connection = HTTPConnection("127.0.0.1", port, timeout=PATIENCE)
    accepted = {"Content-Type": "application/json", "Accept": "application/json, text/event-stream"}
    connection.request("POST", "/mcp", body, accepted)
    response = connection.getresponse()
    session = response.headers["Mcp-Session-Id"]
    assert b'"serverInfo"' in response.read()
    connection.request("GET", "/mcp", headers={**accepted, "Mcp-Session-Id": session})
    assert connection.getresponse().status == 200
    return connection


def _refused(*arguments: str, **environment: str) -> Any:
    result = CliRunner().invoke(app, ["mcp", "--http", *arguments], env=environment or NO_TOKEN)
    assert result.stdout == ""
    return result.exit_code, result.stderr


WEAK = [{"GEOFLOW_MCP__TOKEN": value} for value in ("short", "with blanks in the token", "ünïcödë-is-no-token")]


def test_beyond_loopback_a_token_must_be_given(root: Path) -> None:
    for arguments in (("--host", "0.0.0.0"), ("--host", "::"), ("--host", "0.0.0.0", "--no-token")):  # noqa: S104
        code, told = _refused(*arguments)
        assert code == 2
        assert "can be reached from other machines, and no token was given" in told
        assert "fix: Put a token into GEOFLOW_MCP__TOKEN or a --token-file" in told
    assert _refused("--host", "0.0.0.0", "--no-token", GEOFLOW_MCP__TOKEN=GIVEN)[0] == 2  # noqa: S104


def test_a_token_that_is_none_is_refused(root: Path, tmp_path: Path) -> None:
    for environment in WEAK:
        code, told = _refused(**environment)
        assert (code, "The token in GEOFLOW_MCP__TOKEN is no token" in told) == (2, True)
        assert environment["GEOFLOW_MCP__TOKEN"] not in told
    (tmp_path / "empty").write_text("")
    (tmp_path / "binary").write_bytes(b"\xff" * 40)
    for name, said in (
        ("empty", "is no token"),
        ("binary", "cannot be read"),
        ("missing", "cannot be read"),
        (".", "cannot"),
    ):
        code, told = _refused("--token-file", str(tmp_path / name))
        assert (code, said in told, "fix: " in told) == (2, True, True), name
    assert "exclude each other" in _refused("--no-token", "--token-file", "x")[1]


def test_a_place_that_is_not_to_be_had_is_told_with_a_fix(root: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        code, told = _refused("--port", port)
    assert (code, f"127.0.0.1:{port} is in use by another program" in told, "--port 0" in told) == (3, True, True)
    for host in ("no.such.host.invalid", "192.0.2.1", "a" * 70):
        code, told = _refused("--host", host, GEOFLOW_MCP__TOKEN=GIVEN)
        assert (code, f'"{host}" is no address of this machine' in told) == (2, True)


def test_what_concerns_http_alone_is_refused_without_it(root: Path) -> None:
    for arguments in (["--no-token"], ["--token-file", "x"], ["--allow-host", "x"], ["--host", "::1"], ["--port", "1"]):
        result = CliRunner().invoke(app, ["mcp", *arguments])
        assert (result.exit_code, f"{arguments[0]} is for --http" in result.stderr) == (2, True), arguments


def test_the_specs_of_another_folder_are_served(root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (root / "deep").mkdir()
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("GEOFLOW_LLM__BASE_URL")
    (root / "openspec/geoflow.yaml").write_text("llm: {base_url: none}\n")
    with RawServer("-m", "geoflow", "mcp", "--root", "kiln/deep") as server:
        answer = server.ask(2, "tools/call", name="ask_question", arguments={"question": COOLING})
        assert answer["structuredContent"]["state"] == "answered"


def test_a_folder_that_cannot_be_entered_is_told(root: Path) -> None:
    (root / "file").touch()
    for name in ("none", "file"):
        result = CliRunner().invoke(app, ["mcp", "--root", name])
        assert (result.exit_code, f"{name} cannot be entered" in result.stderr) == (2, True)
