import subprocess
import sys
import threading
from concurrent.futures import CancelledError

import pytest

from geoflow.adapters.in_threads import CallThreads, in_threads
from geoflow.workflow.in_order import map_in_order


@pytest.mark.parametrize("count", [1, 2, 50])
def test_results_come_in_the_order_of_the_items(count: int) -> None:
    gate = threading.Event()

    def late_first(number: int) -> int:
        if number == 0 and count > 1:
            gate.wait(30)  # the first one ends last
        if number == 19:
            gate.set()
        return number * number

    assert in_threads(late_first, range(20), count) == [number * number for number in range(20)]


def test_the_first_failure_in_the_order_of_the_items_is_raised() -> None:
    def fail(number: int) -> int:
        if number > 3:
            raise ValueError(str(number))
        return number

    with pytest.raises(ValueError, match="4"):
        in_threads(fail, range(20), 5)


@pytest.mark.parametrize("calls", [None, 1, 4])
def test_independent_calls_are_mapped_in_order(calls: int | None) -> None:
    threads = CallThreads(calls) if calls else None
    assert list(map_in_order(str, range(30), threads)) == [str(number) for number in range(30)]


def test_without_threads_nothing_is_done_before_it_is_asked_for() -> None:
    done: list[int] = []
    results = map_in_order(done.append, [1, 2], None)
    next(results)
    assert done == [1]


def test_after_the_shutdown_what_has_not_begun_is_dropped() -> None:
    inside, go_on = threading.Event(), threading.Event()

    def wait() -> str:
        inside.set()
        go_on.wait(30)
        return "done"

    threads = CallThreads(1)
    running, waiting = threads.submit(wait), threads.submit(wait)
    inside.wait(30)
    threads.shutdown()
    go_on.set()
    assert running.result(30) == "done"
    with pytest.raises(CancelledError):
        waiting.result(30)
    with pytest.raises(RuntimeError):
        threads.submit(wait)


def test_a_call_that_hangs_does_not_hold_up_the_end_of_the_program() -> None:
    code = (
        "import threading\nfrom geoflow.adapters.in_threads import CallThreads\n"
        "inside = threading.Event()\n"
        "CallThreads(1).submit(lambda: (inside.set(), threading.Event().wait()))\ninside.wait(30)\nprint('over')"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=60)
    assert done.stdout == "over\n"
