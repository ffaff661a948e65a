"""The model calls of late, from the transcript."""

import json
import os
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

_NAMES = ("transcript.1.jsonl", "transcript.jsonl")
_TAIL = 2_000_000


def calls_since(state_folder: Path, begin: datetime | None) -> list[dict[str, Any]]:
    """Read the calls after a time, oldest first; all that are kept where it is None. Broken lines are passed over."""
    found = []
    for name in _NAMES:
        try:
            with (state_folder / name).open("rb") as lines:
                found += [call for line in lines if (call := _call(line)) and _is_after(call, begin)]
        except OSError:
            continue
    return found


def latest_calls(state_folder: Path, begin: datetime) -> list[dict[str, Any]]:
    """Read the calls after a time from the end of the transcript, a few megabytes at most: for who looks often."""
    try:
        with (state_folder / _NAMES[-1]).open("rb") as lines:
            size = lines.seek(0, os.SEEK_END)
            lines.seek(max(0, size - _TAIL))
            if size > _TAIL:
                lines.readline()  # most likely the rest of a line
            return [call for line in lines if (call := _call(line)) and _is_after(call, begin)]
    except OSError:
        return []


def _call(line: bytes) -> dict[str, Any] | None:
    try:
        call = json.loads(line)
    except (ValueError, RecursionError):
        return None
    return call if isinstance(call, dict) and call.get("schema") == "geoflow.call/1" else None


def _is_after(call: dict[str, Any], begin: datetime | None) -> bool:
    try:
        time = datetime.fromisoformat(str(call.get("time")))
    except ValueError:
        return False
    return begin is None or (time if time.tzinfo else time.replace(tzinfo=UTC)) > begin
