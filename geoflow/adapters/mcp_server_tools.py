"""The tools of geoflow's own MCP server: few, and with short schemas, since every sign costs an agent context."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Literal, Protocol

from geoflow.adapters.mcp_arguments import author, check_id, check_item, check_options, check_place, check_text
from geoflow.adapters.mcp_results import Answered, Judged, Passages, QuestionList, Reviewed, StoredQuestion
from geoflow.errors import GeoflowError

if TYPE_CHECKING:
    from mcp.server.mcpserver.tools import Tool

Capability = Literal["read", "contribute"]
_MOST_PASSAGES = 20


class Desk(Protocol):
    """What the server's tools do. Each call may come on a thread of its own; errors are GeoflowErrors."""

    def ask(self, question: str) -> Answered:
        """Answer a question without writing anything."""

    def search(self, query: str, limit: int) -> Passages:
        """Find the passages nearest to a query."""

    def question(self, key: str) -> StoredQuestion:
        """Give a stored question."""

    def questions(self, *, everything: bool) -> QuestionList:
        """List the stored questions: those that nobody has answered, or all."""

    def validate(self, item: str) -> Judged:
        """Validate one spec or change, or all."""

    def review(self, target: str) -> Reviewed:
        """Review one spec or change by rule, or all."""

    def open_question(self, question: str, about: str, options: tuple[str, ...], asker: str) -> Answered:
        """Answer a question, or write it down for a person."""

    def answer_question(self, key: str, answer: str, author: str) -> StoredQuestion:
        """Add an agent's answer to a stored question."""

    def spec_text(self, spec_id: str) -> str:
        """Give the text of a main spec."""

    def question_text(self, key: str) -> str:
        """Give the text of a question's file."""


def make_tools(desk: Desk, capability: Capability) -> "list[Tool]":
    """Make the tools that a client with this capability is offered."""
    reading = [_tool(one, writes=False) for one in (*_answers(desk), *_checks(desk))]
    return reading + ([_tool(one, writes=True) for one in _contributions(desk)] if capability == "contribute" else [])


def _tool(function: Callable[..., Any], *, writes: bool) -> "Tool":
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
    return tool


def _shorten(schema: dict[str, Any]) -> None:
    """Take out of a schema what says nothing: titles that repeat the names, and leave for further fields."""
    schema.pop("title", None)
    for part in schema["properties"].values():
        part.pop("title", None)
        for inner in (part, part.get("items", {}), *part.get("anyOf", ())):
            inner.pop("additionalProperties", None)


@contextmanager
def _told() -> Iterator[None]:
    """Have the agent read what went wrong and what to do; of a defect it reads only that there was one."""
    from mcp.server.mcpserver.exceptions import ToolError

    try:
        yield
    except GeoflowError as error:
        lines = [error.message, *([f"fix: {error.fix}"] if error.fix else []), f"code: {error.code}"]
        raise ToolError("\n".join(lines)) from None


def _answers(desk: Desk) -> tuple[Callable[..., Any], ...]:
    def ask_question(question: str) -> Answered:
        """Answer a question from the specs, with quotes, file and line; or say that they do not specify it."""
        with _told():
            return desk.ask(check_text("question", question))

    def search_specs(query: str, limit: int = 5) -> Passages:
        """Find the passages of specs and active changes nearest to these words; at most 20."""
        with _told():
            return desk.search(check_text("query", query), max(1, min(limit, _MOST_PASSAGES)))

    def get_answer(id: str) -> StoredQuestion:  # noqa: A002 - the name that agents see
        """Give a question that was written down, with its state and the answer that stands."""
        with _told():
            return desk.question(check_id(id))

    def list_questions(all: bool = False) -> QuestionList:  # noqa: A002, FBT001, FBT002 - the name that agents see
        """List the questions that wait for an answer, or all that were written down."""
        with _told():
            return desk.questions(everything=all)

    return ask_question, search_specs, get_answer, list_questions


def _checks(desk: Desk) -> tuple[Callable[..., Any], ...]:
    def validate(item: str = "") -> Judged:
        """Check one spec or change by id, or all, against the rules of OpenSpec; gives those with issues."""
        with _told():
            return desk.validate(check_item("item", item))

    def review(target: str = "") -> Reviewed:
        """Find vague words, gaps and contradictions by rule in one spec or change, or in all."""
        with _told():
            return desk.review(check_item("target", target))

    return validate, review


def _contributions(desk: Desk) -> tuple[Callable[..., Any], ...]:
    from mcp.server.mcpserver import Context

    def open_question(question: str, ctx: Context, about: str = "", options: tuple[str, ...] = ()) -> Answered:
        """Ask, and where nothing answers write the question down for a person.

        `about` is the requirement, as PATH:LINE; `options` are answers to choose from.
        """
        with _told():
            asked, place = check_text("question", question), check_place(about)
            return desk.open_question(asked, place, check_options(options), author(_client(ctx)))

    def answer_question(id: str, answer: str, ctx: Context) -> StoredQuestion:  # noqa: A002 - the name that agents see
        """Add your answer to a stored question; it changes no spec unless a person confirms it."""
        with _told():
            return desk.answer_question(check_id(id), check_text("answer", answer), author(_client(ctx)))

    return open_question, answer_question


def _client(ctx: Any) -> str:
    parameters = ctx.session.client_params
    return str(parameters.client_info.name) if parameters else ""
