"""One JSON line for each call of a model, under OpenTelemetry's GenAI names where they exist."""

import hashlib
import json
import os
import time
from collections.abc import Callable, Mapping
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from geoflow.errors import GeoflowError
from geoflow.ports import ChatModel, ChatReply, ChatRequest

_PROVIDERS = {"lm-studio": "lm_studio", "embedded": "llama.cpp", "openai-compatible": "openai_compatible"}


class Transcript:
    """An append-only file that several processes may write at once.

    Args:
        file: Where the lines go; made, readable by this user only, when the first comes.
        complain: Told once, when a line cannot be written; the work goes on without a transcript.
    """

    def __init__(self, file: Path, complain: Callable[[str], None]) -> None:
        self._file = file
        self._complain = complain
        self._broken = False

    def append(self, record: Mapping[str, Any]) -> None:
        """Write one line with a single system call, so that lines of parallel writers never mix."""
        if self._broken:
            return
        line = json.dumps(record, ensure_ascii=True, separators=(",", ":")).encode() + b"\n"
        try:
            self._file.parent.mkdir(parents=True, exist_ok=True)
            descriptor = os.open(self._file, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
            try:
                os.write(descriptor, line)
            finally:
                os.close(descriptor)
        except OSError as error:
            self._broken = True
            self._complain(f"no transcript is written: {self._file}: {error.strerror}")


class Transcribed:
    """A `ChatModel` that writes down every call of another one."""

    def __init__(self, model: ChatModel, transcript: Transcript) -> None:
        self._model = model
        self._transcript = transcript

    @property
    def name(self) -> str:
        """Give the model's id."""
        return self._model.name

    @property
    def backend(self) -> str:
        """Say which kind of server answers."""
        return self._model.backend

    @property
    def context_tokens(self) -> int:
        """Give the size of the loaded context in tokens."""
        return self._model.context_tokens

    def complete(self, request: ChatRequest) -> ChatReply:
        """Answer one request and write it down, also when it fails or is stopped."""
        started, time_of_day = time.monotonic(), datetime.now(UTC)
        outcome: dict[str, Any] = {"error.type": "interrupted"}
        try:
            reply = self._model.complete(request)
            outcome = _outcome(reply)
        except GeoflowError as error:
            outcome = {"error.type": error.code, "error.message": error.message}
            raise
        else:
            return reply
        finally:
            seconds = round(time.monotonic() - started, 4)
            self._transcript.append({**self._asked(request, time_of_day), "geoflow.duration": seconds, **outcome})

    def _asked(self, request: ChatRequest, time_of_day: datetime) -> dict[str, Any]:
        prompt, _, version = request.prompt.partition("/")
        return {
            "schema": "geoflow.call/1",
            "time": time_of_day.isoformat(timespec="milliseconds"),
            "gen_ai.operation.name": "chat",
            "gen_ai.provider.name": _PROVIDERS.get(self.backend, self.backend),
            "gen_ai.request.model": self.name,
            "gen_ai.request.max_tokens": request.max_tokens,
            "gen_ai.request.temperature": request.temperature,
            "gen_ai.request.seed": request.seed,
            "gen_ai.output.type": "text" if request.schema is None else "json",
            "geoflow.prompt": prompt,
            "geoflow.prompt.version": version,
            "geoflow.request.sha256": request_hash(request),
        }


def request_hash(request: ChatRequest) -> str:
    """Hash all that a reply depends on, so that a transcript can answer the same request again."""
    return hashlib.sha256(json.dumps(asdict(request), sort_keys=True).encode()).hexdigest()


def _outcome(reply: ChatReply) -> dict[str, Any]:
    return {
        "gen_ai.response.model": reply.model,
        "gen_ai.response.finish_reasons": [reply.finish],
        "gen_ai.response.time_to_first_chunk": reply.first_token_seconds,
        "gen_ai.usage.input_tokens": reply.usage.prompt,
        "gen_ai.usage.output_tokens": reply.usage.completion,
        "gen_ai.usage.cache_read.input_tokens": reply.usage.cached,
        "geoflow.attempts": reply.attempts,
        "geoflow.reply": reply.text,
    }
