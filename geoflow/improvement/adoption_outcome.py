"""What became of an adopted item, by the text of what the adoption brought: its requirements, else its documents."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from geoflow.improvement.outcome import STALE_AFTER, Circumstances, standing, words_of

AdoptionOutcome = Literal["pending", "merged", "merged-edited", "merged-partly", "rejected", "stale"]
State = Literal["as it was", "edited", "gone"]
HALF = 0.5
"""A requirement that has so many of the words of another one is that one, in other words."""
_STATES: dict[str, State] = {"merged": "as it was", "merged-edited": "edited"}


@dataclass(frozen=True, slots=True)
class Standing:
    """How many of the parts of an adoption stand on a branch as they were, how many edited, and how many do not."""

    as_it_was: int = 0
    edited: int = 0
    gone: int = 0

    @property
    def all(self) -> int:
        """Count the parts."""
        return self.as_it_was + self.edited + self.gone


def requirement_state(brought: str, named: Sequence[str], others: Sequence[str] = (), *, known: bool) -> State:
    """Tell how a requirement stands that an adoption brought.

    Args:
        brought: Its text.
        named: The requirements of its name on the branch as it is now.
        others: Those of other names in its document, one of which it may be under a new name.
        known: Whether a later run found it as it was, so that what is otherwise now was changed after the merge.
    """
    words = words_of(brought)
    if any(words_of(text) == words for text in named):
        return "as it was"
    shares = [_shared(words, words_of(text)) for text in (*named, *others)]
    if max(shares, default=0.0) < HALF:
        return "gone"
    return "as it was" if known and named else "edited"


def document_state(before: str, after: str, now: str | None) -> State:
    """Tell how a document stands to which an adoption brought no requirement; `now` is None where it is not there."""
    if now is None:
        return "gone"
    return _STATES.get(standing(_unticked(before), _unticked(after), _unticked(now)), "gone")


def adoption_outcome(found: Standing, known: Circumstances, *, put_back: bool) -> AdoptionOutcome:
    """Tell what became of an adoption.

    Args:
        found: How its parts stand.
        known: What is known besides.
        put_back: Whether the branch was merged, and the item is as before all the same.
    """
    if found.as_it_was + found.edited:
        return "merged-partly" if found.gone else "merged-edited" if found.edited else "merged"
    if put_back or known.judged == "reject" or known.branch_gone:
        return "rejected"
    return "stale" if known.now - known.proposed > STALE_AFTER else "pending"


def _shared(words: Sequence[str], others: Sequence[str]) -> float:
    return (Counter(words) & Counter(others)).total() / len(words) if words else 0.0


def _unticked(text: str) -> str:
    # Work that goes on ticks tasks, and that edits nothing that was adopted.
    return text.replace("[x]", "[ ]").replace("[X]", "[ ]")
