"""A Dask cluster that somebody has started: who works there, and tasks done there."""

import logging
import socket
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import CancelledError, Executor, Future
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, NamedTuple
from urllib.parse import urlsplit

import geoflow
from geoflow.adapters import dask_errors, dask_worker
from geoflow.adapters.chat_errors import budget_spent
from geoflow.adapters.plain_chat import Plain, error_from

if TYPE_CHECKING:
    from distributed import Client


class Patience(NamedTuple):
    """How many seconds are waited: for the scheduler, for what a worker says of itself, and with no worker at all."""

    connect: float = 10.0
    describe: float = 60.0
    alone: float = 20.0


PATIENCE = Patience()
_LOOK = 1.0
"""Seconds between two looks at who is still there, while a task is waited for."""
_GRACE = 5.0
"""Seconds beyond a task's own time, within which a worker says itself that the time is up."""


class Worker(NamedTuple):
    """A worker with its model."""

    address: str
    threads: int
    model: str
    backend: str
    context_tokens: int


class DaskCluster:
    """Tasks for the workers of a scheduler. A worker that ends gives its tasks to the others; Dask sees to that.

    Args:
        client: Connected to the scheduler.
        address: Of the scheduler.
        patience: How long is waited.
    """

    def __init__(self, client: "Client", address: str, patience: Patience = PATIENCE) -> None:
        self.address = address
        self._client, self._patience = client, patience
        self._executors: dict[str, Executor] = {}
        self._lock = threading.Lock()
        self._seen = time.monotonic()

    def workers(self) -> list[Worker]:
        """Ask every worker that is there what it has.

        Raises:
            GeoflowError: `no-workers`, and what the first worker fails with: `worker-refuses`, or why it has no model.
        """
        threads = self._wait_for_workers()
        task = {"geoflow": geoflow.__version__}
        asked = {place: self.submit(dask_worker.describe, task, place, strict=True) for place in threads}
        return [self._described(place, threads[place], future) for place, future in asked.items()]

    def submit(
        self, do: Callable[[Mapping[str, Any]], Plain], task: Plain, place: str, *, strict: bool = False
    ) -> "Future[Plain]":
        """Have a task done, by this worker where it can be; `strict` by no other one."""
        if strict:
            return self._executor([place], others=False).submit(do, task)
        with self._lock:
            if place not in self._executors:
                self._executors[place] = self._executor([place], others=True)
        return self._executors[place].submit(do, task)

    def result(self, future: "Future[Plain]", seconds: float | None, only: str = "") -> Plain:
        """Wait for a task, for so many seconds (None: as long as somebody works on it, or the worker that may).

        Raises:
            GeoflowError: `no-workers`, `scheduler-lost`, `workers-lost`, `worker-refuses`, `budget-spent`.
        """
        end = None if seconds is None else time.monotonic() + seconds + _GRACE
        try:
            while True:
                try:
                    return self._outcome(future)
                except TimeoutError:
                    if future.done():
                        raise
                    self._look(end, only)
        except BaseException:
            future.cancel()
            raise

    def places(self) -> dict[str, int]:
        """Give the workers that are there, and the threads of each; none where the scheduler does not answer."""
        try:
            # A scheduler that is gone would never answer.
            found = self._client.sync(self._client.scheduler.ncores, callback_timeout=self._patience.connect)
        except (OSError, TimeoutError, RuntimeError, AttributeError):
            return {}
        return {str(place): int(threads) for place, threads in found.items()}

    def _executor(self, places: Sequence[str], *, others: bool) -> Executor:
        made: Executor = self._client.get_executor(pure=False, workers=list(places), allow_other_workers=others)
        return made

    def _wait_for_workers(self) -> dict[str, int]:
        try:
            self._client.wait_for_workers(1, timeout=self._patience.alone)
        except TimeoutError:
            raise dask_errors.no_workers(self.address, self._patience.alone) from None
        return self.places()

    def _described(self, place: str, threads: int, future: "Future[Plain]") -> Worker:
        found = self.result(future, self._patience.describe)
        if "error" in found:
            raise error_from(found["error"], place)
        return Worker(place, threads, str(found["name"]), str(found["backend"]), int(found["context_tokens"]))

    def _outcome(self, future: "Future[Plain]") -> Plain:
        from distributed.scheduler import KilledWorker

        try:
            return future.result(timeout=_LOOK)
        except CancelledError as error:
            raise dask_errors.lost(self.address, type(error).__name__) from error
        except KilledWorker as error:
            raise dask_errors.killed(self.address, type(error).__name__) from error
        except (ImportError, AttributeError, RuntimeError) as error:
            reason = str(error.__cause__ or error).splitlines()[0]
            raise dask_errors.no_geoflow(f"a worker of {self.address}", reason[:200]) from error

    def _look(self, end: float | None, only: str) -> None:
        """Give up a task whose time is over, or that nobody is there to do."""
        now = time.monotonic()
        if end is not None and now > end:
            raise budget_spent()
        there = self.places()
        if only in there or (there and not only):
            self._seen = time.monotonic()
        elif now - self._seen > self._patience.alone:
            raise dask_errors.no_workers(self.address, self._patience.alone)


@contextmanager
def connected(address: str, patience: Patience = PATIENCE) -> Iterator[DaskCluster]:
    """Connect to a scheduler; behind the block what was not done is cancelled.

    Raises:
        GeoflowError: `dask-missing`, `scheduler-unreachable`.
    """
    client = _connect(address, patience)
    try:
        yield DaskCluster(client, address, patience)
    finally:
        client.close(timeout=2)


def _knock(address: str, seconds: float) -> None:
    """See whether a scheduler is there: Dask itself tries again until its time is up, and waits for a mute one forever.

    A scheduler speaks first, but over TLS.
    """
    parts = urlsplit(address)
    try:
        with socket.create_connection((parts.hostname, parts.port), timeout=seconds) as connection:
            if parts.scheme == "tcp" and not connection.recv(1):
                raise dask_errors.no_scheduler(address, "it hangs up")
    except OSError as error:
        raise dask_errors.no_scheduler(address, error.strerror or str(error)) from error


def _connect(address: str, patience: Patience) -> "Client":
    _knock(address, patience.connect)
    try:
        from distributed import Client
    except ModuleNotFoundError:
        raise dask_errors.not_installed() from None
    # What it logs of a lost connection is told by the errors here, once.
    logging.getLogger("distributed").setLevel(logging.CRITICAL)
    try:
        return Client(address, timeout=patience.connect, set_as_default=False)
    except (OSError, TimeoutError, TypeError, RuntimeError, ValueError) as error:
        reason = (str(error) or type(error).__name__).splitlines()[0]
        raise dask_errors.no_scheduler(address, reason[:200]) from error


def models_of(workers: Sequence[Worker]) -> Worker:
    """Give what all workers have, with the smallest context; GeoflowError `workers-differ`."""
    if len({one.model for one in workers}) > 1:
        raise dask_errors.several_models({one.address: one.model for one in workers})
    return min(workers, key=lambda one: one.context_tokens)
