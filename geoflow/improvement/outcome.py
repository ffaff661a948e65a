"""What became of an edit, by the text of its requirement: that survives a squash, a rebase and a cherry-pick."""

import re
from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Literal, NamedTuple

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
    before, after = _around_change(old, new), _around_change(new, old)
    if _holds(now, after):
        return "merged"
    if _holds(now, before):
        return "untouched"
    brought = set(_changed(new, old)) - set(words_of(old))
    taken = set(_changed(old, new)) - set(words_of(new))
    kept, gone = brought & set(now), taken - set(now)
    if not kept and not gone:
        return "untouched"
    wanted = len(brought) + len(taken)
    # Some of what it brought is there, or all it took away is gone: a person has put it in other words.
    return "merged-edited" if (len(kept) + len(gone)) * 2 >= wanted else "other"


class _Pieces(NamedTuple):
    """The words and signs of a text, to the letter: an edit may be of case or form alone, and never of line breaks."""

    words: tuple[str, ...]
    starts: tuple[int, ...]
    ends: tuple[int, ...]


@lru_cache(maxsize=4096)
def _pieces(text: str) -> _Pieces:
    found = list(_PIECE.finditer(text))
    starts, ends = tuple(one.start() for one in found), tuple(one.end() for one in found)
    return _Pieces(tuple(one.group() for one in found), starts, ends)


def words_of(text: str) -> tuple[str, ...]:
    """Give the words and signs of a text, to the letter, whatever its line breaks."""
    return _pieces(text).words


def _changed(text: str, other: str) -> tuple[str, ...]:
    """List the pieces of a text that another one has not, as one stretch."""
    span, found = changed_span(text, other), _pieces(text)
    return found.words[bisect_right(found.ends, span.start) : bisect_left(found.starts, span.end)]


def _around_change(text: str, other: str) -> tuple[str, ...]:
    """Give the stretch of a text that another one has not, with a few pieces on each side."""
    span, found = changed_span(text, other), _pieces(text)
    first, last = bisect_left(found.ends, span.start), bisect_right(found.starts, span.end)
    return found.words[max(0, first - AROUND) : last + AROUND] if first < last else ()


def _holds(whole: Sequence[str], part: Sequence[str]) -> bool:
    size, wanted = len(part), tuple(part)
    places = range(len(whole) - size + 1) if size else range(0)
    return any(whole[start] == wanted[0] and tuple(whole[start : start + size]) == wanted for start in places)
