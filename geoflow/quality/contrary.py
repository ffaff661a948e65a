"""Statements that cannot both hold, and requirements that say one thing in two ways.

Two are compared where they speak of the same: their content words agree, but for one or two that only one of them has.
Where each has a word of its own they speak of two things, as "the `init` command" and "the `update` command" do.
Candidates come from an index over rare words, so that the work grows with the number of statements and not of pairs.
"""

import re
from bisect import bisect_left
from collections.abc import Collection, Iterable, Iterator, Sequence
from functools import partial

from geoflow.openspec.model import Tree
from geoflow.quality.finding import Finding, Severity
from geoflow.quality.gist import SEVERAL, Gist, gist, opposed
from geoflow.quality.kept import Kept, short
from geoflow.quality.place import Place, finding_at
from geoflow.quality.statements import Stated, Statement, coming_out, obliging, outcomes, stated_in
from geoflow.quality.twins import find_twins

_LEAST = 4  # content words: below that two statements agree by chance
_LEAST_OUTCOME = 2  # the condition is the same as well
_LEAST_COPY = 6
_LONG = re.compile(r"[^\W\d_]{10,}")
_KEPT = 7  # letters of a long word that no ending reaches
_MORE = 2  # so many content words may one have that the other has not
_COMMON = 60  # a word of more statements than that finds no candidates
_MOST = 8  # candidates of one statement that are looked at

_Told = Collection[tuple[str, str]]


def find_contrary(
    tree: Tree, told: _Told = (), within: Collection[str] | None = None, kept: Kept | None = None
) -> list[Finding]:
    """Find obligations (GF312) and outcomes (GF316) that contradict earlier ones, and copies in other words (GF315).

    Args:
        tree: The tree.
        told: Requirements (path and name) of which it was said already that they are a copy or an opposite.
        within: Paths of the files whose findings are asked for; None: all.
        kept: What rules worked out before.
    """
    kept = kept or Kept()
    every = list(stated_in(tree))
    asked = None if within is None else frozenset(within)
    if asked is not None and not any(one.document.path in asked for one in every):
        return []
    said = set(told)
    found = _copies(every, said, asked, kept)
    sentences = [pair for one in every for pair in obliging(one, kept)]
    for first, second in _opposites(sentences, _LEAST, asked):
        if _place(first.of) not in said:
            said.add(_place(first.of))
            found.append(_contradiction(first, second, "GF312"))
    found += find_twins(every, said, asked, kept)
    found += (_contradiction(*pair, "GF316") for pair in _contrary_outcomes(every, asked, kept))
    return found


def find_reworded(tree: Tree, told: _Told, kept: Kept) -> list[Finding]:
    """Find the copies in other words (GF315) alone that agree word for word, forms and synonyms aside: the quick part.

    `told` names requirements of which something of the kind was said already.
    """
    return _copies(list(stated_in(tree)), set(told), None, kept)


def _copies(
    every: Sequence[Stated], said: set[tuple[str, str]], asked: frozenset[str] | None, kept: Kept
) -> list[Finding]:
    """Find the copies; `said` grows by those that are one."""
    found: list[Finding] = []
    for one, other in _same(every, asked, kept):
        if one.is_apart_from(other) and _place(one) not in said and one.requirement.text != other.requirement.text:
            said.add(_place(one))
            found.append(_copy(one, other))
    return found


def _place(stated: Stated) -> tuple[str, str]:
    return stated.document.path, stated.requirement.name


def _same(every: Iterable[Stated], asked: frozenset[str] | None, kept: Kept) -> Iterator[tuple[Stated, Stated]]:
    """Pair each requirement with the first one before it that has the same gist.

    Those that can have it agree in their long words, which cost little to find.
    """
    groups: dict[str, list[Stated]] = {}
    for one in every:
        key = kept.of_requirement(one.document, one.requirement)
        groups.setdefault(kept.worked_out(key, "long", partial(_long_words, one)), []).append(one)
    for group in groups.values():
        first: dict[Gist, Stated] = {}
        for one in group if len(group) > 1 else ():
            said = gist(one.requirement.text)
            other = first.setdefault(said, one) if said.size >= _LEAST_COPY else one
            if other is not one and (asked is None or one.document.path in asked):
                yield one, other


def _long_words(one: Stated) -> str:
    return short(sorted({word[:_KEPT] for word in _LONG.findall(one.requirement.text.casefold())}))


def _contrary_outcomes(
    every: Iterable[Stated], asked: frozenset[str] | None, kept: Kept
) -> Iterator[tuple[Statement, Statement]]:
    """Pair outcomes of two scenarios with one condition in one capability that contradict each other."""
    groups: dict[tuple[str, str], list[tuple[Stated, int]]] = {}
    for one in every:
        key = kept.of_requirement(one.document, one.requirement)
        for number, condition in enumerate(kept.worked_out(key, "conditions", partial(_conditions, one))):
            groups.setdefault((one.document.id, condition), []).append((one, number))
    for several in groups.values():
        if len(several) > 1 and (asked is None or any(one.document.path in asked for one, _ in several)):
            told = [pair for one, number in several for pair in coming_out(one, number, kept)]
            yield from _opposites(told, _LEAST_OUTCOME, asked)


def _conditions(one: Stated) -> list[str]:
    return [short((condition,)) for condition, _ in outcomes(one)]


def _opposites(
    statements: Sequence[tuple[Gist, Statement]], least: int, asked: frozenset[str] | None
) -> Iterator[tuple[Statement, Statement]]:
    """Pair each statement with the first one before it that it contradicts."""
    contents = [key.content for key, _ in statements]
    compared = [
        number
        for number, (key, one) in enumerate(statements)
        if (asked is None or one.of.document.path in asked) and key.size >= least
    ]
    index = _index(contents, None if asked is None else compared)
    ranks = {word: rank for rank, word in enumerate(sorted(index, key=lambda word: (len(index[word]), word)))}
    more = _MORE if least >= _LEAST else _MORE - 1
    for number in compared:
        key, one = statements[number]
        found = [index[word] for word in sorted(key.content, key=ranks.__getitem__)[: _MORE + 1]]
        content, count = key.content, len(key.content)
        # Most speak of nothing that another one speaks of, which is told sooner than which eight are the nearest.
        if not any(
            -more <= count - len(contents[candidate]) <= more
            and (contents[candidate] <= content or content <= contents[candidate])
            for places in found
            if len(places) <= _COMMON
            for candidate in places[: bisect_left(places, number)]
        ):
            continue
        for candidate in _candidates(number, found):
            other_key, other = statements[candidate]
            if other_key.size < least or not _speak_of_one_thing(content, contents[candidate], more):
                continue
            way = opposed(key, other_key)
            if way and way != SEVERAL and _are_apart(one, other):
                yield one, other
                break


def _index(contents: Sequence[frozenset[str]], compared: Sequence[int] | None) -> dict[str, list[int]]:
    """Tell in which statements each word stands; only of words of those that are `compared`, where that is not all."""
    words = None if compared is None else frozenset[str]().union(*(contents[number] for number in compared))
    index: dict[str, list[int]] = {}
    for number, content in enumerate(contents):
        for word in content if words is None else content & words:
            index.setdefault(word, []).append(number)
    return index


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


def _are_apart(one: Statement, other: Statement) -> bool:
    if one.of == other.of:
        return one.scenario != other.scenario  # two sentences of one requirement have the same reader
    return one.of.is_apart_from(other.of)


def _contradiction(one: Statement, other: Statement, code: str) -> Finding:
    requirement = one.of.requirement
    place = Place(one.of.document.path, one.of.document.text, one.start, one.end, requirement.name)
    line = other.of.document.text.count("\n", 0, other.start) + 1
    where = f"{other.of.document.path}:{line}"
    what = "under the same condition" if one.scenario >= 0 else "of the same thing"
    way = opposed(one.gist, other.gist)
    message = f"“{other.of.requirement.name}” ({where}) says something else {what}: {way}"
    return finding_at(place, code, "warning", message, "decide which one holds, or write when each does")


def _copy(one: Stated, other: Stated) -> Finding:
    text, requirement = one.document.text, one.requirement
    end = text.find("\n", requirement.start)
    place = Place(one.document.path, text, requirement.start, end if end >= 0 else len(text), requirement.name)
    where = f"{other.document.path}:{other.requirement.span.line}"
    message = f"“{requirement.name}” says in other words what “{other.requirement.name}” says ({where})"
    severity: Severity = "warning" if one.document.id == other.document.id else "info"
    return finding_at(place, "GF315", severity, message, "keep one of them")
