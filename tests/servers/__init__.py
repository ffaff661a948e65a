"""A real HTTP server that speaks LM Studio's endpoints, answers from a script and misbehaves on demand.

    with model_server({"quote": "fast"}, html(), "plain text") as server:
        ...  # the openai client, or a geoflow command with GEOFLOW_LLM__BASE_URL=server.base_url
    assert server.requests[0]["messages"][0]["role"] == "system"

With `behind=Behind(...)` it stands in front of a real server, whose answers it tells with LM Studio's manners. It
answers as LM Studio's documentation and users report, which was never compared with the program itself.
"""

from tests.servers.failures import (
    OVERFLOW,
    body,
    broken_after,
    hang,
    html,
    http_error,
    huge_body,
    huge_headers,
    nobody,
    overflow,
    pass_on,
    redirect,
    reset,
    resetting,
    unexpected_endpoint,
    unload,
)
from tests.servers.front import CRASHED, Behind
from tests.servers.server import NO_MODEL, Handler, Misbehaviour, ModelServer, Reply, Script, model_server
from tests.servers.streams import (
    OVERFLOW_IN_STREAM,
    cut_off,
    drop,
    end_early,
    endless_call,
    error_event,
    flood,
    hang_before_first_token,
    no_content,
    over_long,
    overflow_in_stream,
    raw_stream,
    reasoning,
    repeat,
    stall,
    stream_error,
    tool_calls,
    trickle,
    trickle_headers,
)

__all__ = [
    "CRASHED",
    "NO_MODEL",
    "OVERFLOW",
    "OVERFLOW_IN_STREAM",
    "Behind",
    "Handler",
    "Misbehaviour",
    "ModelServer",
    "Reply",
    "Script",
    "body",
    "broken_after",
    "cut_off",
    "drop",
    "end_early",
    "endless_call",
    "error_event",
    "flood",
    "hang",
    "hang_before_first_token",
    "html",
    "http_error",
    "huge_body",
    "huge_headers",
    "model_server",
    "no_content",
    "nobody",
    "over_long",
    "overflow",
    "overflow_in_stream",
    "pass_on",
    "raw_stream",
    "reasoning",
    "redirect",
    "repeat",
    "reset",
    "resetting",
    "stall",
    "stream_error",
    "tool_calls",
    "trickle",
    "trickle_headers",
    "unexpected_endpoint",
    "unload",
]
