"""Habits of a tree: what so many of its requirements do that one more is no slip."""

import re
from functools import lru_cache

from geoflow.quality.grammar import OBLIQUE
from geoflow.quality.phrases import found_in, words_of
from geoflow.quality.prose import masked

_BODY = re.compile(r"^### Requirement:[^\n]*\n(.*?)(?=^#{1,4} |\Z)", re.MULTILINE | re.DOTALL)
_IT_SHALL = re.compile(r"(?:^|[.!?]\s+)(?:It|They)\s+(?:SHALL|MUST)\b", re.MULTILINE)
_ENOUGH = 20  # requirements, before a habit is one
_OFTEN = 3  # times that it is seen


@lru_cache(maxsize=8)
def obliques_in(texts: tuple[str, ...]) -> float:
    """Give the share of requirements that have words with a stroke between them; 0 where there are too few to tell."""
    bodies = [body for text in texts for body in _BODY.findall(text)]
    return _share(sum(map(_has_oblique, bodies)) if len(bodies) >= _ENOUGH else 0, len(bodies))


@lru_cache(maxsize=8)
def pronouns_in(texts: tuple[str, ...]) -> float:
    """Give the share of requirements that say what "it" SHALL do; 0 where there are too few to tell."""
    bodies = [body for text in texts for body in _BODY.findall(text)]
    return _share(sum(map(bool, map(_IT_SHALL.search, bodies))) if len(bodies) >= _ENOUGH else 0, len(bodies))


def _share(count: int, bodies: int) -> float:
    return count / bodies if count >= _OFTEN else 0.0


def _has_oblique(body: str) -> bool:
    if "/" not in body and "(" not in body:
        return False
    prose = masked(body)
    return any(found_in(prose, words_of(prose), OBLIQUE))
