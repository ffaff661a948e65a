"""The model behind a Dask cluster: each call is a task, answered by the model of the worker that does it."""

import threading
import time
from collections.abc import Sequence

import geoflow
from geoflow.adapters import dask_worker
from geoflow.adapters.dask_cluster import DaskCluster, Worker, models_of
from geoflow.adapters.plain_chat import Plain, error_from, plain_request, reply_from
from geoflow.errors import GeoflowError
from geoflow.ports import ChatReply, ChatRequest

_ELSEWHERE = frozenset({"model-unreachable", "model-timeout", "no-model", "unknown-model", dask_worker.REFUSES})
"""Codes of failures that are the worker's, not the request's: another worker may answer."""


class DaskChat:
    """The one model that all workers have.

    Each calling thread has a worker of its own as long as that one is there: what it asks about one requirement goes to
    one server, whose prefix cache holds the beginning already.

    Args:
        cluster: Where tasks are done.
        workers: Those that are there, at least one.
    """

    def __init__(self, cluster: DaskCluster, workers: Sequence[Worker]) -> None:
        self._cluster = cluster
        self._all = models_of(workers)
        self._lock = threading.Lock()
        self._callers = dict.fromkeys((one.address for one in workers), 0)
        self._own = threading.local()

    @property
    def name(self) -> str:
        """Give the model's id as the workers' servers name it."""
        return self._all.model

    @property
    def backend(self) -> str:
        """Say which kind of server answers there."""
        return self._all.backend

    @property
    def context_tokens(self) -> int:
        """Give the smallest of the loaded contexts: a prompt must fit whichever worker gets it."""
        return self._all.context_tokens

    def complete(self, request: ChatRequest) -> ChatReply:
        """Answer one request; where a worker has lost its model, on another one, each tried once."""
        tried: set[str] = set()
        while True:
            place = self._place(tried)
            answer = self._ask(request, place, strict=bool(tried))
            if "error" not in answer:
                return reply_from(answer["reply"], request)
            place = str(answer.get("worker") or place)
            tried.add(place)
            if answer["error"]["code"] not in _ELSEWHERE:
                raise error_from(answer["error"])  # a model is told why its reply was refused: the same wherever it is
            if not self._is_left(tried):
                raise error_from(answer["error"], place)

    def _ask(self, request: ChatRequest, place: str, *, strict: bool) -> Plain:
        left = None if request.deadline is None else max(request.deadline - time.monotonic(), 0.0)
        task = {
            "geoflow": geoflow.__version__,
            "model": self.name,
            "request": plain_request(request),
            "seconds": left,
        }
        try:
            future = self._cluster.submit(dask_worker.answer, task, place, strict=strict)
            return self._cluster.result(future, left, place if strict else "")
        except GeoflowError:
            self._leave()
            raise

    def _place(self, tried: set[str]) -> str:
        """Give this thread's worker; another one where that has failed it, and from then on."""
        own: str | None = getattr(self._own, "place", None)
        if own is not None and own not in tried:
            return own
        self._leave()
        with self._lock:
            free = [place for place in self._callers if place not in tried]
            self._own.place = chosen = min(free, key=lambda place: self._callers[place])
            self._callers[chosen] += 1
        return chosen

    def _leave(self) -> None:
        own: str | None = getattr(self._own, "place", None)
        if own is not None:
            with self._lock:
                self._callers[own] -= 1
            self._own.place = None

    def _is_left(self, tried: set[str]) -> bool:
        return bool(self._callers.keys() - tried)
