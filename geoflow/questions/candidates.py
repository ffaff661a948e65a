"""Which extracts answer a question, and how surely: what decides between an answer and "not specified"."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from math import log

from geoflow.quality.tokens import stem
from geoflow.questions.condition import asked_condition, is_turned_around, stated_condition
from geoflow.questions.extract import Extract, extracts
from geoflow.questions.retrieval import Found, Hit
from geoflow.questions.terms import stem_sequence, stems
from geoflow.questions.time_limit import asked_limit, states_limit

LEAST_COVERAGE = 0.6
"""With less of the question, by weight, in the best extract there is no answer: the model is not even asked."""
LEAST_CONDITION = 0.8
"""Where a question asks what happens under a condition, how surely an extract must state that condition."""
_SHORT = 80
_PRICE_OF_LENGTH = 0.2
_SHARE_OF_ORDER = 0.4
_TURNED_AROUND = 0.25
_NEAR = 3


@dataclass(frozen=True, slots=True)
class Candidate:
    """An extract as an answer.

    `coverage` is the share of the question, by weight, in it, its title and its passage; `condition` how surely it
    states the condition that the question asks about, 1.0 where it asks about none.
    """

    extract: Extract
    coverage: float
    condition: float = 1.0

    @property
    def answers(self) -> bool:
        """Tell whether it says enough about the question to be an answer."""
        return self.coverage >= LEAST_COVERAGE and self.condition >= LEAST_CONDITION


def best_candidates(found: Found, hits: Sequence[Hit], limit: int, question: str = "") -> list[Candidate]:
    """Choose the extracts of these hits that say most about the question, best first.

    What counts is the share of the question in the extract, with its title, and in the passage around it; of two
    that say the same, the shorter one. Where the question asks what happens under a condition, an extract that states
    this condition stands before all that state another one. A limit of time needs no word like "fast" to say how fast.
    """
    asked, speed = asked_condition(question), asked_limit(question)
    timeless = found.without(speed)
    scored: list[tuple[float, Candidate]] = []
    for hit in hits:
        for extract in extracts(hit.passage):
            is_limit = bool(speed) and states_limit(extract.text, is_scenario=extract.is_scenario)
            sought = timeless if is_limit else found
            around = sought.coverage(hit.matched.intersection(sought.terms))
            own = sought.coverage(present(sought.terms, extract.text))
            titled = sought.coverage(present(sought.terms, f"{extract.title} {extract.text}"))
            condition = _condition(found, asked, extract) if asked else 1.0
            length = log(max(len(extract.text), _SHORT) / _SHORT)
            merit = own + titled + around - _PRICE_OF_LENGTH * length + 2 * condition
            scored.append((merit, Candidate(extract, min(titled, around), condition)))
    scored.sort(key=lambda pair: pair[0], reverse=True)
    return [candidate for _, candidate in scored[:limit]]


def _condition(found: Found, asked: str, extract: Extract) -> float:
    """Tell how surely an extract states a condition: its words, near each other, with no negation more or less."""
    stated = stated_condition(extract.text, is_scenario=extract.is_scenario)
    said = f"{extract.title} {stated}"
    terms = present(found.terms, asked)
    whole = sum(map(found.weight, terms))
    covered = sum(map(found.weight, present(terms, said))) / whole if whole else 0.0
    turned = _TURNED_AROUND if is_turned_around(asked, stated) else 0.0
    return (1 - _SHARE_OF_ORDER) * covered + _SHARE_OF_ORDER * nearness(asked, said) - turned


def nearness(asked: str, said: str) -> float:
    """Give the share of the neighbouring words of one text that stand near each other in another."""
    words = stem_sequence(asked)
    places: dict[str, list[int]] = {}
    for place, word in enumerate(stem_sequence(said)):
        places.setdefault(word, []).append(place)
    pairs = list(pairwise(words))
    near = sum(
        any(abs(second - first) <= _NEAR for first in places.get(a, ()) for second in places.get(b, ()))
        for a, b in pairs
    )
    return near / len(pairs) if pairs else float(set(words) <= places.keys())


def present(terms: Sequence[str], text: str) -> list[str]:
    """List the terms whose stem stands in a text."""
    there = stems(text)
    return [term for term in terms if stem(term) in there]
