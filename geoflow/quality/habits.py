"""Habits of a tree: what so many of its requirements do that one more is no slip."""

import re

from geoflow.quality.grammar import OBLIQUE
from geoflow.quality.lazily import lazily
from geoflow.quality.phrases import found_in, words_of
from geoflow.quality.prose import masked

# What `OBLIQUE` finds holds one of these, in prose or in what is hidden there.
_MAY_BE = lazily(
    r"[a-z]\((?:e?s)\)|\((?:re|un|in|de|dis|non|sub|multi|auto|pre|co)-?\)|[A-Za-z]\s*/\s*[A-Za-z]", re.IGNORECASE
)
_IT_SHALL = lazily(r"(?:^|[.!?]\s+)(?:It|They)\s+(?:SHALL|MUST)\b", re.MULTILINE)


def habits_of(body: str) -> tuple[bool, bool]:
    """Tell whether the body of a requirement has a stroke between two words, and whether it says what "it" SHALL do."""
    return _has_oblique(body), _says_it(body)


def _has_oblique(body: str) -> bool:
    if ("/" not in body and "(" not in body) or not _MAY_BE.search(body):
        return False
    prose = masked(body)
    return any(found_in(prose, words_of(prose), OBLIQUE))


def _says_it(body: str) -> bool:
    return ("It" in body or "They" in body) and bool(_IT_SHALL.search(body))
