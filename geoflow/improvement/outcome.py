"""What became of an edit, by the text of its requirement: that survives a squash, a rebase and a cherry-pick."""

import re
from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Literal

from geoflow.improvement.composing import changed_span

_PIECE = re.compile(r"\w+|[^\w\s]")
Outcome = Literal["pending", "merged", "merged-edited", "rejected", "stale"]
STALE_AFTER = timedelta(days=14)
AROUND = 2
"""So many words and signs on each side place a change where the rest of its requirement was edited as well."""


@dataclass(frozen=True, slots=True)
class Circumstances:
    """What is known of an edit besides its texts.

    `judged` is what a triage or a feedback says of it (`accept`, `edit`, `reject`, empty); `branch_gone` that the
    branch of its run is deleted; `proposed` and `now` are times.
    """

    judged: str
    branch_gone: bool
    proposed: datetime
    now: datetime


def outcome_of(old: str, new: str, texts: Sequence[str], known: Circumstances) -> Outcome:
    """Tell what became of an edit.

    Args:
        old: The requirement before the edit.
        new: The requirement after it.
        texts: The requirements that may be it on the base branch as it is now, the likeliest first; usually one.
        known: What else is known.
    """
    found = [standing(old, new, text) for text in texts]
    if "merged" in found:
        return "merged"
    if "merged-edited" in found:
        return "merged-edited"
    if known.judged == "reject" or known.branch_gone or (texts and "untouched" not in found):
        return "rejected"
    return "stale" if known.now - known.proposed > STALE_AFTER else "pending"


def stands_in(old: str, new: str, text: str) -> bool:
    """Tell whether an edit's words, and a few around them, stand in a text; the rest of it may be otherwise."""
    return standing(old, new, text) == "merged"


def standing(old: str, new: str, text: str) -> Literal["merged", "merged-edited", "untouched", "other"]:
    """Compare a text as it reads now with the one before and after an edit."""
    now = words_of(text)
    if text == new or now == words_of(new):
        return "merged"
    if text == old or now == words_of(old):
        return "untouched"
    span = changed_span(old, new)
    before, after = Stretch(old, span.start, span.end), Stretch(new, span.start, span.start + len(span.new))
    if _holds(now, after.with_some_around()):
        return "merged"
    if _holds(now, before.with_some_around()):
        return "untouched"
    brought, taken = set(after.inside()) - set(words_of(old)), set(before.inside()) - set(words_of(new))
    kept, gone = brought & set(now), taken - set(now)
    if not kept and not gone:
        return "untouched"
    wanted = len(brought) + len(taken)
    # Some of what it brought is there, or all it took away is gone: a person has put it in other words.
    return "merged-edited" if (len(kept) + len(gone)) * 2 >= wanted else "other"


@lru_cache(maxsize=4096)
def words_of(text: str) -> tuple[str, ...]:
    """List the words and signs of a text, to the letter: an edit may be of case or form alone, not of line breaks."""
    return tuple(_PIECE.findall(text))


class Stretch:
    """A part of a text, by the words and signs in it."""

    def __init__(self, text: str, start: int, end: int) -> None:
        # No piece goes over white space, so places are needed of those alone that stand between two pieces of it.
        self._words, self._start, self._end = words_of(text), start, end
        left, right = start, end
        while left > 0 and not text[left - 1].isspace():
            left -= 1
        while right < len(text) and not text[right].isspace():
            right += 1
        self._before = len(_PIECE.findall(text, 0, left))
        near = list(_PIECE.finditer(text, left, right))
        self._starts, self._ends = [one.start() for one in near], [one.end() for one in near]

    def inside(self) -> tuple[str, ...]:
        """List the pieces of which at least a part lies in it."""
        first, behind = bisect_right(self._ends, self._start), bisect_left(self._starts, self._end)
        return self._words[self._before + first : self._before + behind]

    def with_some_around(self) -> tuple[str, ...]:
        """List the pieces that lie in it or touch it, with a few on each side; none where there are no such pieces."""
        first, behind = bisect_left(self._ends, self._start), bisect_right(self._starts, self._end)
        if first >= behind:
            return ()
        return self._words[max(0, self._before + first - AROUND) : self._before + behind + AROUND]


def _holds(whole: Sequence[str], part: Sequence[str]) -> bool:
    size, wanted = len(part), tuple(part)
    places = range(len(whole) - size + 1) if size else range(0)
    return any(whole[start] == wanted[0] and tuple(whole[start : start + size]) == wanted for start in places)
