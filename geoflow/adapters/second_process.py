"""A second process for a part of the work, as a copy of this one: it begins at once, with all that is loaded here."""

import os
import sys
import threading
from collections.abc import Callable
from contextlib import suppress

_LENGTH = 8  # bytes in front of the answer


def second_process(work: Callable[[], str]) -> Callable[[], str] | None:
    """Begin some work in a copy of this process where a core is free for it; see `begin_copy`."""
    if sys.platform != "linux":
        return None
    cores = len(os.sched_getaffinity(0))
    # Where others are at work already this one would wait for a copy that hardly gets on.
    return begin_copy(work) if cores > 1 and os.getloadavg()[0] < cores else None


def begin_copy(work: Callable[[], str]) -> Callable[[], str] | None:
    """Begin some work that touches nothing but memory; None where no copy can have it.

    What is given waits for the answer, which is empty where none came whole. A process with threads is not copied (a
    lock that one of them holds would stay locked), and none is copied but on Linux, where a copy may do all that this
    process can.
    """
    if sys.platform != "linux" or threading.active_count() > 1:
        return None
    try:
        reading, writing = os.pipe()
    except OSError:
        return None
    try:
        child = os.fork()
    except OSError:
        os.close(reading)
        os.close(writing)
        return None
    if not child:
        _answer(work, reading, writing)
    os.close(writing)

    def answer() -> str:
        with os.fdopen(reading, "rb") as pipe:
            whole = pipe.read()
        with suppress(ChildProcessError):
            os.waitpid(child, 0)
        length, text = whole[:_LENGTH], whole[_LENGTH:]
        return text.decode("utf-8", "surrogatepass") if length == len(text).to_bytes(_LENGTH, "big") else ""

    return answer


def _answer(work: Callable[[], str], reading: int, writing: int) -> None:
    """Do the work in the copy, and end it: nothing else of this program may run in it."""
    try:
        os.close(reading)
        text = work().encode("utf-8", "surrogatepass")
        with os.fdopen(writing, "wb") as pipe:
            pipe.write(len(text).to_bytes(_LENGTH, "big") + text)
    finally:
        # Whatever went wrong goes wrong in the first process as well, which tells of it.
        os._exit(0)
