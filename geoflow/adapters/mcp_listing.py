"""What clients of geoflow's own MCP server may list and complete: specs, questions, ids."""

from typing import TYPE_CHECKING, Any

from geoflow.adapters.mcp_prompts import Kind, PageDesk
from geoflow.adapters.mcp_tool import in_thread

if TYPE_CHECKING:
    from mcp.server import MCPServer

PAGE = 100
_MOST_COMPLETIONS = 100
_TYPES = {"spec": "text/markdown", "question": "application/yaml"}
_SCHEME = "geoflow://"
_OF_PROMPTS: dict[tuple[str, str], tuple[Kind, ...]] = {
    ("review", "item"): ("change", "spec"),
    ("revise", "change"): ("change",),
}


def add_listing(server: "MCPServer", desk: PageDesk) -> None:
    """Have a server list specs and questions as they are at the moment, a page at a time."""
    from mcp import MCPError
    from mcp.types import INVALID_PARAMS, ListResourcesResult, PaginatedRequestParams, Resource

    def everything() -> list[tuple[Kind, str]]:
        kinds: tuple[Kind, ...] = ("spec", "question")
        return [(kind, key) for kind in kinds for key in desk.ids(kind)]

    async def list_resources(_ctx: Any, params: PaginatedRequestParams | None) -> ListResourcesResult:
        cursor = (params.cursor if params else None) or "0"
        if not cursor.isdecimal() or len(cursor) > 9:
            raise MCPError(INVALID_PARAMS, "The cursor is none that this server gave. List from the beginning.")
        found, start = await in_thread(everything), int(cursor)
        page = found[start : start + PAGE]
        shown = [Resource(uri=f"{_SCHEME}{kind}/{key}", name=key, mime_type=_TYPES[kind]) for kind, key in page]
        return ListResourcesResult(
            resources=shown, next_cursor=str(start + PAGE) if start + PAGE < len(found) else None
        )

    # The list that the SDK keeps itself is fixed when the server starts.
    server._lowlevel_server.add_request_handler("resources/list", PaginatedRequestParams, list_resources)  # noqa: SLF001


def add_completions(server: "MCPServer", desk: PageDesk) -> None:
    """Have a server complete ids in the arguments of prompts and in the templates of resources."""
    from mcp.types import Completion

    async def complete(ref: Any, argument: Any, _context: Any) -> Completion | None:
        kinds = _kinds(ref, argument.name)
        if not kinds:
            return None
        ids = await in_thread(lambda: [key for kind in kinds for key in desk.ids(kind)])
        typed = argument.value.casefold()
        matching = sorted(
            (key for key in ids if typed in key.casefold()), key=lambda key: not key.casefold().startswith(typed)
        )
        shown = matching[:_MOST_COMPLETIONS]
        return Completion(values=shown, total=len(matching), has_more=len(matching) > len(shown))

    decorate: Any = server.completion  # the SDK leaves its type open
    decorate()(complete)


def _kinds(ref: Any, argument: str) -> tuple[Kind, ...]:
    from mcp.types import PromptReference

    if isinstance(ref, PromptReference):
        return _OF_PROMPTS.get((ref.name, argument), ())
    kind = str(ref.uri).removeprefix(_SCHEME).partition("/")[0]
    by_name: dict[str, tuple[Kind, ...]] = {"spec": ("spec",), "change": ("change",), "question": ("question",)}
    return by_name.get(kind, ())
