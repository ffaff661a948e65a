"""Work done in threads that hold up neither Ctrl-C nor the end of the program."""

import threading
from collections.abc import Callable, Sequence
from concurrent.futures import Executor, Future
from contextlib import suppress
from contextvars import copy_context
from functools import partial
from queue import Empty, SimpleQueue
from typing import Any, NamedTuple, ParamSpec, TypeVar

Item = TypeVar("Item")
Result = TypeVar("Result")
Arguments = ParamSpec("Arguments")


class _Work(NamedTuple):
    future: "Future[Any]"
    do: Callable[[], Any]

    def carry_out(self) -> None:
        """Call the function, unless nobody waits for it any more."""
        if self.future.set_running_or_notify_cancel():
            try:
                self.future.set_result(self.do())
            except BaseException as error:  # noqa: BLE001 - whoever waits for the result gets it
                self.future.set_exception(error)


class CallThreads(Executor):
    """A few threads with the interface of `concurrent.futures`.

    Those of the standard library are waited for when the program ends, and a call of a model may take ten minutes:
    these are not. `shutdown` drops what has not begun and waits for nothing unless told to.

    Args:
        count: Threads at the most, at least 1; each is started when there is work for it.
    """

    def __init__(self, count: int) -> None:
        self._count = count
        self._work: SimpleQueue[_Work | None] = SimpleQueue()
        self._threads: list[threading.Thread] = []
        self._lock = threading.Lock()
        self._is_over = False

    def submit(
        self, fn: Callable[Arguments, Result], /, *args: Arguments.args, **kwargs: Arguments.kwargs
    ) -> "Future[Result]":
        """Have a function called by one of the threads."""
        future: Future[Result] = Future()
        with self._lock:
            if self._is_over:
                raise RuntimeError("no work is taken after the shutdown")
            # What was set for the caller (a stop, a limit) holds for the work as well.
            self._work.put(_Work(future, partial(copy_context().run, partial(fn, *args, **kwargs))))
            if len(self._threads) < self._count:
                thread = threading.Thread(target=self._serve, name="geoflow-call", daemon=True)
                self._threads.append(thread)
                thread.start()
        return future

    def shutdown(self, wait: bool = False, *, cancel_futures: bool = True) -> None:  # noqa: FBT001, FBT002 - inherited
        """Take no more work; drop what has not begun, and wait for the rest only if told to."""
        with self._lock:
            self._is_over = True
            if cancel_futures:
                self._drop()
            for _ in self._threads:
                self._work.put(None)
        for thread in self._threads if wait else ():
            thread.join()

    def __exit__(self, *reason: object) -> None:
        self.shutdown()

    def _drop(self) -> None:
        with suppress(Empty):
            while True:
                if work := self._work.get_nowait():
                    work.future.cancel()

    def _serve(self) -> None:
        while (work := self._work.get()) is not None:
            work.carry_out()


def in_threads(do: Callable[[Item], Result], items: Sequence[Item], count: int) -> list[Result]:
    """Do something with each item, so many at a time; the results in the order of the items.

    The first failure, in this order, is raised.
    """
    if count < 2 or len(items) < 2:
        return [do(item) for item in items]
    with CallThreads(min(count, len(items))) as threads:
        return list(threads.map(do, items))
