"""Ask a client back where the specs say nothing: its model, and then its person, each only where it says that it can.

In the era of 2026-07-28 a client is asked by an unfinished result, and the call comes again with its answer: every
function of the chain runs anew each time. So each gives the same for the same documents, word for word.
"""

import contextlib
from collections.abc import Callable
from typing import TYPE_CHECKING, Annotated, Any, NamedTuple, cast

from geoflow.adapters.mcp_arguments import check_options, check_place, check_text
from geoflow.adapters.mcp_results import Answered, Row
from geoflow.adapters.mcp_tool import CallProgress, client_name, in_thread, told
from geoflow.adapters.prompt_text import harmless
from geoflow.adapters.templates import JinjaTemplates
from geoflow.errors import GeoflowError

if TYPE_CHECKING:
    from pydantic import BaseModel

    from geoflow.adapters.mcp_question_tools import QuestionDesk

MOST_PASSAGES = 5
_REPLY_TOKENS = 400
_STEP_SHOWN = 200


class Chain(NamedTuple):
    """What the parameters of a tool are annotated with: the answer without a person, and what the person said."""

    answer: Any
    said: Any


def ask_chain(desk: "QuestionDesk") -> Chain:
    """Make the chain for a tool with the argument `question` alone."""
    from mcp.server.mcpserver import Context

    async def from_specs(question: str, ctx: Context) -> Answered:
        return await _from_specs(desk, ctx, _Asked(question))

    def options() -> tuple[str, ...]:
        return ()

    return _chain(desk, from_specs, options)


def open_chain(desk: "QuestionDesk") -> Chain:
    """Make the chain for a tool with the arguments `question`, `about` and `options`."""
    from mcp.server.mcpserver import Context

    async def from_specs(question: str, about: str, options: tuple[str, ...], ctx: Context) -> Answered:
        return await _from_specs(desk, ctx, _Asked(question, about, options))

    def offered(options: tuple[str, ...]) -> tuple[str, ...]:
        return options

    return _chain(desk, from_specs, offered)


def persons_text(said: Any) -> str:
    """Give what a person answered; empty where they declined, gave nothing, or do not know."""
    given = getattr(said, "data", None)
    if given is None or given.unknown:
        return ""
    words = [getattr(given, "choice", None) or "", given.answer]
    text = ": ".join(word.strip() for word in words if word.strip())
    return check_text("answer", text) if text else ""


def answered_by(answer: Answered, text: str, route: str, name: str) -> Answered:
    """Make of an open answer one that someone at the client gave; no person stands behind it yet."""
    step: Row = {"route": route, "who": name, "came": " ".join(text.split())[:_STEP_SHOWN], "why": ""}
    given = {"state": "answered", "answer": text, "route": route, "by": name, "confirmed": False}
    return cast(
        "Answered", {**answer, **given, "steps": [*answer["steps"], step], "needs_answer": False, "context": []}
    )


class _Asked(NamedTuple):
    question: str
    about: str = ""
    options: tuple[str, ...] = ()


async def _from_specs(desk: "QuestionDesk", ctx: Any, asked: _Asked) -> Answered:
    with told():
        question, about = check_text("question", asked.question), check_place(asked.about)
        options, progress = check_options(asked.options), CallProgress(ctx)
        return await in_thread(lambda: desk.ask(question, about, options, progress), waits=True)


def _chain(desk: "QuestionDesk", from_specs: Callable[..., Any], options: Callable[..., Any]) -> Chain:
    from mcp.server.mcpserver import Context, Elicit, ElicitationResult, Resolve, Sample
    from mcp.types import CreateMessageResult, SamplingMessage, TextContent
    from mcp_types.version import MODERN_PROTOCOL_VERSIONS

    said_type = _said_type()
    nothing = CreateMessageResult(role="assistant", content=TextContent(type="text", text=""), model="")

    async def from_model(
        question: str, found: Annotated[Answered, Resolve(from_specs)], ctx: Context
    ) -> CreateMessageResult | Sample:
        capabilities = ctx.client_capabilities
        if found["state"] == "answered" or capabilities is None or capabilities.sampling is None:
            return nothing
        passages = await in_thread(lambda: desk.context(question, MOST_PASSAGES))
        if not passages:
            return nothing  # there is nothing to quote
        values = {"question": harmless(question), "passages": [harmless(one["text"]) for one in passages]}
        system, user = (JinjaTemplates().render(f"mcp/ask-{half}.md", values) for half in ("system", "user"))
        message = SamplingMessage(role="user", content=TextContent(type="text", text=user))
        sample = Sample([message], max_tokens=_REPLY_TOKENS, system_prompt=system, temperature=0.0)
        return sample if ctx.protocol_version in MODERN_PROTOCOL_VERSIONS else await _sampled(ctx, sample) or nothing

    async def without_person(
        question: str,
        found: Annotated[Answered, Resolve(from_specs)],
        reply: Annotated[CreateMessageResult, Resolve(from_model)],
        ctx: Context,
    ) -> Answered:
        text = reply.content.text if isinstance(reply.content, TextContent) else ""
        if not text.strip():
            return found
        quoted = await in_thread(lambda: desk.quoted(question, text))
        if quoted is None:
            return found
        with contextlib.suppress(GeoflowError):  # what no tool would take from an agent is dropped here as well
            given = check_text("answer", str(quoted["answer"]))
            name = client_name(ctx, f"{reply.model}, {{}}")
            return {**answered_by(found, given, "agent", name), "citations": [quoted["citation"]]}
        return found

    async def from_person(
        question: str,
        found: Annotated[Answered, Resolve(without_person)],
        offered: Annotated[tuple[str, ...], Resolve(options)],
        ctx: Context,
    ) -> Any:
        capabilities = ctx.client_capabilities
        asks = capabilities.elicitation if capabilities else None
        if found["state"] == "answered" or asks is None or (asks.form is None and asks.url is not None):
            return said_type()
        return Elicit(f"The specs do not say: {' '.join(question.split())}", _with_choice(said_type, offered))

    answer: Any = Annotated[Answered, Resolve(without_person)]
    said: Any = Annotated[ElicitationResult[said_type], Resolve(from_person)]  # type: ignore[valid-type]
    return Chain(answer, said)


async def _sampled(ctx: Any, sample: Any) -> Any:
    """Ask the model of a client of 2025; None where it refuses, as hosts do when their person does not allow it.

    The SDK asks it in the same way and ends the whole call where it refuses.
    """
    from mcp import MCPError
    from mcp.shared.message import ServerMessageMetadata
    from mcp.types import CreateMessageRequest, CreateMessageResult

    this_call = ServerMessageMetadata(related_request_id=ctx.request_id)
    try:
        return await ctx.session.send_request(
            CreateMessageRequest(params=sample.params), CreateMessageResult, metadata=this_call
        )
    except MCPError:
        return None


def _said_type() -> "type[BaseModel]":
    from pydantic import BaseModel, Field

    class Said(BaseModel):
        answer: str = Field("", title="Answer", description="In your own words")
        unknown: bool = Field(default=False, title="I do not know")

    return Said


def _with_choice(said_type: "type[BaseModel]", options: tuple[str, ...]) -> "type[BaseModel]":
    from pydantic import Field, create_model

    if not options:
        return said_type
    enum: dict[str, Any] = {"enum": list(dict.fromkeys(options))}
    choice: Any = (str | None, Field(None, title="Choice", json_schema_extra=enum))
    return create_model("Said", __base__=said_type, choice=choice)
