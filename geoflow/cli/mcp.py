"""`geoflow mcp`: the specs for agents."""

import os
import sys
from pathlib import Path
from typing import Annotated, Literal

import typer

from geoflow.cli import mcp_install, mcp_orchestrator
from geoflow.cli.mcp_http import PORT, HttpOptions, refuse_options, serve_http
from geoflow.errors import ExitCode, GeoflowError

app = typer.Typer()
app.command("install")(mcp_install.install)
app.command("tools")(mcp_orchestrator.tools)
app.command("call")(mcp_orchestrator.call)


@app.callback(invoke_without_command=True)
def serve(
    ctx: typer.Context,
    *,
    capability: Annotated[
        Literal["read", "contribute", "improve"],
        typer.Option(help="What agents may do: read, also write questions, changes and reviews, or also run improve."),
    ] = "contribute",
    root: Annotated[Path | None, typer.Option(help="Work as if started in this folder.")] = None,
    http: Annotated[
        bool, typer.Option("--http", help="Serve over streamable HTTP instead of stdin and stdout.")
    ] = False,
    host: Annotated[
        str, typer.Option(help="With --http: the address; beyond loopback a token must be given.")
    ] = "127.0.0.1",
    port: Annotated[int, typer.Option(min=0, max=65535, help="With --http: the port; 0 takes a free one.")] = PORT,
    token_file: Annotated[
        Path | None,
        typer.Option(
            help="With --http: a file with the token that clients must show, else GEOFLOW_MCP__TOKEN, else a new one."
        ),
    ] = None,
    no_token: Annotated[bool, typer.Option("--no-token", help="With --http on loopback: ask for no token.")] = False,
    allow_host: Annotated[
        list[str] | None,
        typer.Option(help="With --http: a further name under which clients may speak to it; repeatable."),
    ] = None,
) -> None:
    """Serve the specs to agents over MCP: to ask, search and review them, and to bring questions and changes along.

    An agent's host starts it in the project's folder and speaks to it over stdin and stdout until stdin ends. No agent
    can edit a spec here, or confirm an answer. With --http it is started by you, prints on stderr what a host needs to
    connect, and serves many agents until Ctrl-C.

    Example: geoflow mcp --capability read
    Example: geoflow mcp --http
    """
    if ctx.invoked_subcommand:
        return
    asked = HttpOptions(host, port, token_file.absolute() if token_file else None, no_token, tuple(allow_host or ()))
    if not http:
        refuse_options(asked)
    if root is not None:
        _enter(root)
    from geoflow import __version__
    from geoflow.adapters.mcp_server import build_server
    from geoflow.adapters.mcp_server import serve as serve_agents
    from geoflow.adapters.request_state_key import request_state_key
    from geoflow.cli.context import find_root_or_fail, private_folder, say
    from geoflow.cli.mcp_desk import open_desks

    folder = find_root_or_fail()
    server = build_server(open_desks(folder), capability, __version__, request_state_key(private_folder(folder)))
    if http:
        serve_http(server, asked)
        return
    if sys.stdin.isatty():
        say("an agent's host starts this and speaks MCP to it on stdin; Ctrl-C ends it.")
    serve_agents(server)


def _enter(root: Path) -> None:
    """Go to the folder, since settings and specs are looked for from the folder that a command is in."""
    try:
        os.chdir(root)
    except OSError as error:
        raise GeoflowError(
            f"{root} cannot be entered: {(error.strerror or 'it is no folder').lower()}.",
            fix="Give --root the folder that holds openspec/, or one below it.",
            code="no-folder",
            exit_code=ExitCode.USAGE,
        ) from None
