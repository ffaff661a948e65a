"""A sign, from one thread to the work of another, that nobody waits for the result any more."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Optional

_current: ContextVar[Optional["Stop"]] = ContextVar("stop", default=None)


class Stop:
    """Ends what was begun under it: at once, and whatever is begun after it was set as well."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._is_set = False
        self._ends: list[Callable[[], None]] = []

    def set(self) -> None:
        """End everything that is at work."""
        with self._lock:
            self._is_set = True
            ends = list(self._ends)
        for end in ends:
            end()

    @contextmanager
    def ends(self, end: Callable[[], None]) -> Iterator[None]:
        """Have `end` called when the sign comes while the block runs; at once if it has come."""
        with self._lock:
            self._ends.append(end)
            is_late = self._is_set
        if is_late:
            end()
        try:
            yield
        finally:
            with self._lock:
                self._ends.remove(end)

    @contextmanager
    def over(self) -> Iterator[None]:
        """Put the work of the block under this sign, in this context and those that are copied from it."""
        token = _current.set(self)
        try:
            yield
        finally:
            _current.reset(token)


def current_stop() -> Stop:
    """Give the sign that the work of this context is under; one that never comes where there is none."""
    return _current.get() or Stop()
