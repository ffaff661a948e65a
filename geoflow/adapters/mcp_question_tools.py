"""The tools of geoflow's own MCP server that ask: the specs, the stored questions, and people by way of a file."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Protocol, cast

from geoflow.adapters.mcp_arguments import check_id, check_options, check_place, check_text
from geoflow.adapters.mcp_asking_back import MOST_PASSAGES, answered_by, ask_chain, open_chain, persons_text
from geoflow.adapters.mcp_changes import tell_of_changes
from geoflow.adapters.mcp_results import Answered, Passages, QuestionList, Row, StoredQuestion
from geoflow.adapters.mcp_tool import client_name, in_thread, make_tool, told
from geoflow.ports import Progress

if TYPE_CHECKING:
    from mcp.server.mcpserver.tools import Tool

PERSON = "a person at {}"  # nobody knows who that is
_MOST_PASSAGES = 20
_ANSWER = {"id", "state", "answer", "citations", "by", "needs_answer", "context"}


class QuestionDesk(Protocol):
    """What these tools do. Each call may come on a thread of its own; errors are GeoflowErrors."""

    def ask(self, question: str, about: str, options: tuple[str, ...], progress: Progress) -> Answered:
        """Answer a question without writing anything; what cannot be answered is not worked out twice."""

    def context(self, question: str, limit: int) -> list[Row]:
        """Give the passages that come near a question, always the same for the same documents."""

    def quoted(self, question: str, reply: str) -> Row | None:
        """Give the `answer` and `citation` of a model's reply, None unless its quote stands in the specs."""

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


def question_tools(desk: QuestionDesk, *, may_write: bool) -> "list[Tool]":
    """Make the tools that only read."""
    search, get, list_all = _looking_up(desk)
    return [
        make_tool(_asking(desk, may_write=may_write), writes=False, shown=_ANSWER),
        make_tool(search, writes=False, shown={"passages"}),
        make_tool(get, writes=False, shown={"id", "state", "answer"}),
        make_tool(list_all, writes=False, shown={"questions"}),
    ]


def writing_question_tools(desk: QuestionDesk) -> "list[Tool]":
    """Make the tools that write question files."""
    opening = {"id", "state", "answer", "needs_answer", "context"}
    return [
        make_tool(_opening(desk), writes=True, shown=opening),
        make_tool(_answering(desk), writes=True, shown={"id", "state"}),
    ]


def _asking(desk: QuestionDesk, *, may_write: bool) -> Callable[..., Any]:
    from mcp.server.mcpserver import Context

    chain = ask_chain(desk)

    async def ask_question(
        question: str,  # noqa: ARG001 - the chain takes it from here
        ctx: Context,
        found: chain.answer,  # type: ignore[name-defined]
        said: chain.said,  # type: ignore[name-defined]
    ) -> Answered:
        """Answer a question from the specs with file and line, or say that they do not specify it."""
        with told():
            if found["state"] != "answered" and (text := persons_text(said)):
                return answered_by(found, text, "person", client_name(ctx, PERSON))
            return await with_context(desk, found) if may_write else cast("Answered", found)

    return ask_question


def _looking_up(desk: QuestionDesk) -> tuple[Callable[..., Any], ...]:
    def search_specs(query: str, limit: int = 5) -> Passages:
        """Find the passages of specs and active changes nearest to these words."""
        with told():
            return desk.search(check_text("query", query), max(1, min(limit, _MOST_PASSAGES)))

    def get_answer(id: str) -> StoredQuestion:  # noqa: A002 - the name that agents see
        """Give a stored question and the answer that stands."""
        with told():
            return desk.question(check_id(id))

    def list_questions(all: bool = False) -> QuestionList:  # noqa: A002, FBT001, FBT002 - the name that agents see
        """List the questions that wait for an answer, or all."""
        with told():
            return desk.questions(everything=all)

    return search_specs, get_answer, list_questions


def _opening(desk: QuestionDesk) -> Callable[..., Any]:
    from mcp.server.mcpserver import Context

    chain = open_chain(desk)

    async def open_question(
        question: str,
        ctx: Context,
        found: chain.answer,  # type: ignore[name-defined]
        said: chain.said,  # type: ignore[name-defined]
        about: str = "",
        options: tuple[str, ...] = (),
    ) -> Answered:
        """Ask, and where nothing answers write the question down for a person.

        `about`: PATH:LINE of the requirement; `options`: answers to choose from.
        """
        with told():
            if found["state"] == "answered" and found["route"] != "agent":
                return cast("Answered", found)
            if found["state"] != "answered" and (text := persons_text(said)):
                found = answered_by(found, text, "person", client_name(ctx, PERSON))
            asked, place, choices = check_text("question", question), check_place(about), check_options(options)
            asker = client_name(ctx)
            opened = await in_thread(lambda: desk.open_question(asked, place, choices, asker), waits=True)
            if opened["state"] == "answered":  # somebody else was quicker
                return opened
            if found["state"] == "answered":
                await in_thread(lambda: desk.answer_question(opened["id"], found["answer"], found["by"]))
                opened = cast("Answered", {**found, "id": opened["id"], "file": opened["file"]})
            await tell_of_changes(ctx)
            return await with_context(desk, opened)

    return open_question


def _answering(desk: QuestionDesk) -> Callable[..., Any]:
    from mcp.server.mcpserver import Context

    async def answer_question(id: str, answer: str, ctx: Context) -> StoredQuestion:  # noqa: A002 - the name that agents see
        """Add your answer to a stored question; it changes no spec unless a person confirms it."""
        with told():
            key, text, name = check_id(id), check_text("answer", answer), client_name(ctx)
            stored = await in_thread(lambda: desk.answer_question(key, text, name))
            await tell_of_changes(ctx)
            return stored

    return answer_question


async def with_context(desk: QuestionDesk, found: Answered) -> Answered:
    """Give a question that waits the passages that come near it, so that the agent itself may answer it."""
    if found["state"] != "open":
        return found
    passages = await in_thread(lambda: desk.context(found["question"], MOST_PASSAGES))
    return cast("Answered", {**found, "needs_answer": True, "context": passages})
