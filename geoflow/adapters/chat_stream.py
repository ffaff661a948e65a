"""One streamed chat completion: read to its end, or to the first sign that it will have no good one."""

import json
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from geoflow.adapters import chat_errors
from geoflow.adapters.body_limit import TooLargeError
from geoflow.adapters.chat_reply import REPEATED, repeats_itself
from geoflow.adapters.chat_tools import CallPieces
from geoflow.adapters.watchdog import Watchdog
from geoflow.ports import Usage

if TYPE_CHECKING:
    import openai

_LOOK_EVERY = 64  # pieces between two looks for repetition
_CHARACTERS_PER_TOKEN_AT_MOST = 24
_BODY_SHOWN = 2000


@dataclass(slots=True)
class Answer:
    """What came so far.

    `finish` is the server's word, `repeated` or `over-long` where geoflow stopped reading, or `broken-off` where the
    stream ended without its end.
    """

    model: str = ""
    pieces: list[str] = field(default_factory=list)
    thoughts: list[str] = field(default_factory=list)
    called: CallPieces = field(default_factory=CallPieces)
    finish: str = ""
    usage: Usage = field(default_factory=Usage)
    first_token_seconds: float | None = None

    @property
    def text(self) -> str:
        """Join the pieces of the answer."""
        return "".join(self.pieces)

    @property
    def reasoning(self) -> str:
        """Join the pieces of what a reasoning model said beside its answer."""
        return "".join(self.thoughts)


@dataclass(frozen=True, slots=True)
class Limits:
    """Seconds that a call may take, the loaded context for error messages, and who is told of each piece that comes."""

    first_token: float
    total: float
    context_tokens: int
    heard: Callable[[], None] | None = None


def read_answer(client: "openai.OpenAI", url: str, body: dict[str, Any], limits: Limits) -> Answer:
    """Send one chat request and read its stream.

    Raises:
        ModelError: Whatever went wrong. KeyboardInterrupt passes, with the connection closed.
    """
    started = time.monotonic()
    first = min(limits.first_token, limits.total)
    with Watchdog(first, limits.total) as watchdog, _explained(url, limits, watchdog):
        create = client.chat.completions.with_streaming_response.create
        with create(**body, stream=True, stream_options={"include_usage": True}, timeout=_timeouts(first)) as response:
            if "event-stream" not in response.headers.get("content-type", ""):
                raise chat_errors.no_chat_server(url, _beginning(response))
            answer = Answer()
            for chunk in _until_too_large(response.parse(), answer):
                if _add(answer, chunk, url) and limits.heard:
                    limits.heard()
                if answer.first_token_seconds is None and _count(answer):
                    watchdog.first_token_came()
                    answer.first_token_seconds = time.monotonic() - started
                if _must_stop(answer, body["max_tokens"]):
                    break
    if (answer.pieces or answer.called.count) and not answer.finish:
        answer.finish = "broken-off"
    return answer


def _until_too_large(chunks: Iterable[Any], answer: Answer) -> Iterator[Any]:
    try:
        yield from chunks
    except TooLargeError:
        answer.finish = "over-long"


@contextmanager
def _explained(url: str, limits: Limits, watchdog: Watchdog) -> Iterator[None]:
    import httpx2
    import openai

    try:
        yield
        if watchdog.cut:  # the server took the cut for a regular end
            raise _timed_out(url, limits, watchdog)
    except openai.APIStatusError as error:
        if error.response.has_redirect_location:
            raise chat_errors.redirected(url, error.response.headers["location"]) from error
        raise chat_errors.refused(url, error.status_code, _text(error), limits.context_tokens) from error
    except (openai.APIConnectionError, httpx2.TransportError) as error:
        raise _connection_failure(error, url, limits, watchdog) from error
    except openai.APIError as error:
        raise chat_errors.refused(url, None, _text(error), limits.context_tokens) from error
    except (TooLargeError, json.JSONDecodeError, UnicodeDecodeError, openai.OpenAIError, httpx2.HTTPError) as error:
        raise chat_errors.garbled(url, f"{type(error).__name__}: {error}") from error


def _connection_failure(error: Exception, url: str, limits: Limits, watchdog: Watchdog) -> chat_errors.ModelError:
    import httpx2

    cause = error if isinstance(error, httpx2.TransportError) else error.__cause__
    if isinstance(cause, (httpx2.ConnectError, httpx2.ConnectTimeout, httpx2.UnsupportedProtocol)):
        return chat_errors.unreachable(url, str(cause) or type(cause).__name__)
    if watchdog.cut or isinstance(cause, httpx2.TimeoutException):
        return _timed_out(url, limits, watchdog)
    return chat_errors.dropped(url, str(cause or error))


def _timed_out(url: str, limits: Limits, watchdog: Watchdog) -> chat_errors.ModelError:
    if watchdog.cut == "stopped":
        return chat_errors.stopped()
    if watchdog.cut == "total":
        return chat_errors.out_of_time(url, limits.total)
    return chat_errors.slow_first_token(url, min(limits.first_token, limits.total))


def _add(answer: Answer, chunk: Any, url: str) -> bool:
    """Add what a chunk holds; whether that was a piece of the answer, which is a token with most servers."""
    count = _count(answer)
    try:
        _add_parts(answer, chunk)
    except (AttributeError, TypeError) as error:  # the openai client hands on whatever shape the JSON has
        raise chat_errors.garbled(url, f"a piece of another shape: {error}") from error
    return _count(answer) > count


def _count(answer: Answer) -> int:
    return len(answer.pieces) + len(answer.thoughts) + answer.called.count


def _add_parts(answer: Answer, chunk: Any) -> None:
    answer.model = chunk.model or answer.model
    if chunk.usage:
        details = chunk.usage.prompt_tokens_details
        cached = details.cached_tokens if details else None
        answer.usage = Usage(chunk.usage.prompt_tokens or 0, chunk.usage.completion_tokens or 0, cached)
    for choice in chunk.choices or ():
        extra = choice.delta.model_extra or {}
        if thought := extra.get("reasoning_content") or extra.get("reasoning"):
            answer.thoughts.append(str(thought))
        answer.called.add(choice.delta)
        if choice.delta.content:
            answer.pieces.append(choice.delta.content)
        answer.finish = choice.finish_reason or answer.finish


def _must_stop(answer: Answer, max_tokens: int) -> bool:
    count = _count(answer)
    if answer.finish or not count or count % _LOOK_EVERY:
        return False
    text = answer.text or answer.called.text or answer.reasoning
    if repeats_itself(text):
        answer.finish = "repeated"
    elif count > 2 * max_tokens + REPEATED or len(text) > _CHARACTERS_PER_TOKEN_AT_MOST * max_tokens:
        answer.finish = "over-long"
    return bool(answer.finish)


def _timeouts(read: float) -> Any:
    import httpx2

    return httpx2.Timeout(read, connect=2.0)


def _beginning(response: Any) -> str:
    text = b""
    for block in response.iter_bytes(_BODY_SHOWN):
        text += block
        if len(text) >= _BODY_SHOWN:
            break
    kind = response.headers.get("content-type", "no content type")
    return f"{kind}: {text[:_BODY_SHOWN].decode('utf-8', 'replace')}"


def _text(error: Any) -> str:
    """Find the server's own words, which the client keeps in different places for different shapes of error."""
    body = error.body
    if isinstance(body, dict):
        return " ".join(str(body[name]) for name in ("message", "type", "code") if body.get(name))[:_BODY_SHOWN]
    return str(body or error.message)[:_BODY_SHOWN]
