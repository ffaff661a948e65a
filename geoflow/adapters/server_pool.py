"""One model on several servers, and a bound on how many calls run at a time."""

import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from geoflow.adapters import chat_errors
from geoflow.adapters.chat_errors import Hope, ModelError
from geoflow.ports import AroundModel, ChatModel, ChatReply, ChatRequest

if TYPE_CHECKING:
    from geoflow.errors import GeoflowError

ASIDE_SECONDS = 30.0  # how long a server that failed is left alone while there is another one


class TimedModel(ChatModel, Protocol):
    """A model that can be given the end of a call's time."""

    @property
    def seconds(self) -> float:
        """Give the time that a whole request may take."""

    def complete_by(self, deadline: float, request: ChatRequest) -> ChatReply:
        """Answer one request before a time of the monotonic clock."""


@dataclass(slots=True)
class _Member:
    model: TimedModel
    busy: int = 0
    aside_until: float = 0.0


class ServerPool:
    """Spreads the calls of one model over several servers; safe to call from several threads.

    The least busy server gets a call, of equals the first. One that fails in a way that passes is set aside for a
    while, and the call goes on with the next one in the time that it has left. A request that a server refuses as such
    is not sent around.

    Args:
        models: The same model on each server, in the order of the user's liking; at least one.
        clock: Seconds that only grow.
    """

    def __init__(self, models: Sequence[TimedModel], clock: Callable[[], float] = time.monotonic) -> None:
        self._members = [_Member(model) for model in models]
        self._clock = clock
        self._lock = threading.Lock()

    @property
    def name(self) -> str:
        """Give the model's id as the first server names it."""
        return self._members[0].model.name

    @property
    def backend(self) -> str:
        """Say which kind of server the first one is."""
        return self._members[0].model.backend

    @property
    def context_tokens(self) -> int:
        """Give the smallest of the loaded contexts: a prompt must fit whichever server gets it."""
        return min(member.model.context_tokens for member in self._members)

    @property
    def seconds(self) -> float:
        """Give the time that a whole request may take, on however many servers."""
        return self._members[0].model.seconds

    def complete(self, request: ChatRequest) -> ChatReply:
        """Answer one request."""
        return self.complete_by(self._clock() + self.seconds, request)

    def complete_by(self, deadline: float, request: ChatRequest) -> ChatReply:
        """Answer one request before a time of the monotonic clock, trying each server at most once."""
        failures: list[GeoflowError] = []
        tried: list[_Member] = []
        while len(tried) < len(self._members) and (not failures or self._clock() < deadline):
            member = self._take(tried)
            tried.append(member)
            try:
                reply = member.model.complete_by(deadline, request)
            except ModelError as failure:
                if Hope.ELSEWHERE not in failure.hope:
                    raise
                member.aside_until = self._clock() + ASIDE_SECONDS
                failures.append(failure)
            else:
                member.aside_until = 0.0
                return reply
            finally:
                self._give_back(member)
        raise chat_errors.none_of(failures)

    def _take(self, tried: Sequence[_Member]) -> _Member:
        """Choose the least busy server that is not set aside; where all are, the one that is so the longest."""
        with self._lock:
            now = self._clock()
            left = [member for member in self._members if not any(member is one for one in tried)]
            ready = [member for member in left if member.aside_until <= now]
            chosen = min(ready, key=_busy) if ready else min(left, key=_aside)
            chosen.busy += 1
            return chosen

    def _give_back(self, member: _Member) -> None:
        with self._lock:
            member.busy -= 1


def _busy(member: _Member) -> int:
    return member.busy


def _aside(member: _Member) -> float:
    return member.aside_until


class Bounded(AroundModel):
    """A model of which at most so many calls run at a time; the time of a call starts when its turn comes.

    Args:
        model: The model.
        parallel: Calls at a time, at least 1.
    """

    def __init__(self, model: ChatModel, parallel: int) -> None:
        super().__init__(model)
        self._turns = threading.BoundedSemaphore(parallel)

    def complete(self, request: ChatRequest) -> ChatReply:
        """Answer one request, when it is its turn; its own limit of time counts from the beginning."""
        left = None if request.deadline is None else max(request.deadline - time.monotonic(), 0.0)
        if not self._turns.acquire(timeout=left):
            raise chat_errors.budget_spent()
        try:
            return self._model.complete(request)
        finally:
            self._turns.release()
