"""What became of an edit, by the text of its requirement: that survives a squash, a rebase and a cherry-pick."""

import re
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
    found = [_stands(old, new, text) for text in texts]
    if "merged" in found:
        return "merged"
    if "merged-edited" in found:
        return "merged-edited"
    if known.judged == "reject" or known.branch_gone or (texts and "untouched" not in found):
        return "rejected"
    return "stale" if known.now - known.proposed > STALE_AFTER else "pending"


def stands_in(old: str, new: str, text: str) -> bool:
    """Tell whether an edit's words, and a few around them, stand in a text; the rest of it may be otherwise."""
    return _stands(old, new, text) == "merged"


def _stands(old: str, new: str, text: str) -> Literal["merged", "merged-edited", "untouched", "other"]:
    """Compare a requirement as it reads now with one before and after an edit."""
    now = _keys(text)
    if text == new or now == _keys(new):
        return "merged"
    if text == old or now == _keys(old):
        return "untouched"
    before, after = _around_change(old, new), _around_change(new, old)
    if _holds(now, after):
        return "merged"
    if _holds(now, before):
        return "untouched"
    brought = set(_changed(new, old)) - set(_keys(old))
    taken = set(_changed(old, new)) - set(_keys(new))
    kept, gone = brought & set(now), taken - set(now)
    if not kept and not gone:
        return "untouched"
    wanted = len(brought) + len(taken)
    # Some of what it brought is there, or all it took away is gone: a person has put it in other words.
    return "merged-edited" if (len(kept) + len(gone)) * 2 >= wanted else "other"


@lru_cache(maxsize=4096)
def _keys(text: str) -> Sequence[str]:
    """Split into words and signs, to the letter: an edit may be of case or form alone, and never of line breaks."""
    return tuple(_PIECE.findall(text))


def _changed(text: str, other: str) -> list[str]:
    """List the pieces of a text that another one has not, as one stretch."""
    span = changed_span(text, other)
    return [match.group() for match in _PIECE.finditer(text) if match.end() > span.start and match.start() < span.end]


def _around_change(text: str, other: str) -> list[str]:
    """Give the stretch of a text that another one has not, with a few pieces on each side."""
    found = list(_PIECE.finditer(text))
    span = changed_span(text, other)
    inside = [index for index, one in enumerate(found) if one.end() >= span.start and one.start() <= span.end]
    if not inside:
        return []
    first, last = max(0, inside[0] - AROUND), inside[-1] + 1 + AROUND
    return [one.group() for one in found[first:last]]


def _holds(whole: Sequence[str], part: Sequence[str]) -> bool:
    size, wanted = len(part), tuple(part)
    places = range(len(whole) - size + 1) if size else range(0)
    return any(whole[start] == wanted[0] and tuple(whole[start : start + size]) == wanted for start in places)
