"""Agents over MCP, against real servers: over stdio from a script of the test, and over HTTP on loopback."""

import json
import os
import signal
import socket
import subprocess
import sys
import textwrap
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from geoflow.adapters.mcp_agents import McpAgents
from geoflow.adapters.mcp_config import ServerEntry
from geoflow.adapters.mcp_tools import LONGEST_ANSWER
from geoflow.errors import GeoflowError

QUESTION = "How long does a session last?"
START = 20.0  # seconds; a server imports the SDK, and this machine may be busy

Agent = Callable[..., McpAgents]


@pytest.fixture
def agent(tmp_path: Path) -> Iterator[Agent]:
    """Make an agent `it` whose server runs these lines; no process of it may be left afterwards."""

    def make(body: str, *, name: str = "it", timeout: float = START, **fields: object) -> McpAgents:
        return McpAgents([name], {"it": script(tmp_path, body, **fields)}, timeout)

    before = processes()
    yield make
    assert processes() - before == set()


def processes() -> set[int]:
    import psutil

    return {child.pid for child in psutil.Process().children(recursive=True)}


def script(folder: Path, body: str, **fields: object) -> ServerEntry:
    file = folder / f"server{len(list(folder.iterdir()))}.py"
    file.write_text(textwrap.dedent(body), encoding="utf-8")
    return ServerEntry(command=sys.executable, args=(str(file),), **fields)  # type: ignore[arg-type]


def tools(*functions: str, before: str = "") -> str:
    """A server with these tools, each the text of a function."""
    head = ["import os, sys, time", "from mcp.server import MCPServer", before, 'server = MCPServer("it")']
    return "\n".join([*head, *(f"@server.tool()\n{function}" for function in functions), 'server.run("stdio")', ""])


HANDSHAKE_ERA = """
import json, sys

def say(**message):
    print(json.dumps({"jsonrpc": "2.0", **message}), flush=True)

INFO = {"protocolVersion": "2025-06-18", "capabilities": {"tools": {}}, "serverInfo": {"name": "x", "version": "1"}}
NOBODY = {"message": "Who?", "requestedSchema": {"type": "object", "properties": {}}}
replies = {"initialize": INFO, "tools/list": {"tools": [{"name": n, "inputSchema": s} for n, s in TOOLS.items()]}}
for line in sys.stdin:
    message = json.loads(line)
    method, number = message.get("method"), message.get("id")
    if method == "tools/call" and message["params"]["name"] == "wait":
        pass
    elif method == "tools/call":
        call = number
        say(id="e", method="elicitation/create", params=NOBODY)
    elif number == "e":
        refusal = message["error"]["message"]
        say(id="s", method="sampling/createMessage", params={"messages": [], "maxTokens": 1})
    elif number == "s":
        refusal += "; " + message["error"]["message"]
        say(id=call, result={"content": [{"type": "text", "text": refusal}]})
    elif method in replies:
        say(id=number, result=replies[method])
    elif number is not None:
        say(id=number, error={"code": -32601, "message": "unknown"})
"""


def handshake_era(**schemas: object) -> str:
    """A server without the SDK, of the years before 2026: tools by their input schema; `wait` never answers."""
    return HANDSHAKE_ERA.replace("TOOLS", repr(schemas))


def takes(*required: str, **optional: str) -> dict[str, object]:
    kinds = dict.fromkeys(required, "string") | optional
    return {"type": "object", "properties": {n: {"type": k} for n, k in kinds.items()}, "required": list(required)}


def failure(agents: McpAgents, name: str = "it") -> GeoflowError:
    with pytest.raises(GeoflowError) as caught:
        agents.ask(name, QUESTION)
    assert caught.value.fix
    return caught.value


ECHO = 'def ask(question: str) -> str: return f"  You asked: {question}\\n"'


def test_an_agent_answers(agent: Agent) -> None:
    agents = agent(tools(ECHO))
    assert agents.names == ("it",)
    assert agents.ask("it", QUESTION) == f"You asked: {QUESTION}"


@pytest.mark.parametrize(
    ("name", "answer"),
    [("it", "ask 1"), ("it:look_up", "look_up 1"), ("it:topic", "topic 1")],
)
def test_the_tool_and_its_argument_are_found(agent: Agent, name: str, answer: str) -> None:
    body = tools(
        'def search(query: str) -> str: return "search"',
        'def ask(limit: int = 1, prompt: str = "", style: str = "") -> str: return f"ask {bool(prompt):d}"',
        'def look_up(q: str | None = None) -> str: return f"look_up {bool(q):d}"',
        'def topic(what: str, depth: int = 3) -> str: return f"topic {bool(what):d}"',
    )
    assert agent(body, name=name).ask(name, QUESTION) == answer


@pytest.mark.parametrize(
    ("name", "code", "words"),
    [
        ("it", "agent-unknown", "add, delete, count"),
        ("it:ask", "agent-unknown", 'no tool "ask"; its tools: add, delete, count'),
        ("it:add", "agent-unsuitable", "add needs amount as well"),
        ("it:count", "agent-unsuitable", "count takes no text"),
    ],
)
def test_a_tool_that_takes_no_question_is_not_called(agent: Agent, name: str, code: str, words: str) -> None:
    body = handshake_era(add=takes("message", "amount"), delete=takes("path", "why"), count=takes(limit="integer"))
    error = failure(agent(body, name=name), name)
    assert (error.code, words in error.message) == (code, True)


@pytest.mark.parametrize("name", ["that", "that:ask", "it:"])
def test_a_server_that_is_not_configured_is_named_with_those_that_are(name: str) -> None:
    error = failure(McpAgents([name], {"it": ServerEntry("x"), "two": ServerEntry("y")}, 2), name)
    assert error.code == "agent-unknown"
    assert f'"{name}"' in error.message
    assert error.message.endswith("it, two")


def test_a_server_name_may_hold_a_colon(tmp_path: Path) -> None:
    servers = {"a:b": script(tmp_path, handshake_era(ask=takes("q"), tell=takes("q")))}
    assert McpAgents(["a:b:tell"], servers, START).ask("a:b:tell", QUESTION).startswith("Elicitation")


@pytest.mark.parametrize(
    ("function", "words"),
    [
        (
            'def ask(question: str) -> str: raise ToolError("not\\nmy department")',
            "error: Error executing tool ask: not my department",
        ),
        ('def ask(question: str) -> str: return "  \\n "', "said nothing"),
        ('def ask(question: str): return Image(data=b"x", format="png")', "image instead of text"),
        (
            'async def ask(question: str, ctx: Context) -> str: return str(await ctx.elicit("Who?", Who))',
            "no back-channel",
        ),
    ],
    ids=["error", "empty", "image", "elicitation"],
)
def test_a_reply_without_an_answer_is_no_answer(agent: Agent, function: str, words: str) -> None:
    imports = """
from pydantic import BaseModel
from mcp.server.mcpserver import Context, Image
from mcp.server.mcpserver.exceptions import ToolError
class Who(BaseModel):
    name: str
"""
    error = failure(agent(tools(function, before=imports)))
    assert (error.code, words in error.message) == ("agent-reply-invalid", True), error.message


def test_a_server_of_the_handshake_era_is_refused_what_it_asks_of_us(agent: Agent) -> None:
    answer = agent(handshake_era(tell=takes("q"))).ask("it", QUESTION)
    assert answer == "Elicitation not supported; Sampling not supported"


@pytest.mark.parametrize("schema", [{}, {"properties": [], "required": 5}, {"properties": {"q": {"anyOf": 5}}}, 5])
def test_a_schema_that_is_none_is_no_defect_of_ours(agent: Agent, schema: object) -> None:
    assert failure(agent(handshake_era(ask=schema))).code in {"agent-unsuitable", "agent-unreachable"}


def test_structured_content_answers_where_there_is_no_text(agent: Agent) -> None:
    function = "def ask(question: str) -> CallToolResult: return reply"
    reply = "from mcp.types import CallToolResult\nreply = CallToolResult(content=[], structured_content={'n': 1, 'answer': ' Yes. '})"
    assert agent(tools(function, before=reply)).ask("it", QUESTION) == "Yes."


def test_ten_megabytes_of_text_are_cut(agent: Agent) -> None:
    answer = agent(tools('def ask(question: str) -> str: return "word " * 2_000_000')).ask("it", QUESTION)
    assert answer == ("word " * (LONGEST_ANSWER // 5)).rstrip()


HANGING = {
    "mute": ("time.sleep(60)", "agent-timeout"),
    "deaf": ("signal.signal(signal.SIGTERM, signal.SIG_IGN)\ntime.sleep(60)", "agent-timeout"),
    "banner": ("print('Welcome!', flush=True)\ntime.sleep(60)", "agent-unreachable"),
    "lines": ("while True: print('{\"x\": 1}')", "agent-unreachable"),
    "no-line": ("while True: sys.stdout.buffer.write(b'\\xff' * 65536)", "agent-unreachable"),
    "in-call": (tools("async def ask(question: str) -> str:\n    time.sleep(60)"), "agent-timeout"),
}


def test_servers_that_hang_are_given_up_and_ended(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    servers = {name: script(tmp_path, f"import signal, sys, time\n{body}") for name, (body, _) in HANGING.items()}
    agents = McpAgents(list(servers), servers, timeout=3)
    before, begun = processes(), time.monotonic()
    with ThreadPoolExecutor(len(servers)) as threads:
        errors = dict(zip(agents.names, threads.map(lambda name: failure(agents, name), agents.names), strict=True))
    assert time.monotonic() - begun < 12
    assert processes() == before
    assert {name: error.code for name, error in errors.items()} == {name: code for name, (_, code) in HANGING.items()}
    assert "did not start within 3 s" in errors["mute"].message
    assert "that is not MCP" in errors["banner"].message
    assert capfd.readouterr() == ("", "")


def test_a_server_that_hangs_in_the_call_is_told_from_one_that_does_not_start(agent: Agent) -> None:
    error = failure(agent(handshake_era(wait=takes("question")), timeout=2))
    assert (error.code, error.message) == ("agent-timeout", 'The agent "it" did not answer within 2 s')


def test_a_server_that_dies_in_the_call_is_unreachable(agent: Agent) -> None:
    error = failure(agent(tools("def ask(question: str) -> str: os._exit(3)")))
    assert (error.code, "broke off" in error.message) == ("agent-unreachable", True)


@pytest.mark.parametrize("body", ["raise SystemExit(1)", "print('Welcome!')"])
def test_a_server_that_ends_at_once_is_unreachable(agent: Agent, body: str, capfd: pytest.CaptureFixture[str]) -> None:
    assert failure(agent(body)).code == "agent-unreachable"
    assert capfd.readouterr() == ("", "")


def test_a_banner_before_the_protocol_is_overlooked(agent: Agent, capfd: pytest.CaptureFixture[str]) -> None:
    assert agent(tools(ECHO, before="print('Welcome!', flush=True)")).ask("it", QUESTION).startswith("You asked")
    assert capfd.readouterr() == ("", "")


def test_a_flood_on_stderr_reaches_no_terminal_and_holds_nothing_up(
    agent: Agent, capfd: pytest.CaptureFixture[str]
) -> None:
    flood = "for _ in range(2000): sys.stderr.write('complaint ' * 1000)"
    assert agent(tools(ECHO, before=flood)).ask("it", QUESTION).startswith("You asked")
    assert capfd.readouterr() == ("", "")


@pytest.mark.parametrize(
    ("entry", "words"),
    [
        (ServerEntry("no-such-command-here"), "No such file or directory: no-such-command-here"),
        (ServerEntry(sys.executable, cwd=Path("/no/such/folder")), "No such file or directory: /no/such/folder"),
        (ServerEntry("a\0b"), "null byte"),
    ],
)
def test_a_command_that_cannot_be_started_is_unreachable(entry: ServerEntry, words: str) -> None:
    error = failure(McpAgents(["it"], {"it": entry}, 2))
    assert (error.code, words in error.message) == ("agent-unreachable", True), error.message


def test_the_server_sees_nothing_of_the_environment_but_what_is_safe(
    agent: Agent, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GEOFLOW_LLM__API_KEY", "sk-ours")
    monkeypatch.setenv("LM_API_TOKEN", "sk-theirs")
    body = tools('def ask(question: str) -> str: return " ".join(sorted(os.environ))')
    seen = set(agent(body, env={"ITS_KEY": "sk-its"}).ask("it", QUESTION).split())
    assert "ITS_KEY" in seen
    assert seen <= {"ITS_KEY", "GEOFLOW_MCP_DEPTH", "HOME", "LOGNAME", "PATH", "SHELL", "TERM", "USER", "LC_CTYPE"}


def test_the_server_is_started_at_home_and_not_in_the_repository(
    agent: Agent, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    repository = tmp_path / "repository"
    repository.mkdir()
    monkeypatch.chdir(repository)
    body = tools("def ask(question: str) -> str: return os.getcwd()")
    assert agent(body).ask("it", QUESTION) == str(tmp_path / "home")


def test_the_server_is_started_in_the_folder_of_its_entry(agent: Agent, tmp_path: Path) -> None:
    mark = tmp_path / "folder"
    body = f"import os\nopen({str(mark)!r}, 'w').write(os.getcwd())\n" + handshake_era(ask=takes("q"))
    agent(body, cwd=tmp_path).ask("it", QUESTION)
    assert mark.read_text() == str(tmp_path)


def test_a_secret_of_the_entry_is_not_shown(tmp_path: Path) -> None:
    env = {"ITS_KEY": "/hidden/secret-folder"}
    error = failure(McpAgents(["it"], {"it": ServerEntry("/hidden/secret-folder/x", env=env)}, 2))
    assert "hidden" not in error.message


def test_two_threads_ask_at_once(agent: Agent) -> None:
    agents = agent(tools(ECHO))
    with ThreadPoolExecutor(2) as threads:
        answers = list(threads.map(lambda number: agents.ask("it", f"Question {number}"), range(2)))
    assert answers == ["You asked: Question 0", "You asked: Question 1"]


def interruptible(folder: Path, thread: str) -> tuple[subprocess.Popen[bytes], str]:
    """A program that asks a mute server in that thread; and the server's process id."""
    mark = folder / thread
    entry = script(folder, f"import os, time\nopen({str(mark)!r}, 'w').write(str(os.getpid()))\ntime.sleep(60)")
    program = f"""
import threading, time
from geoflow.adapters.mcp_agents import McpAgents
from geoflow.adapters.mcp_config import ServerEntry
agents = McpAgents(["it"], {{"it": ServerEntry({entry.command!r}, {entry.args!r})}}, 60)
if {thread == "main"}:
    agents.ask("it", "x")
threading.Thread(target=agents.ask, args=("it", "x"), daemon=True).start()
time.sleep(60)
"""
    running = subprocess.Popen([sys.executable, "-c", program], stderr=subprocess.DEVNULL)
    while running.poll() is None and not (mark.exists() and mark.read_text()):
        time.sleep(0.05)
    return running, mark.read_text()


def test_no_server_outlives_an_interrupted_program(tmp_path: Path) -> None:
    import psutil

    programs = [interruptible(tmp_path, thread) for thread in ("main", "daemon")]
    for running, _ in programs:
        running.send_signal(signal.SIGINT)
    assert all(running.wait(15) != 0 for running, _ in programs)
    assert not any(psutil.pid_exists(int(server)) for _, server in programs)


@pytest.fixture
def http_server(tmp_path: Path) -> Iterator[str]:
    """The address of an MCP server over streamable HTTP."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    body = tools(ECHO).replace('run("stdio")', f'run("streamable-http", host="127.0.0.1", port={port})')
    entry = script(tmp_path, body)
    running = subprocess.Popen([entry.command, *entry.args], stderr=subprocess.DEVNULL)
    while running.poll() is None and not _listens(port):
        time.sleep(0.1)
    yield f"http://127.0.0.1:{port}/mcp"
    running.terminate()
    running.wait(10)


def _listens(port: int) -> bool:
    try:
        socket.create_connection(("127.0.0.1", port), timeout=1).close()
    except OSError:
        return False
    return True


def test_an_agent_answers_over_http_without_a_proxy(http_server: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    agents = McpAgents(["it"], {"it": ServerEntry(url=http_server)}, START)
    assert agents.ask("it", QUESTION) == f"You asked: {QUESTION}"


class _Odd(BaseHTTPRequestHandler):
    """Answers each POST as its path says."""

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers["Content-Length"]))
        if self.path == "/hang":
            self.server.hang.wait(20)  # type: ignore[attr-defined]
        self.send_response({"/refuse": 401}.get(self.path, 200))
        self.send_header("Content-Type", "text/html" if self.path == "/page" else "application/json")
        self.end_headers()
        with suppress(ConnectionError):
            for _ in range(400 if self.path == "/flood" else 1):
                self.wfile.write(b"[" * 65536)

    def log_message(self, *arguments: object) -> None:
        pass


@pytest.fixture
def odd_server() -> Iterator[str]:
    with ThreadingHTTPServer(("127.0.0.1", 0), _Odd) as server:
        server.hang = threading.Event()  # type: ignore[attr-defined]
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.hang.set()  # type: ignore[attr-defined]
        server.shutdown()


@pytest.mark.parametrize(
    ("path", "code"),
    [
        ("/refuse", "agent-unreachable"),
        ("/page", "agent-unreachable"),
        ("/garbage", "agent-unreachable"),
        ("/flood", "agent-unreachable"),
        ("/hang", "agent-timeout"),
    ],
)
def test_an_address_that_speaks_no_mcp_is_no_agent(odd_server: str, path: str, code: str) -> None:
    entry = ServerEntry(url=odd_server + path, headers={"Authorization": "Bearer abc"})
    assert failure(McpAgents(["it"], {"it": entry}, 1 if path == "/hang" else 9)).code == code


def test_an_address_where_nobody_listens_is_unreachable() -> None:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    error = failure(McpAgents(["it"], {"it": ServerEntry(url=f"http://127.0.0.1:{port}/mcp")}, 2))
    assert (error.code, "url" in error.fix) == ("agent-unreachable", True)


def test_the_sdk_is_imported_by_the_first_question_only() -> None:
    program = "import sys, geoflow.adapters.mcp_agents; print('mcp' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", program], check=True, capture_output=True, text=True)
    assert done.stdout == "False\n"


def test_what_is_configured_is_what_is_asked(tmp_path: Path) -> None:
    from geoflow.adapters.mcp_config import read_servers

    entry = script(tmp_path, tools(ECHO))
    document = {"mcpServers": {"it": {"command": entry.command, "args": list(entry.args), "cwd": os.fspath(tmp_path)}}}
    file = tmp_path / "mcp.json"
    file.write_text(json.dumps(document))
    assert McpAgents(["it"], read_servers(file), START).ask("it", QUESTION) == f"You asked: {QUESTION}"
