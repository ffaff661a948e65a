"""A function as a tool of geoflow's own MCP server, with short schemas, since every sign costs an agent context."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cache
from typing import TYPE_CHECKING, Any

from geoflow.adapters.mcp_arguments import author
from geoflow.errors import GeoflowError

if TYPE_CHECKING:
    from mcp.server.mcpserver.tools import Tool

    from geoflow.adapters.in_threads import CallThreads

MOST_WAITING = 8
"""Calls at a time that wait for a model or an agent; further ones wait for their turn."""


def make_tool(function: Callable[..., Any], *, writes: bool, waits: bool = False) -> "Tool":
    """Make a tool: its name, its docstring and its types are what an agent sees.

    Args:
        function: What it does; a thread runs it.
        writes: Whether it changes files.
        waits: Whether it may wait for a model or an agent: then it holds up no tool that does not.
    """
    from inspect import getdoc

    from mcp.server.mcpserver.tools import Tool
    from mcp.types import ToolAnnotations

    hints = ToolAnnotations(
        read_only_hint=not writes, destructive_hint=False if writes else None, open_world_hint=False
    )
    tool = Tool.from_function(function, description=getdoc(function), annotations=hints)
    given = tool.output_schema or {}
    for name in ("description", "required"):  # every field is always there
        given.pop(name, None)
    for schema in (tool.parameters, given):
        _shorten(schema)
    if waits:
        tool.fn, tool.is_async = _on_threads_of_its_kind(function), True
    return tool


def _on_threads_of_its_kind(function: Callable[..., Any]) -> Callable[..., Any]:
    """Keep a call off the SDK's threads: forty slow ones would take them all, and be waited for at the end."""
    from asyncio import wrap_future
    from contextvars import copy_context

    async def call(**arguments: Any) -> Any:
        return await wrap_future(_waiting_threads().submit(copy_context().run, lambda: function(**arguments)))

    return call


@cache
def _waiting_threads() -> "CallThreads":
    from geoflow.adapters.in_threads import CallThreads

    return CallThreads(MOST_WAITING)


def _shorten(schema: dict[str, Any]) -> None:
    """Take out of a schema what says nothing: titles that repeat the names, and leave for further fields."""
    schema.pop("title", None)
    for part in schema["properties"].values():
        part.pop("title", None)
        for inner in (part, part.get("items", {}), *part.get("anyOf", ())):
            inner.pop("additionalProperties", None)


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
