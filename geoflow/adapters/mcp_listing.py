"""What clients of geoflow's own MCP server may list and complete: specs, questions, ids."""

from typing import TYPE_CHECKING, Any

from geoflow.adapters.mcp_changes import SCHEME
from geoflow.adapters.mcp_prompts import Kind, PageDesk
from geoflow.adapters.mcp_tool import in_thread

if TYPE_CHECKING:
    from mcp.server import MCPServer

PAGE = 100
_MOST_COMPLETIONS = 100
_KINDS: tuple[Kind, ...] = ("spec", "change", "question")
_OF_PROMPTS: dict[tuple[str, str], tuple[Kind, ...]] = {
    ("review", "item"): ("change", "spec"),
    ("revise", "change"): ("change",),
}


def add_listing(server: "MCPServer", desk: PageDesk) -> None:
    """Have a server list what its templates give, as it is at the moment, a page at a time."""
    from mcp import MCPError
    from mcp.types import INVALID_PARAMS, ListResourcesResult, PaginatedRequestParams, Resource

    async def everything() -> list[Resource]:
        templates = await server.list_resource_templates()
        types = {_kind(one.uri_template): one.mime_type for one in templates}
        listed: list[Kind] = [kind for kind in _KINDS if kind in types]
        ids = await in_thread(lambda: {kind: desk.ids(kind) for kind in listed})
        found = [(kind, key) for kind in listed for key in ids[kind]]
        shown = [Resource(uri=f"{SCHEME}{kind}/{key}", name=key, mime_type=types[kind]) for kind, key in found]
        return [*await server.list_resources(), *shown]

    async def list_resources(_ctx: Any, params: PaginatedRequestParams | None) -> ListResourcesResult:
        cursor = (params.cursor if params else None) or "0"
        if not cursor.isdecimal() or len(cursor) > 9:
            raise MCPError(INVALID_PARAMS, "The cursor is none that this server gave. List from the beginning.")
        found, start = await everything(), int(cursor)
        following = str(start + PAGE) if start + PAGE < len(found) else None
        return ListResourcesResult(resources=found[start : start + PAGE], next_cursor=following)

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
    kind = _kind(str(ref.uri))
    return tuple(one for one in _KINDS if one == kind)


def _kind(template: str) -> str:
    return template.removeprefix(SCHEME).partition("/")[0]
