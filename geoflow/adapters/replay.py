"""A `ChatModel` that answers from a transcript, and from nothing else."""

import json
import threading
from collections import defaultdict, deque
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from geoflow.adapters.chat_reply import UnfitReplyError, fitting_object
from geoflow.adapters.chat_tools import call_from
from geoflow.adapters.transcript import REQUEST_HASH, SCHEMA, request_hash
from geoflow.errors import ExitCode, GeoflowError
from geoflow.ports import ChatReply, ChatRequest, FunctionCall, Usage

_LARGEST_LINE = 10_000_000  # bytes


class ReplayedModel:
    """Gives each request the reply that was recorded for it; equal requests get theirs in the order of the file.

    Name and backend are those of the file's first call, the context that of the call which came next (a server may
    have loaded its model anew in between). Failures that were recorded are raised again.

    Args:
        file: A transcript, written with `llm.transcript` at `replies` or `full`.

    Raises:
        GeoflowError: `transcript-unreadable` where it cannot be read or holds no call.
    """

    def __init__(self, file: Path) -> None:
        self._file = file
        self._lock = threading.Lock()
        self._lines = list(_calls(file))
        self._places: dict[str, deque[int]] = defaultdict(deque)
        self._next = 0
        for place, line in enumerate(self._lines):
            self._places[str(line[REQUEST_HASH])].append(place)
        if not self._lines:
            raise _unreadable(file, "it holds no call of a model")
        self.name = str(self._lines[0].get("gen_ai.request.model", ""))
        self.backend = str(self._lines[0].get("geoflow.backend", ""))

    @property
    def context_tokens(self) -> int:
        """Give the size of the context in tokens, as it was when the next call was recorded."""
        return _whole(self._lines[self._next].get("geoflow.context_tokens"))

    def complete(self, request: ChatRequest) -> ChatReply:
        """Answer one request from the file.

        Raises:
            GeoflowError: `not-in-transcript` where the request, or its reply, is not recorded; else what was recorded.
        """
        with self._lock:
            places = self._places.get(request_hash(request))
            if not places:
                raise self._missing(request, "this request is not in it")
            line = self._lines[places[0]]
            self._next = min(places.popleft() + 1, len(self._lines) - 1)
        if kind := line.get("error.type"):
            raise self._failure(request, str(kind), line)
        text = _text(line)
        if text is None:
            raise self._missing(request, "it was written without replies")
        try:
            value = None if request.schema is None else fitting_object(text, request.schema)
        except UnfitReplyError as error:
            raise self._missing(request, f"its reply is not what was asked for: {error}") from error
        return ChatReply(
            text=text,
            value=value,
            model=str(line.get("gen_ai.response.model", self.name)),
            usage=_usage(line),
            seconds=_number(line.get("geoflow.duration")) or 0.0,
            first_token_seconds=_number(line.get("gen_ai.response.time_to_first_chunk")),
            finish=str(next(iter(line.get("gen_ai.response.finish_reasons") or ["stop"]))),
            attempts=_whole(line.get("geoflow.attempts")) or 1,
            calls=_calls_of(line),
        )

    def _failure(self, request: ChatRequest, kind: str, line: Mapping[str, Any]) -> GeoflowError:
        if kind == "interrupted":
            return self._missing(request, "the call was stopped before it was answered")
        code = _whole(line.get("geoflow.error.exit_code"))
        exit_code = ExitCode(code) if code in set(ExitCode) else ExitCode.ENVIRONMENT
        message = str(line.get("error.message") or f"the call failed when it was recorded ({kind})")
        return GeoflowError(message, fix=str(line.get("geoflow.error.fix", "")), code=kind, exit_code=exit_code)

    def _missing(self, request: ChatRequest, why: str) -> GeoflowError:
        return GeoflowError(
            f"the transcript {self._file} has no reply to the prompt {request.prompt}: {why}",
            fix="Record it anew: same command, specs, prompts and settings, with llm.transcript at replies or full.",
            code="not-in-transcript",
        )


def _calls(file: Path) -> Iterator[Mapping[str, Any]]:
    try:
        with file.open("rb") as lines:
            while line := lines.readline(_LARGEST_LINE):
                if call := _call(line):
                    yield call
    except OSError as error:
        raise _unreadable(file, error.strerror or type(error).__name__) from error


def _call(line: bytes) -> Mapping[str, Any] | None:
    # A line of a killed writer may be torn, and a file may have grown together from others.
    try:
        call = json.loads(line)
    except (ValueError, RecursionError):
        return None
    known = isinstance(call, dict) and call.get("schema") == SCHEMA and isinstance(call.get(REQUEST_HASH), str)
    return call if known else None


def _unreadable(file: Path, why: str) -> GeoflowError:
    return GeoflowError(
        f"the transcript {file} cannot be replayed: {why}",
        fix="Give a file that geoflow wrote: geoflow/transcript.jsonl in the git folder, or a copy of it.",
        code="transcript-unreadable",
    )


def _text(line: Mapping[str, Any]) -> str | None:
    try:
        parts = line["gen_ai.output.messages"][0]["parts"]
        return "".join(str(part["content"]) for part in parts if "content" in part)
    except (KeyError, IndexError, TypeError):
        return None


def _calls_of(line: Mapping[str, Any]) -> tuple[FunctionCall, ...]:
    try:
        parts = line["gen_ai.output.messages"][0]["parts"]
        return tuple(call_from(part) for part in parts if part.get("type") == "tool_call")
    except (KeyError, IndexError, TypeError, AttributeError):
        return ()


def _usage(line: Mapping[str, Any]) -> Usage:
    cached = line.get("gen_ai.usage.cache_read.input_tokens")
    asked, said = (_whole(line.get(f"gen_ai.usage.{kind}_tokens")) for kind in ("input", "output"))
    return Usage(asked, said, None if cached is None else _whole(cached))


def _whole(value: Any) -> int:
    return int(_number(value) or 0)


def _number(value: Any) -> float | None:
    return float(value) if isinstance(value, int | float) and not isinstance(value, bool) else None
