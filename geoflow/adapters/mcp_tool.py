"""A function as a tool of geoflow's own MCP server, with short schemas, since every sign costs an agent context."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from geoflow.adapters.mcp_arguments import author
from geoflow.errors import GeoflowError

if TYPE_CHECKING:
    from mcp.server.mcpserver.tools import Tool

_TOLD_LATER = frozenset(
    "question route by near steps notes path asked for about options confirmed waits searched summary unreadable "
    "left_out open_findings".split()
)


def make_tool(function: Callable[..., Any], *, writes: bool) -> "Tool":
    """Make a tool: its name, its docstring and its types are what an agent sees.

    Of what it gives the schema names but the fields that an agent decides by.
    """
    from inspect import getdoc

    from mcp.server.mcpserver.tools import Tool
    from mcp.types import ToolAnnotations

    hints = ToolAnnotations(
        read_only_hint=None if writes else True, destructive_hint=False if writes else None, open_world_hint=False
    )
    tool = Tool.from_function(function, description=getdoc(function), annotations=hints)
    given = tool.output_schema or {}
    for name in ("description", "required"):  # every field is always there
        given.pop(name, None)
    given["properties"] = {name: _kind(part) for name, part in given["properties"].items() if name not in _TOLD_LATER}
    for schema in (tool.parameters, given):
        _shorten(schema)
    return tool


def _kind(part: dict[str, Any]) -> dict[str, Any]:
    """Say of a field that is given no more than its type."""
    kinds = [one["type"] for one in part.get("anyOf", [part])]
    return {"type": kinds[0] if len(kinds) == 1 else kinds}


def _shorten(schema: dict[str, Any]) -> None:
    """Take out of a schema what says nothing: titles that repeat the names, and leave for further fields."""
    schema.pop("title", None)
    for part in schema["properties"].values():
        part.pop("title", None)
        for inner in (part, part.get("items", {})):
            inner.pop("additionalProperties", None)
        if "default" in part and not part["default"]:
            del part["default"]  # what is not required may be left out, and is empty then


@contextmanager
def told() -> Iterator[None]:
    """Have the agent read what went wrong and what to do; of a defect it reads only that there was one."""
    from mcp.server.mcpserver.exceptions import ToolError

    try:
        yield
    except GeoflowError as error:
        lines = [error.message, *([f"fix: {error.fix}"] if error.fix else []), f"code: {error.code}"]
        raise ToolError("\n".join(lines)) from None


def client_name(ctx: Any) -> str:
    """Name the client as the author of what it says; `ctx` is the SDK's context of a call."""
    parameters = ctx.session.client_params
    return author(str(parameters.client_info.name) if parameters else "")
