"""`geoflow ask` as people and agents use it: at a real pseudo-terminal, from a script, with MCP servers that answer."""

import json
import os
import pty
import re
import select
import signal
import subprocess
import sys
import textwrap
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from geoflow.cli.app import app
from tests.builders import git, make_repo, requirement, spec

PATH = "openspec/specs/kiln/spec.md"
FOLDER = "openspec/questions"
TREE = {
    PATH: spec(
        requirement("Cooling", "The kiln SHALL cool for 6 hours\nbefore the door unlocks."),
        requirement("Alarm", "The siren SHALL sound when smoke is detected."),
    )
}
COOLING = "How long does the kiln cool before the door unlocks?"
COOLING_LINE = 8
INSPECTION = "Who may unlock the kiln door during an inspection?"
OTHER_WORDS = "Please tell me who may unlock kiln doors during inspections"
UNKNOWN = "Which payment provider handles invoices?"
ADA = "Ada Example <ada@example.org>"
PATIENCE = 60  # seconds for a terminal to say the next thing, on a busy machine
_STYLE = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]")


def kiln(folder: Path, monkeypatch: pytest.MonkeyPatch, **files: str) -> Path:
    """Make a repository whose user is Ada, without a model, and work in it."""
    root = make_repo(folder / "kiln", {**TREE, **files})
    git(root, "config", "user.name", "Ada Example")
    git(root, "config", "user.email", "ada@example.org")
    monkeypatch.chdir(root)
    monkeypatch.setenv("GEOFLOW_LLM__BASE_URL", "none")
    return root


def ask(*arguments: str, given: str | bytes | None = None) -> Result:
    """Run `geoflow ask` without a terminal; no defect may end it."""
    result = CliRunner().invoke(app, ["ask", *arguments], input=given)
    assert result.exception is None or isinstance(result.exception, SystemExit), repr(result.exception)
    return result


def asked(*arguments: str, given: str | bytes | None = None) -> dict[str, Any]:
    """Give the JSON document of `geoflow ask`."""
    document = json.loads(ask(*arguments, "--json", given=given).stdout)
    assert isinstance(document, dict)
    return document


def opened(question: str, *arguments: str) -> str:
    """Have a question written down that nothing answers; its id."""
    document = asked(question, "--open", *arguments)
    assert document["state"] == "open", document
    return str(document["id"])


def listed(*arguments: str) -> list[dict[str, Any]]:
    """Give the questions that `geoflow ask --list` shows."""
    return list(asked("--list", *arguments)["questions"])


def question_files(root: Path) -> list[str]:
    """Name the question files of a root."""
    return sorted(path.name for path in (root / FOLDER).glob("*.yaml"))


class Terminal:
    """`geoflow ask`, or another verb, at a pseudo-terminal, a person's fingers on it.

    Args:
        root: Where it is typed.
        arguments: Those of the verb.
        verb: The verb.
        environment: Variables beside those of the test.
    """

    def __init__(self, root: Path, *arguments: str, verb: str = "ask", **environment: str) -> None:
        self._ours, theirs = pty.openpty()
        self._process = subprocess.Popen(
            [sys.executable, "-m", "geoflow", verb, *arguments],
            cwd=root,
            env={**os.environ, "TERM": "xterm", **environment},
            stdin=theirs,
            stdout=theirs,
            stderr=theirs,
            start_new_session=True,
        )
        os.close(theirs)
        self.raw = b""
        self.code = -1
        self._seen = 0

    @property
    def shown(self) -> str:
        """Give all that was shown, without colours."""
        return _STYLE.sub("", self.raw.decode("utf-8", "replace")).replace("\r\n", "\n")

    def until(self, words: str) -> str:
        """Wait for words to be shown, and give what was shown since the last time."""
        while words not in self.shown[self._seen :]:
            assert self._read(), f"{words!r} never came:\n{self.shown}"
        new = self.shown[self._seen :]
        self._seen += new.index(words) + len(words)
        return new

    def type(self, line: str) -> None:
        """Type a line."""
        os.write(self._ours, f"{line}\n".encode())

    def interrupt(self) -> None:
        """Press Ctrl-C, as often as it takes: readline misses the one that comes while it is about to wait."""
        for _ in range(PATIENCE):
            self._process.send_signal(signal.SIGINT)
            with suppress(subprocess.TimeoutExpired):
                self._process.wait(1)
                return

    def end(self) -> int:
        """Read to the end; the exit code."""
        while self._read():
            pass
        os.close(self._ours)
        return self._process.wait(PATIENCE)

    def _read(self) -> bool:
        ready, _, _ = select.select([self._ours], [], [], PATIENCE)
        try:
            piece = os.read(self._ours, 65536) if ready else b""
        except OSError:  # the other end is closed
            piece = b""
        self.raw += piece
        return bool(piece)


def at_terminal(
    root: Path, *arguments: str, typed: Sequence[tuple[str, str]] = (), verb: str = "ask", **environment: str
) -> Terminal:
    """Type a command, wait for each prompt and answer it, until it ends; the terminal with its exit code taken."""
    terminal = Terminal(root, *arguments, verb=verb, **environment)
    for prompt, answer in typed:
        terminal.until(prompt)
        terminal.type(answer)
    terminal.code = terminal.end()
    return terminal


SERVER = """
import json, sys, time
TOOL = {"name": "ask", "inputSchema": {"type": "object", "properties": {"q": {"type": "string"}}, "required": ["q"]}}
INFO = {"protocolVersion": "2025-06-18", "capabilities": {"tools": {}}, "serverInfo": {"name": "x", "version": "1"}}
for line in sys.stdin:
    message = json.loads(line)
    method, number = message.get("method"), message.get("id")
    if number is None:
        continue
    reply = {"initialize": INFO, "tools/list": {"tools": [TOOL]}}.get(method, {})
    if method == "tools/call":
        question = message["params"]["arguments"]["q"]
        open(MARK, "a", encoding="utf-8").write(question + "\\n")
        BODY
    print(json.dumps({"jsonrpc": "2.0", "id": number, "result": reply}), flush=True)
"""
HANGS = "time.sleep(600)"
DIES = "raise SystemExit(3)"


def says(text: str) -> str:
    """Make the body of a server's tool that answers this."""
    return f'reply = {{"content": [{{"type": "text", "text": {text!r}}}]}}'


class Servers:
    """The user's own mcp.json with real MCP servers, each a script that notes what it was asked."""

    def __init__(self, folder: Path, monkeypatch: pytest.MonkeyPatch, bodies: Mapping[str, str]) -> None:
        self._folder = folder / "servers"
        self._folder.mkdir()
        entries = {name: self._entry(name, body) for name, body in bodies.items()}
        config = folder / "config"
        (config / "geoflow").mkdir(parents=True)
        (config / "geoflow" / "mcp.json").write_text(json.dumps({"mcpServers": entries}))
        monkeypatch.setenv("XDG_CONFIG_HOME", str(config))
        monkeypatch.setenv("GEOFLOW_QUESTIONS__AGENTS", ",".join(bodies))

    def _entry(self, name: str, body: str) -> dict[str, object]:
        file = self._folder / f"{name}.py"
        text = SERVER.replace("MARK", repr(str(self._mark(name)))).replace(
            "BODY", textwrap.indent(body, " " * 8).strip()
        )
        file.write_text(text, encoding="utf-8")
        return {"command": sys.executable, "args": [str(file)]}

    def _mark(self, name: str) -> Path:
        return self._folder / f"{name}.asked"

    def asked(self, name: str) -> list[str]:
        """List the questions that a server was asked."""
        mark = self._mark(name)
        return mark.read_text(encoding="utf-8").splitlines() if mark.exists() else []
