"""Tell clients what has changed, in the form of their era: those of 2026 listen, those of 2025 subscribed before.

It is the files that are compared, so what a person or another process writes is told like what a tool writes.
"""

from collections.abc import AsyncIterator, Callable, Hashable, Mapping
from contextlib import asynccontextmanager, suppress
from typing import TYPE_CHECKING, Any
from weakref import WeakKeyDictionary

if TYPE_CHECKING:
    from mcp.server import MCPServer

SCHEME = "geoflow://"
LOOK_EVERY_SECONDS = 1.0
_MOST_SUBSCRIPTIONS = 1_000

Stamps = Mapping[str, Hashable]
"""What tells one state of a resource's file from another, by the resource's name, such as `question/ID`."""


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

    async def tell_of_list(self) -> None:
        """Tell every session once that there is another list of resources."""
        import anyio

        sessions = {id(one.client_params): one for found in self._sessions.values() for one in found}
        for session in sessions.values():
            with suppress(anyio.BrokenResourceError, anyio.ClosedResourceError):
                await session.send_resource_list_changed()


class Changes:
    """What has changed since the last look; nobody looks before a client asks to be told.

    Args:
        stamps: Reads the state of all resources.
    """

    def __init__(self, stamps: Callable[[], Stamps]) -> None:
        from mcp.server.subscriptions import InMemorySubscriptionBus

        self._stamps = stamps
        self._seen: Stamps | None = None
        self.subscribers = Subscribers()
        changes = self

        class Bus(InMemorySubscriptionBus):
            def subscribe(self, listener: Callable[[Any], None]) -> Callable[[], None]:
                changes.begin()
                return super().subscribe(listener)

        self.bus = Bus()

    def begin(self) -> None:
        """Remember how things are now, what changes from here on is told."""
        if self._seen is None:
            self._seen = self._stamps()

    async def look(self) -> None:
        """Tell all that has changed since the last look."""
        import anyio

        if self._seen is None:
            return
        now = await anyio.to_thread.run_sync(self._stamps)
        before, self._seen = self._seen, now  # nothing is awaited in between, so each change is told once
        await self._tell(before, now)

    async def _tell(self, before: Stamps, now: Stamps) -> None:
        from mcp.server.subscriptions import ResourcesListChanged, ResourceUpdated

        for name in sorted(name for name in {*before, *now} if before.get(name) != now.get(name)):
            await self.bus.publish(ResourceUpdated(uri=f"{SCHEME}{name}"))
            await self.subscribers.tell(f"{SCHEME}{name}")
        if before.keys() != now.keys():
            await self.bus.publish(ResourcesListChanged())
            await self.subscribers.tell_of_list()


_of_server: "WeakKeyDictionary[MCPServer, Changes]" = WeakKeyDictionary()


def add_changes(server: "MCPServer", changes: Changes) -> None:
    """Have a server take subscriptions of clients of 2025; those of 2026 the SDK serves itself, over the bus."""
    from functools import partial

    from mcp.server.lowlevel import NotificationOptions
    from mcp.types import EmptyResult, SubscribeRequestParams, UnsubscribeRequestParams

    _of_server[server] = changes

    async def subscribe(ctx: Any, params: SubscribeRequestParams) -> EmptyResult:
        changes.begin()
        changes.subscribers.add(str(params.uri), ctx.session)
        return EmptyResult()

    async def unsubscribe(ctx: Any, params: UnsubscribeRequestParams) -> EmptyResult:
        changes.subscribers.remove(str(params.uri), ctx.session)
        return EmptyResult()

    lowlevel: Any = server._lowlevel_server  # noqa: SLF001 - MCPServer has no way of its own to it
    lowlevel.add_request_handler("resources/subscribe", SubscribeRequestParams, subscribe)
    lowlevel.add_request_handler("resources/unsubscribe", UnsubscribeRequestParams, unsubscribe)
    declared = NotificationOptions(resources_changed=True)
    lowlevel.create_initialization_options = partial(lowlevel.create_initialization_options, declared)


@asynccontextmanager
async def watched(server: "MCPServer") -> AsyncIterator[None]:
    """Look for changes every second while the block runs."""
    import anyio

    async def look() -> None:
        while True:
            await anyio.sleep(LOOK_EVERY_SECONDS)
            with suppress(OSError):  # a tree that cannot be read for the moment
                await _of_server[server].look()

    async with anyio.create_task_group() as group:
        group.start_soon(look)
        yield
        group.cancel_scope.cancel()


async def tell_of_changes(ctx: Any) -> None:
    """Tell at once what a tool has changed; `ctx` is the SDK's context of the call."""
    if changes := _of_server.get(ctx.mcp_server):
        await changes.look()
