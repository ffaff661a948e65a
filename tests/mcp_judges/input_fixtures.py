"""What the conformance harness expects of the newer era: tools and a prompt that give back a request for input."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from mcp.server import MCPServer

REFUSED = -32021


def add_inputs(server: "MCPServer") -> None:
    """Add the tools and the prompt that need an input of the client."""
    for tool in (*_single(), *_stateful(), *_by_capability()):
        server.add_tool(tool, description=f"Fixture {tool.__name__}.", structured_output=False)
    server.prompt(description="Fixture that asks first.")(_prompt())


def _form(field: str, message: str) -> Any:
    from mcp.types import ElicitRequest, ElicitRequestFormParams

    schema = {"type": "object", "properties": {field: {"type": "string"}}, "required": [field]}
    return ElicitRequest(params=ElicitRequestFormParams(message=message, requested_schema=schema))


def _sample(text: str) -> Any:
    from mcp.types import CreateMessageRequest, CreateMessageRequestParams, SamplingMessage, TextContent

    message = SamplingMessage(role="user", content=TextContent(type="text", text=text))
    return CreateMessageRequest(params=CreateMessageRequestParams(messages=[message], max_tokens=50))


def _roots() -> Any:
    from mcp.types import ListRootsRequest

    return ListRootsRequest()


def _asked(ctx: Any, requests: dict[str, Any], done: str, state: str | None = None) -> Any:
    """Give the result where every input is there, else the request for them."""
    from mcp.types import InputRequiredResult

    if requests.keys() <= (ctx.input_responses or {}).keys():
        return done
    return InputRequiredResult(input_requests=requests, request_state=state)


def _single() -> list[Callable[..., Any]]:
    from mcp.server.mcpserver import Context

    async def test_input_required_result_elicitation(ctx: Context) -> Any:
        return _asked(ctx, {"user_name": _form("name", "What is your name?")}, "Hello.")

    async def test_input_required_result_sampling(ctx: Context) -> Any:
        return _asked(ctx, {"capital": _sample("What is the capital of France?")}, "A capital.")

    async def test_input_required_result_list_roots(ctx: Context) -> Any:
        return _asked(ctx, {"client_roots": _roots()}, "Some roots.")

    async def test_streaming_elicitation(ctx: Context) -> Any:
        await ctx.report_progress(1, 2, "Now a question")
        return _asked(ctx, {"user_name": _form("name", "What is your name?")}, "Hello.")

    return [
        *(test_input_required_result_elicitation, test_input_required_result_sampling),
        *(test_input_required_result_list_roots, test_streaming_elicitation),
    ]


def _stateful() -> list[Callable[..., Any]]:
    from mcp.server.mcpserver import Context

    async def test_input_required_result_request_state(ctx: Context) -> Any:
        return _asked(ctx, {"confirm": _form("ok", "Go on?")}, "state-ok", "begun")

    async def test_input_required_result_tampered_state(ctx: Context) -> Any:
        return _asked(ctx, {"confirm": _form("ok", "Go on?")}, "state-ok", "sealed by the server")

    async def test_input_required_result_multiple_inputs(ctx: Context) -> Any:
        requests = {"user_name": _form("name", "Who?"), "greeting": _sample("Greet."), "client_roots": _roots()}
        return _asked(ctx, requests, "All three.", "begun")

    async def test_input_required_result_multi_round(ctx: Context) -> Any:
        if ctx.request_state is None:
            return _asked(ctx, {"step1": _form("name", "Step 1: What is your name?")}, "", "round 1")
        return _asked(ctx, {"step2": _form("color", "Step 2: What is your favorite color?")}, "Done.", "round 2")

    return [
        *(test_input_required_result_request_state, test_input_required_result_tampered_state),
        *(test_input_required_result_multiple_inputs, test_input_required_result_multi_round),
    ]


def _by_capability() -> list[Callable[..., Any]]:
    from mcp import MCPError
    from mcp.server.mcpserver import Context

    async def test_input_required_result_capabilities(ctx: Context) -> Any:
        able = ctx.client_capabilities
        requests: dict[str, Any] = {}
        if able and able.sampling is not None:
            requests["sampled"] = _sample("Say something.")
        if able and able.elicitation is not None:
            requests["typed"] = _form("text", "Say something.")
        return _asked(ctx, requests, "Said.")

    async def test_missing_capability(ctx: Context) -> Any:
        able = ctx.client_capabilities
        if able is None or able.sampling is None:
            raise MCPError(REFUSED, "This needs sampling.", {"requiredCapabilities": {"sampling": {}}})
        return _asked(ctx, {"sampled": _sample("Say something.")}, "Said.")

    return [test_input_required_result_capabilities, test_missing_capability]


def _prompt() -> Callable[..., Any]:
    from mcp.server.mcpserver import Context
    from mcp.server.mcpserver.prompts.base import UserMessage

    async def test_input_required_result_prompt(ctx: Context) -> Any:
        return _asked(ctx, {"context": _form("context", "In which context?")}, [UserMessage("In that context.")])  # type: ignore[arg-type]

    return test_input_required_result_prompt
