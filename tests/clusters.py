"""A real Dask scheduler and workers, each a process on loopback with a model server of its own."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

_ON_LOOPBACK = ("--host", "127.0.0.1", "--no-dashboard")


@dataclass
class RunningCluster:
    """A scheduler and its workers, which a test may kill."""

    address: str
    scheduler: "subprocess.Popen[str]"
    folder: Path
    workers: "list[subprocess.Popen[str]]" = field(default_factory=list)

    @property
    def executor(self) -> str:
        """Give the address as it is typed behind `--executor`."""
        return self.address.replace("tcp://", "dask://")

    def add(self, base_url: str) -> "subprocess.Popen[str]":
        """Start a worker whose model server is there; it may come later than this returns."""
        words = ("dask_worker", self.address, "--nthreads", "1", "--no-nanny", "--death-timeout", "60")
        self.workers.append(_start(self.folder, words, base_url))
        return self.workers[-1]

    def kill(self, place: int) -> None:
        """Kill a worker as the system does that is out of memory."""
        self.workers[place].send_signal(signal.SIGKILL)


@contextmanager
def dask_cluster(folder: Path, base_urls: Sequence[str]) -> Iterator[RunningCluster]:
    """Run a scheduler, and a worker for each model server; all are there when the block begins."""
    folder.mkdir(parents=True)
    # Each ends by itself where a test is killed and cannot end it.
    scheduler = _start(folder, ("dask_scheduler", "--port", "0", "--idle-timeout", "300"), "none")
    running = RunningCluster("", scheduler, folder)
    try:
        running.address = _until_said(scheduler, "Scheduler at:").split()[-1]
        for url in base_urls:
            running.add(url)
        for worker in running.workers:
            _until_said(worker, "Registered to:")
        yield running
    finally:
        for process in (*running.workers, scheduler):
            process.kill()
            process.communicate()


def _start(folder: Path, words: Sequence[str], base_url: str) -> "subprocess.Popen[str]":
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("GEOFLOW_", "COV"))}
    environment = {**kept, "HOME": str(folder), "GEOFLOW_LLM__BASE_URL": base_url}
    command = [sys.executable, "-m", f"distributed.cli.{words[0]}", *words[1:], *_ON_LOOPBACK]
    return subprocess.Popen(
        command, cwd=folder, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True
    )


def _until_said(process: "subprocess.Popen[str]", words: str) -> str:
    """Read what a process logs until it has come so far, and give that line."""
    assert process.stderr is not None
    heard = ""
    for line in process.stderr:
        heard += line
        if words in line:
            return line
    raise AssertionError(heard)
