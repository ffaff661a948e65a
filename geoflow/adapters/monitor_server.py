"""The report of the monitor served while it changes: the page, its events, health, metrics, and the figures as JSON."""

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, NamedTuple, Protocol

from geoflow.adapters.change_events import MOST_STREAMS, ChangeEvents
from geoflow.adapters.http_answers import (
    HEADERS,
    dumped,
    error_answer,
    failed,
    json_answer,
    not_allowed,
    not_found,
    sent,
)
from geoflow.adapters.http_guard import App, Rules
from geoflow.adapters.http_sign_in import SignIn
from geoflow.adapters.kept_answers import KeptAnswers
from geoflow.errors import ExitCode, GeoflowError

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.responses import Response

MOST_ROWS = 1_000
"""Commits or runs that are told at a time."""


class Desk(Protocol):
    """What the server asks for; each answer is a document for scripts. Called in threads, a few at a time."""

    def version(self) -> str:
        """Tell cheaply in which state everything is that is shown."""

    def page(self, version: str) -> str:
        """Give the page."""

    def script(self) -> str:
        """Give the page's script."""

    def health(self) -> Mapping[str, Any]:
        """Tell how geoflow, the repository and the model servers are; `ok` is false where nothing can be shown."""

    def newest(self) -> Mapping[str, Any] | None:
        """Give the record of the newest recorded commit; None where there is none."""

    def measures(self, asked: "Query") -> Mapping[str, Any]:
        """Give definitions; GeoflowError `unknown-measure`."""

    def history(self, asked: "Query") -> Mapping[str, Any]:
        """Give values of measures over commits, oldest first; GeoflowError `unknown-measure`."""

    def snapshots(self, asked: "Query") -> Mapping[str, Any]:
        """Give whole records, newest first."""

    def runs(self, asked: "Query") -> Mapping[str, Any]:
        """Give the runs of improve, newest first, with what became of each edit."""


class Query(NamedTuple):
    """What a request asks for: names of measures or groups, and how many commits or runs at most."""

    measures: tuple[str, ...] = ()
    limit: int = 100


class MonitorServer:
    """The application and what it keeps.

    Args:
        desk: Gives the answers.
        rules: What requests are held to.
        port: The port that it is served on.
        version: Of geoflow.
    """

    def __init__(self, desk: Desk, rules: Rules, port: int, version: str) -> None:
        self._desk = desk
        self._kept = KeptAnswers(desk.version)
        self._geoflow = version
        self.events = ChangeEvents(self._kept.version)
        self.app: App = SignIn(self._starlette(), rules, port)

    def _starlette(self) -> Any:
        from starlette.applications import Starlette
        from starlette.routing import Route

        desk = self._desk
        questions = {"measures": desk.measures, "history": desk.history, "snapshots": desk.snapshots, "runs": desk.runs}
        routes = [
            Route("/", self._page),
            Route("/live.js", self._script),
            Route("/events", self._stream),
            Route("/health", self._health),
            Route("/metrics", self._metrics()),
            *(Route(f"/api/{name}", self._api(name, ask)) for name, ask in questions.items()),
        ]
        handlers: dict[Any, Any] = {404: not_found, 405: not_allowed, GeoflowError: failed}
        return Starlette(routes=routes, exception_handlers=handlers)

    async def _page(self, _: "Request") -> "Response":
        version = await self._kept.version()
        page = await self._kept.get("page", lambda: self._desk.page(version).encode("utf-8", "replace"))
        return sent(page, "text/html; charset=utf-8")

    async def _script(self, _: "Request") -> "Response":
        from starlette.responses import Response

        return Response(self._desk.script(), media_type="text/javascript", headers=HEADERS)

    async def _stream(self, _: "Request") -> "Response":
        from starlette.responses import StreamingResponse

        events = self.events
        if events.open >= MOST_STREAMS:
            return error_answer(
                503, "too-many-streams", "Too many pages listen already.", "Close some of them.", retry=30
            )

        class Stream(StreamingResponse):
            async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
                events.open += 1
                try:
                    await super().__call__(scope, receive, send)
                finally:
                    events.open -= 1

        return Stream(events.stream(), media_type="text/event-stream", headers=HEADERS)

    async def _health(self, _: "Request") -> "Response":
        health = await self._kept.get("health", self._desk.health)
        return json_answer({"schema": "geoflow.health/1", **health}, 200 if health["ok"] else 503)

    def _metrics(self) -> Any:
        from prometheus_client import make_asgi_app

        from geoflow.adapters.measure_gauges import gauges

        newest: list[Mapping[str, Any] | None] = [None]
        exposed = make_asgi_app(registry=gauges(lambda: newest[0], self._geoflow))

        class Metrics:
            """An endpoint of its own class, which Starlette then takes for an application."""

            async def __call__(_, scope: Any, receive: Any, send: Any) -> None:  # noqa: N805
                newest[0] = await self._kept.get("newest", self._desk.newest)
                await exposed(scope, receive, send)

        return Metrics()

    def _api(self, name: str, ask: Callable[[Query], Mapping[str, Any]]) -> Any:
        async def answer(request: "Request") -> "Response":
            asked = _query(request)
            text: bytes = await self._kept.get((name, asked), lambda: dumped(ask(asked)))
            return json_answer(text)

        return answer


def _query(request: "Request") -> Query:
    words = request.query_params.getlist("measure")
    limit = request.query_params.get("limit", "100")
    if len(words) > 100 or not (limit.isascii() and limit.isdigit() and len(limit) < 6 and 0 < int(limit) <= MOST_ROWS):
        raise GeoflowError(
            f"limit is a number from 1 to {MOST_ROWS}, and measure is given 100 times at most.",
            fix="Try /api/history?measure=coverage&limit=100",
            code="usage",
            exit_code=ExitCode.USAGE,
        )
    return Query(tuple(words), int(limit))
