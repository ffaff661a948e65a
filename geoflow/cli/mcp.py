"""`geoflow mcp`: the specs for agents."""

import sys
from typing import Annotated, Literal

import typer

from geoflow.cli import mcp_install, mcp_orchestrator

app = typer.Typer()
app.command("install")(mcp_install.install)
app.command("tools")(mcp_orchestrator.tools)
app.command("call")(mcp_orchestrator.call)


@app.callback(invoke_without_command=True)
def serve(
    ctx: typer.Context,
    *,
    capability: Annotated[
        Literal["read", "contribute"],
        typer.Option(help="What agents may do: read, or also write questions and answers down."),
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
    from geoflow.cli.context import find_root_or_fail, say
    from geoflow.cli.mcp_desk import open_desks

    desks = open_desks(find_root_or_fail())
    if sys.stdin.isatty():
        say("an agent's host starts this and speaks MCP to it on stdin; Ctrl-C ends it.")
    serve_agents(build_server(desks, capability, __version__))
