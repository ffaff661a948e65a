"""Fuzzing against the npm CLI: many cases from one number, what differs made small."""

from collections.abc import Sequence
from typing import NamedTuple

from tests.conformance.agreement import Tally
from tests.conformance.driver import Outcome, our_merge, their_merges
from tests.conformance.mutants import Pair, config, drawn, pair, tree
from tests.conformance.packing import PACK, Disagreement, disagreements


def fuzz_trees(count: int, number: int, tally: Tally) -> list[Disagreement]:
    """Validate random trees on both sides, a hundred a run, normal and strict."""
    trees = drawn(tree, count, number)
    configs = drawn(config, -(-count // PACK), number)
    found = []
    for at, project in zip(range(0, count, PACK), configs, strict=True):
        for strict in (False, True):
            judged, wrong = disagreements(trees[at : at + PACK], project, strict=strict)
            for one in judged:
                tally.compare("fuzz, strict" if strict else "fuzz", one.pairs())
            found += wrong
    return found


class DifferentMerge(NamedTuple):
    """A merge about which the two sides differ."""

    pair: Pair
    theirs: Outcome
    mine: Outcome


def fuzz_merges(count: int, number: int, tally: Tally) -> list[DifferentMerge]:
    """Merge random deltas into random specs on both sides; what differs comes in its smallest form that was found."""
    pairs = drawn(pair, count, number)
    found = _different(pairs)
    tally.add("fuzz", "merge", agreed=True, count=count - len(found))
    tally.add("fuzz", "merge", agreed=False, count=len(found))
    return [_smallest(one) for one in found[:3]]


def _different(pairs: Sequence[Pair]) -> list[DifferentMerge]:
    """Merge on both sides. Bytes that are no UTF-8 are kept by geoflow and replaced by the npm CLI; they count as equal."""
    both = ((one, theirs, _replaced(our_merge(one))) for one, theirs in zip(pairs, their_merges(pairs), strict=True))
    return [DifferentMerge(*three) for three in both if three[1] != three[2]]


def _replaced(outcome: Outcome) -> Outcome:
    text = outcome.text.decode("utf-8", "replace").encode()
    left = tuple(line.encode("utf-8", "surrogateescape").decode("utf-8", "replace") for line in outcome.unaccounted)
    return outcome._replace(text=text, unaccounted=left)


def _smallest(different: DifferentMerge) -> DifferentMerge:
    """Take lines away while the two sides differ, all candidates of a round in one process."""
    while True:
        smaller = [
            Pair(spec, delta) for spec, delta in _with_fewer_lines(different.pair) if (spec, delta) != different.pair
        ]
        still = _different(smaller)
        if not still:
            return different
        different = min(still, key=lambda one: len(one.pair.spec or "") + len(one.pair.delta))


def _with_fewer_lines(whole: Pair) -> list[Pair]:
    specs = [None] if whole.spec is None else [whole.spec, *_cuts(whole.spec)]
    return [Pair(spec, whole.delta) for spec in specs] + [Pair(whole.spec, delta) for delta in _cuts(whole.delta)]


def _cuts(text: str) -> list[str]:
    lines = text.splitlines(keepends=True)
    sizes = [1, 2, 4, 8, 16]
    return ["".join(lines[:at] + lines[at + size :]) for size in sizes for at in range(len(lines))]
