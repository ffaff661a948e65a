"""`geoflow mcp`: the specs for agents."""

import sys
from typing import Annotated, Literal

import typer

from geoflow.cli import mcp_install

app = typer.Typer()
app.command("install")(mcp_install.install)


@app.callback(invoke_without_command=True)
def serve(
    ctx: typer.Context,
    *,
    capability: Annotated[
        Literal["read", "contribute", "improve"],
        typer.Option(help="What agents may do: read, also write questions down, or also start improve runs."),
    ] = "contribute",
) -> None:
    """Serve the specs to agents over MCP: to ask, search, validate and review them, and to write questions down.

    An agent's host starts it in the project's folder and speaks to it over stdin and stdout until stdin ends. No agent
    can edit a spec here, or confirm an answer.

    Example: geoflow mcp --capability read
    """
    if ctx.invoked_subcommand:
        return
    from geoflow import __version__
    from geoflow.adapters.mcp_server import build_server
    from geoflow.adapters.mcp_server import serve as serve_agents
    from geoflow.adapters.request_state_key import request_state_key
    from geoflow.cli.context import find_root_or_fail, private_folder, say
    from geoflow.cli.mcp_desk import open_desks

    root = find_root_or_fail()
    desks, key = open_desks(root), request_state_key(private_folder(root))
    if sys.stdin.isatty():
        say("an agent's host starts this and speaks MCP to it on stdin; Ctrl-C ends it.")
    serve_agents(build_server(desks, capability, __version__, key))
