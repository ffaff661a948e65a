"""The lines of a run's journal, written and read back; what cannot be read is passed over."""

import json
from collections import deque
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from geoflow.adapters.chat_reply import UnfitReplyError, fitting_object
from geoflow.ports import ChatReply, ChatRequest, Unfinished, Usage

SCHEMA = "geoflow.journal/1"
LARGEST = 200_000_000
"""Bytes; a larger file was written by nobody here, and is not read."""

Replies = dict[tuple[str, str], deque[Mapping[str, Any]]]
"""What each model said to each request (by its hash), in the order in which it came."""


@dataclass
class Told:
    """What a journal tells: the run, for which root, by which process (that started then), and the replies."""

    run: Unfinished
    root: str
    pid: int
    created: float
    replies: Replies = field(default_factory=dict)


def head_line(run: str, base: str, targets: Sequence[str], root: str, process: tuple[int, float]) -> dict[str, Any]:
    """Write what a run is for, and which process is at work on it."""
    return {
        "schema": SCHEMA,
        "run": run,
        "base": base,
        "targets": list(targets),
        "root": root,
        "at": f"{datetime.now(UTC):%Y-%m-%dT%H:%M:%SZ}",
        "pid": process[0],
        "created": process[1],
    }


def reply_line(model: str, request: str, reply: ChatReply) -> dict[str, Any]:
    """Write what a model said to a request, which is named by its hash."""
    usage = reply.usage
    return {
        "request": request,
        "model": model,
        "text": reply.text,
        "answered_by": reply.model,
        "usage": [usage.prompt, usage.completion, usage.cached],
        "seconds": reply.seconds,
        "finish": reply.finish,
    }


def reply_from(line: Mapping[str, Any], request: ChatRequest) -> ChatReply | None:
    """Read a reply to a request back; None where it is none."""
    try:
        text = line["text"]
        value = None if request.schema is None else fitting_object(text, request.schema)
        prompt, completion, cached = line["usage"]
        usage = Usage(int(prompt), int(completion), None if cached is None else int(cached))
        return ChatReply(
            text, value, str(line["answered_by"]), usage, float(line["seconds"]), finish=str(line["finish"])
        )
    except (UnfitReplyError, KeyError, TypeError, ValueError, AttributeError):
        return None


def read_journal(file: Path) -> Told | None:
    """Read a journal; None where it has no head."""
    told: Told | None = None
    for line in _lines(file):
        try:
            told = _add(told, line)
        except (KeyError, TypeError, ValueError):
            continue
    return told


def _add(told: Told | None, line: Mapping[str, Any]) -> Told | None:
    if line.get("schema") == SCHEMA:
        started = datetime.strptime(line["at"], "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=UTC)
        run = told.run if told else Unfinished(str(line["run"]), str(line["base"]), tuple(line["targets"]), started)
        return Told(run, str(line["root"]), int(line["pid"]), float(line["created"]), told.replies if told else {})
    if told is None:
        return None
    if "request" in line:
        told.replies.setdefault((str(line["model"]), str(line["request"])), deque()).append(line)
        told.run = replace(told.run, replies=told.run.replies + 1)
    elif "done" in line:
        told.run = replace(told.run, done=int(line["done"]), total=int(line["total"]))
    elif "record" in line:
        branch, tip, record = (str(line[name]) for name in ("branch", "tip", "record"))
        told.run = replace(told.run, branch=branch, tip=tip, record=record.encode())
    return told


def _lines(file: Path) -> Iterator[Mapping[str, Any]]:
    # The last line of a killed writer may be torn.
    try:
        if file.stat().st_size > LARGEST:
            return
        content = file.read_bytes()
    except OSError:
        return
    for text in content.split(b"\n"):
        try:
            line = json.loads(text) if text else None
        except (ValueError, RecursionError):
            continue
        if isinstance(line, dict):
            yield line
