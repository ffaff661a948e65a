"""Which MCP servers may be started or reached: the user's own, and a repository's where the user trusts it."""

import json
import shlex
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from geoflow.adapters.mcp_config import ServerEntry, read_servers
from geoflow.adapters.redaction import redacted
from geoflow.adapters.trust_store import TrustItem, Trusts, trusts_nothing
from geoflow.errors import GeoflowError

PROJECT_SERVERS = "mcp.json"
TRUST = "geoflow trust"


@dataclass(frozen=True, slots=True)
class ServerList:
    """The servers that may be used, by name; `project` names those of the repository.

    `inert` says why others are not: {name: reason}.
    """

    servers: Mapping[str, ServerEntry]
    project: frozenset[str] = frozenset()
    inert: Mapping[str, str] = field(default_factory=dict)


def list_servers(user_file: Path, root: Path | None = None, trusts: Trusts = trusts_nothing) -> ServerList:
    """List the servers of the user's own file and of `mcp.json` at a repository's root; nothing is started.

    A server of the repository counts where the user trusts it exactly as it stands there, and its name is free. A file
    of the repository that cannot be read makes its servers inert, and nothing else fails.

    Raises:
        GeoflowError: `mcp-config-invalid` where the user's own file cannot be read.
    """
    own = read_servers(user_file)
    try:
        offered = _project_servers(root) if root else {}
    except GeoflowError as error:
        return ServerList(own, inert={PROJECT_SERVERS: error.message})
    servers, inert = dict(own), dict[str, str]()
    for name, entry in offered.items():
        if name in own:
            continue  # the user's own word for a name holds, and what the repository means by it is never used
        if trusts(_item(name, entry)):
            servers[name] = entry
        else:
            inert[name] = f"{PROJECT_SERVERS} of this repository names it, and you have not trusted that: {TRUST}"
    return ServerList(servers, frozenset(servers.keys() - own.keys()), inert)


def server_items(root: Path) -> list[TrustItem]:
    """List the servers that a repository would start or reach; GeoflowError `mcp-config-invalid`."""
    return [_item(name, entry) for name, entry in _project_servers(root).items()]


def _project_servers(root: Path) -> dict[str, ServerEntry]:
    file = root / PROJECT_SERVERS
    if file.is_symlink():
        return {}  # what it leads to can change without a commit, and belongs to somebody else
    return read_servers(file)


def _item(name: str, entry: ServerEntry) -> TrustItem:
    content = {
        "command": entry.command,
        "args": list(entry.args),
        "env": dict(entry.env),
        "cwd": str(entry.cwd or ""),
        "url": entry.url,
        "headers": dict(entry.headers),
    }
    text = json.dumps(content, sort_keys=True)
    return TrustItem("server", f"{PROJECT_SERVERS}/{name}", PROJECT_SERVERS, _effect(name, entry), text)


def _effect(name: str, entry: ServerEntry) -> str:
    if entry.url:
        headers = f", with the headers {', '.join(sorted(entry.headers))}" if entry.headers else ""
        return _on_one_line(f'connects to the MCP server "{name}" at {entry.url}{headers}')
    place = f" in {entry.cwd}, whose files may change" if entry.cwd else ""
    variables = f", with the variables {', '.join(sorted(entry.env))}" if entry.env else ""
    return _on_one_line(f'starts the MCP server "{name}"{place}: {shlex.join((entry.command, *entry.args))}{variables}')


def _on_one_line(text: str) -> str:
    # Whole, since a user trusts what is shown; and on its line, so that no argument looks like another item.
    return redacted(text).replace("\n", "\\n").replace("\r", "\\r")
