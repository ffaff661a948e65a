"""Whether one requirement says all that another one says, in whatever words: what would be lost if the other went."""

from collections import Counter
from collections.abc import Iterator

from geoflow.openspec.model import Requirement
from geoflow.quality.ears import clauses, keyword, without_keyword
from geoflow.quality.gist import Gist, gist
from geoflow.quality.prose import sentences
from geoflow.quality.tokens import Kind, tokens

_EVENTS = frozenset({"when", "whenever", "if", "once"})
_KEPT: tuple[tuple[Kind, str], ...] = (("literal", "literal"), ("number", "number"), ("relation", "word"))
_SAME: tuple[tuple[Kind, str], ...] = (("negation", "negation"), ("modal", "modal verb"))


def lacks(kept: Requirement, dropped: Requirement) -> str:
    """Name what the text of a requirement does not say of what another one's says; empty where it says all.

    Every literal, number, condition, and word of quantity or order has to be there, every other word in some form or as
    one that stands for the same, and obligations and negations as often. Scenarios are another matter.
    """
    for kind, noun in _KEPT:
        if lost := _count(dropped, kind) - _count(kept, kind):
            return f"the {noun} “{min(lost)}”"
    for kind, noun in _SAME:
        if other := (_count(dropped, kind) - _count(kept, kind)) | (_count(kept, kind) - _count(dropped, kind)):
            return f"the {noun} “{min(other)}” as often"
    mine, theirs = gist(kept.text), gist(dropped.text)
    if lost_words := {*theirs.content, *_words(theirs)} - {*mine.content, *_words(mine)}:
        return f"the word “{min(lost_words)}”"
    have = list(_conditions(kept))
    return next((f"the condition “{text}”" for text, said in _conditions(dropped) if not _is_among(said, have)), "")


def _count(requirement: Requirement, kind: Kind) -> Counter[str]:
    found = (token.key for token in tokens(requirement.text) if token.kind == kind)
    # Of what sets something off it is no matter which of these words begins it.
    return Counter("when" if key in _EVENTS else key for key in found)


def _words(said: Gist) -> set[str]:
    return {word for _, word in said.sides}


_Condition = tuple[str, tuple[str, Gist]]


def _conditions(requirement: Requirement) -> Iterator[_Condition]:
    for start, end in sentences(requirement.text):
        sentence = requirement.text[start:end]
        found = clauses(sentence)
        for clause in found.conditions if found else ():
            key = keyword(sentence, clause)
            words = without_keyword(sentence, clause)
            yield words, ("when" if key in _EVENTS else key, gist(words))


def _is_among(said: tuple[str, Gist], have: list[_Condition]) -> bool:
    key, meant = said
    return any(key == other and meant.content <= theirs.content and meant.sides == theirs.sides
               for _, (other, theirs) in have)  # fmt: skip
