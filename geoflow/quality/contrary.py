"""Statements that cannot both hold, and requirements that say one thing in two ways.

What is kept of each document tells which of them may be meant, and only those are read.
"""

import re
from collections.abc import Collection, Iterable, Iterator, Sequence
from functools import partial

from geoflow.openspec.model import Requirement, Tree
from geoflow.quality.finding import Finding, Severity
from geoflow.quality.gist import Gist, gist, opposed
from geoflow.quality.kept import Kept, key_of, short
from geoflow.quality.opposed import LEAST, Compared, Opposed, Tell, find_opposed
from geoflow.quality.place import Place, finding_at
from geoflow.quality.statements import (
    Stated,
    Statement,
    briefly,
    coming_out,
    conditions,
    obliging,
    of_each,
    stated_in,
)
from geoflow.quality.twins import find_twins

_LEAST_OUTCOME = 2  # the condition is the same as well
_LEAST_COPY = 6
_LONG = re.compile(r"[^\W\d_]{10,}")
_KEPT = 7  # letters of a long word that no ending reaches

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
    if asked is not None and not any(one.document.path in asked for several in every for one in several):
        return []
    said = set(told)
    found = _copies(every, said, asked, kept)
    sentences = _sentences(every, asked, kept)
    for first, second in _apart(find_opposed(sentences, LEAST), sentences.tell):
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
    every: Sequence[Sequence[Stated]], said: set[tuple[str, str]], asked: frozenset[str] | None, kept: Kept
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


def _same(
    every: Iterable[Sequence[Stated]], asked: frozenset[str] | None, kept: Kept
) -> Iterator[tuple[Stated, Stated]]:
    """Pair each requirement with the first one before it that has the same gist.

    Those that can have it agree in their long words, which cost little to find.
    """
    groups: dict[str, list[Stated]] = {}
    for stated, words in of_each(every, "long", _long_words, kept):
        groups.setdefault(words, []).append(stated)
    for group in groups.values():
        first: dict[str, Stated] = {}
        if len(group) < 2 or not (asked is None or any(_is_in(asked, one) for one in group)):
            continue
        for one in group:
            said = kept.worked_out(kept.of_requirement(*one[:2]), "gist", partial(_gist_of, one.requirement))
            other = first.setdefault(said, one) if said else one
            if other is not one and (asked is None or _is_in(asked, one)):
                yield one, other


def _gist_of(requirement: Requirement) -> str:
    """Digest the gist of a requirement; empty where it says too little."""
    said = gist(requirement.text)
    return short(map(repr, (sorted(said.content), sorted(said.sides), *said[2:]))) if said.size >= _LEAST_COPY else ""


def _long_words(one: Requirement) -> str:
    return short(sorted({word[:_KEPT] for word in _LONG.findall(one.text.casefold())}))


def _sentences(every: Iterable[Sequence[Stated]], asked: frozenset[str] | None, kept: Kept) -> Compared:
    brief = briefly(every, kept)
    whole: dict[tuple[str, str, int], list[tuple[Gist, Statement]]] = {}

    def tell(number: int) -> tuple[Gist, Statement]:
        stated, which = brief.of[number]
        place = (*_place(stated), stated.requirement.start)
        if place not in whole:
            whole[place] = obliging(stated, kept)
        return whole[place][which]

    return Compared(brief.contents, brief.sizes, _numbers_in(asked, [one for one, _ in brief.of]), tell)


def _numbers_in(asked: frozenset[str] | None, of: Iterable[Stated]) -> list[int] | None:
    return None if asked is None else [number for number, one in enumerate(of) if one.document.path in asked]


def _contrary_outcomes(
    every: Iterable[Sequence[Stated]], asked: frozenset[str] | None, kept: Kept
) -> Iterator[tuple[Statement, Statement]]:
    """Pair outcomes of two scenarios with one condition in one capability that contradict each other."""
    groups: dict[tuple[str, str], list[tuple[Stated, int]]] = {}
    ids = None if asked is None else {one.document.id for several in every for one in several[:1] if _is_in(asked, one)}
    documents = (several for several in every if several and (ids is None or several[0].document.id in ids))
    for one, found in of_each(documents, "conditions", conditions, kept):
        for number, condition in enumerate(found):
            groups.setdefault((one.document.id, condition), []).append((one, number))
    for several in groups.values():
        if len(several) > 1 and (asked is None or any(_is_in(asked, one) for one, _ in several)):
            key = key_of("outcomes", *(f"{kept.of_requirement(*one[:2])} {number}" for one, number in several))
            opposed_ones = kept.worked_out(key, "opposed", partial(_opposed_outcomes, several, kept))
            if opposed_ones:
                told = _told_outcomes(several, kept)
                mine = [one for one in opposed_ones if asked is None or _is_in(asked, told[one[0]][1].of)]
                yield from _apart(mine, told.__getitem__)


def _told_outcomes(several: Iterable[tuple[Stated, int]], kept: Kept) -> list[tuple[Gist, Statement]]:
    return [pair for one, number in several for pair in coming_out(one, number, kept)]


def _opposed_outcomes(several: Iterable[tuple[Stated, int]], kept: Kept) -> list[Opposed]:
    told = _told_outcomes(several, kept)
    contents, sizes = [said.content for said, _ in told], [said.size for said, _ in told]
    statements = Compared(contents, sizes, None, told.__getitem__)
    found = ((number, list(others)) for number, others in find_opposed(statements, _LEAST_OUTCOME))
    return [(number, others) for number, others in found if others]


def _is_in(asked: frozenset[str], one: Stated) -> bool:
    return one.document.path in asked


def _apart(opposed_ones: Iterable[Opposed], tell: Tell) -> Iterator[tuple[Statement, Statement]]:
    """Pair each statement with the first one that it contradicts and that will stand beside it."""
    for number, others in opposed_ones:
        one = tell(number)[1]
        other = next((two for two in (tell(candidate)[1] for candidate in others) if _are_apart(one, two)), None)
        if other is not None:
            yield one, other


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
