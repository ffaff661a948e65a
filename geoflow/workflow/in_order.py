"""Independent calls, one after the other or at the same time, with their results in a fixed order."""

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Executor
from typing import TypeVar

Item = TypeVar("Item")
Result = TypeVar("Result")


def map_in_order(do: Callable[[Item], Result], items: Sequence[Item], calls: Executor | None) -> Iterator[Result]:
    """Do something with each item; the results come in the order of the items, wherever and whenever they were made.

    Args:
        do: What is done, safe to be called from several threads where `calls` has several.
        items: What it is done with.
        calls: Where it is done; None does one after the other, each when its result is asked for.

    Raises:
        Exception: What the first item that failed failed with, in the order of the items; the rest is cancelled.
    """
    return map(do, items) if calls is None else calls.map(do, items)
