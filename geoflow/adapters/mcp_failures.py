"""What went wrong with an MCP server, out of what the SDK raises: groups of exceptions, of four libraries."""

from collections.abc import Iterator

from geoflow.adapters.body_limit import TooLargeError
from geoflow.adapters.mcp_config import ServerEntry
from geoflow.adapters.mcp_tools import shown


def causes(error: BaseException) -> list[BaseException]:
    """Take an exception out of its groups; never empty."""
    return list(_flat(error))


def _flat(error: BaseException) -> Iterator[BaseException]:
    if isinstance(error, BaseExceptionGroup):
        for part in error.exceptions:
            yield from _flat(part)
    else:
        yield error


def is_servers_fault(error: BaseException) -> bool:
    """Tell whether a server can cause this; anything else is a defect here."""
    import anyio
    import httpx2
    from mcp import MCPError

    streams = (anyio.BrokenResourceError, anyio.ClosedResourceError, anyio.EndOfStream)
    transport = (OSError, httpx2.HTTPError, httpx2.InvalidURL, TooLargeError)
    # Replies that break their schema are ValueErrors (pydantic) before, and RuntimeErrors after they were parsed.
    kinds = (MCPError, ValueError, RuntimeError, *streams, *transport)
    return all(isinstance(cause, kinds) for cause in causes(error))


def is_cut(error: BaseException) -> bool:
    """Tell whether the connection is gone, so that nothing more can be asked."""
    import anyio
    from mcp import MCPError
    from mcp.types import CONNECTION_CLOSED

    if isinstance(error, MCPError):
        # The SDK's number for it is also that of any error of a server's own.
        return error.code == CONNECTION_CLOSED and error.message == "Connection closed"
    return isinstance(error, (OSError, TooLargeError, anyio.BrokenResourceError, anyio.ClosedResourceError))


def described(error: BaseException, entry: ServerEntry) -> str:
    """Say it in one line without the secrets of the server's entry."""
    secrets = [*entry.env.values(), *entry.headers.values()]
    if isinstance(error, OSError) and error.strerror:
        return shown(f"{error.strerror}: {error.filename or entry.command or entry.url}", secrets)
    return shown(str(error), secrets) or type(error).__name__
