"""What whole processes cost: CPU time and wall time of each, measured in turns so that a slow minute hits all alike."""

import os
import statistics
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple


class Cost(NamedTuple):
    """Medians in milliseconds; `spread` is the largest CPU time over the smallest."""

    cpu: float
    wall: float
    spread: float


class Candidate(NamedTuple):
    """A command to be measured in a folder; `before` is done before each run and not measured."""

    command: Sequence[str]
    folder: Path
    before: Callable[[], object] = lambda: None


def environment() -> dict[str, str]:
    """Give the environment of measured processes: nothing that keeps Python from storing what it compiled."""
    unwanted = ("PYTHONDONTWRITEBYTECODE", "PYTHONPYCACHEPREFIX", "PYTHONPATH", "PYTHONPROFILEIMPORTTIME")
    kept = {name: value for name, value in os.environ.items() if name not in unwanted and not name.startswith("COV")}
    return {**kept, "OPENSPEC_TELEMETRY": "0", "NO_COLOR": "1"}


def costs(candidates: Mapping[str, Candidate], *, runs: int) -> dict[str, Cost]:
    """Measure commands in turns, each once for nothing first."""
    taken: dict[str, list[tuple[float, float]]] = {name: [] for name in candidates}
    for turn in range(runs + 1):
        for name, candidate in candidates.items():
            candidate.before()
            cost = _run(candidate)
            if turn:
                taken[name].append(cost)
    return {name: _medians(found) for name, found in taken.items()}


def _run(candidate: Candidate) -> tuple[float, float]:
    begin = time.perf_counter()
    process = subprocess.Popen(
        candidate.command, cwd=candidate.folder, env=environment(), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    _, status, usage = os.wait4(process.pid, 0)
    wall = time.perf_counter() - begin
    process.returncode = os.waitstatus_to_exitcode(status)
    assert process.returncode in (0, 1), f"{candidate.command} ended with {process.returncode}"
    return usage.ru_utime + usage.ru_stime, wall


def _medians(found: list[tuple[float, float]]) -> Cost:
    cpu = [one for one, _ in found]
    return Cost(statistics.median(cpu) * 1000, statistics.median(wall for _, wall in found) * 1000, max(cpu) / min(cpu))


class Line(NamedTuple):
    """A straight line through measurements: a fixed part, a part for each item, the largest relative deviation."""

    fixed: float
    each: float
    deviation: float


def straight_line(points: Mapping[int, float]) -> Line:
    """Lay the line through points that deviates least from them, relative to each."""
    weights = {n: 1 / value**2 for n, value in points.items()}
    total = sum(weights.values())
    mean_n = sum(weights[n] * n for n in points) / total
    mean_value = sum(weights[n] * value for n, value in points.items()) / total
    spread = sum(weights[n] * (n - mean_n) ** 2 for n in points)
    each = sum(weights[n] * (n - mean_n) * (value - mean_value) for n, value in points.items()) / spread
    fixed = mean_value - each * mean_n
    return Line(fixed, each, max(abs(fixed + each * n - value) / value for n, value in points.items()))
