"""`geoflow mcp tools` and `geoflow mcp call`: the MCP servers that geoflow itself may call."""

import sys
import textwrap
from contextlib import closing
from typing import TYPE_CHECKING, Annotated, Any

import typer

from geoflow.cli.options import JsonAnswer
from geoflow.cli.render import one_line, print_json, printable
from geoflow.errors import ExitCode, GeoflowError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from geoflow.adapters.mcp_offers import Offer
    from geoflow.adapters.mcp_toolbox import McpToolBox, ServerState

_WIDTH = 78
_LONGEST_TEXT = 100_000
_ORIGINS = {"user": "your mcp.json", "project": "mcp.json of this repository"}


def tools(
    as_json: JsonAnswer = False,
) -> None:
    """Show the MCP servers that geoflow may call, their tools, and which of these a model may use.

    The servers are those of your own mcp.json, beside your settings, and of mcp.json in this repository once you have
    trusted it (geoflow trust). Each is started, asked and ended. Models use what tools.allow of your settings names,
    such as: memory:search_nodes, git:*

    Example: geoflow mcp tools
    """
    with closing(_open()) as box:
        states = box.states()
    if as_json:
        print_json({"schema": "geoflow.mcp-tools/1", "servers": [_document(state) for state in states]})
        return
    if not states:
        print("No MCP server is named in your mcp.json or the repository's.")
    for state in states:
        for line in _lines(state):
            print(line)


def call(
    server: Annotated[str, typer.Argument(help="The server's name in mcp.json.")],
    tool: Annotated[str, typer.Argument(help="The tool's name.")],
    arg: Annotated[
        list[str] | None, typer.Option("--arg", metavar="NAME=VALUE", help="An argument; VALUE may be JSON.")
    ] = None,
    json_args: Annotated[str, typer.Option(metavar="OBJECT", help="All arguments as one JSON object.")] = "",
    as_json: JsonAnswer = False,
) -> None:
    """Call one tool of an MCP server and print its result.

    You may call any tool of a server that may be used: tools.allow binds models only. Exit 1 where the tool fails.

    Example: geoflow mcp call memory search_nodes --arg query=treasurer
    """
    arguments, texts = _object(json_args), dict(map(_pair, arg or ()))
    with closing(_open(longest=_LONGEST_TEXT)) as box:
        text = box.call_for_person(server, tool, arguments, texts)
    if as_json:
        document = {"server": server, "tool": tool, "arguments": arguments | texts, "text": text}
        print_json({"schema": "geoflow.mcp-call/1", **document})
    else:
        sys.stdout.write(printable(text.rstrip("\n")) + "\n")


def _open(longest: int = 0) -> "McpToolBox":
    from dataclasses import replace

    from geoflow.adapters.mcp_toolbox import McpToolBox
    from geoflow.cli.ask_parts import servers_of
    from geoflow.cli.context import find_root_or_fail, load_settings

    root = find_root_or_fail()
    settings = load_settings().tools
    return McpToolBox(servers_of(root), replace(settings, result=longest or settings.result))


def _object(text: str) -> dict[str, Any]:
    import json

    try:
        found = json.loads(text) if text else {}
    except (ValueError, RecursionError) as error:
        raise _bad_arguments(f"--json-args is not JSON: {error}") from error
    if not isinstance(found, dict):
        raise _bad_arguments("--json-args is no JSON object")
    return found


def _pair(text: str) -> tuple[str, str]:
    name, equals, value = text.partition("=")
    if not name or not equals:
        raise _bad_arguments(f'--arg "{text}" is not NAME=VALUE')
    return name, value


def _bad_arguments(message: str) -> GeoflowError:
    return GeoflowError(
        message,
        fix='Write them as: --arg query=treasurer --arg limit=5, or --json-args \'{"query": "treasurer"}\'',
        code="bad-options",
        exit_code=ExitCode.USAGE,
    )


def _lines(state: "ServerState") -> "Iterator[str]":
    era = f", protocol {state.protocol}" if state.protocol else ""
    yield f"{one_line(state.name)}  {state.state}{era}, from {_ORIGINS[state.origin]}"
    if state.why:
        yield from _wrapped(state.why)
    for offer, allowed in state.offers:
        use = "a model may call it" if allowed else "not allowed to models"
        yield f"  {one_line(offer.name)}  {use}{'' if offer.only_reads else ', may change things'}"
        yield from _wrapped(_arguments_of(offer))


def _arguments_of(offer: "Offer") -> str:
    from geoflow.adapters.mcp_offers import one_plain_line

    form = offer.form or {}
    needed = form.get("required", ())
    names = ", ".join(name if name in needed else f"[{name}]" for name in form.get("properties", {}))
    return one_plain_line(f"{offer.description or 'no description'} ({names or 'no arguments'})", _WIDTH * 3)


def _wrapped(text: str) -> "list[str]":
    return textwrap.wrap(one_line(text), _WIDTH, initial_indent="    ", subsequent_indent="    ")


def _document(state: "ServerState") -> dict[str, object]:
    offered = [
        {
            "name": offer.name,
            "description": offer.description,
            "allowed": allowed,
            "only_reads": offer.only_reads,
            "arguments": offer.form,
        }
        for offer, allowed in state.offers
    ]
    return {
        "name": state.name,
        "origin": state.origin,
        "state": state.state,
        "why": state.why,
        "protocol": state.protocol,
        "tools": offered,
    }
