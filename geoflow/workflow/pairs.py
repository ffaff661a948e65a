"""Pairs of requirements that speak of the same thing, found by the rarer words that they share."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from math import log

from geoflow.openspec import Spec, Tree
from geoflow.questions.terms import stems
from geoflow.workflow.item import Item

MOST_PAIRS = 40
_MOST_EACH = 3
_LEAST_SHARED = 0.5
"""How much of the shorter one, by weight, both have to say."""
_LEAST_WORDS = 3
_COMMON = 60
"""A word in more requirements than these leads to no pair, though it counts in one."""


@dataclass(frozen=True, slots=True)
class Pair:
    """Two requirements; the riskier comes first."""

    first: Item
    second: Item


def candidate_pairs(items: Sequence[Item], others: Sequence[Item], tree: Tree) -> list[Pair]:
    """Pair each of these items, the riskiest first, with those of all that share most with it; 40 pairs at the most.

    What an active change replaces or removes is paired with nothing, nor a requirement with its own other version.
    """
    replaced = _replaced(tree)
    standing = [one for one in others if not (isinstance(one.document, Spec) and _named(one) in replaced)]
    words = {one.place: stems(one.requirement.text) for one in standing}
    weights = _weights(words)
    holders: dict[str, list[Item]] = {}
    for one in standing:
        for word in words[one.place]:
            holders.setdefault(word, []).append(one)
    found: dict[frozenset[tuple[str, str]], Pair] = {}
    for item in items:
        if item.place not in words:
            continue
        near = {one.place: one for word in words[item.place] if len(holders[word]) <= _COMMON for one in holders[word]}
        ranked = sorted(_shared(item, near, words, weights), key=lambda pair: (-pair[0], pair[1].place))
        for _, other in ranked[:_MOST_EACH]:
            found.setdefault(frozenset((item.place, other.place)), Pair(item, other))
            if len(found) == MOST_PAIRS:
                return list(found.values())
    return list(found.values())


def _shared(
    item: Item,
    near: Mapping[tuple[str, str], Item],
    words: Mapping[tuple[str, str], frozenset[str]],
    weights: Mapping[str, float],
) -> Iterator[tuple[float, Item]]:
    own = words[item.place]
    for place, other in near.items():
        both = own & words[place]
        if place == item.place or _named(other) == _named(item) or len(both) < _LEAST_WORDS:
            continue
        least = min(sum(weights[word] for word in said) for said in (own, words[place]))
        share = sum(weights[word] for word in both) / least if least else 0.0
        if share >= _LEAST_SHARED:
            yield share, other


def _weights(words: Mapping[tuple[str, str], frozenset[str]]) -> dict[str, float]:
    counts = Counter(word for said in words.values() for word in said)
    return {word: log(1 + len(words) / count) for word, count in counts.items()}


def _named(item: Item) -> tuple[str, str]:
    return item.document.id, item.requirement.name


def _replaced(tree: Tree) -> set[tuple[str, str]]:
    found: set[tuple[str, str]] = set()
    for delta in (delta for change in tree.changes for delta in change.deltas):
        found |= {(delta.id, one.name) for one in delta.modified}
        found |= {(delta.id, one.name) for one in delta.removed}
    return found
