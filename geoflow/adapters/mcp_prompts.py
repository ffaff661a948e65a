"""The prompts of geoflow's own MCP server: how an agent goes about a job with the tools that it is offered."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Annotated, Any, Literal, Protocol

from geoflow.adapters.mcp_arguments import check_text
from geoflow.adapters.mcp_changes import Stamps
from geoflow.adapters.mcp_results import Row
from geoflow.adapters.prompt_text import harmless
from geoflow.adapters.templates import JinjaTemplates
from geoflow.errors import GeoflowError

if TYPE_CHECKING:
    from mcp.server import MCPServer

Kind = Literal["spec", "change", "question"]
_LONGEST_ID = 300


class PageDesk(Protocol):
    """What can be read of a project. Each call may come on a thread of its own; errors are GeoflowErrors."""

    def ids(self, kind: Kind) -> list[str]:
        """List the ids of a kind, in order."""

    def documents(self, item: str, kinds: tuple[Kind, ...]) -> list[Row]:
        """Give the documents of a spec or change: `path`, `text`, and whether that `is_cut`."""

    def stamps(self) -> Stamps:
        """Tell the state of each spec's and question's file, without reading it."""


def add_prompts(server: "MCPServer", desk: PageDesk, tools: frozenset[str]) -> None:
    """Add the prompts to a server whose tools have these names."""
    for prompt in _prompts(desk, tools):
        server.prompt()(prompt)


def _prompts(desk: PageDesk, tools: frozenset[str]) -> tuple[Callable[..., Any], ...]:
    from pydantic import Field

    def propose(idea: Annotated[str, Field(description="What shall change, in your own words")]) -> str:
        """Draft a change from an idea."""
        with _refused():
            return _filled("propose", tools, {"idea": harmless(check_text("idea", idea))})

    def review(item: Annotated[str, Field(description="The id of a spec or change")]) -> str:
        """Review a spec or a change."""
        with _refused():
            return _about(desk, "review", tools, item)

    def revise(change: Annotated[str, Field(description="The id of a change")]) -> str:
        """Revise a change by its reviews and answers."""
        with _refused():
            return _about(desk, "revise", tools, change)

    return propose, review, revise


def _about(desk: PageDesk, name: str, tools: frozenset[str], item: str) -> str:
    key = "change" if name == "revise" else "item"
    kinds: tuple[Kind, ...] = ("change",) if name == "revise" else ("spec", "change")
    found = desk.documents(check_text(key, item, _LONGEST_ID), kinds)
    documents = [{**one, "text": harmless(one["text"])} for one in found]
    return _filled(name, tools, {key: harmless(item.strip()), "documents": documents})


def _filled(name: str, tools: frozenset[str], values: dict[str, Any]) -> str:
    return JinjaTemplates().render(f"mcp/{name}.md", {"tools": tools, **values})


@contextmanager
def _refused() -> Iterator[None]:
    from mcp import MCPError
    from mcp.types import INVALID_PARAMS

    try:
        yield
    except GeoflowError as error:
        raise MCPError(INVALID_PARAMS, f"{error.message} {error.fix} ({error.code})") from None
