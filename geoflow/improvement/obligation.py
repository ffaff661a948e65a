"""Which of the two words that oblige an edit writes, SHALL or MUST: the one that the people here write."""

import re
from collections import Counter
from collections.abc import Iterable, Sequence

SHALL, MUST = "SHALL", "MUST"
ENOUGH = 3
"""So many words say which one is usual."""
LATEST = 9
"""So many of the last settled edits count: a team may change its mind."""
_WORD = re.compile(r"\b(?:SHALL|MUST)\b")


def usual(document: str, others: Iterable[str]) -> str:
    """Give the word that a document writes, else the one that most of the others do; SHALL where neither says.

    Both oblige to the same (RFC 2119, section 1), so which of them stands there is a matter of the house.
    """
    return _most(_WORD.findall(document)) or _most(word for text in others for word in _WORD.findall(text)) or SHALL


def settled_as(pairs: Sequence[tuple[str, str]]) -> str:
    """Give the word that people let stand where edits brought one in; empty where too few of them say.

    Args:
        pairs: The text before an edit and as it reads now that a person has merged it, the oldest first.
    """
    found = [word for pair in pairs if (word := _brought_in(*pair))]
    return _most(found[-LATEST:])


def _brought_in(old: str, new: str) -> str:
    """Give the word that a text has more of; empty where it is neither or both."""
    more = Counter(_WORD.findall(new)) - Counter(_WORD.findall(old))
    return next(iter(more)) if len(more) == 1 else ""


def _most(words: Iterable[str]) -> str:
    counts = Counter(words)
    word, count = max(counts.items(), key=lambda one: one[1], default=("", 0))
    return word if count >= ENOUGH and 2 * count > counts.total() else ""
