"""A real server behind LM Studio's manners: its requests are forwarded, its answers told as LM Studio tells them."""

import http.client
import json
from contextlib import suppress
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

if TYPE_CHECKING:
    from tests.servers.server import Handler

CRASHED = "The model has crashed without additional information. (Exit code: 18446744072635812000)"


@dataclass(frozen=True)
class Behind:
    """The real server. `overflow` is how a prompt that is too long is told: `400`, `stream` or `empty`."""

    base_url: str
    model: str
    api_key: str = field(default="", repr=False)
    overflow: str = "400"


def forward(handler: "Handler", behind: Behind) -> None:
    """Answer a chat request by the real server."""
    connection = http.client.HTTPConnection(urlsplit(behind.base_url).netloc, timeout=600)
    headers = {"Content-Type": "application/json", "Authorization": f"Bearer {behind.api_key}"}
    try:
        connection.request("POST", "/v1/chat/completions", json.dumps({**handler.body, "model": behind.model}), headers)
        response = connection.getresponse()
        if response.status != 200:
            _tell_error(handler, behind, response)
        elif handler.body.get("stream"):
            _stream(handler, response)
        else:
            handler.send_json(200, _as_lm_studio(json.loads(response.read()), handler.server.model))
    except (http.client.HTTPException, ConnectionError):
        _tell_crash(handler)
    finally:
        connection.close()  # the real server stops generating when nobody reads


def _stream(handler: "Handler", response: http.client.HTTPResponse) -> None:
    handler.send_response(200)
    handler.send_header("Content-Type", "text/event-stream")
    handler.send_header("Transfer-Encoding", "chunked")
    handler.send_header("Connection", "close")
    handler.end_headers()
    handler.chunked = True
    ended = False
    for line in response:
        if line.startswith(b"data: {"):
            handler.send_event(_as_lm_studio(json.loads(line[6:]), handler.server.model))
        elif line.startswith(b"data: [DONE]"):
            handler.send_raw("data: [DONE]\n\n")
            ended = True
    if not ended:
        raise http.client.IncompleteRead(b"")
    handler.close_stream()


def _as_lm_studio(document: dict[str, Any], model: str) -> dict[str, Any]:
    """Leave out what LM Studio does not say: timings, and the tokens that came from the cache."""
    told = {name: value for name, value in document.items() if name != "timings"} | {"model": model}
    if isinstance(told.get("usage"), dict):
        told["usage"] = {name: value for name, value in told["usage"].items() if name != "prompt_tokens_details"}
    return told


def _tell_error(handler: "Handler", behind: Behind, response: http.client.HTTPResponse) -> None:
    error = json.loads(response.read()).get("error", {})
    if error.get("type") != "exceed_context_size_error":
        handler.send_json(response.status, {"error": error.get("message", str(error))})
        return
    needed, size = error["n_prompt_tokens"], error["n_ctx"]
    if behind.overflow == "400":
        told = f"The number of tokens to keep from the initial prompt is greater than the context length (n_keep: {needed}>= n_ctx: {size})."
        handler.send_json(400, {"error": told})
        return
    handler.start_stream()
    if behind.overflow == "stream":
        told = f"Input does not fit in context length. The input has {needed} tokens, but the context length only supports {size} tokens."
        handler.send_raw("event: error\n")
        handler.send_event({"error": {"message": told}, "message": told})
        handler.close_stream()
    else:
        handler.end_stream("")


def _tell_crash(handler: "Handler") -> None:
    with suppress(OSError):
        if not handler.chunked:
            handler.send_json(400, {"error": CRASHED})
            return
        handler.send_raw("event: error\n")
        handler.send_event({"error": {"message": CRASHED}, "message": CRASHED})
        handler.close_stream()
