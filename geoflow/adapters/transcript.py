"""One JSON line for each call of a model, under the names of OpenTelemetry's GenAI conventions where there are any.

What has no name there starts with `geoflow.`. The conventions: https://opentelemetry.io/docs/specs/semconv/gen-ai/
"""

import hashlib
import json
import time
from collections.abc import Collection, Mapping
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from geoflow.adapters.chat_tools import call_document
from geoflow.adapters.redaction import redacted
from geoflow.adapters.transcript_file import TranscriptFile
from geoflow.errors import GeoflowError
from geoflow.ports import AroundModel, ChatModel, ChatReply, ChatRequest, Message
from geoflow.settings import Kept

SCHEMA = "geoflow.call/1"
REQUEST_HASH = "geoflow.request.sha256"
_PROVIDERS = {"lm-studio": "lm_studio", "embedded": "llama.cpp", "openai-compatible": "openai_compatible"}


class Transcribed(AroundModel):
    """A `ChatModel` that writes down every call of another one.

    Args:
        model: Who answers.
        file: Where the lines go.
        kept: What a line holds beside the figures: `full` the messages and the reply, `replies` the reply, `calls`
            neither. With `off` do not wrap the model at all.
        secrets: Texts that never reach the file; what looks like a key never does.
    """

    def __init__(
        self, model: ChatModel, file: TranscriptFile, kept: Kept = "replies", secrets: Collection[str] = ()
    ) -> None:
        super().__init__(model)
        self._file = file
        self._kept = kept
        self._secrets = tuple(secret for secret in secrets if secret)

    def complete(self, request: ChatRequest) -> ChatReply:
        """Answer one request and write it down, also when it fails or is stopped."""
        started, time_of_day, context = time.monotonic(), datetime.now(UTC), self.context_tokens
        outcome: dict[str, Any] = {"error.type": "interrupted"}
        try:
            reply = self._model.complete(request)
            outcome = self._answered(reply)
        except GeoflowError as error:
            outcome = self._failed(error)
            raise
        else:
            return reply
        finally:
            seconds = round(time.monotonic() - started, 4)
            asked = self._asked(request, time_of_day, context)
            self._file.append({**asked, "geoflow.duration": seconds, **outcome})

    def _asked(self, request: ChatRequest, time_of_day: datetime, context: int) -> dict[str, Any]:
        prompt, _, version = request.prompt.partition("/")
        line: dict[str, Any] = {
            "schema": SCHEMA,
            "time": time_of_day.isoformat(timespec="milliseconds"),
            "gen_ai.operation.name": "chat",
            "gen_ai.provider.name": _PROVIDERS.get(self.backend, self.backend),
            "gen_ai.request.model": self.name,
            "gen_ai.request.max_tokens": request.max_tokens,
            "gen_ai.request.temperature": request.temperature,
            "gen_ai.request.seed": request.seed,
            "gen_ai.request.stream": True,
            "gen_ai.output.type": "text" if request.schema is None else "json",
            "gen_ai.prompt.name": prompt,
            "gen_ai.prompt.version": version,
            "geoflow.backend": self.backend,
            "geoflow.context_tokens": context,
            REQUEST_HASH: request_hash(request),
        }
        if self._kept == "full":
            line["gen_ai.input.messages"] = [self._message(message) for message in request.messages]
        return line

    def _answered(self, reply: ChatReply) -> dict[str, Any]:
        line: dict[str, Any] = {
            "gen_ai.response.model": reply.model,
            "gen_ai.response.finish_reasons": [reply.finish],
            "gen_ai.response.time_to_first_chunk": reply.first_token_seconds,
            "gen_ai.usage.input_tokens": reply.usage.prompt,
            "gen_ai.usage.output_tokens": reply.usage.completion,
            "gen_ai.usage.cache_read.input_tokens": reply.usage.cached,
            "geoflow.attempts": reply.attempts,
        }
        if self._kept != "calls":
            said = self._message(Message("assistant", reply.text, reply.calls))
            line["gen_ai.output.messages"] = [{**said, "finish_reason": reply.finish}]
        return line

    def _failed(self, error: GeoflowError) -> dict[str, Any]:
        line = {"error.type": error.code, "geoflow.error.exit_code": int(error.exit_code)}
        if self._kept != "calls":  # a message may quote the reply
            line["error.message"] = redacted(error.message, self._secrets)
            line["geoflow.error.fix"] = redacted(error.fix, self._secrets)
        return line

    def _message(self, message: Message) -> dict[str, Any]:
        part = {"type": "text", "content": self._hidden(message.content)}
        calls = [call_document(replace(call, arguments=self._hidden(call.arguments))) for call in message.calls]
        return {"role": message.role, "parts": [part, *calls]}

    def _hidden(self, text: str) -> str:
        return redacted(text, self._secrets)


def request_hash(request: ChatRequest) -> str:
    """Hash all that a reply depends on, so that a transcript can answer the same request again."""
    asked: Mapping[str, Any] = {
        "prompt": request.prompt,
        "messages": [_hashed(message) for message in request.messages],
        "schema": request.schema,
        "max_tokens": request.max_tokens,
        "temperature": request.temperature,
        "seed": request.seed,
    }
    asked = {**asked, **({"functions": [dict(one) for one in request.functions]} if request.functions else {})}
    return hashlib.sha256(json.dumps(asked, sort_keys=True).encode()).hexdigest()


def _hashed(message: Message) -> Mapping[str, Any]:
    # Only what is there: messages without calls have the hash that they had before there were any.
    fields: dict[str, Any] = {"role": message.role, "content": message.content}
    if message.calls:
        fields |= {"calls": [call_document(call) for call in message.calls]}
    return fields | ({"call_id": message.call_id} if message.call_id else {})
