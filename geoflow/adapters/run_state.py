"""How far a run is, as its folder and its process tell: nothing of it is stored twice."""

import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

if TYPE_CHECKING:
    import psutil

PROGRESS_VARIABLE = "GEOFLOW_PROGRESS_FILE"
"""Names the file into which a command without a terminal writes how far it is."""
RunWord = Literal["running", "done", "failed", "cancelled"]
_LARGEST = 16_000_000  # bytes of a result
_TALK_SHOWN = 300


@dataclass(frozen=True, slots=True)
class RunState:
    """One run: what it is, how far, and when it is over its result or its error (`code`, `message`, `fix`)."""

    run: str
    kind: str
    state: RunWord
    progress: dict[str, Any] = field(default_factory=dict)
    result: dict[str, Any] | None = None
    error: dict[str, Any] | None = None

    @property
    def is_at_work(self) -> bool:
        """Tell whether its process lives."""
        return self.state == "running"


def state_of(place: Path) -> RunState:
    """Read the state of the run that is kept in a folder."""
    kind = str(_object(place / "run.json").get("kind", ""))
    progress = _object(place / "progress.json")
    if running_process(place):
        return RunState(place.name, kind, "running", progress)
    found = _object(place / "out.json")
    is_result = bool(found) and found.get("schema") != "geoflow.error/1"
    result = found if is_result else None
    if (place / "cancelled").exists():
        return RunState(place.name, kind, "cancelled", progress, result)
    if is_result:
        return RunState(place.name, kind, "done", progress, result)
    return RunState(place.name, kind, "failed", progress, error=_error(found, place))


def running_process(place: Path) -> "psutil.Process | None":
    """Find the process of the run that is kept in a folder; None where it is over."""
    import psutil

    record = _object(place / "run.json")
    try:
        process = psutil.Process(int(record.get("pid", -1)))
        # Another process may have got its number.
        same = abs(process.create_time() - float(record.get("created") or 0)) < 1.0
        return process if same and process.status() != psutil.STATUS_ZOMBIE else None
    except (psutil.Error, ValueError):
        return None


def _error(found: dict[str, Any], place: Path) -> dict[str, Any]:
    if found:
        return {name: str(found.get(name, "")) for name in ("code", "message", "fix")}
    said = _talk(place)
    return {
        "code": "run-died",
        "message": f"The run ended without a result{f': {said}' if said else '.'}",
        "fix": "Start it again; `geoflow doctor` says what may be wrong here.",
    }


def _talk(place: Path) -> str:
    try:
        lines = (place / "talk.txt").read_text("utf-8", "replace")[-4_000:].split("\n")
    except OSError:
        return ""
    return next((line.strip()[:_TALK_SHOWN] for line in reversed(lines) if line.strip()), "")


def _object(file: Path) -> dict[str, Any]:
    try:
        if file.stat().st_size > _LARGEST:
            return {}
        found = json.loads(file.read_bytes())
    except (OSError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}
