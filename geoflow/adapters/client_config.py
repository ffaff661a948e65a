"""The files in which clients of MCP keep their servers, and geoflow's own entry put into one of them."""

import base64
import json
import re
import shutil
import stat
import sys
from pathlib import Path
from typing import Any, Literal, NamedTuple
from urllib.parse import urlencode

from geoflow.adapters.json_member import with_member
from geoflow.adapters.whole_file import replace_file
from geoflow.errors import ExitCode, GeoflowError

ClientName = Literal["lmstudio", "claude-code", "cursor", "vscode"]
Entry = dict[str, Any]
_LARGEST_FILE = 1_000_000
# Both replace this by the folder that holds the file; what starts them may stand elsewhere.
_WORKSPACE = "${workspaceFolder}"


class Place(NamedTuple):
    """Where a client keeps its servers: a file, and the key in it; `root` is the folder that it must not leave."""

    file: Path
    key: str
    root: Path | None


def place_of(client: ClientName, root: Path) -> Place:
    """Name the file of a client for the project at `root`."""
    match client:
        case "lmstudio":
            return Place(Path.home() / ".lmstudio" / "mcp.json", "mcpServers", None)
        case "claude-code":
            return Place(root / ".mcp.json", "mcpServers", root)
        case "cursor":
            return Place(root / ".cursor" / "mcp.json", "mcpServers", root)
        case "vscode":
            return Place(root / ".vscode" / "mcp.json", "servers", root)


def default_name(client: ClientName, root: Path) -> str:
    """Name the entry: LM Studio has one list for all projects, so there the project is part of the name."""
    if client != "lmstudio":
        return "geoflow"
    folder = re.sub(r"[^\w.-]+", "-", root.name).strip("-.")
    return f"geoflow-{folder}" if folder else "geoflow"


def entry_for(client: ClientName, root: Path, capability: str) -> Entry:
    """Make the entry that starts the server: {command, args}, and what else the client asks for."""
    more = [] if capability == "contribute" else ["--capability", capability]
    command = _command()
    if client == "lmstudio":
        return {"command": command[0], "args": [*command[1:], "mcp", "--root", str(root), *more]}
    # A project's file is shared, so it names the command as everyone who has installed it does.
    shared = ["geoflow"] if shutil.which("geoflow") else command
    where = [] if client == "claude-code" else ["--root", _WORKSPACE]
    entry = {"command": shared[0], "args": [*shared[1:], "mcp", *where, *more]}
    return {"type": "stdio", **entry} if client == "vscode" else entry


def _command() -> list[str]:
    beside = Path(sys.executable).with_name("geoflow")  # the one that runs, be it on the PATH or not
    found = str(beside) if beside.exists() else shutil.which("geoflow")
    return [str(Path(found).absolute())] if found else [sys.executable, "-m", "geoflow"]


def link_for(name: str, entry: Entry) -> str:
    """Make the link that has LM Studio ask its user whether to add an entry.

    Its form is that of LM Studio's documentation (docs/app/mcp/deeplink): name, and the entry as JSON in Base64.
    """
    config = base64.b64encode(json.dumps(entry, separators=(",", ":")).encode()).decode()
    return f"https://lmstudio.ai/install-mcp?{urlencode({'name': name, 'config': config})}"


def install(place: Place, name: str, entry: Entry, *, write: bool) -> bool:
    """Put an entry into a client's file, everything else in it kept to the letter; tell whether it was missing.

    Raises:
        GeoflowError: `client-has-other`, where another entry has this name; `client-config-unreadable`,
            `client-config-unwritable`, `outside-root`.
    """
    target = place.file.resolve()
    if place.root is not None and not target.is_relative_to(place.root.resolve()):
        raise GeoflowError(
            f"{place.file} leads out of {place.root} through a link, and nothing was written.",
            fix="Replace the link by the file itself.",
            code="outside-root",
        )
    old = _read(target, place, name, entry)
    there = _servers(old, place, name, entry).get(name)
    if there == entry:
        return False
    if there is not None:
        raise GeoflowError(
            f'{place.file} has another entry named "{name}", and nothing was written.',
            fix=f"Take another --name, or put this in its place: {shown(name, entry)}",
            code="client-has-other",
        )
    new = with_member(old, (place.key, name), entry)
    if write:
        _replace(target, new)
    return True


def shown(name: str, entry: Entry) -> str:
    """Show an entry as it stands in a client's file."""
    return f"{json.dumps(name)}: {json.dumps(entry)}"


def _read(target: Path, place: Place, name: str, entry: Entry) -> str:
    try:
        content = target.read_bytes()
    except FileNotFoundError:
        return ""
    except OSError as error:
        raise _unreadable(place, error.strerror or str(error), name, entry) from error
    if len(content) > _LARGEST_FILE:
        raise _unreadable(place, f"it has {len(content):,} bytes", name, entry)
    try:
        return content.decode("utf-8")
    except UnicodeDecodeError as error:
        raise _unreadable(place, "it is no UTF-8", name, entry) from error


def _servers(text: str, place: Place, name: str, entry: Entry) -> dict[str, Any]:
    try:
        document = json.loads(text.removeprefix("\ufeff")) if text.strip("\ufeff \t\r\n") else {}
    except (ValueError, RecursionError) as error:
        line = f"line {error.lineno}: {error.msg}" if isinstance(error, json.JSONDecodeError) else "it is no JSON"
        raise _unreadable(place, line, name, entry) from error
    if not isinstance(document, dict) or not isinstance(document.get(place.key, {}), dict):
        raise _unreadable(place, f'it has no list of servers under "{place.key}"', name, entry)
    servers: dict[str, Any] = document.get(place.key, {})
    return servers


def _unreadable(place: Place, reason: str, name: str, entry: Entry) -> GeoflowError:
    return GeoflowError(
        f"{place.file} cannot be read ({reason}), and nothing was written.",
        fix=f'Add this yourself below "{place.key}": {shown(name, entry)}',
        code="client-config-unreadable",
        exit_code=ExitCode.ENVIRONMENT,
    )


def _replace(target: Path, text: str) -> None:
    try:
        mode = stat.S_IMODE(target.stat().st_mode) if target.exists() else 0o644
        target.parent.mkdir(parents=True, exist_ok=True)
        replace_file(target, text.encode("utf-8"), mode=mode)
    except OSError as error:
        raise GeoflowError(
            f"{target} cannot be written: {error.strerror}.",
            fix="Make it and its folder writable, or take --dry-run and add the entry yourself.",
            code="client-config-unwritable",
        ) from error
