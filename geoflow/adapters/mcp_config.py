"""The MCP servers that the user configured, in the file format that LM Studio, Claude, Cursor and VS Code share."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from geoflow.errors import ExitCode, GeoflowError

_LARGEST_FILE = 1_000_000
_SECTIONS = ("servers", "mcpServers")  # VS Code's word and everybody else's, which wins


@dataclass(frozen=True, slots=True)
class ServerEntry:
    """How one MCP server is reached: a command to start, or the address of one that runs.

    `cwd` None means the user's home: a server started in a repository would find that repository's modules and
    packages before its own (`python -m`, `npx`). Variables and headers may be secrets and are never shown.
    """

    command: str = ""
    args: tuple[str, ...] = field(default=(), repr=False)
    env: Mapping[str, str] = field(default_factory=dict, repr=False)
    cwd: Path | None = None
    url: str = ""
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)


def read_servers(file: Path) -> dict[str, ServerEntry]:
    """Read the servers of a `mcp.json`: {name: entry}; none where there is no such file.

    A relative `cwd` starts at the file's folder. Fields that are not known here are ignored.

    Raises:
        GeoflowError: `mcp-config-invalid`.
    """
    document = _load(file)
    if not isinstance(document, dict):
        raise _invalid(str(file), 'needs an object with "mcpServers"')
    found = {}
    for section in _SECTIONS:
        for name, fields in _object(document, section, str(file)).items():
            found[name] = _entry(fields, f'{file}: the server "{name}"', file.parent)
    return found


def _load(file: Path) -> Any:
    try:
        if file.stat().st_size > _LARGEST_FILE:
            raise _invalid(str(file), "is larger than a list of servers can be")
        return json.loads(file.read_text("utf-8-sig"))
    except (FileNotFoundError, NotADirectoryError):
        return {}
    except json.JSONDecodeError as error:
        raise _invalid(f"{file}:{error.lineno}", f"is not JSON: {error.msg}") from error
    except (OSError, ValueError, RecursionError) as error:
        raise _invalid(str(file), f"cannot be read: {error}") from error


def _entry(fields: Any, place: str, folder: Path) -> ServerEntry:
    if not isinstance(fields, dict):
        raise _invalid(place, "is no object")
    command, url = _text(fields, "command", place), _text(fields, "url", place)
    if bool(command) == bool(url):
        raise _invalid(place, 'has both "command" and "url"' if url else 'has neither "command" nor "url"')
    if url and not _is_http(url):
        raise _invalid(place, 'has a "url" that is no http address')
    cwd = _text(fields, "cwd", place)
    return ServerEntry(
        command=command,
        args=_texts(fields, "args", place),
        env=_named_texts(fields, "env", place),
        cwd=folder / Path(cwd).expanduser() if cwd else None,
        url=url,
        headers=_named_texts(fields, "headers", place),
    )


def _is_http(url: str) -> bool:
    try:
        parts = urlsplit(url)
        return parts.scheme in {"http", "https"} and bool(parts.hostname) and parts.port != 0
    except ValueError:
        return False


def _text(fields: Mapping[str, Any], key: str, place: str) -> str:
    value = fields.get(key)
    if value is not None and not isinstance(value, str):
        raise _invalid(place, f'has a "{key}" that is no text')
    return (value or "").strip()


def _texts(fields: Mapping[str, Any], key: str, place: str) -> tuple[str, ...]:
    values = fields.get(key) or []
    if not isinstance(values, list):
        raise _invalid(place, f'has "{key}" that are no list')
    return tuple(_word(value, key, place) for value in values)


def _named_texts(fields: Mapping[str, Any], key: str, place: str) -> dict[str, str]:
    return {name: _word(value, key, place) for name, value in _object(fields, key, place).items()}


def _object(fields: Mapping[str, Any], key: str, place: str) -> dict[str, Any]:
    values = fields.get(key) or {}
    if not isinstance(values, dict):
        raise _invalid(place, f'has "{key}" that is no object')
    return values


def _word(value: Any, key: str, place: str) -> str:
    if isinstance(value, bool) or not isinstance(value, (str, int, float)):
        raise _invalid(place, f'has a value in "{key}" that is no text')
    return str(value)


def _invalid(place: str, reason: str) -> GeoflowError:
    return GeoflowError(
        f"{place} {reason}",
        fix='Write it as {"mcpServers": {"NAME": {"command": "...", "args": []}}}, or with a "url" for the command.',
        code="mcp-config-invalid",
        exit_code=ExitCode.USAGE,
    )
