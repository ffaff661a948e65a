"""What a phrasing is: words as an author would write them, and the place in a sentence that they fit into."""

from typing import Literal, NamedTuple

Slot = Literal[
    "adverb", "end", "sentence", "subject", "time", "size", "count", "passive", "opposite", "frame", "reference"
]
"""Where the words go.

`adverb` stands before the verb, `end` at the end of the sentence, `sentence` behind it, `subject` in place of who acts;
`time`, `size` and `count` in place of an amount; `passive` is a verb and its participle, `opposite` a word and what it
is turned into, `frame` a sentence around `{subject}` and `{predicate}`; `reference` is a sentence like
`sentence`, kept apart since it names something that is not there.
"""
Half = Literal["first", "held-out"]


class Phrasing(NamedTuple):
    """Words and where they go; `other` is the second of a pair (a participle, an opposite)."""

    slot: Slot
    text: str
    other: str = ""


def each(slot: Slot, *texts: str) -> tuple[Phrasing, ...]:
    """Make phrasings of one slot."""
    return tuple(Phrasing(slot, text) for text in texts)


def pairs(slot: Slot, **others: str) -> tuple[Phrasing, ...]:
    """Make phrasings that are pairs, `word=other`; `return_` is the word *return*."""
    return tuple(Phrasing(slot, word.rstrip("_"), other) for word, other in others.items())
