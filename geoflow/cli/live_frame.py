"""What a frame of `geoflow monitor live` tells, part by part; a part that cannot be told is left out."""

import threading
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from geoflow.errors import GeoflowError

if TYPE_CHECKING:
    from geoflow.adapters.git import GitRepository
    from geoflow.adapters.live_machine import GeoflowProcess, MachineNow
    from geoflow.metrics.trend import Trend
    from geoflow.ports import Unfinished
    from geoflow.settings import ModelSettings

_LATELY = timedelta(hours=1)
_SLOW = 10.0  # seconds between looks at what costs processes of git, or waits for a server
_RUNS, _POINTS = 5, 30


@dataclass(frozen=True, slots=True)
class ModelNow:
    """The model that would answer, and where: hosts of servers, or whether it runs. Without one `why` says why."""

    name: str = ""
    backend: str = ""
    where: str = ""
    context_tokens: int = 0
    why: str = ""


@dataclass(frozen=True, slots=True)
class CallsLately:
    """The model calls of the last hour: figures by the names of measures, and tokens a second where that is known."""

    figures: Mapping[str, float]
    speed: float | None


@dataclass(frozen=True, slots=True)
class LastRun:
    """A kept run of improve: when it ended, its edits, and the edits that the gate refused."""

    run: str
    at: datetime
    edits: int
    refused: int


@dataclass(frozen=True, slots=True)
class Frame:
    """One look. A part that could not be looked at is None or empty."""

    at: datetime
    root: str
    machine: "MachineNow | None" = None
    model: ModelNow | None = None
    calls: CallsLately | None = None
    processes: "Sequence[GeoflowProcess]" = ()
    unfinished: "Sequence[Unfinished]" = ()
    runs: Sequence[LastRun] = ()
    commit: str = ""
    recorded_at: datetime | None = None
    measures: "Sequence[Trend]" = ()

    def document(self) -> dict[str, Any]:
        """Give the frame as scripts see it."""
        unfinished = [{"run": one.run, "done": one.done, "total": one.total, "pid": one.pid} for one in self.unfinished]
        runs = [{**asdict(one), "at": f"{one.at:%Y-%m-%dT%H:%M:%SZ}"} for one in self.runs]
        calls = self.calls and {**self.calls.figures, "tokens_per_second": self.calls.speed}
        return {
            "at": f"{self.at:%Y-%m-%dT%H:%M:%SZ}",
            "machine": self.machine and asdict(self.machine),
            "model": self.model and asdict(self.model),
            "calls": calls,
            "processes": [asdict(one) for one in self.processes],
            "unfinished": unfinished,
            "runs": runs,
            "commit": self.commit,
            "measures": [one.document() for one in self.measures],
        }


@dataclass
class Looks:
    """Looks at everything; what is slow is looked at every ten seconds, the model server beside the rest."""

    root: Path
    repository: "GitRepository"
    settings: "ModelSettings"
    _slow: dict[str, Any] = field(default_factory=dict)
    _slow_at: float = -_SLOW
    _model: ModelNow | None = None
    _asking: threading.Thread | None = None
    _asked_at: float = -_SLOW

    def look(self, *, wait: bool = False) -> Frame:
        """Take a frame; with `wait` what the model server says is waited for."""
        first = not self._slow
        now = time.monotonic()
        if now - self._slow_at >= _SLOW:
            self._slow, self._slow_at = self._look_slowly(), now
        self._ask_model(now, wait=wait)
        quick: dict[str, Any] = {}
        for name, part in self._quick_parts(first=first).items():
            with suppress(GeoflowError, OSError):
                quick[name] = part()
        return Frame(datetime.now(UTC), str(self.root), model=self._model, **quick, **self._slow)

    def _quick_parts(self, *, first: bool) -> dict[str, Callable[[], Any]]:
        from geoflow.adapters.live_machine import geoflow_processes, machine_now
        from geoflow.adapters.run_journal import RunJournal

        folder = self.repository.state_folder
        return {
            "machine": lambda: machine_now(folder, self.root, first=first),
            "calls": lambda: _calls(folder),
            "processes": geoflow_processes,
            "unfinished": RunJournal(folder, self.root).unfinished,
        }

    def _look_slowly(self) -> dict[str, Any]:
        found: dict[str, Any] = {"commit": ""}
        with suppress(GeoflowError, OSError):
            found |= _newest(self.repository)
        with suppress(GeoflowError, OSError):
            found["runs"] = _last_runs(self.repository)
        return found

    def _ask_model(self, now: float, *, wait: bool) -> None:
        if now - self._asked_at >= _SLOW and not (self._asking and self._asking.is_alive()):
            self._asked_at = now
            self._asking = threading.Thread(target=self._look_at_model, name="geoflow-live-model", daemon=True)
            self._asking.start()
        if wait and self._asking:
            self._asking.join()

    def _look_at_model(self) -> None:
        from geoflow.adapters.backends import overview

        try:
            seen = overview(self.settings)
        except (GeoflowError, OSError) as error:
            self._model = ModelNow(why=str(getattr(error, "message", error)))
            return
        if answers := seen.answers:
            is_at_work = answers.backend != "embedded" or answers.name in seen.running
            where = ", ".join(_host(url) for url in seen.uses) if is_at_work else "not started"
            self._model = ModelNow(answers.name, answers.backend, where, answers.context_tokens)
        else:
            self._model = ModelNow(why=seen.failure.message if seen.failure else "")


def _host(url: str) -> str:
    """Give host and port of an address, which may hold a password."""
    return urlsplit(url).netloc.rpartition("@")[2]


def _calls(state_folder: Path) -> CallsLately:
    from geoflow.adapters.recent_calls import latest_calls
    from geoflow.metrics.observed import call_figures, tokens_per_second

    calls = latest_calls(state_folder, datetime.now(UTC) - _LATELY)
    return CallsLately(call_figures(calls), tokens_per_second(calls))


def _newest(repository: "GitRepository") -> dict[str, Any]:
    from geoflow.metrics.trend import TELLING, trends
    from geoflow.workflow.show_snapshots import show_snapshots

    found = [one.snapshot for one in show_snapshots(repository, _POINTS)[::-1]]
    if not found:
        return {}
    newest = found[-1]
    return {"commit": newest.commit, "recorded_at": newest.recorded_at, "measures": trends(found, TELLING)}


def _last_runs(repository: "GitRepository") -> list[LastRun]:
    from geoflow.workflow.run_record import read_record

    found = (read_record(name, content) for name, content in repository.runs.records(_RUNS).items())
    return [LastRun(one.name, one.at, len(one.edits), len(one.refused)) for one in found if one]
