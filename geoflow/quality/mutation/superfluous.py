"""The operator that puts words before a verb which add nothing to it, and all operators whose mutants are repaired."""

from random import Random

from geoflow.quality.mutation.anatomy import anatomy
from geoflow.quality.mutation.mutant import Edit, Operator, Target
from geoflow.quality.mutation.operators import BOTH, OPERATORS
from geoflow.quality.mutation.phrasing import Half

_WORDS: dict[Half, tuple[str, ...]] = {
    "first": ("be able to", "have the ability to", "be designed to", "provide the means to", "be in a position to"),
    "held-out": ("be made so that it can", "be built to", "take care to", "be set up to", "be given the chance to"),
}


def superfluous(target: Target, random: Random, half: Half) -> Edit | None:
    """Put words between SHALL and its verb, where that is a plain one."""
    sentence = anatomy(target.document.text, target.requirement)
    if sentence is None or not sentence.verb:
        return None
    words = random.choice(_WORDS[half])
    return Edit(sentence.modal[1], sentence.modal[1], f" {words}", words)


SUPERFLUOUS = Operator(
    "A8", "words that add nothing", "D", "alone", superfluous, incose=frozenset({"R10"}), halves=BOTH
)
_WORDING = "A1 A2 A3 A4 A5 A6 A7 N1 Q1 P1".split()
REPAIRED: tuple[Operator, ...] = (*(one for one in OPERATORS if one.id in _WORDING), SUPERFLUOUS)
"""The operators of wording, for the bench of repairs: what they make wrong is mended by an edit, or by an answer."""
ANSWERED = frozenset({"A5", "A7", "Q1", "P1"})
"""Operators after which the text does not say any more what stood there: who acts, how much, in which cases."""
