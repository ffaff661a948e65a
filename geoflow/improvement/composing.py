"""Edits of one target taken one by one: what its text is when some of them are left out."""

from bisect import bisect_left
from collections.abc import Callable, Collection, Sequence
from itertools import pairwise
from typing import NamedTuple

from geoflow.improvement.edit import SpanEdit


class Depends(NamedTuple):
    """Two edits, by their places in the chain: the later one changes what the earlier one brought in."""

    later: int
    earlier: int


class _Made(NamedTuple):
    """An edit as a replacement of what stood from `start` to `end` in the text before it."""

    start: int
    end: int
    new: str

    @property
    def growth(self) -> int:
        return len(self.new) - (self.end - self.start)


def changed_span(old: str, new: str) -> SpanEdit:
    """Give the one replacement that makes the new text of the old one: the shortest, at whole characters."""
    limit = min(len(old), len(new))
    start = _most(limit, lambda size: old[:size] == new[:size])
    tail = _most(limit - start, lambda size: old[len(old) - size :] == new[len(new) - size :])
    return SpanEdit(start, len(old) - tail, new[start : len(new) - tail])


def _most(limit: int, holds: Callable[[int], bool]) -> int:
    """Find the largest size up to a limit for which something holds that holds for every smaller one."""
    # Documents are long, and whole slices are compared far faster than character by character.
    return bisect_left(range(1, limit + 1), 1, key=lambda size: int(not holds(size)))


def is_chain(texts: Sequence[tuple[str, str]]) -> bool:
    """Tell whether each edit (text before, text after) begins with what the one before it made."""
    return all(one[1] == other[0] for one, other in pairwise(texts))


def composed(texts: Sequence[tuple[str, str]], taken: Collection[int]) -> str | Depends:
    """Give a target's text with only some of its edits.

    Args:
        texts: The edits in the order in which they were made: (text before, text after), each on top of the last.
        taken: The places in `texts` of those that are taken.

    Returns:
        The text; or the two edits that cannot be parted, where a taken one changes what one left out had brought in.
    """
    left_out: list[tuple[int, _Made]] = []
    text = texts[0][0]
    for number, (old, new) in enumerate(texts):
        span = changed_span(old, new)
        made = _Made(span.start, span.end, span.new)
        if number not in taken or old == new:
            left_out += [] if old == new else [(number, made)]
            continue
        # Seen from the text without what was left out, latest first.
        for index in range(len(left_out) - 1, -1, -1):
            earlier_number, earlier = left_out[index]
            moved = _without(made, earlier)
            if moved is None:
                return Depends(number, earlier_number)
            left_out[index] = (earlier_number, _after(earlier, made))
            made = moved
        text = text[: made.start] + made.new + text[made.end :]
    return text


def _without(made: _Made, earlier: _Made) -> _Made | None:
    """Move an edit to where it stands in the text before an earlier one; None where the two touch."""
    brought_end = earlier.start + len(earlier.new)
    if made.end < earlier.start or (made.end == earlier.start and not _both_insert(made, earlier)):
        return made
    if made.start > brought_end or (made.start == brought_end and not _both_insert(made, earlier)):
        return made._replace(start=made.start - earlier.growth, end=made.end - earlier.growth)
    return None


def _both_insert(made: _Made, earlier: _Made) -> bool:
    # Two insertions at one place have an order that only the earlier one's presence gives.
    return made.start == made.end and earlier.start == earlier.end


def _after(earlier: _Made, made: _Made) -> _Made:
    """Move an earlier edit to where it stands in the text after a later one that does not touch it."""
    if made.end <= earlier.start:
        return earlier._replace(start=earlier.start + made.growth, end=earlier.end + made.growth)
    return earlier
