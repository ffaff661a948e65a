"""geoflow's own MCP server over streamable HTTP: the object that serves stdio, behind the guard of all routes."""

from typing import TYPE_CHECKING, Any

from geoflow.adapters.http_guard import App, HttpGuard, Rules

if TYPE_CHECKING:
    from mcp.server import MCPServer

PATH = "/mcp"
MOST_SESSIONS = 100
"""Sessions of 2025-11-25 that are open at a time; the newer era has none."""


def http_app(server: "MCPServer", rules: Rules, sessions: int = MOST_SESSIONS, **transport: Any) -> App:
    """Make the application: `/mcp`, `/health`, and whatever routes the server has, all of them guarded.

    Args:
        server: The server.
        rules: What requests are held to.
        sessions: The most that are open at a time.
        transport: What else the SDK's transport shall know.
    """
    from mcp.server.transport_security import TransportSecuritySettings

    _add_health(server)
    # The SDK's own checks of token and Host leave other routes open, so that the guard stands before all of them.
    unchecked = TransportSecuritySettings(enable_dns_rebinding_protection=False)
    app: Any = server.streamable_http_app(
        streamable_http_path=PATH,
        max_request_body_size=rules.largest_body,
        max_sessions=sessions,
        transport_security=unchecked,
        **transport,
    )
    return HttpGuard(app, rules)


def _add_health(server: "MCPServer") -> None:
    from starlette.requests import Request
    from starlette.responses import JSONResponse

    async def health(_: Request) -> JSONResponse:
        return JSONResponse({"status": "ok", "version": server.version})

    server.custom_route("/health", methods=["GET"])(health)
