"""Which questions are one and the same, asked in other words: only where nothing that could matter differs."""

import re

from geoflow.quality.tokens import FREE, stem
from geoflow.questions.condition import negations
from geoflow.questions.terms import STOP_WORDS, stem_sequence

_ASKING = re.compile(
    r"\b(how (?:long|many|much|often|far|big|large|old|soon)|what|which|who|whom|whose|where|when|why|how)\b"
)
_WHETHER = re.compile(r"\b(can|may|must|should|does|do|did|is|are|was|were|will|shall)\b")
_SAME_ASKING = {"whom": "who", "whose": "who", "do": "does", "did": "does", "are": "is", "was": "is", "were": "is"}
_WORD = re.compile(r"[^\W_]+")
_FIGURES = re.compile(r"(?:(?<![\w)])-)?\d+(?:[.,:]\d+)*|[<>=≤≥≠%+#$€]")
_NEUTRAL = FREE | frozenset(
    (
        "doing don doesn for how just kind know let ll long many must no nor not of please re s shall should t tell "
        "thing things what whether when where which while who whom whose why will would"
    ).split()
)
_SMALL = STOP_WORDS - _NEUTRAL
"""Words too common to look for that still turn a question around: `in` and `out`, `allowed` and `needed`, `may`."""


def sameness(question: str) -> tuple[object, ...]:
    """Give a key that two questions share where they ask the same thing.

    It holds the stems of the words that carry meaning in their order, the words that ask, the negations, the numbers
    and signs, and the small words that turn a question around. Two questions that differ in any of them are not the
    same: who calls whom is a matter of order, and asking twice costs less than an answer to another question.
    """
    lower = question.lower()
    words = _WORD.findall(lower)
    asking = _ASKING.findall(lower) or _WHETHER.findall(lower)[:1]
    small = frozenset(stem(word) for word in words if word in _SMALL)
    asked = frozenset(_SAME_ASKING.get(word, word) for word in asking)
    return tuple(stem_sequence(question)), asked, negations(question), small, tuple(_FIGURES.findall(question))
