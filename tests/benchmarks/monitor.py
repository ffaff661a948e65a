"""The part of `make bench` on figures for every commit: a history of 10,000 commits with 200 specs, and the hook.

`wily`, which keeps measures of Python code for each commit, is the peer where the variable WILY names its program: both
count lines of every commit of one history, geoflow those of specs and wily those of Python files that have the same
lines as comments; PEER_COMMITS says of how many. With COMMITS=100000 the large history is tried as well.
"""

import json
import os
import random
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from geoflow.cli.monitor_parts import open_recorder
from geoflow.cli.progress import silent_progress
from geoflow.workflow.backfill import backfill
from geoflow.workflow.record_snapshot import record_snapshot
from geoflow.workflow.show_snapshots import show_snapshots
from tests.benchmarks.__main__ import GEOFLOW
from tests.benchmarks.history import make_history, twin_of
from tests.benchmarks.measure import Candidate, costs, environment, straight_line
from tests.benchmarks.trees import some_specs
from tests.builders import git, write_tree

COMMITS, SPECS = 10_000, 200
SIZES = (2_500, 5_000, 10_000)
SAMPLED, POINTS, RUNS = 20, 200, 15
BACKFILL_AIM, READ_AIM, HOOK_AIM, CHANGED_AIM = 4_000.0, 100.0, 20.0, 400.0
PEER_COMMITS = 200


def cpu() -> float:
    """Give the CPU seconds of this process and of those that it has waited for."""
    return sum(sum(resource.getrusage(who)[:2]) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))


def taken(work: Callable[[], object]) -> tuple[float, float]:
    """Give the CPU and wall time of some work in milliseconds."""
    begin, wall = cpu(), time.perf_counter()
    work()
    return (cpu() - begin) * 1000, (time.perf_counter() - wall) * 1000


def load() -> str:
    """Say how busy the machine is: a time is only true on an idle one."""
    return f"load {os.getloadavg()[0]:.1f}"


def checked_out(folder: Path, commits: int) -> Path:
    """Make a history and check its last commit out."""
    git(make_history(folder, commits, specs=SPECS), "reset", "-q", "--hard")
    return folder


def whole_history(folder: Path, commits: int) -> tuple[Path, dict[str, Any]]:
    """Backfill a history, hold sampled records against fresh ones, and read the last points."""
    root = checked_out(folder, commits)
    repository, recorder = open_recorder(root)
    own, wall = taken(lambda: backfill(recorder, silent_progress()))
    again, _ = taken(lambda: backfill(recorder, silent_progress()))
    kept = {one.snapshot.commit: one.snapshot for one in show_snapshots(repository, commits)}
    assert len(kept) == commits, f"{len(kept)} of {commits} commits have a record"
    read = min(taken(lambda: show_snapshots(repository, POINTS))[1] for _ in range(3))
    git(root, "update-ref", "-d", "refs/notes/geoflow")
    for name in random.Random(1).sample(sorted(kept), SAMPLED):
        fresh = record_snapshot(recorder, revision=name, complete=False, dry_run=True).snapshot
        assert (fresh.derived, fresh.inputs) == (kept[name].derived, kept[name].inputs), name
    print(
        f"{commits:>7,} commits: backfill {own:,.0f} ms CPU, {wall:,.0f} ms wall (aim {BACKFILL_AIM:,.0f} CPU for 10,000); "
        f"with nothing to do {again:,.0f} ms CPU; last {POINTS} points {read:.0f} ms (aim {READ_AIM:.0f}); {load()}",
        flush=True,
    )
    return root, {"cpu_ms": own, "wall_ms": wall, "again_cpu_ms": again, "read_ms": read}


def growth(folder: Path) -> dict[str, Any]:
    """Measure histories of several lengths, and lay a straight line through them."""
    points = {size: whole_history(folder / f"h{size}", size)[1]["cpu_ms"] for size in SIZES}
    line = straight_line(points)
    print(f"  {line.fixed:.0f} ms and {line.each * 1000:.0f} µs each commit, {line.deviation:.0%} off a straight line")
    return {"cpu_ms": points, **line._asdict()}


def hook(root: Path) -> dict[str, Any]:
    """Measure the hook beside Python's bare start, after a commit of code and after one of a spec."""
    write_tree(root, {"src/code.py": "x"})
    git(root, "add", "-A")
    git(root, "-c", "user.name=bench", "-c", "user.email=bench@localhost", "commit", "-qm", "code alone")
    program = (GEOFLOW, "monitor", "record", "--hook")
    spec = next((root / "openspec" / "specs").rglob("spec.md"))

    def edit() -> None:
        git(root, "reset", "-q", "--hard")
        spec.write_text(spec.read_text("utf-8").replace(" SHALL ", f" SHALL by {time.time()} ", 1), "utf-8")
        git(root, "-c", "user.name=bench", "-c", "user.email=bench@localhost", "commit", "-qam", "a spec")

    found = costs(
        {"bare": Candidate((sys.executable, "-c", "pass"), root), "code": Candidate(program, root)}, runs=RUNS
    )
    found |= costs({"spec": Candidate(program, root, edit)}, runs=RUNS // 2)
    more = found["code"].wall - found["bare"].wall
    print(
        f"hook: bare Python {found['bare'].wall:.1f} ms, a commit of code {more:+.1f} ms (aim +{HOOK_AIM:.0f}), "
        f"of a spec {found['spec'].wall:.0f} ms (aim {CHANGED_AIM:.0f}); {load()}",
        flush=True,
    )
    return {name: cost._asdict() for name, cost in found.items()}


def peer(folder: Path, wily: str, commits: int) -> dict[str, Any]:
    """Let wily and geoflow measure the same commits, each on a copy of its own: the lines of specs, and of their twins.

    Both then read their last points, and wily's index must have every commit too.
    """
    ours, theirs = (make_history(folder / name, commits, specs=SPECS, twins=True) for name in ("ours", "theirs"))
    for one in (ours, theirs):
        git(one, "reset", "-q", "--hard")
    cache, file = folder / "cache", twin_of(next(iter(some_specs(1))))

    def call(*words: str) -> None:
        command = (wily, "--cache", str(cache), *words)
        subprocess.run(command, cwd=theirs, env=environment(), check=True, capture_output=True)

    points = str(min(commits, POINTS))
    found = {
        "geoflow": taken(lambda: backfill(open_recorder(ours)[1], silent_progress())),
        "wily": taken(lambda: call("build", "-n", str(commits), "-o", "raw", "src")),
        "geoflow read": taken(lambda: show_snapshots(open_recorder(ours)[0], POINTS)),
        "wily read": taken(lambda: call("report", "-n", points, file, "loc")),
    }
    listed = json.loads((cache / "git" / "index.json").read_text("utf-8"))
    assert len(listed) == commits, f"wily has {len(listed)} of {commits} commits"
    for name, (own, wall) in found.items():
        print(f"{commits:>7,} commits, {name:<13} {own:>9,.0f} ms CPU {wall:>9,.0f} ms wall; {load()}", flush=True)
    print(f"  wily takes {found['wily'][0] / found['geoflow'][0]:.0f} times the CPU", flush=True)
    return found


def main() -> None:
    """Print the figures and write build/bench-monitor.json."""
    report: dict[str, Any] = {"load": os.getloadavg()[0]}
    with tempfile.TemporaryDirectory(prefix="geoflow-bench-") as name:
        folder = Path(name)
        report["growth"] = growth(folder)
        report["hook"] = hook(folder / f"h{COMMITS}")
        wily = shutil.which(os.environ.get("WILY", "wily"))
        if wily:
            report["peer"] = peer(folder, wily, int(os.environ.get("PEER_COMMITS", PEER_COMMITS)))
        else:
            print("skipped beside wily: it is not here. `pip install wily` in a venv of its own, then WILY=PROGRAM.")
        if (large := int(os.environ.get("COMMITS", "0"))) > COMMITS:
            report["large"] = whole_history(folder / "large", large)[1]
    file = Path(__file__).parents[2] / "build" / "bench-monitor.json"
    file.parent.mkdir(exist_ok=True)
    file.write_text(json.dumps(report, indent=2))


if __name__ == "__main__":
    main()
