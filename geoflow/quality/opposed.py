"""Statements that contradict each other, among many.

Two are compared where they speak of the same: their content words agree, but for one or two that only one of them has.
Where each has a word of its own they speak of two things, as "the `init` command" and "the `update` command" do.
Candidates come from an index over rare words, so that the work grows with the number of statements and not of pairs.
"""

from bisect import bisect_left
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple

from geoflow.quality.gist import SEVERAL, Gist, opposed
from geoflow.quality.statements import Statement

LEAST = 4
"""Content words below which two statements agree by chance."""
_MORE = 2  # so many content words may one have that the other has not
_COMMON = 60  # a word of more statements than that finds no candidates
_MOST = 8  # candidates of one statement that are looked at

Tell = Callable[[int], tuple[Gist, Statement]]
Opposed = tuple[int, Iterable[int]]
"""The number of a statement, and the numbers of those that it contradicts."""


class Compared(NamedTuple):
    """Statements of which those numbered in `asked` are compared with those before them; `tell` gives one whole.

    `contents` and `sizes` are those of their gists.
    """

    contents: Sequence[frozenset[str]]
    sizes: Sequence[int]
    asked: Sequence[int] | None
    tell: Tell


def find_opposed(statements: Compared, least: int) -> Iterator[Opposed]:
    """Give each statement with those before it that it contradicts, the most promising first.

    Args:
        statements: The statements.
        least: Content words below which two agree by chance.
    """
    contents, sizes, asked, _ = statements
    compared = [number for number in (range(len(contents)) if asked is None else asked) if sizes[number] >= least]
    rarest = _rarest(_index(contents, None if asked is None else compared), len(contents))
    more = _more(least)
    for number in compared:
        found = rarest[number]
        # Most speak of nothing that another one speaks of, which is told sooner than which eight are the nearest.
        if _is_near_any(number, found, contents, more):
            yield number, (one for one in _candidates(number, found) if _is_opposed(statements, number, one, least))


def _is_near_any(number: int, found: Iterable[list[int]], contents: Sequence[frozenset[str]], more: int) -> bool:
    """Tell whether a statement speaks of what one before it speaks of, among those with one of its rarest words."""
    content = contents[number]
    least, most = len(content) - more, len(content) + more
    for places in found:
        if len(places) > _COMMON:
            continue
        for candidate in places:
            if candidate >= number:
                break
            other = contents[candidate]
            if least <= len(other) <= most and (other <= content or content <= other):
                return True
    return False


def _is_opposed(statements: Compared, number: int, candidate: int, least: int) -> bool:
    contents, sizes, _, tell = statements
    if sizes[candidate] < least or not _speak_of_one_thing(contents[number], contents[candidate], _more(least)):
        return False
    return opposed(tell(number)[0], tell(candidate)[0]) not in ("", SEVERAL)


def _more(least: int) -> int:
    return _MORE if least >= LEAST else _MORE - 1


def _index(contents: Sequence[frozenset[str]], compared: Sequence[int] | None) -> dict[str, list[int]]:
    """Tell in which statements each word stands; only of words of those that are `compared`, where that is not all."""
    words = None if compared is None else frozenset[str]().union(*(contents[number] for number in compared))
    index: dict[str, list[int]] = {}
    for number, content in enumerate(contents):
        for word in content if words is None else content & words:
            index.setdefault(word, []).append(number)
    return index


def _rarest(index: Mapping[str, list[int]], count: int) -> list[list[list[int]]]:
    """Give, for each statement, the places of its rarest words."""
    found: list[list[list[int]]] = [[] for _ in range(count)]
    for word in sorted(index, key=lambda word: (len(index[word]), word)):
        places = index[word]
        for number in places:
            mine = found[number]
            if len(mine) <= _MORE:
                mine.append(places)
    return found


def _candidates(number: int, found: Sequence[list[int]]) -> list[int]:
    """List the statements before this one among those with one of its rarest words, the most promising first."""
    counts: dict[int, int] = {}
    for places in found:
        if len(places) <= _COMMON:
            for candidate in places[: bisect_left(places, number)]:
                counts[candidate] = counts.get(candidate, 0) + 1
    return sorted(counts, key=lambda candidate: (-counts[candidate], candidate))[:_MOST]


def _speak_of_one_thing(one: frozenset[str], other: frozenset[str], more: int) -> bool:
    """Tell whether one has all words of the other, and at most so many more."""
    return abs(len(one) - len(other)) <= more and (one <= other or other <= one)
