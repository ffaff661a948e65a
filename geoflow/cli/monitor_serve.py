"""`geoflow monitor serve`: who may look, where, and what a person is told of it."""

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from geoflow.cli.monitor_pictures import LAST, MOST

if TYPE_CHECKING:
    from geoflow.adapters.http_server import Listener

PORT = 4364
"""The one after that of `geoflow mcp --http`."""
_HOST = "127.0.0.1"


def serve(
    port: Annotated[int, typer.Option(min=0, max=65535, help="The port; 0 takes a free one.")] = PORT,
    last: Annotated[
        int, typer.Option("--last", min=1, max=MOST, help="How many commits of the main line at most.")
    ] = LAST,
    token_file: Annotated[
        Path | None,
        typer.Option(help="A file with the token that must be shown, else GEOFLOW_MONITOR__TOKEN, else a new one."),
    ] = None,
    no_token: Annotated[
        bool, typer.Option("--no-token", help="Ask for no token: whoever is on this machine may read the specs.")
    ] = False,
    open_it: Annotated[bool, typer.Option("--open", help="Open the page in the browser.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Say where it is as one JSON document on stdout.")] = False,
) -> None:
    """Serve the report on 127.0.0.1 while it changes, with /health, /metrics for Prometheus, and /api/ as JSON.

    Open the link that is printed; it holds a token, which programs send as Authorization: Bearer TOKEN. Ctrl-C ends it.

    Example: geoflow monitor serve --open
    """
    from geoflow import __version__
    from geoflow.adapters.http_guard import Rules
    from geoflow.adapters.http_server import listen, serve_app
    from geoflow.adapters.monitor_server import MonitorServer
    from geoflow.cli.context import find_root_or_fail
    from geoflow.cli.monitor_desk import MonitorDesk

    token, is_new = _choose_token(token_file, no_token=no_token)
    desk = MonitorDesk(find_root_or_fail(), last)
    desk.version()  # outside a repository nothing is served
    listener = listen(_HOST, port)
    with listener.socket:
        server = MonitorServer(desk, Rules(listener.names(), token), listener.port, __version__)
        link = f"{listener.url}/" + (f"?token={token}" if token else "")
        _announce(listener, token, is_new=is_new, as_json=as_json)
        if open_it:
            typer.launch(link)
        serve_app(server.app, listener, ending=server.events.end)


def _choose_token(file: Path | None, *, no_token: bool) -> tuple[str, bool]:
    """Give the token, and whether it was made here; an empty one means that none is asked for."""
    from geoflow.adapters.http_token import MONITOR_VARIABLE, given_token, new_token
    from geoflow.errors import ExitCode, GeoflowError

    if no_token and file:
        raise GeoflowError(
            "--no-token and --token-file exclude each other.",
            fix="Leave one of them out.",
            code="usage",
            exit_code=ExitCode.USAGE,
        )
    token = "" if no_token else given_token(os.environ, file, MONITOR_VARIABLE)
    return (token, False) if token or no_token else (new_token(), True)


def _announce(listener: "Listener", token: str, *, is_new: bool, as_json: bool) -> None:
    """Tell where it is: people on stderr, scripts on stdout; a token that was given is not repeated."""
    from geoflow.adapters.http_token import MONITOR_VARIABLE
    from geoflow.cli.context import say
    from geoflow.cli.render import print_json

    shown = token if is_new else "YOUR-TOKEN"
    link = f"{listener.url}/" + (f"?token={shown}" if token else "")
    if as_json:
        made = token if is_new else None
        print_json({"schema": "geoflow.monitor-serve/1", "url": listener.url, "link": link, "token": made})
        sys.stdout.flush()
    say(f"the report is at {link} ; Ctrl-C ends it.")
    if is_new:
        say(f"the token holds for this run; set {MONITOR_VARIABLE} to keep one, which Prometheus needs.")
    if not token:
        say("no token is asked for: every program of every user of this machine may read the specs.")
    sys.stderr.flush()
