"""The model calls of late, from the transcript."""

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

_NAMES = ("transcript.1.jsonl", "transcript.jsonl")


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
