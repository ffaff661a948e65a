"""The words without which a pattern cannot match, read off the pattern itself.

Of every alternative the rarest words are kept, so that most texts can be told from afar to hold no match. What is not
understood counts as anything, so that nothing is missed; of regular expressions only what `grammar` writes is read.
"""

import re
from collections.abc import Iterable, Sequence
from functools import lru_cache
from typing import NamedTuple

from geoflow.quality.pattern_parts import Part, parts_of, spellings

MARKS = ("??", "__", "<", "[", "{", "(", "/", "%", "§", "...")
"""What is no word and may be needed as well."""

_COMMON = (
    "the and when a then is shall with or to an not for that given in as it no must its on from be has of before only "
    "are system without does change by one same at than after any each every all so still both first while other more"
).split()
_WEIGHTS = {word: 10 + 600 // (rank + 1) for rank, word in enumerate(_COMMON)} | {
    "(": 65,
    "/": 30,
    "%": 5,
    "§": 1,
    "-ly": 120,
}
_MOST_ENTRIES = 400
_MOST_RUNS = 48
_LETTERS = re.compile("[a-z]+")


class Need(NamedTuple):
    """One way to match: some word of `either` has to be there, one of each of `along`, and one of each of `runs`.

    A run is words that follow each other, with a blank before, between and behind.
    """

    either: frozenset[str]
    along: tuple[frozenset[str], ...] = ()
    runs: tuple[tuple[str, ...], ...] = ()

    def alone(self) -> bool:
        """Tell whether a word of `either` is all that is needed."""
        return not (self.along or self.runs)


Needs = tuple[Need, ...]
"""Ways to match, of which one at least has to be open; none at all says that nothing is known."""


def needs_of(source: str, cues: frozenset[str] = frozenset()) -> Needs:
    """Read what a pattern needs; `cues` are words or marks of which it needs one beside what can be read."""
    try:
        read = _of_choices(parts_of(source), left=False, right=False)
    except ValueError:
        read = ()
    return _joined([read, (Need(cues),) if cues else ()])


def weight(words: Iterable[str]) -> int:
    """Tell how common some words are together: about how many of a thousand sentences have one of them."""
    return sum(_WEIGHTS.get(word, 1) for word in words)


def _of_choices(choices: Sequence[Sequence[Part]], *, left: bool, right: bool) -> Needs:
    entries: list[Need] = []
    for parts in choices:
        found = _of_sequence(parts, left=left, right=right)
        if not found:
            return ()
        entries += found
    return _merged(entries)


def _of_sequence(parts: Sequence[Part], *, left: bool, right: bool) -> Needs:
    found: list[Needs] = []
    whole: list[tuple[str, ...]] = []  # what the words right before may be, where all of it is known
    runs: list[tuple[str, ...]] = []
    for index, part in enumerate(parts):
        if part.kind in ("edge", "look"):
            continue
        if part.optional or part.kind == "any":
            whole = whole if part.kind == "gap" else []
            continue
        if part.kind == "gap":
            found.append((Need(frozenset({part.text})),) if part.text in MARKS else ())
            continue
        before = part.marked or _is_edge(parts, index - 1, -1, otherwise=left)
        behind = _is_edge(parts, index + 1, 1, otherwise=right)
        spelt = spellings(part) if before and behind else ()
        if whole and spelt:
            runs += _run(whole[-1], spelt)
        whole = [spelt] if spelt else []
        if part.kind == "word":
            found.append(_of_word(spelt))
        elif part.kind == "flat":
            found.append(_of_list(part.text, left=before, right=behind))
        else:
            found.append(_of_choices(part.choices, left=before, right=behind))
    return tuple(need._replace(runs=need.runs + tuple(runs)) for need in _joined(found))


def _run(heads: Sequence[str], tails: Sequence[str]) -> list[tuple[str, ...]]:
    """List what may stand where two words meet; nothing where that is too much."""
    ends, begins = ([_LETTERS.findall(one) for one in spelt] for spelt in (heads, tails))
    if not (all(ends) and all(begins)):
        return []
    pairs = {f" {end[-1]} {begin[0]} " for end in ends for begin in begins}
    return [tuple(sorted(pairs))] if len(pairs) <= _MOST_RUNS else []


def _is_edge(parts: Sequence[Part], index: int, step: int, *, otherwise: bool) -> bool:
    """Tell whether no letter can stand beside a part: walk over what may be empty, up to what may not."""
    while 0 <= index < len(parts):
        part = parts[index]
        if part.kind == "edge":
            return True
        if part.kind != "look":
            if _may_touch(part, step):
                return False
            if not part.optional and not _may_be_empty(part):
                return True
        index += step
    return otherwise


def _may_touch(part: Part, step: int) -> bool:
    """Tell whether a part may begin (step 1) or end (step -1) in a letter."""
    if part.kind == "flat":
        return any(one[::step][:1].isalpha() for one in part.text.split("|"))
    if part.kind == "group":
        return any(_sequence_may_touch(parts, step) for parts in part.choices)
    return part.kind in ("word", "any")


def _sequence_may_touch(parts: Sequence[Part], step: int) -> bool:
    for part in parts[::step]:
        if part.kind == "edge":
            return False
        if part.kind == "look":
            continue
        if _may_touch(part, step):
            return True
        if not part.optional and not _may_be_empty(part):
            return False
    return False


def _may_be_empty(part: Part) -> bool:
    if part.kind == "flat":
        return "" in part.text.split("|")
    return part.kind == "group" and any(
        all(one.optional or one.kind in ("edge", "look") or _may_be_empty(one) for one in parts)
        for parts in part.choices
    )


def _of_word(spelt: Sequence[str]) -> Needs:
    return (Need(frozenset(spelt)),) if spelt and "" not in spelt else ()


@lru_cache(maxsize=512)
def _of_list(text: str, *, left: bool, right: bool) -> Needs:
    """Read alternatives that are words and phrases alone: a word, or all words of a phrase in a row."""
    found: list[Need] = []
    for one in text.split("|"):
        words = _LETTERS.findall(one)
        whole = words[(not left and one[:1].isalpha()) : len(words) - (not right and one[-1:].isalpha())]
        if not whole:
            return ()
        rarest = sorted(set(whole), key=lambda word: (_WEIGHTS.get(word, 1), word))
        runs = ((f" {' '.join(whole)} ",),) if len(whole) > 1 else ()
        found.append(Need(frozenset(rarest[:1]), tuple(frozenset({word}) for word in rarest[1:]), runs))
    return _merged(found)


def _merged(entries: list[Need]) -> Needs:
    alone = frozenset(word for one in entries if one.alone() for word in one.either)
    others = list(dict.fromkeys(one for one in entries if not one.alone()))
    if len(others) > _MOST_ENTRIES:
        return (Need(alone.union(*(one.either for one in others))),)
    return (*([Need(alone)] if alone else []), *others)


def _joined(found: Iterable[Needs]) -> Needs:
    """Join what follows each other: the rarest has to be there, and something of each of the others along with it."""
    rarest = sorted((needs for needs in found if needs), key=_cost)
    if len(rarest) < 2:
        return rarest[0] if rarest else ()
    along: list[frozenset[str]] = []
    runs: list[tuple[str, ...]] = []
    for needs in rarest[1:]:
        along.append(frozenset(word for need in needs for word in need.either))
        if len(needs) == 1:
            along += needs[0].along
            runs += needs[0].runs
    return tuple(Need(need.either, (*need.along, *along), (*need.runs, *runs)) for need in rarest[0])


def _cost(needs: Needs) -> float:
    return sum(weight(need.either) * (1 if need.alone() else 0.3) for need in needs)
