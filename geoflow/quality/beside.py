"""A look at many documents of which another process takes a part, and hands over what it worked out.

It hands over entries of `Kept`, which hold for a text whoever worked them out. So nothing that is found depends on
whether there was another one, how far it came, or which part it took.
"""

from bisect import bisect_right
from collections.abc import Callable, Iterable, Sequence
from functools import partial
from itertools import accumulate

from geoflow.openspec.model import Delta, Issue, Spec
from geoflow.quality.finding import Finding
from geoflow.quality.names import Names

Look = Callable[[Spec | Delta, Iterable[Issue], Names], list[Finding]]
Aside = Callable[[Callable[[], str]], Callable[[], str] | None]
"""Begins some work in another process; gives what waits for its answer, empty where none came. None: nobody is free."""

_LEAST = 400_000  # characters that nothing is known of: below that to begin costs more than it brings
_PART = 0.65  # this process compares documents with each other besides


def beside(look: Look, documents: Sequence[Spec | Delta], names: Names, aside: Aside | None) -> Look:
    """Give what looks at documents as `look` does, with a part of those of which nothing is kept looked at beside."""
    part = _part_of(documents, names) if aside else []
    if aside is None or not part:
        return look
    names.habit("several")  # what all of them ask is worked out once
    answer = aside(partial(_work_out, look, part, names))
    if answer is None:
        return look
    waited_for = {document.path for document in part}

    def look_again(document: Spec | Delta, issues: Iterable[Issue], names: Names) -> list[Finding]:
        if document.path in waited_for:
            waited_for.clear()
            names.kept.take(answer())
        return look(document, issues, names)

    return look_again


def _part_of(documents: Sequence[Spec | Delta], names: Names) -> list[Spec | Delta]:
    sizes = [_unknown(document, names) for document in documents]
    if sum(sizes) < _LEAST:
        return []
    # The last ones, so that this process is done with its own when it comes to them.
    behind = list(accumulate(sizes))
    first = bisect_right(behind, sum(sizes) * (1 - _PART)) + 1
    return list(documents[first:])


def _unknown(document: Spec | Delta, names: Names) -> int:
    """Count the characters of requirements of which nothing is kept."""
    kept = names.kept
    stated = document.requirements if isinstance(document, Spec) else document.added + document.modified
    return sum(one.end - one.start for one in stated if not kept.knows(kept.of_requirement(document, one)))


def _work_out(look: Look, part: Iterable[Spec | Delta], names: Names) -> str:
    names.kept.begin_anew()
    for document in part:
        look(document, (), names)
    return names.kept.news()
