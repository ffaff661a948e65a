"""`geoflow mcp --http`: who may connect, where, and what a person is told of it."""

import json
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from geoflow.errors import ExitCode, GeoflowError

if TYPE_CHECKING:
    from mcp.server import MCPServer

    from geoflow.adapters.http_server import Listener

PORT = 4363
"""GEOF on a telephone's keys."""


class HttpOptions(NamedTuple):
    """What was typed; `hosts` are further names under which the server may be spoken to."""

    host: str = "127.0.0.1"
    port: int = PORT
    token_file: Path | None = None
    no_token: bool = False
    hosts: tuple[str, ...] = ()


def refuse_options(options: HttpOptions) -> None:
    """Refuse what concerns HTTP alone where there is none; GeoflowError `usage`."""
    names = ("--host", "--port", "--token-file", "--no-token", "--allow-host")
    for name, given, default in zip(names, options, HttpOptions(), strict=True):
        if given != default:
            raise _usage(f"{name} is for --http.", f"Add --http, or leave {name} out.")


def serve_http(server: "MCPServer", options: HttpOptions) -> None:
    """Serve over HTTP until SIGTERM or Ctrl-C.

    Raises:
        GeoflowError: Nobody may connect so (`token-needed`, `usage`), or the place is not to be had.
    """
    from geoflow.adapters.http_guard import Rules
    from geoflow.adapters.http_server import listen, serve_app
    from geoflow.adapters.mcp_http import http_app

    token, is_new = _choose_token(options)
    listener = listen(options.host, options.port)
    hosts = listener.names() | {host.lower() for host in options.hosts}
    with listener.socket:
        _announce(listener, token, is_new=is_new)
        serve_app(http_app(server, Rules(hosts, token)), listener)


def _choose_token(options: HttpOptions) -> tuple[str, bool]:
    """Give the token, and whether it was made here; an empty one means that none is asked for."""
    from geoflow.adapters.http_server import is_loopback
    from geoflow.adapters.http_token import given_token, new_token

    if options.no_token and options.token_file:
        raise _usage("--no-token and --token-file exclude each other.", "Leave one of them out.")
    token = "" if options.no_token else given_token(os.environ, options.token_file)
    if not token and not is_loopback(options.host):
        raise _needed(options.host)
    return (token, False) if token or options.no_token else (new_token(), True)


def _usage(message: str, fix: str) -> GeoflowError:
    return GeoflowError(message, fix=fix, code="usage", exit_code=ExitCode.USAGE)


def _needed(host: str) -> GeoflowError:
    from geoflow.adapters.http_token import VARIABLE

    return GeoflowError(
        f"{host} can be reached from other machines, and no token was given.",
        fix=f"Put a token into {VARIABLE} or a --token-file, or leave --host out to serve this machine alone.",
        code="token-needed",
        exit_code=ExitCode.USAGE,
    )


def _announce(listener: "Listener", token: str, *, is_new: bool) -> None:
    """Tell on stderr where the server is, and what a host's configuration must hold; a given token is not repeated."""
    from geoflow.adapters.http_server import is_loopback
    from geoflow.adapters.http_token import VARIABLE
    from geoflow.adapters.mcp_http import PATH
    from geoflow.cli.context import say

    url = f"{listener.url}{PATH}"
    say(f"MCP is served at {url}; Ctrl-C ends it. For an agent's mcp.json:")
    shown = {"type": "http", "url": url} | (
        {"headers": {"Authorization": f"Bearer {_shown(token, is_new)}"}} if token else {}
    )
    sys.stderr.write(json.dumps({"mcpServers": {"geoflow": shown}}) + "\n")
    if is_new:
        say(f"the token holds for this run; set {VARIABLE} to keep one.")
    if not token:
        say("no token is asked for: every program of every user of this machine may use it.")
    if not is_loopback(listener.host):
        say("HTTP is not encrypted: the token and the specs can be read on the way.")
    sys.stderr.flush()


def _shown(token: str, is_new: bool) -> str:
    return token if is_new else "YOUR-TOKEN"
