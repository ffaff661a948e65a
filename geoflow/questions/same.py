"""Which questions are one and the same, asked in other words: only where nothing that could matter differs."""

import re

from geoflow.questions.condition import negations
from geoflow.questions.terms import stems

_ASKING = re.compile(
    r"\b(how (?:long|many|much|often|far|big|large|old|soon)|what|which|who|whom|whose|where|when|why|how|"
    r"can|may|must|should|does|do|did|is|are|was|were|will|shall)\b",
    re.IGNORECASE,
)
_BETWEEN = re.compile(r"\b(?:before|after|until|since|over|under|above|below|more|less|most|least|from|to|only|all)\b")
_SAME_ASKING = {"whom": "who", "whose": "who", "do": "does", "did": "does", "are": "is", "was": "is", "were": "is"}


def sameness(question: str) -> tuple[object, ...]:
    """Give a key that two questions share where they ask the same thing.

    It holds the stems of the words that carry meaning, whatever their order, the word that asks, the negations, and the
    small words that turn a question around. Two questions that differ in any of them are not the same.
    """
    asking = _ASKING.search(question)
    word = asking.group().lower() if asking else ""
    between = frozenset(match.group() for match in _BETWEEN.finditer(question.lower()))
    return stems(question), _SAME_ASKING.get(word, word), negations(question), between
