"""Checks that are made at the same time, each with so many seconds and no more."""

import time
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import TimeoutError as TooLong

from geoflow.adapters.checkup import Check, failed
from geoflow.adapters.in_threads import CallThreads
from geoflow.errors import GeoflowError

SECONDS = 8.0
"""What one check may take; a model server that hangs has less."""


def side_by_side(checks: Mapping[str, Callable[[], Sequence[Check]]], seconds: float = SECONDS) -> list[Check]:
    """Make checks in threads, and give what they say in their order, each under the area that it is named by.

    One that is not done in time is skipped, and goes on until the program ends; one that fails is a line of its own.
    """
    threads = CallThreads(len(checks) or 1)
    begun = {area: threads.submit(check) for area, check in checks.items()}
    until = time.monotonic() + seconds
    found: list[Check] = []
    for area, future in begun.items():
        try:
            found += future.result(max(0.0, until - time.monotonic()))
        except TooLong:
            text = f"not known after {seconds:g} seconds"
            found.append(Check(area, "skipped", text, "Try again when this machine has less to do."))
        except GeoflowError as error:
            found.append(failed(area, "fail", error))
    threads.shutdown(wait=False)
    return found
