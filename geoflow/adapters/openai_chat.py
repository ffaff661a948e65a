"""The `ChatModel` port on the openai client: LM Studio, the embedded server, and everything else that speaks alike."""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from geoflow.adapters import chat_errors
from geoflow.adapters.chat_call import Call, sent_body
from geoflow.adapters.chat_client import open_client
from geoflow.adapters.chat_errors import Hope
from geoflow.adapters.chat_reply import UnfitReplyError, estimated_tokens, fitting_object, save_reply, simpler
from geoflow.adapters.chat_stream import Answer, Limits, read_answer
from geoflow.adapters.key_guard import hide_key, without_key
from geoflow.errors import GeoflowError
from geoflow.ports import ChatReply, ChatRequest, FunctionCall, Message

if TYPE_CHECKING:
    import openai

_EXPLAINED = 250  # tokens of the sentence that says what was wrong with a reply
_SHOWN_BACK = 2000  # characters of an unfit reply that the model gets to see again


@dataclass(frozen=True, slots=True)
class Endpoint:
    """A model behind a server. `base_url` ends in /v1; `api_key` goes to this address only.

    `is_loaded` False means that the first call loads the model, and that its context is known only after it; None, that
    the server does not say. Only what is known to be loaded is asked by several first calls at a time.
    `context_now` asks the server for the loaded context, 0 where it does not say; it is called when the model was
    loaded anew, or when a prompt did not fit.
    """

    base_url: str
    model: str
    backend: str
    context_tokens: int
    api_key: str = field(default="", repr=False)
    is_loaded: bool | None = None
    context_now: Callable[[], int] | None = field(default=None, repr=False, compare=False)


class OpenAIChat:
    """Talks to one model of one OpenAI-compatible server; safe to call from several threads.

    Args:
        endpoint: The server and the model.
        first_token_timeout: Seconds until the first token of a call.
        timeout: Seconds for a whole request, retries included.
        replies: Folder for replies that could not be used.
    """

    def __init__(self, endpoint: Endpoint, *, first_token_timeout: float, timeout: float, replies: Path) -> None:
        self._endpoint = endpoint
        self._context_tokens = endpoint.context_tokens
        self._is_context_known = endpoint.is_loaded is not False
        self._first_token_timeout = first_token_timeout
        self._timeout = timeout
        self._replies = replies
        self._client_lock = threading.Lock()
        self._client: openai.OpenAI | None = None
        self._first_call = threading.Lock()
        self._loaded = endpoint.is_loaded is True

    @property
    def name(self) -> str:
        """Give the model's id as the server names it."""
        return self._endpoint.model

    @property
    def backend(self) -> str:
        """Say which kind of server answers."""
        return self._endpoint.backend

    @property
    def context_tokens(self) -> int:
        """Give the size of the loaded context in tokens, as it was when the model was last loaded."""
        return self._context_tokens

    @property
    def seconds(self) -> float:
        """Give the time that a whole request may take."""
        return self._timeout

    def complete(self, request: ChatRequest) -> ChatReply:
        """Answer one request; a reply of the wrong form is asked for once more, with the error shown."""
        return self.complete_by(time.monotonic() + self._timeout, request)

    def complete_by(self, deadline: float, request: ChatRequest) -> ChatReply:
        """Answer one request before a time of the monotonic clock, or before the request's own."""
        try:
            return self._complete_by(min(deadline, request.deadline or deadline), request)
        except chat_errors.ModelError as failure:
            if failure.code == "model-timeout" and request.deadline and time.monotonic() >= request.deadline - 0.01:
                raise chat_errors.budget_spent() from failure
            raise

    def _complete_by(self, deadline: float, request: ChatRequest) -> ChatReply:
        call = Call(request, time.monotonic(), deadline)
        answer = self._ask(call, request.messages)
        if request.schema is None:
            if not self._calls(answer):
                self._require_text(call, answer)
            return replace(call.reply(answer, answer.text.strip(), None), calls=self._calls(answer))
        text, reason = _said(answer), ""
        try:
            return call.reply(answer, text, self._fitting(text, request))
        except UnfitReplyError as error:
            reason = _why(answer, str(error))
        answer = self._ask(call, (*request.messages, *_shown_back(text[: self._room_to_show(request)], reason)))
        text = _said(answer)
        try:
            return call.reply(answer, text, self._fitting(text, request))
        except UnfitReplyError as error:
            raise self._invalid(call, _why(answer, str(error)), text) from error

    def _calls(self, answer: Answer) -> tuple[FunctionCall, ...]:
        key, calls = self._endpoint.api_key, () if answer.finish in _STOPPED else answer.called.calls()
        return tuple(replace(one, arguments=without_key(one.arguments, key)) for one in calls)

    def _fitting(self, text: str, request: ChatRequest) -> Any:
        return without_key(fitting_object(text, request.schema or {}), self._endpoint.api_key)

    def _room_to_show(self, request: ChatRequest) -> int:
        """Tell how many characters of an unfit reply go into the context beside the request and the next reply."""
        needed = estimated_tokens(request.messages) + request.max_tokens + _EXPLAINED
        return min(_SHOWN_BACK, max(self.context_tokens - needed, 0))

    def _ask(self, call: Call, messages: tuple[Message, ...]) -> Answer:
        body = sent_body(self._endpoint.model, call.request, messages)
        try:
            return self._send(call, body)
        except chat_errors.ModelError as failure:
            if Hope.AGAIN not in failure.hope or time.monotonic() >= call.deadline:
                raise
            if Hope.SIMPLER_SCHEMA in failure.hope and "response_format" in body:
                body["response_format"] = simpler(body["response_format"])
        return self._send(call, body)

    def _send(self, call: Call, body: dict[str, Any]) -> Answer:
        try:
            if self._loaded:
                return self._send_now(call, body)
            with self._alone(call):  # parallel first requests would load the model twice
                answer = self._send_now(call, body)
                self._loaded = True
        except chat_errors.ModelError as failure:
            if Hope.RELOADED in failure.hope:
                self._loaded = self._is_context_known = False
            elif failure.code == "model-context-exceeded":
                self._look_at_context()
            raise
        if not self._is_context_known:
            self._look_at_context()
        return answer

    @contextmanager
    def _alone(self, call: Call) -> Iterator[None]:
        if not self._first_call.acquire(timeout=max(call.deadline - time.monotonic(), 0.001)):
            raise chat_errors.out_of_time(self._endpoint.base_url, time.monotonic() - call.started)
        try:
            yield
        finally:
            self._first_call.release()

    def _look_at_context(self) -> None:
        """Take over what the server says of the loaded model; the next prompts are made to fit it."""
        self._is_context_known = True
        if self._endpoint.context_now is not None:
            self._context_tokens = self._endpoint.context_now() or self._context_tokens

    def _send_now(self, call: Call, body: dict[str, Any]) -> Answer:
        left = max(call.deadline - time.monotonic(), 0.001)
        limits = Limits(self._first_token_timeout, left, self.context_tokens, call.request.heard)
        answer = self._read(body, limits)
        call.count(answer)
        needed = estimated_tokens(call.request.messages) + call.request.max_tokens
        if not _said(answer).strip() and not answer.called.count and needed > self.context_tokens:
            raise chat_errors.context_exceeded("the server gave an empty answer", self.context_tokens)
        return answer

    def _read(self, body: dict[str, Any], limits: Limits) -> Answer:
        key = self._endpoint.api_key
        try:
            answer = read_answer(self._connect(), self._endpoint.base_url, body, limits)
        except GeoflowError as failure:
            failure.message, failure.fix = without_key(failure.message, key), without_key(failure.fix, key)
            raise
        hide_key(answer, key)
        return answer

    def _connect(self) -> "openai.OpenAI":
        with self._client_lock:
            if self._client is None:
                self._client = open_client(self._endpoint.base_url, self._endpoint.api_key)
            return self._client

    def _require_text(self, call: Call, answer: Answer) -> None:
        if not answer.text.strip():
            raise self._invalid(call, _why(answer, "the reply is empty"), answer.reasoning)
        if answer.finish in _STOPPED:
            raise self._invalid(call, _why(answer, ""), answer.text)

    def _invalid(self, call: Call, reason: str, text: str) -> chat_errors.ModelError:
        saved = save_reply(self._replies, call.request.prompt, reason, text)
        return chat_errors.ModelError(
            f"{self.name} gave no usable reply to {call.request.prompt}: {reason}",
            fix=f"The reply is in {saved}. Load a larger model, or try again.",
            code="model-reply-invalid",
        )


_STOPPED = {
    "repeated": "it repeats itself without end",
    "over-long": "it is far longer than it may be",
    "length": "it was cut off at the limit of tokens",
    "broken-off": "it broke off",
}


def _why(answer: Answer, reason: str) -> str:
    return "; ".join(part for part in (_STOPPED.get(answer.finish, ""), reason) if part)


def _said(answer: Answer) -> str:
    return answer.text if answer.text.strip() else answer.reasoning


def _shown_back(text: str, reason: str) -> tuple[Message, ...]:
    again = Message("user", f"That reply cannot be used: {reason}. Reply again with one JSON object of the given form.")
    return (Message("assistant", text), again) if text.strip() else (again,)
