"""MCP servers as scripts of a test: plain JSON lines, without the SDK, so that they start at once and can lie."""

import json
import os
import shutil
import sys
import textwrap
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from geoflow.adapters.mcp_config import ServerEntry

BUILT = Path(__file__).parents[2] / "build" / "mcp-servers" / "node_modules" / ".bin"
MISSING = "third-party MCP servers are not installed (make mcp-servers)"

SERVER = """
import json, os, sys, time
LOG = {log!r}
TOOLS = {tools!r}
INFO = {{"protocolVersion": "2025-06-18", "capabilities": {{"tools": {{}}}}, "serverInfo": {{"name": "x", "version": "1"}}}}

def say(**message):
    sys.stdout.write(json.dumps({{"jsonrpc": "2.0", **message}}) + "\\n")
    sys.stdout.flush()

def text(*parts):
    return {{"content": [{{"type": "text", "text": part}} for part in parts]}}

def note(line):
    with open(LOG, "a", encoding="utf-8") as log:
        log.write(line + "\\n")

note(f"started {{os.getpid()}} depth {{os.environ.get('GEOFLOW_MCP_DEPTH')}}")
{before}
for line in sys.stdin:
    message = json.loads(line)
    method, number, params = message.get("method"), message.get("id"), message.get("params") or {{}}
    if method == "initialize":
        say(id=number, result=INFO)
    elif method == "tools/list":
        say(id=number, result={{"tools": TOOLS}})
    elif method == "tools/call":
        name, arguments = params["name"], params.get("arguments") or {{}}
        note(f"called {{name}} {{json.dumps(arguments, sort_keys=True)}}")
        reply = text("nothing")
{body}
        if reply is not None:
            say(id=number, result=reply)
    elif number is not None:
        say(id=number, error={{"code": -32601, "message": "unknown"}})
"""


def tool(name: str, *arguments: str, reads: bool = True, **more: Any) -> dict[str, Any]:
    """A tool that takes these texts."""
    schema = {"type": "object", "properties": {one: {"type": "string"} for one in arguments}, "required": [*arguments]}
    return {
        "name": name,
        "description": f"Does {name}",
        "inputSchema": schema,
        "annotations": {"readOnlyHint": reads},
        **more,
    }


class Script:
    """A server with tools, what it does with a call (`reply = ...`), and what it does before anything is asked."""

    def __init__(
        self,
        folder: Path,
        name: str,
        body: str = "",
        *,
        before: str = "",
        tools: list[Any] | None = None,
        env: Mapping[str, str] | None = None,
    ) -> None:
        self.log = folder / f"{name}.log"
        self.file = folder / f"{name}.py"
        offered = tools if tools is not None else [tool("look", "query")]
        self.file.write_text(
            SERVER.format(
                log=str(self.log),
                tools=offered,
                before=textwrap.dedent(before),
                body=textwrap.indent(textwrap.dedent(body), " " * 8),
            ),
            encoding="utf-8",
        )
        self.entry = ServerEntry(command=sys.executable, args=(str(self.file),), env=dict(env or {}))

    @property
    def lines(self) -> list[str]:
        """What the server noted: that it was started, and each call."""
        return self.log.read_text(encoding="utf-8").splitlines() if self.log.exists() else []

    @property
    def calls(self) -> list[str]:
        """Each call, as `look {"query": "x"}`."""
        return [line.removeprefix("called ") for line in self.lines if line.startswith("called ")]

    @property
    def pid(self) -> int:
        """The process of its last start."""
        return int([line for line in self.lines if line.startswith("started ")][-1].split()[1])

    def document(self) -> dict[str, Any]:
        """The server's entry in a mcp.json."""
        return {"command": self.entry.command, "args": list(self.entry.args), "env": dict(self.entry.env)}


def write_servers(file: Path, servers: Mapping[str, Any]) -> None:
    """Write a mcp.json."""
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(json.dumps({"mcpServers": dict(servers)}), encoding="utf-8")


def third_party(folder: Path, repository: Path) -> dict[str, ServerEntry]:
    """Five servers of other people: three of the handshake era, two of the modern one; fewer where they are missing."""
    own = Path(sys.executable).parent
    found = {
        "memory": (BUILT / "mcp-server-memory", (), {"MEMORY_FILE_PATH": str(folder / "memory.json")}),
        "files": (BUILT / "mcp-server-filesystem", (str(folder),), {}),
        "everything": (BUILT / "mcp-server-everything", ("stdio",), {}),
        "git": (own / "mcp-server-git", ("--repository", str(repository)), {}),
        "time": (own / "mcp-server-time", ("--local-timezone", "UTC"), {}),
    }
    return {
        name: ServerEntry(command=str(file), args=args, env=env)
        for name, (file, args, env) in found.items()
        if file.exists() and (file.parent != BUILT or shutil.which("node"))
    }


def remember(folder: Path, **observations: str) -> None:
    """Have the memory server know something of each of these names."""
    lines = [
        json.dumps({"type": "entity", "name": name, "entityType": "thing", "observations": [text]})
        for name, text in observations.items()
    ]
    (folder / "memory.json").write_text("\n".join(lines), encoding="utf-8")


def is_gone(pid: int, seconds: float = 20) -> bool:
    """Wait for a process to be over."""
    for _ in range(int(seconds * 20)):
        try:
            os.kill(pid, 0)
            state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
        except (ProcessLookupError, FileNotFoundError):
            return True
        if state == "Z":
            return True
        time.sleep(0.05)
    return False
