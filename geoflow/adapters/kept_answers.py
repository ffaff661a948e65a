"""What a server has worked out, kept as long as nothing has changed, and worked out once for all who ask at a time."""

import asyncio
import time
from collections.abc import Callable, Hashable
from typing import Any
from weakref import WeakValueDictionary

_MOST = 32
_LARGEST = 4_000_000  # bytes of an answer that is kept
_THREADS = 2


class KeptAnswers:
    """Answers to questions of many clients, from functions that take their time in threads of their own.

    Args:
        version: Tells cheaply in which state everything is; answers of another state are not given again.
        pause: Seconds for which a version holds.
        longest: Seconds after which an answer is worked out again though the version is the same.
    """

    def __init__(self, version: Callable[[], str], pause: float = 1.0, longest: float = 30.0) -> None:
        self._look = version
        self._pause = pause
        self._longest = longest
        self._version = ("", -1e9)
        self._kept: dict[Hashable, tuple[str, float, Any]] = {}
        # Each lives as long as somebody waits for it.
        self._locks: WeakValueDictionary[Hashable, asyncio.Lock] = WeakValueDictionary()
        self._looking = asyncio.Lock()
        self._threads = asyncio.Semaphore(_THREADS)

    async def version(self) -> str:
        """Give the version, at most `pause` seconds old."""
        async with self._looking:
            if time.monotonic() - self._version[1] > self._pause:
                self._version = (await self._in_thread(self._look), time.monotonic())
            return self._version[0]

    async def get(self, key: Hashable, work: Callable[[], Any]) -> Any:
        """Give the answer that belongs to a key; an error is raised to whoever asks, and not kept."""
        version = await self.version()
        lock = self._locks.get(key) or asyncio.Lock()
        self._locks[key] = lock
        async with lock:
            found = self._kept.get(key)
            if found and found[0] == version and time.monotonic() - found[1] < self._longest:
                return found[2]
            answer = await self._in_thread(work)
            self._kept.pop(key, None)
            if not isinstance(answer, bytes) or len(answer) <= _LARGEST:
                self._kept[key] = (version, time.monotonic(), answer)
            while len(self._kept) > _MOST:
                del self._kept[next(iter(self._kept))]
            return answer

    async def _in_thread(self, work: Callable[[], Any]) -> Any:
        # Few: each may read a whole history, and the server has to answer the others meanwhile.
        async with self._threads:
            return await asyncio.to_thread(work)
