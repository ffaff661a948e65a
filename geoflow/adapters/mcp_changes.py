"""Tell clients what has changed, in the form of their era: those of 2026 listen, those of 2025 subscribed before."""

from typing import TYPE_CHECKING, Any
from weakref import WeakKeyDictionary

if TYPE_CHECKING:
    from mcp.server import MCPServer

QUESTIONS = "geoflow://question/"
_MOST_SUBSCRIPTIONS = 1_000


class Subscribers:
    """The sessions of clients of 2025 that asked to be told of a resource."""

    def __init__(self) -> None:
        self._sessions: dict[str, list[Any]] = {}

    def add(self, uri: str, session: Any) -> None:
        """Tell a session from now on; beyond so many resources the oldest is forgotten."""
        self.remove(uri, session)
        self._sessions.setdefault(uri, []).append(session)
        while len(self._sessions) > _MOST_SUBSCRIPTIONS:
            del self._sessions[next(iter(self._sessions))]

    def remove(self, uri: str, session: Any) -> None:
        """Tell a session no more."""
        # The SDK makes a session for each request; what the client said of itself stays the same for a connection.
        left = [one for one in self._sessions.pop(uri, []) if one.client_params is not session.client_params]
        if left:
            self._sessions[uri] = left

    async def tell(self, uri: str) -> None:
        """Tell all who asked; one that is gone is forgotten."""
        import anyio

        for session in list(self._sessions.get(uri, ())):
            try:
                await session.send_resource_updated(uri)
            except (anyio.BrokenResourceError, anyio.ClosedResourceError):
                self.remove(uri, session)


_of_server: "WeakKeyDictionary[MCPServer, Subscribers]" = WeakKeyDictionary()


def add_subscriptions(server: "MCPServer") -> None:
    """Have a server take subscriptions of clients of 2025; those of 2026 the SDK serves itself."""
    from functools import partial

    from mcp.server.lowlevel import NotificationOptions
    from mcp.types import EmptyResult, SubscribeRequestParams, UnsubscribeRequestParams

    subscribers = _of_server.setdefault(server, Subscribers())

    async def subscribe(ctx: Any, params: SubscribeRequestParams) -> EmptyResult:
        subscribers.add(str(params.uri), ctx.session)
        return EmptyResult()

    async def unsubscribe(ctx: Any, params: UnsubscribeRequestParams) -> EmptyResult:
        subscribers.remove(str(params.uri), ctx.session)
        return EmptyResult()

    lowlevel: Any = server._lowlevel_server  # noqa: SLF001 - MCPServer has no way of its own to it
    lowlevel.add_request_handler("resources/subscribe", SubscribeRequestParams, subscribe)
    lowlevel.add_request_handler("resources/unsubscribe", UnsubscribeRequestParams, unsubscribe)
    declared = NotificationOptions(resources_changed=True)
    lowlevel.create_initialization_options = partial(lowlevel.create_initialization_options, declared)


async def tell_of_question(ctx: Any, key: str, *, is_new: bool) -> None:
    """Tell that a question's file is new or has changed; `ctx` is the SDK's context of a call."""
    await tell_of_change(ctx, f"{QUESTIONS}{key}", is_new=is_new)


async def tell_of_change(ctx: Any, uri: str, *, is_new: bool) -> None:
    """Tell that a resource has changed, and where it is new that the list of resources has."""
    await ctx.notify_resource_updated(uri)
    if subscribers := _of_server.get(ctx.mcp_server):
        await subscribers.tell(uri)
    if is_new:
        await ctx.notify_resources_changed()
        await ctx.session.send_resource_list_changed()
