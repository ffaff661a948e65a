"""Hostile clients of `geoflow mcp`, over stdio and HTTP: noise, paths that lead out, and more than their share."""

import json
import os
import random
import re
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.client import HTTPConnection, HTTPException
from pathlib import Path
from typing import Any

import pytest

from geoflow import __version__
from geoflow.adapters.http_guard import Rules
from geoflow.adapters.mcp_server import build_server
from geoflow.adapters.mcp_server_tools import Capability
from geoflow.cli.mcp_desk import open_desks
from tests.cli.asking import COOLING, INSPECTION, kiln, opened
from tests.cli.mcp_clients import BEARER, PATIENCE, TOKEN, serving

HIDDEN = "the safe opens with 4711"
MESSAGES = 1_000
ACCEPTED = {"Content-Type": "application/json", "Accept": "application/json, text/event-stream"}
INFO = {"protocolVersion": "2025-11-25", "capabilities": {}, "clientInfo": {"name": "raw", "version": "1"}}
NEWER = {
    "io.modelcontextprotocol/protocolVersion": "2026-07-28",
    "io.modelcontextprotocol/clientCapabilities": {},
    "io.modelcontextprotocol/clientInfo": {"name": "raw", "version": "1"},
}
NEWER_SIGN = b"clientCapabilities"
# `subscriptions/listen` is left out: its answer is a stream that stays open.
METHODS = (
    *("initialize", "ping", "tools/list", "tools/call", "resources/list", "resources/read", "resources/templates/list"),
    *("prompts/list", "prompts/get", "completion/complete", "logging/setLevel", "server/discover", "no/such", "", "\0"),
    *("notifications/initialized", "notifications/cancelled", "notifications/progress", "resources/subscribe"),
)
TOOLS = (
    *("ask_question", "search_specs", "get_answer", "list_questions", "validate", "review", "open_question"),
    *("answer_question", "none", "__class__", "../review"),
)
WAYS_OUT = (
    *("../secret", "../../secret.yaml", "..%2fsecret", "%2e%2e/%2e%2e/secret", "/etc/passwd", "....//secret"),
    *("geoflow://spec/../../spec.md", "geoflow://question/..%2F..%2Fsecret", "geoflow://spec/%2e%2e/%2e%2e/spec.md"),
    *(
        "geoflow://spec//etc/passwd",
        "file:///etc/passwd",
        "geoflow://question/../../../secret",
        "~/secret",
        "C:\\secret",
    ),
    *("openspec/../secret.yaml:1", "openspec/specs/../../../spec.md", "\\\\host\\secret", "secret\0.yaml"),
)
WORDS = (*WAYS_OUT, "kiln", "x" * 5_000, "", "\u202e", "\ud800", COOLING, "id", "uri", "name", "question", "about")


@pytest.fixture
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "secret.yaml").write_text(f"question: {HIDDEN}\n")
    (tmp_path / "spec.md").write_text(HIDDEN)
    return kiln(tmp_path, monkeypatch)


def _value(dice: random.Random, depth: int = 0) -> Any:
    kind = dice.randrange(9 if depth < 3 else 6)
    if kind > 6:
        return {dice.choice(WORDS): _value(dice, depth + 1) for _ in range(dice.randrange(4))}
    if kind == 6:
        return [_value(dice, depth + 1) for _ in range(dice.randrange(4))]
    return (
        None,
        True,
        dice.randrange(-(2**70), 2**70),
        dice.random() * 1e300,
        dice.choice(WORDS),
        dice.choice(WAYS_OUT),
    )[kind]


def _params(dice: random.Random, method: str) -> Any:
    if method == "tools/call" and dice.random() < 0.9:
        names = ("question", "query", "id", "item", "target", "about", "answer", "limit", "options", "all")
        given = {name: dice.choice((dice.choice(WAYS_OUT), _value(dice))) for name in dice.sample(names, 3)}
        return {"name": dice.choice(TOOLS), "arguments": given}
    if method == "resources/read" and dice.random() < 0.9:
        return {"uri": dice.choice(WAYS_OUT)}
    return {dice.choice(WORDS): _value(dice)} if dice.random() < 0.7 else _value(dice)


def _message(dice: random.Random) -> bytes:
    """Make a message: mostly JSON-RPC with something wrong inside, else JSON that is cut or spoilt, else noise."""
    if dice.random() < 0.1:
        return dice.randbytes(dice.randrange(300)).replace(b"\n", b"").replace(b"\r", b"")
    method = dice.choice(METHODS)
    message = {"jsonrpc": "2.0", "id": dice.randrange(10**6), "method": method, "params": _params(dice, method)}
    if isinstance(message["params"], dict) and dice.random() < 0.3:
        message["params"]["_meta"] = NEWER
    for name in ("jsonrpc", "id", "method", "params"):
        if dice.random() < 0.05:
            message[name] = _value(dice)
        elif dice.random() < 0.05:
            del message[name]
    data = json.dumps(message).encode()
    if dice.random() < 0.2:
        place = dice.randrange(len(data))
        data = (
            data[:place] if dice.random() < 0.5 else data[:place] + dice.randbytes(3).replace(b"\n", b"") + data[place:]
        )
    return data


def _messages(seed: int) -> list[bytes]:
    dice = random.Random(seed)
    return [_message(dice) for _ in range(MESSAGES)]


def _files(folder: Path) -> dict[str, bytes]:
    """Read all files but those that git and the programs of the test keep for themselves."""
    found = [path for path in folder.rglob("*") if path.is_file() and not {".git", "home"} & set(path.parts)]
    return {str(path.relative_to(folder)): path.read_bytes() for path in found}


def _changed(before: dict[str, bytes], folder: Path) -> set[str]:
    after = _files(folder)
    return {name for name in before.keys() | after.keys() if before.get(name) != after.get(name)}


@pytest.mark.parametrize("capability", ["read", "contribute"])
def test_a_thousand_messages_over_stdio_leave_it_up_and_get_nothing_out(
    capability: Capability, root: Path, tmp_path: Path
) -> None:
    before = _files(tmp_path)
    ask = {"name": "ask_question", "arguments": {"question": COOLING}}
    first = {"jsonrpc": "2.0", "id": "first", "method": "initialize", "params": INFO}
    last = {"jsonrpc": "2.0", "id": "last", "method": "tools/call", "params": ask}
    lines = [json.dumps(first).encode(), *_messages(1), json.dumps(last).encode()]
    said = _spoken_to(lines, "--capability", capability)

    assert json.loads(said[-1])["result"]["structuredContent"]["state"] == "answered"
    assert len(said) > MESSAGES / 4
    assert all(json.loads(line)["jsonrpc"] == "2.0" for line in said)
    assert HIDDEN not in "".join(said)
    changed = _changed(before, tmp_path)
    assert all(name.startswith("kiln/openspec/questions/") for name in changed)
    assert capability == "contribute" or not changed


def _spoken_to(lines: list[bytes], *arguments: str) -> list[str]:
    """Send lines to a process, and read what it says until the last has its answer; it must end well."""
    command = [sys.executable, "-m", "geoflow", "mcp", *arguments]
    with (
        Path(os.devnull).open("w") as nowhere,
        subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=nowhere) as process,
    ):
        assert process.stdin
        assert process.stdout
        end = threading.Timer(PATIENCE * 2, process.kill)
        end.start()
        writer = threading.Thread(target=_write, args=(process.stdin, lines))
        writer.start()
        said = []
        for line in process.stdout:
            said.append(line.decode())
            if '"id":"last"' in said[-1]:
                break
        writer.join()
        process.stdin.close()
        assert process.wait(PATIENCE) == 0
        end.cancel()
        return said


def _write(stdin: Any, lines: list[bytes]) -> None:
    for line in lines:
        stdin.write(line + b"\n")
    stdin.flush()


class Http:
    """A raw client of the endpoint that keeps its connection as long as the server does."""

    def __init__(self, url: str) -> None:
        self._place = url.removeprefix("http://").removesuffix("/mcp")
        self._connection = HTTPConnection(self._place, timeout=PATIENCE)

    def post(self, body: bytes, **headers: str) -> tuple[int, bytes, str]:
        """Send a message; status, body and session."""
        try:
            self._connection.request("POST", "/mcp", body, {**BEARER, **ACCEPTED, **headers})
            response = self._connection.getresponse()
            return response.status, response.read(), response.headers.get("Mcp-Session-Id", "")
        except (HTTPException, ConnectionError):
            self._connection.close()  # it is opened anew by the next request
            return 0, b"", ""

    def open_session(self) -> tuple[int, str]:
        """Shake hands; status and session."""
        first = {"jsonrpc": "2.0", "id": 1, "method": "initialize", "params": INFO}
        status, _, session = self.post(json.dumps(first).encode())
        return status, session

    def ask(self, session: str, method: str, **params: Any) -> Any:
        """Send a request in a session; the result or the error."""
        request = {"jsonrpc": "2.0", "id": 2, "method": method, "params": params}
        headers = {"Mcp-Session-Id": session, "Mcp-Protocol-Version": "2025-11-25"}
        status, body, _ = self.post(json.dumps(request).encode(), **headers)
        assert status in (200, 400), (status, body)
        data = body.decode().partition("data: ")[2] or body.decode()
        answer = json.loads(data.splitlines()[0])
        return answer.get("result", answer.get("error"))

    def close(self) -> None:
        """End the connection."""
        self._connection.close()


OPENED: list[str] | None = None  # what is opened while a test looks; an audit hook cannot be taken off again


def _hook(event: str, arguments: tuple[Any, ...]) -> None:
    if OPENED is not None and event == "open" and isinstance(arguments[0], (str, bytes, os.PathLike)):
        OPENED.append(os.path.abspath(os.fsdecode(arguments[0])))  # noqa: PTH100 - it looks at nothing


@contextmanager
def _watched() -> Iterator[list[str]]:
    global OPENED  # noqa: PLW0603 - one hook for the whole process
    if OPENED is None and not getattr(sys, "_geoflow_hook", False):
        sys.addaudithook(_hook)
        sys._geoflow_hook = True  # type: ignore[attr-defined]
    found: list[str] = []
    OPENED = found
    try:
        yield found
    finally:
        OPENED = None


def test_a_thousand_messages_over_http_leave_it_up_and_get_nothing_out(root: Path, tmp_path: Path) -> None:
    dice = random.Random(2)
    before, said = _files(tmp_path), b""
    with serving(build_server(open_desks(root), "read", __version__)) as url, _watched() as read:
        client = Http(url)
        status, session = client.open_session()
        assert status == 200
        for message in _messages(3):
            said += client.post(message, **_headers(dice, session, message))[1]
        status, session = client.open_session()
        answer = client.ask(session, "tools/call", name="ask_question", arguments={"question": COOLING})
        client.close()

    assert answer["structuredContent"]["state"] == "answered"
    assert said.count(b'"result":') > MESSAGES / 20
    assert said.count(b'"resultType":') > MESSAGES / 100  # of the newer era
    assert HIDDEN.encode() not in said
    assert _changed(before, tmp_path) == set()
    outside = [path for path in read if path.startswith(str(tmp_path)) and not _is_its_own(Path(path), root, tmp_path)]
    assert outside == []
    assert "/etc/passwd" not in read
    assert str(root / "openspec/specs/kiln/spec.md") in read or "openspec/specs" in " ".join(read)


def _is_its_own(path: Path, root: Path, tmp_path: Path) -> bool:
    return any(path.is_relative_to(place) for place in (root / "openspec", root / ".git", tmp_path / "home"))


def _headers(dice: random.Random, session: str, message: bytes) -> dict[str, str]:
    """Make headers of either era, or of none; those of the newer one repeat what the message says, or do not."""
    if NEWER_SIGN in message and dice.random() < 0.9:
        method = re.search(rb'"method": "([a-z/]+)"', message)
        name = re.search(rb'"(?:name|uri)": "([a-z_]+)"', message)
        named = {"Mcp-Name": name[1].decode()} if name else {}
        return {"Mcp-Protocol-Version": "2026-07-28", "Mcp-Method": method[1].decode() if method else "x", **named}
    older = {"Mcp-Session-Id": session, "Mcp-Protocol-Version": "2025-11-25"}
    return older if dice.random() < 0.9 else {"Mcp-Protocol-Version": dice.choice(("", "x", "9999-99-99"))}


def test_no_path_over_http_leads_out(root: Path, tmp_path: Path) -> None:
    opened(INSPECTION)
    before = _files(tmp_path)
    with serving(build_server(open_desks(root), "contribute", __version__)) as url, _watched() as read:
        client = Http(url)
        _, session = client.open_session()
        for way in WAYS_OUT:
            if "\0" not in way:
                assert "code" in client.ask(session, "resources/read", uri=way), way
            for tool, name in (
                ("get_answer", "id"),
                ("validate", "item"),
                ("review", "target"),
                ("open_question", "about"),
            ):
                arguments = {name: way} | ({"question": "Who?"} if tool == "open_question" else {})
                answer = client.ask(session, "tools/call", name=tool, arguments=arguments)
                assert answer["isError"], (tool, way)
                assert HIDDEN not in json.dumps(answer)
        client.close()
    assert _changed(before, tmp_path) == set()
    assert not [
        path for path in read if path.endswith(("secret.yaml", "/etc/passwd")) or path == str(tmp_path / "spec.md")
    ]


def test_no_client_opens_more_sessions_than_there_are_and_those_that_are_open_work_on(root: Path) -> None:
    rules = Rules(frozenset({"127.0.0.1"}), TOKEN)
    with serving(build_server(open_desks(root), "read", __version__), rules, sessions=5) as url:
        client = Http(url)
        opened_ones = [client.open_session() for _ in range(6)]
        assert [status for status, _ in opened_ones] == [200] * 5 + [503]
        for _, session in opened_ones[:5]:
            assert client.ask(session, "tools/call", name="search_specs", arguments={"query": "kiln"})[
                "structuredContent"
            ]
        client.close()
