"""One request to a model with its retries: what is sent, and what all its attempts took."""

import time
from typing import Any

from geoflow.adapters.chat_stream import Answer
from geoflow.adapters.chat_tools import sent_message
from geoflow.ports import ChatReply, ChatRequest, Message, Usage


class Call:
    """One request with its retries: the tokens of all of them, and the time that is left."""

    def __init__(self, request: ChatRequest, started: float, deadline: float) -> None:
        self.request = request
        self.started = started
        self.deadline = deadline
        self.usage = Usage()
        self.attempts = 0
        self.first_token_seconds: float | None = None

    def count(self, answer: Answer) -> None:
        """Add what one attempt took."""
        both = [n for n in (self.usage.cached, answer.usage.cached) if n is not None]
        self.usage = Usage(
            self.usage.prompt + answer.usage.prompt,
            self.usage.completion + answer.usage.completion,
            sum(both) if both else None,
        )
        self.attempts += 1
        self.first_token_seconds = self.first_token_seconds or answer.first_token_seconds

    def reply(self, answer: Answer, text: str, value: Any) -> ChatReply:
        """Make the reply of the port."""
        return ChatReply(
            text=text,
            value=value,
            model=answer.model,
            usage=self.usage,
            seconds=time.monotonic() - self.started,
            first_token_seconds=self.first_token_seconds,
            finish=answer.finish,
            attempts=self.attempts,
        )


def sent_body(model: str, request: ChatRequest, messages: tuple[Message, ...]) -> dict[str, Any]:
    """Give what goes to the server, in the form that OpenAI-compatible ones share."""
    body: dict[str, Any] = {
        "model": model,
        "messages": [sent_message(message) for message in messages],
        "max_tokens": request.max_tokens,
        "temperature": request.temperature,
        "seed": request.seed,
    }
    if request.schema is not None:
        form = {"name": "reply", "strict": True, "schema": dict(request.schema)}
        body["response_format"] = {"type": "json_schema", "json_schema": form}
    if request.functions:
        body["tools"] = [{"type": "function", "function": dict(one)} for one in request.functions]
    return body
