"""The tools of geoflow's own MCP server that ask: the specs, the stored questions, and people by way of a file."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Protocol

from geoflow.adapters.mcp_arguments import check_id, check_options, check_place, check_text
from geoflow.adapters.mcp_results import Answered, Passages, QuestionList, StoredQuestion
from geoflow.adapters.mcp_tool import client_name, make_tool, told

if TYPE_CHECKING:
    from mcp.server.mcpserver.tools import Tool

_MOST_PASSAGES = 20
_WAIT = {"ask_question", "open_question"}  # for the model


class QuestionDesk(Protocol):
    """What these tools do. Each call may come on a thread of its own; errors are GeoflowErrors."""

    def ask(self, question: str) -> Answered:
        """Answer a question without writing anything."""

    def search(self, query: str, limit: int) -> Passages:
        """Find the passages nearest to a query."""

    def question(self, key: str) -> StoredQuestion:
        """Give a stored question."""

    def questions(self, *, everything: bool) -> QuestionList:
        """List the stored questions: those that nobody has answered, or all."""

    def open_question(self, question: str, about: str, options: tuple[str, ...], asker: str) -> Answered:
        """Answer a question, or write it down for a person."""

    def answer_question(self, key: str, answer: str, author: str) -> StoredQuestion:
        """Add an agent's answer to a stored question."""

    def question_text(self, key: str) -> str:
        """Give the text of a question's file."""


def question_tools(desk: QuestionDesk) -> "list[Tool]":
    """Make the tools that only read."""
    return [make_tool(one, writes=False, waits=one.__name__ in _WAIT) for one in _answers(desk)]


def writing_question_tools(desk: QuestionDesk) -> "list[Tool]":
    """Make the tools that write question files."""
    return [make_tool(one, writes=True, waits=one.__name__ in _WAIT) for one in _contributions(desk)]


def _answers(desk: QuestionDesk) -> tuple[Callable[..., Any], ...]:
    def ask_question(question: str) -> Answered:
        """Answer a question from the specs, with quotes, file and line; or say that they do not specify it."""
        with told():
            return desk.ask(check_text("question", question))

    def search_specs(query: str, limit: int = 5) -> Passages:
        """Find the passages of specs and active changes nearest to these words; at most 20."""
        with told():
            return desk.search(check_text("query", query), max(1, min(limit, _MOST_PASSAGES)))

    def get_answer(id: str) -> StoredQuestion:  # noqa: A002 - the name that agents see
        """Give a question that was written down, with its state and the answer that stands."""
        with told():
            return desk.question(check_id(id))

    def list_questions(all: bool = False) -> QuestionList:  # noqa: A002, FBT001, FBT002 - the name that agents see
        """List the questions that wait for an answer, or all that were written down."""
        with told():
            return desk.questions(everything=all)

    return ask_question, search_specs, get_answer, list_questions


def _contributions(desk: QuestionDesk) -> tuple[Callable[..., Any], ...]:
    from mcp.server.mcpserver import Context

    def open_question(question: str, ctx: Context, about: str = "", options: tuple[str, ...] = ()) -> Answered:
        """Ask, and where nothing answers write the question down for a person.

        `about` is the requirement, as PATH:LINE; `options` are answers to choose from.
        """
        with told():
            asked, place = check_text("question", question), check_place(about)
            return desk.open_question(asked, place, check_options(options), client_name(ctx))

    def answer_question(id: str, answer: str, ctx: Context) -> StoredQuestion:  # noqa: A002 - the name that agents see
        """Add your answer to a stored question; it changes no spec unless a person confirms it."""
        with told():
            return desk.answer_question(check_id(id), check_text("answer", answer), client_name(ctx))

    return open_question, answer_question
