"""A function as a tool of geoflow's own MCP server, with short schemas, since every sign costs an agent context."""

from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from functools import cache
from typing import TYPE_CHECKING, Any, TypeVar

from geoflow.adapters.mcp_arguments import author
from geoflow.adapters.unseen import unseen_escaped, visible
from geoflow.errors import GeoflowError

if TYPE_CHECKING:
    from anyio import CapacityLimiter
    from anyio.lowlevel import RunVar
    from mcp.server.mcpserver.tools import Tool

T = TypeVar("T")
MOST_WAITING = 8
"""Calls at a time that wait for a model; further ones wait for their turn, and hold up none that do not."""
_EMPTY: tuple[Any, ...] = ("", False, [], {})


def make_tool(function: Callable[..., Any], *, writes: bool, shown: Collection[str] = ()) -> "Tool":
    """Make a tool: its name, its docstring and its types are what an agent sees.

    Args:
        function: What it does; gives a TypedDict.
        writes: Whether it changes anything.
        shown: The fields of its result that the schema names, all unless told; the others are given all the same.
    """
    from inspect import getdoc

    from mcp.types import ToolAnnotations

    # What the protocol takes for granted is left out: that a tool writes, and that one that reads destroys nothing.
    annotations = ToolAnnotations(destructive_hint=False) if writes else ToolAnnotations(read_only_hint=True)
    tool = _visible_tool().from_function(function, description=getdoc(function), annotations=annotations)
    _shorten(tool.parameters)
    _name_fields(tool.output_schema or {}, shown)
    return tool


@cache
def _visible_tool() -> "type[Tool]":
    """Make the class of tools whose texts hold nothing that a client's terminal obeys; as JSON they read the same."""
    from mcp.server.mcpserver.tools import Tool
    from mcp.types import CallToolResult, TextContent

    class VisibleTool(Tool):
        async def run(self, arguments: dict[str, Any], context: Any, convert_result: bool = False) -> Any:  # noqa: FBT001, FBT002 - the SDK's
            made = await super().run(arguments, context, convert_result)
            if isinstance(made, CallToolResult):
                for part in made.content:
                    if isinstance(part, TextContent):
                        part.text = unseen_escaped(part.text)
            return made

    return VisibleTool


def _shorten(schema: dict[str, Any]) -> None:
    """Take out of the schema of arguments what says nothing: titles that repeat the names, defaults that are empty."""
    schema.pop("title", None)
    for part in schema["properties"].values():
        part.pop("title", None)
        if part.get("default") in _EMPTY:
            del part["default"]
        for inner in (part, part.get("items", {}), *part.get("anyOf", ())):
            inner.pop("additionalProperties", None)


def _name_fields(schema: dict[str, Any], shown: Collection[str]) -> None:
    """Leave in the schema of a result the names of its fields: what they are is seen when they are there."""
    fields = [name for name in schema["properties"] if not shown or name in shown]
    schema.clear()
    schema.update(type="object", properties={name: {} for name in fields})


async def in_thread(work: Callable[[], T], *, waits: bool = False) -> T:
    """Do work on a thread of its own; a cancelled call stops the model that works for it, and waits for that.

    What `waits` for a model has its own share of threads: slow calls would take all of the SDK's.
    """
    import anyio

    from geoflow.adapters.stop import Stop

    stop, failures, results = Stop(), list[Exception](), list[T]()

    async def watch() -> None:
        try:
            await anyio.sleep_forever()
        finally:
            stop.set()

    limiter = _waiting_threads() if waits else None
    async with anyio.create_task_group() as group:
        group.start_soon(watch)
        with stop.over():
            try:
                results.append(await anyio.to_thread.run_sync(work, limiter=limiter))
            except Exception as error:  # noqa: BLE001 - raised below, outside of the group that would wrap it
                failures.append(error)
        group.cancel_scope.cancel()
    for failure in failures:
        raise failure
    return results[0]


def _waiting_threads() -> "CapacityLimiter":
    from anyio import CapacityLimiter

    try:
        return _share().get()
    except LookupError:
        limiter = CapacityLimiter(MOST_WAITING)
        _share().set(limiter)
        return limiter


@cache
def _share() -> "RunVar[CapacityLimiter]":
    from anyio.lowlevel import RunVar

    return RunVar("geoflow waits for a model")


class CallProgress:
    """Tells a client how far its call is, from the thread that `in_thread` works on.

    Args:
        ctx: The SDK's context of the call.
    """

    def __init__(self, ctx: Any) -> None:
        self._ctx = ctx

    def update(self, label: str, done: int, total: int) -> None:
        """Tell it; a client that did not ask for it hears nothing."""
        from anyio import from_thread

        from_thread.run(self._ctx.report_progress, done, total, label)


@contextmanager
def told() -> Iterator[None]:
    """Have the agent read what went wrong and what to do; of a defect it reads only that there was one."""
    from mcp.server.mcpserver.exceptions import ToolError

    try:
        yield
    except GeoflowError as error:
        lines = [error.message, *([f"fix: {error.fix}"] if error.fix else []), f"code: {error.code}"]
        raise ToolError(visible("\n".join(lines))) from None


def client_name(ctx: Any, who: str = "{}") -> str:
    """Name the client, or someone there (`a person at {}`), as the author of what it says.

    Args:
        ctx: The SDK's context of the call.
        who: What is said of the client's name.
    """
    parameters = ctx.session.client_params
    name = str(parameters.client_info.name) if parameters else ""
    return author(who.replace("{}", name or "an agent"))
