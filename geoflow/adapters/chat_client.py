"""The openai client as geoflow uses it: no retry, no redirect, no proxy to this machine, a connection for each call."""

from typing import TYPE_CHECKING

from geoflow.adapters.addresses import is_loopback

if TYPE_CHECKING:
    import openai


def open_client(base_url: str, api_key: str) -> "openai.OpenAI":
    """Make the client of one server; the key goes to no other host."""
    import httpx2
    import openai

    from geoflow.adapters.body_limit import limit_body
    from geoflow.adapters.watchdog import follow_connection

    transport = httpx2.Client(
        trust_env=not is_loopback(base_url),
        event_hooks={"request": [follow_connection], "response": [limit_body]},
        limits=httpx2.Limits(max_keepalive_connections=0),  # the watchdog needs each call's own socket
        follow_redirects=False,  # a token goes to the host that it was set for
    )
    return openai.OpenAI(base_url=base_url, api_key=api_key or "none", max_retries=0, http_client=transport)
