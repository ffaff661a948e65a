"""The last part of `make bench`: what more machines bring, with stand-in model servers that take their time.

Each worker is a process with a server of its own that answers one request at a time, after as long as a small model takes
for a short reply. Beside it stands the same work by one thread and one server, which is what more workers are held against.
"""

import json
import os
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Mapping
from contextlib import ExitStack
from pathlib import Path
from typing import Any, NamedTuple

from tests.builders import git, make_repo, requirement, spec
from tests.clusters import dask_cluster
from tests.servers import model_server

LATENCY = 0.2
REQUIREMENTS = 40
WORKERS = (1, 2, 4)
PATH = "openspec/specs/depot/spec.md"
FILES = {
    PATH: spec(
        *(
            requirement(f"Shelf {n}", f"The depot SHALL gracefully count shelf {n} within {n + 2} seconds.")
            for n in range(REQUIREMENTS)
        )
    )
}
VERBS = {"review": ("review", "--roles", "testing"), "improve": ("improve",)}


class Took(NamedTuple):
    """Seconds of the clock within the run and of the whole process, and how many calls were made."""

    run: float
    process: float
    calls: int
    result: str


def one_at_a_time() -> Callable[[Mapping[str, Any]], dict[str, Any]]:
    """Give a server's script that answers one request after the other, each after the latency."""
    turn = threading.Lock()

    def answer(body: Mapping[str, Any]) -> dict[str, Any]:
        with turn:
            time.sleep(LATENCY)
        words = {"old_span": "gracefully count", "new_span": "count", "quote": "SHALL", "testable": True, "why": "x"}
        return {name: words[name] for name in body["response_format"]["json_schema"]["schema"]["required"]}

    return answer


def timed(root: Path, verb: str, *words: str, base_url: str = "none") -> Took:
    """Run a verb on a repository as a process."""
    environment = {**os.environ, "GEOFLOW_LLM__BASE_URL": base_url}
    command = [sys.executable, "-m", "geoflow", *VERBS[verb], "--json", *words]
    begun = time.perf_counter()
    done = subprocess.run(command, cwd=root, env=environment, capture_output=True, text=True, check=False)
    process = time.perf_counter() - begun
    if done.returncode not in (0, 1):
        raise SystemExit(done.stderr)
    document = json.loads(done.stdout)
    branch = document.get("branch")
    result = git(root, "log", "--format=%T %B", f"HEAD..{branch}") if branch else json.dumps(document["findings"])
    return Took(document["cost"]["seconds"], process, document["cost"]["calls"], result)


def measure(folder: Path, workers: int) -> dict[str, Took]:
    """Time both verbs with so many workers; none stands for one thread and one server."""
    found = {}
    with ExitStack() as stack:
        servers = [stack.enter_context(model_server(always=one_at_a_time())) for _ in range(workers or 1)]
        urls = [server.base_url for server in servers]
        where: tuple[str, ...] = ()
        if workers:
            cluster = stack.enter_context(dask_cluster(folder / f"cluster-{workers}", urls))
            where = ("--executor", cluster.executor)
        for verb in VERBS:
            root = make_repo(folder / f"{verb}-{workers}", FILES)
            found[verb] = timed(root, verb, *where, base_url="none" if workers else urls[0])
    return found


def main() -> None:
    """Print how many calls are answered in a second, by the number of workers."""
    print(f"\nMore machines: {REQUIREMENTS} requirements, servers that answer one request in {LATENCY * 1000:.0f} ms")
    print(f"load of this machine: {os.getloadavg()[0]:.1f}\n")
    print(f"{'':<10}{'':>10}{'calls':>7}{'s':>8}{'calls/s':>9}{'speed':>7}{'process s':>11}  result")
    with tempfile.TemporaryDirectory() as folder:
        alone = measure(Path(folder), 0)
        table = {0: alone} | {workers: measure(Path(folder), workers) for workers in WORKERS}
    for verb in VERBS:
        for workers, found in table.items():
            took, base = found[verb], alone[verb]
            name = f"{workers} worker{'s' if workers > 1 else ''}" if workers else "no cluster"
            same = "the same" if took.result == base.result else "ANOTHER"
            print(
                f"{verb:<10}{name:>10}{took.calls:>7}{took.run:>8.2f}{took.calls / took.run:>9.2f}"
                f"{base.run / took.run:>6.1f}x{took.process:>11.1f}  {same}"
            )


if __name__ == "__main__":
    main()
