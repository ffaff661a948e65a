"""Streams that go wrong: too slow, too long, broken off, unreadable, or with an error in them."""

import json

from tests.servers.failures import wait
from tests.servers.server import Handler, Misbehaviour

OVERFLOW_IN_STREAM = (
    "Input does not fit in context length. The input has 9000 tokens, but the context length only supports 4096 tokens."
)
_MEGABYTE = 1_000_000


def hang_before_first_token() -> Misbehaviour:
    """Start the stream and send no token."""

    def act(handler: Handler) -> None:
        handler.start_stream()
        wait(handler, 60)

    return Misbehaviour(act)


def stall(text: str = '{"qu') -> Misbehaviour:
    """Send some text and then nothing any more."""

    def act(handler: Handler) -> None:
        handler.start_stream()
        handler.send_delta({"content": text})
        wait(handler, 60)

    return Misbehaviour(act)


def trickle(pause: float, piece: str = "x") -> Misbehaviour:
    """Send one small piece after each pause, without an end."""

    def act(handler: Handler) -> None:
        handler.start_stream()
        for number in range(100_000):
            if handler.server.stopping.wait(pause):
                return
            handler.send_delta({"content": f"{piece}{number}"})

    return Misbehaviour(act)


def trickle_headers() -> Misbehaviour:
    """Send a header now and then, and never the last one."""

    def act(handler: Handler) -> None:
        handler.send_raw("HTTP/1.1 200 OK\r\n")
        while not handler.server.stopping.wait(0.05):
            handler.send_raw("X-Wait: yes\r\n")

    return Misbehaviour(act)


def drop(text: str = '{"qu') -> Misbehaviour:
    """Cut the connection after some text."""

    def act(handler: Handler) -> None:
        handler.start_stream()
        handler.send_delta({"content": text})
        handler.connection.close()

    return Misbehaviour(act)


def end_early(text: str = '{"qu') -> Misbehaviour:
    """End the response properly after some text, but without saying that the answer is complete."""

    def act(handler: Handler) -> None:
        handler.start_stream()
        handler.send_delta({"content": text})
        handler.close_stream()

    return Misbehaviour(act)


def repeat(unit: str) -> Misbehaviour:
    """Say the same thing again and again, whatever the limit."""

    def act(handler: Handler) -> None:
        handler.start_stream()
        while not handler.server.stopping.is_set():
            handler.send_delta({"content": unit})

    return Misbehaviour(act)


def over_long() -> Misbehaviour:
    """Go on with ever new words, whatever the limit."""

    def act(handler: Handler) -> None:
        handler.start_stream()
        for number in range(10_000_000):
            handler.send_delta({"content": f" {number * 7919 % 1_000_003}"})

    return Misbehaviour(act)


def flood(megabytes: int = 50) -> Misbehaviour:
    """Send one piece of 50 MB, without a line break in it."""

    def act(handler: Handler) -> None:
        handler.start_stream()
        start, end = json.dumps({**handler.envelope(), "choices": [{"index": 0, "delta": {"content": "|"}}]}).split("|")
        handler.send_raw(f"data: {start}")
        for _ in range(megabytes):
            handler.send_raw(b"x" * _MEGABYTE)
        handler.send_raw(f"{end}\n\n")
        handler.end_stream("")

    return Misbehaviour(act)


def cut_off(text: str) -> Misbehaviour:
    """Stop at the token limit in the middle of an answer."""
    return Misbehaviour(lambda handler: handler.send_completion(text, finish="length"))


def reasoning(text: str) -> Misbehaviour:
    """Leave the content empty and put the answer where reasoning models put their thoughts."""
    return Misbehaviour(lambda handler: handler.send_completion(text, field="reasoning_content"))


def stream_error(message: str, *, after: str = "") -> Misbehaviour:
    """Answer 200 and send an error as an event of the stream, perhaps after some text."""
    return error_event({"error": {"message": message}, "message": message}, after=after)


def error_event(document: object, *, after: str = "") -> Misbehaviour:
    """Answer 200 and send this document as an event `error` of the stream."""

    def act(handler: Handler) -> None:
        handler.start_stream()
        if after:
            handler.send_delta({"content": after})
        handler.send_raw("event: error\n")
        handler.send_event(document)
        handler.close_stream()

    return Misbehaviour(act)


def overflow_in_stream() -> Misbehaviour:
    """Refuse a prompt that is too long for the context by an error event, the second of LM Studio's three ways."""
    return stream_error(OVERFLOW_IN_STREAM)


def no_content() -> Misbehaviour:
    """Answer 200 with a whole stream that holds no content: the third way, and how empty answers look."""

    def act(handler: Handler) -> None:
        handler.start_stream()
        handler.end_stream("")

    return Misbehaviour(act)


def raw_stream(content: str | bytes) -> Misbehaviour:
    """Answer 200 with these bytes as the stream."""
    data = content.encode() if isinstance(content, str) else content
    return Misbehaviour(lambda handler: handler.send_bytes(200, data, "text/event-stream"))


def tool_calls(*calls: tuple[str, str], text: str = "") -> Misbehaviour:
    """Call these functions, each a name and arguments as the model wrote them, in pieces as servers send them."""

    def act(handler: Handler) -> None:
        handler.start_stream()
        if text:
            handler.send_delta({"content": text})
        for index, (name, arguments) in enumerate(calls):
            first = {"index": index, "id": f"call_{index}", "type": "function", "function": {"name": name}}
            handler.send_delta({"tool_calls": [first]})
            for piece in (arguments[:5], arguments[5:]):
                handler.send_delta({"tool_calls": [{"index": index, "function": {"arguments": piece}}]})
        handler.end_stream("", "tool_calls")

    return Misbehaviour(act)


def endless_call() -> Misbehaviour:
    """Call a function with arguments that never end."""

    def act(handler: Handler) -> None:
        handler.start_stream()
        handler.send_delta({"tool_calls": [{"index": 0, "id": "c", "function": {"name": "t0_look"}}]})
        while not handler.server.stopping.is_set():
            handler.send_delta({"tool_calls": [{"index": 0, "function": {"arguments": "abcdefgh" * 8}}]})

    return Misbehaviour(act)
