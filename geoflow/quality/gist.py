"""What a statement says, cut down to what two are compared by: its subject matter, and what turns it round."""

import re
from collections import Counter
from collections.abc import Iterable
from functools import lru_cache
from typing import Literal, NamedTuple

from geoflow.quality.opposites import PAIRS, SAME
from geoflow.quality.tokens import FREE, MODALS, NEGATIONS, RELATIONS, UNITS

SEVERAL = "several words differ"
"""What is said of two statements that are opposed in more than one word, and so perhaps in none."""
_WORD = re.compile(r"`[^`\n]+`|\d[\d.,]*%?|[^\W\d_][^\W_]*(?:[.'-][^\W_]+)*")
_ENDINGS = (("ies", "y"), ("sses", "ss"), ("ing", ""), ("ed", ""), ("es", ""), ("s", ""))
_SHORTEST_STEM = 4
_OBLIGES, _LEAVES_OPEN = frozenset({"shall", "must", "will"}), frozenset({"may", "should", "can", "could", "might"})
_LITTLE = (RELATIONS | FREE | MODALS) - {"always"}


class Gist(NamedTuple):
    """A statement as it is compared.

    `content` are the stems of its words, literals to the letter. Words of a pair of opposites are in `sides` instead,
    each with the pairs that it belongs to. `numbers` have their units.
    """

    content: frozenset[str]
    sides: frozenset[tuple[str, str]]
    numbers: tuple[str, ...]
    negations: int
    obliges: int
    leaves_open: int

    @property
    def size(self) -> int:
        """Count the words that say what it is about."""
        return len(self.content) + len({word for _, word in self.sides})


def _opposites() -> dict[str, tuple[tuple[str, str], ...]]:
    found: dict[str, list[tuple[str, str]]] = {}
    for pair in PAIRS.split(","):
        one, other = (_MEANT.get(stem(word), stem(word)) for word in pair.split())
        for word in (one, other):
            found.setdefault(word, []).append((one, other))
    return {word: tuple(pairs) for word, pairs in found.items()}


@lru_cache(maxsize=65536)
def stem(word: str) -> str:
    """Cut off an ending, roughly; good enough to tell whether two words are one, and far faster than a dictionary."""
    for ending, instead in _ENDINGS:
        if word.endswith(ending) and len(word) - len(ending) + len(instead) >= _SHORTEST_STEM:
            return (word[: len(word) - len(ending)] + instead).rstrip("e")
    return word.rstrip("e") if len(word) > _SHORTEST_STEM else word


_MEANT = {stem(word): stem(words.split()[0]) for words in SAME.split(",") for word in words.split()[1:]}
_OPPOSITES = _opposites()


@lru_cache(maxsize=16384)
def gist(text: str) -> Gist:
    """Give the gist of a sentence, a step or a whole requirement."""
    content: set[str] = set()
    sides: set[tuple[str, str]] = set()
    numbers: list[str] = []
    counts = {"not": 0, "obliges": 0, "open": 0}
    number = ""
    for word in _WORD.findall(text.replace("’", "'")):
        if number:
            unit = word.casefold()
            numbers.append(number + (stem(unit) if unit in UNITS else ""))
            number = ""
            if unit in UNITS:
                continue
        kind, root = _ROLES.get(word) or _learn(word)
        if kind == "word":
            content.add(root)
        elif kind == "pair":
            sides.update((f"{one}/{other}", root) for one, other in _OPPOSITES[root])
        elif kind == "number":
            number = root
        elif kind:
            counts[kind] += 1
    if number:
        numbers.append(number)
    return Gist(
        frozenset(content),
        frozenset(sides),
        tuple(sorted(numbers)),
        counts["not"],
        counts["obliges"],
        counts["open"],
    )


_Role = Literal["", "word", "pair", "number", "not", "obliges", "open"]
_ROLES: dict[str, tuple[_Role, str]] = {}
"""What was worked out of a word before: most words of a tree stand in it hundreds of times."""
_MOST_ROLES = 100_000


def _learn(written: str) -> tuple[_Role, str]:
    if len(_ROLES) > _MOST_ROLES:
        _ROLES.clear()
    role = _ROLES[written] = _role(written)
    return role


def _role(written: str) -> tuple[_Role, str]:
    if written[0] == "`":
        return "word", written
    if written[0].isdigit():
        return "number", written.rstrip(".,")
    word = written.casefold().removesuffix("'s")
    if word in NEGATIONS or word in ("cannot", "can't") or word.endswith("n't"):
        return "not", word
    if word in _OBLIGES or word in _LEAVES_OPEN:
        return ("obliges" if word in _OBLIGES else "open"), word
    root = _MEANT.get(stem(word), stem(word))
    if root in _OPPOSITES:
        return "pair", root
    return ("", "") if word in _LITTLE else ("word", root)


def same_word(one: str, other: str) -> bool:
    """Tell whether two words are forms of one, or stand for the same in requirements."""
    first, second = stem(one), stem(other)
    return _MEANT.get(first, first) == _MEANT.get(second, second)


def alike(one: Gist, other: Gist) -> float:
    """Tell how much of the content of two statements agrees: 0 to 1 (Jaccard)."""
    together = len(one.content | other.content)
    return len(one.content & other.content) / together if together else 0.0


def opposed(one: Gist, other: Gist) -> str:
    """Say in what two statements about the same thing contradict each other; empty where they agree, or in too much.

    Where two of these differ they may make up for each other, as in *shall not allow* and *shall deny*.
    """
    judges = (_negated, _counted, _left_open, _turned)
    ways = [way for judge in judges if (way := judge(one, other))]
    return ways[0] if len(ways) == 1 else ""


def _negated(one: Gist, other: Gist) -> str:
    return "one denies what the other says" if one.negations != other.negations else ""


def _counted(one: Gist, other: Gist) -> str:
    if one.numbers == other.numbers:
        return ""
    mine, theirs = (Counter(numbers) for numbers in (one.numbers, other.numbers))
    return f"{_listed(mine - theirs)} here, {_listed(theirs - mine)} there"


def _listed(numbers: Iterable[str]) -> str:
    return ", ".join(sorted(numbers)) or "no number"


def _left_open(one: Gist, other: Gist) -> str:
    obliged = one.obliges != other.obliges and one.leaves_open != other.leaves_open
    return "one obliges and the other leaves it open" if obliged else ""


def _turned(one: Gist, other: Gist) -> str:
    if one.sides == other.sides:
        return ""
    mine, theirs = _taken_sides(one), _taken_sides(other)
    turned = sorted(pair for pair in mine.keys() & theirs.keys() if mine[pair] != theirs[pair])
    if len({mine[pair] for pair in turned}) != 1 or _other_sides(one, turned) != _other_sides(other, turned):
        return SEVERAL
    return f"{mine[turned[0]]} here, {theirs[turned[0]]} there"


def _taken_sides(one: Gist) -> dict[str, str]:
    """Give the side that a statement takes in each pair; where it speaks of both it takes none."""
    both = Counter(pair for pair, _ in one.sides)
    return {pair: side for pair, side in one.sides if both[pair] == 1}


def _other_sides(one: Gist, turned: Iterable[str]) -> set[str]:
    taken = _taken_sides(one)
    gone = {taken[pair] for pair in turned}
    return {side for _, side in one.sides if side not in gone}
