"""What `geoflow doctor` says of MCP servers: whether a command is there, and whether an address takes a connection."""

import os
import shutil
import socket
from pathlib import Path
from urllib.parse import urlsplit

from geoflow.adapters.checkup import Check
from geoflow.adapters.in_threads import CallThreads
from geoflow.adapters.mcp_config import ServerEntry
from geoflow.adapters.mcp_servers import ServerList

_SECONDS = 2.0
_AT_ONCE = 8
_PORTS = {"http": 80, "https": 443}


def check_servers(listed: ServerList) -> list[Check]:
    """Look at each server that may be used; none is started, and nothing is said to those that run."""
    if not listed.servers:
        return [Check("mcp", "skipped", "no MCP server is configured")] if not listed.inert else []
    threads = CallThreads(min(_AT_ONCE, len(listed.servers)))
    try:
        return list(threads.map(lambda one: _check(*one), listed.servers.items(), timeout=_SECONDS * 2))
    except TimeoutError:
        return [Check("mcp", "skipped", "looking at MCP servers took too long")]
    finally:
        threads.shutdown(wait=False)


def _check(name: str, entry: ServerEntry) -> Check:
    facts: dict[str, object] = {"name": name, "transport": "http" if entry.url else "stdio"}
    if entry.url:
        return _address(name, entry.url, facts)
    if _is_there(entry):
        return Check("mcp", "ok", f"{name}: its command is there", facts=facts | {"reachable": True})
    text = f"{name}: there is no program {entry.command}"
    fix = "Install it, or correct the command in the mcp.json that names it."
    return Check("mcp", "warn", text, fix, facts | {"reachable": False})


def _is_there(entry: ServerEntry) -> bool:
    path = entry.env.get("PATH") or os.environ.get("PATH")
    if shutil.which(entry.command, path=path):
        return True
    return bool(entry.cwd and os.sep in entry.command and (Path(entry.cwd) / entry.command).is_file())


def _address(name: str, url: str, facts: dict[str, object]) -> Check:
    try:
        parts = urlsplit(url)
        place = (parts.hostname or "", parts.port or _PORTS.get(parts.scheme, 80))
        with socket.create_connection(place, timeout=_SECONDS):
            return Check("mcp", "ok", f"{name}: its address takes connections", facts=facts | {"reachable": True})
    except (OSError, ValueError):
        fix = "Start that server, or correct its address in the mcp.json that names it."
        return Check("mcp", "warn", f"{name}: nobody answers at its address", fix, facts | {"reachable": False})
