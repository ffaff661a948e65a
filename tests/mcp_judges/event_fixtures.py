"""What the conformance harness expects a server to do on its own: to log, report progress, ask, announce and resume."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import anyio

if TYPE_CHECKING:
    from mcp.server import MCPServer

BEAT = 0.05
"""Seconds between two messages, as the harness wants them."""
DEFAULTS: dict[str, Any] = {
    "type": "object",
    "properties": {
        "name": {"type": "string", "default": "John Doe"},
        "age": {"type": "integer", "default": 30},
        "score": {"type": "number", "default": 95.5},
        "status": {"type": "string", "enum": ["active", "inactive", "pending"], "default": "active"},
        "verified": {"type": "boolean", "default": True},
    },
}
ONE_TO_THREE = ["option1", "option2", "option3"]
TITLED = [{"const": f"value{n}", "title": f"Choice {n}"} for n in (1, 2, 3)]
ENUMS: dict[str, Any] = {
    "type": "object",
    "properties": {
        "untitledSingle": {"type": "string", "enum": ONE_TO_THREE},
        "titledSingle": {"type": "string", "oneOf": TITLED},
        "legacyEnum": {"type": "string", "enum": ["opt1", "opt2"], "enumNames": ["Option One", "Option Two"]},
        "untitledMulti": {"type": "array", "items": {"type": "string", "enum": ONE_TO_THREE}},
        "titledMulti": {"type": "array", "items": {"anyOf": TITLED}},
    },
}
PERSON: dict[str, Any] = {
    "type": "object",
    "properties": {"username": {"type": "string"}, "email": {"type": "string"}},
    "required": ["username", "email"],
}


def add_events(server: "MCPServer") -> None:
    """Add the tools that send something before they answer, and the handlers of the requests around them."""
    for tool in (*_reporting(), *_asking(), *_announcing()):
        server.add_tool(tool, description=f"Fixture {tool.__name__}.", structured_output=False)
    _add_handlers(server)


def _reporting() -> list[Callable[..., Any]]:
    from mcp.server.mcpserver import Context

    async def test_tool_with_logging(ctx: Context) -> Any:
        for step in ("Tool execution started", "Tool processing data", "Tool execution completed"):
            await ctx.info(step)
            await anyio.sleep(BEAT)
        return "It was logged."

    async def test_logging_tool(ctx: Context) -> Any:
        await ctx.info("A message that only those get who asked for it")
        return "It was logged."

    async def test_tool_with_progress(ctx: Context) -> Any:
        for done in (0, 50, 100):
            await ctx.report_progress(done, 100, f"{done} of 100")
            await anyio.sleep(BEAT)
        return "It was done in steps."

    async def test_reconnection(ctx: Context) -> Any:
        await ctx.close_sse_stream()
        await anyio.sleep(2 * BEAT)
        return "It was finished while nobody listened."

    return [test_tool_with_logging, test_logging_tool, test_tool_with_progress, test_reconnection]


def _asking() -> list[Callable[..., Any]]:
    from mcp.server.mcpserver import Context
    from mcp.types import SamplingMessage, TextContent

    async def test_sampling(prompt: str, ctx: Context) -> Any:
        asked = SamplingMessage(role="user", content=TextContent(type="text", text=prompt))
        reply = await ctx.session.create_message(messages=[asked], max_tokens=100)
        return f"LLM response: {getattr(reply.content, 'text', reply.content)}"

    async def asked_with(schema: dict[str, Any], message: str, ctx: Context) -> str:
        reply = await ctx.session.elicit_form(message, schema)
        return f"action={reply.action}, content={reply.content}"

    async def test_elicitation(message: str, ctx: Context) -> Any:
        return f"User response: {await asked_with(PERSON, message, ctx)}"

    async def test_elicitation_sep1034_defaults(ctx: Context) -> Any:
        return f"Elicitation completed: {await asked_with(DEFAULTS, 'Who are you?', ctx)}"

    async def test_elicitation_sep1330_enums(ctx: Context) -> Any:
        return f"Elicitation completed: {await asked_with(ENUMS, 'Which ones?', ctx)}"

    return [test_sampling, test_elicitation, test_elicitation_sep1034_defaults, test_elicitation_sep1330_enums]


def _announcing() -> list[Callable[..., Any]]:
    from mcp.server.mcpserver import Context

    async def test_trigger_tool_change(ctx: Context) -> Any:
        await ctx.notify_tools_changed()
        return "The tools changed."

    async def test_trigger_prompt_change(ctx: Context) -> Any:
        await ctx.notify_prompts_changed()
        return "The prompts changed."

    return [test_trigger_tool_change, test_trigger_prompt_change]


def _add_handlers(server: "MCPServer") -> None:
    from mcp.types import (
        Completion,
        EmptyResult,
        SetLevelRequestParams,
        SubscribeRequestParams,
        UnsubscribeRequestParams,
    )

    async def complete(ref: Any, argument: Any, context: Any) -> Completion:
        return Completion(values=["paris", "park"], total=2, has_more=False)

    register: Any = server.completion  # which the SDK has left without types
    register()(complete)

    async def accepted(context: Any, params: Any) -> EmptyResult:
        return EmptyResult()

    low = server._lowlevel_server  # only the low level takes these requests of the older era
    low.add_request_handler("logging/setLevel", SetLevelRequestParams, accepted)
    low.add_request_handler("resources/subscribe", SubscribeRequestParams, accepted)
    low.add_request_handler("resources/unsubscribe", UnsubscribeRequestParams, accepted)


def make_events() -> Any:
    """Make a store from which a client that comes back reads what it has missed."""
    from mcp.server.streamable_http import EventMessage, EventStore

    class Events(EventStore):
        def __init__(self) -> None:
            self._kept: list[tuple[str, Any]] = []

        async def store_event(self, stream_id: str, message: Any) -> str:
            self._kept.append((stream_id, message))
            return str(len(self._kept))

        async def replay_events_after(self, last_event_id: str, send_callback: Any) -> str | None:
            last = int(last_event_id)
            stream = self._kept[last - 1][0]
            for number, (one, message) in enumerate(self._kept[last:], last + 1):
                if one == stream and message is not None:
                    await send_callback(EventMessage(message, str(number)))
            return stream

    return Events()
