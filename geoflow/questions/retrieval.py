"""What a search found, and how much of the question it covers: the figures that decide whether there is an answer."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from math import log

from geoflow.questions.passage import Passage

PROPOSED = 0.9
"""A passage of an active change counts this much of one that holds already."""


@dataclass(frozen=True, slots=True)
class Hit:
    """A passage that was found; a higher score is better, `matched` are the terms that stand in it."""

    passage: Passage
    score: float
    matched: frozenset[str]


@dataclass(frozen=True, slots=True)
class Found:
    """The hits of one search, the number of passages searched, and in how many of them each term stands."""

    terms: tuple[str, ...]
    hits: tuple[Hit, ...]
    total: int
    frequency: Mapping[str, int]

    def weight(self, term: str) -> float:
        """Weigh a term by its rarity (inverse document frequency); a term that stands nowhere weighs most."""
        frequency = self.frequency.get(term, 0)
        return log(1 + (self.total - frequency + 0.5) / (frequency + 0.5))

    def coverage(self, matched: Iterable[str]) -> float:
        """Give the share of the question, by weight, that these terms make up: 0 to 1."""
        whole = sum(self.weight(term) for term in self.terms)
        return sum(self.weight(term) for term in matched) / whole if whole else 0.0

    def without(self, term: str) -> "Found":
        """Give what this search found, as if the question had not held the term."""
        return replace(self, terms=tuple(one for one in self.terms if one != term))


def ranked(found: Found) -> Sequence[Hit]:
    """Order hits by score and coverage together, what holds before what is proposed."""

    def merit(hit: Hit) -> float:
        proposed = PROPOSED if hit.passage.source == "change" else 1.0
        return hit.score * (0.3 + 0.7 * found.coverage(hit.matched)) * proposed

    return sorted(found.hits, key=merit, reverse=True)


_DAMPING = 60
"""The constant of reciprocal rank fusion (Cormack, Clarke and Buettcher, SIGIR 2009)."""


def fused(*rankings: Sequence[Passage]) -> list[Passage]:
    """Join several rankings of passages into one by reciprocal rank fusion; ties stay in the order they came."""
    scores: dict[Passage, float] = {}
    for ranking in rankings:
        for rank, passage in enumerate(ranking, 1):
            scores[passage] = scores.get(passage, 0.0) + 1 / (_DAMPING + rank)
    return sorted(scores, key=lambda passage: -scores[passage])
