"""The statements of a tree that are compared with each other: sentences that oblige, and the outcomes of scenarios."""

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import partial
from itertools import islice
from typing import Any, NamedTuple, TypeVar

from geoflow.openspec.model import Delta, Requirement, Scenario, Spec, Tree
from geoflow.quality.gist import Gist, gist
from geoflow.quality.kept import Kept, short
from geoflow.quality.prose import without_comments

_END = re.compile(r"[.!?](?=\s|\Z)|\n[ \t]*(?=\n|[-*+][ \t]|\d+[.)][ \t])")
_MODAL = re.compile(r"\b(?:SHALL|MUST|MAY|shall|must|may|should)\b")
_NOTHING: frozenset[str] = frozenset()
_Worked = TypeVar("_Worked")


class Stated(NamedTuple):
    """A requirement with its document; for one of a delta the change, and what else that change touches."""

    document: Spec | Delta
    requirement: Requirement
    change: str
    touched: frozenset[tuple[str, str]]

    def is_apart_from(self, other: "Stated") -> bool:
        """Tell whether two requirements will stand beside each other: neither takes the other's place."""
        if (self.document.id, self.requirement.name) == (other.document.id, other.requirement.name):
            return False
        return not (_replaces(self, other) or _replaces(other, self))


def _replaces(one: Stated, other: Stated) -> bool:
    return not other.change and (other.document.id, other.requirement.name) in one.touched


class Statement(NamedTuple):
    """A statement of a requirement: where it lies in the document, its text, and the scenario of an outcome."""

    of: Stated
    start: int
    end: int
    text: str
    scenario: int = -1

    @property
    def gist(self) -> Gist:
        """Give what it is compared by."""
        return gist(self.text)


def stated_in(tree: Tree) -> Iterator[list[Stated]]:
    """List the requirements of each main spec, then those that each delta of an active change adds or modifies."""
    for spec in tree.specs:
        yield [Stated(spec, requirement, "", frozenset()) for requirement in spec.requirements]
    for change in tree.changes:
        touched = frozenset(_touched(change.deltas))
        for delta in change.deltas:
            yield [Stated(delta, requirement, change.id, touched) for requirement in delta.added + delta.modified]


def of_each(
    every: Iterable[Sequence[Stated]], what: str, work: Callable[[Requirement], _Worked], kept: Kept
) -> Iterator[tuple[Stated, _Worked]]:
    """Pair the requirements of documents with a value that follows from the text of each."""
    for several in every:
        if several:
            yield from zip(
                several,
                kept.of_each(several[0].document, [one.requirement for one in several], what, work),
                strict=True,
            )


def _touched(deltas: Iterable[Delta]) -> Iterator[tuple[str, str]]:
    for delta in deltas:
        yield from ((delta.id, one.name) for one in delta.modified)
        yield from ((delta.id, one.name) for one in delta.removed)
        yield from ((delta.id, one.old) for one in delta.renamed)


def obligations(stated: Stated) -> Iterator[Statement]:
    """List the sentences and list items of a requirement's text that oblige, forbid or permit."""
    text, requirement = stated.document.text, stated.requirement
    body = without_comments(text[requirement.body_start : requirement.body_end])
    start = 0
    for end in (*(match.end() for match in _END.finditer(body)), len(body)):
        part = body[start:end]
        if _MODAL.search(part):
            lead = len(part) - len(part.lstrip("-*+ \t\r\n"))
            first, last = start + lead, start + len(part.rstrip())
            place = requirement.body_start + first, requirement.body_start + last
            yield Statement(stated, *place, body[first:last])
        start = end


class Brief(NamedTuple):
    """The statements of documents as far as it takes to see which may contradict each other.

    `contents` and `sizes` are those of their gists; `of` are their requirements, each with the number of the statement.
    """

    contents: list[frozenset[str]]
    sizes: list[int]
    of: list[tuple[Stated, int]]


def briefly(every: Iterable[Sequence[Stated]], kept: Kept) -> Brief:
    """Give in brief what `obliging` gives of each requirement of these documents."""
    brief = Brief([], [], [])
    for several in every:
        if not several:
            continue
        key = kept.of_document(several[0].document)
        contents, sizes, owners = kept.worked_out(key, "said", partial(_said, several, kept))
        brief.contents.extend([frozenset(one.split("\n")) if one else _NOTHING for one in contents])
        brief.sizes.extend(sizes)
        brief.of.extend([(several[owner], number) for owner, number in owners])
    return brief


def _said(several: Sequence[Stated], kept: Kept) -> list[list[Any]]:
    contents, sizes, owners = [], [], []
    for owner, stated in enumerate(several):
        for number, (said, _) in enumerate(obliging(stated, kept)):
            contents.append("\n".join(sorted(said.content)))
            sizes.append(said.size)
            owners.append([owner, number])
    return [contents, sizes, owners]


def obliging(stated: Stated, kept: Kept) -> list[tuple[Gist, Statement]]:
    """List the statements that `obligations` gives, each with its gist."""
    key = kept.of_requirement(stated.document, stated.requirement)
    written = kept.worked_out(key, "obligations", lambda: _written(stated))
    if written is None:
        return [(sentence.gist, sentence) for sentence in obligations(stated)]
    text, start = stated.document.text, stated.requirement.start
    return [
        (_gist(said), Statement(stated, start + begin, start + end, text[start + begin : start + end]))
        for begin, end, *said in written
    ]


def _written(stated: Stated) -> list[list[Any]] | None:
    """Write the statements down; None where a comment hides what stands in the text."""
    requirement = stated.requirement
    if "<!--" in stated.document.text[requirement.body_start : requirement.body_end]:
        return None
    return [
        [one.start - requirement.start, one.end - requirement.start, *_plain(one.gist)] for one in obligations(stated)
    ]


def _plain(said: Gist) -> list[Any]:
    # No word holds a line feed.
    return ["\n".join(sorted(said.content)), sorted(map(list, said.sides)), list(said.numbers), *said[3:]]


def _gist(plain: list[Any]) -> Gist:
    content, sides, numbers, negations, obliges, leaves_open = plain
    pairs = frozenset([(pair, word) for pair, word in sides]) if sides else frozenset()
    return Gist(
        frozenset(content.split("\n") if content else ()), pairs, tuple(numbers), negations, obliges, leaves_open
    )


def coming_out(stated: Stated, number: int, kept: Kept) -> list[tuple[Gist, Statement]]:
    """List the outcomes of one of the scenarios that `outcomes` gives, each with its gist."""
    key = kept.of_requirement(stated.document, stated.requirement)
    told = next(islice(outcomes(stated), number, None))[1]
    written = kept.worked_out(key, f"outcomes {number}", lambda: [_plain(one.gist) for one in told])
    return [(_gist(said), one) for said, one in zip(written, told, strict=True)]


def conditions(requirement: Requirement) -> list[str]:
    """Digest the conditions of those scenarios that `outcomes` gives."""
    found = (_parts(scenario)[0] for scenario in requirement.scenarios)
    return [short((condition,)) for condition in found if condition]


def outcomes(stated: Stated) -> Iterator[tuple[str, list[Statement]]]:
    """List the scenarios of a requirement, each condition with its outcomes; those that open a list say nothing."""
    for scenario in stated.requirement.scenarios:
        condition, steps = _parts(scenario)
        if condition:
            told = (step for step in steps if not step[0].endswith(":"))
            yield condition, [Statement(stated, start, end, text, scenario.start) for text, start, end in told]


def _parts(scenario: Scenario) -> tuple[str, list[tuple[str, int, int]]]:
    condition: list[str] = []
    steps: list[tuple[str, int, int]] = []
    phase = ""
    for step in scenario.steps:
        phase = step.keyword if step.keyword in ("GIVEN", "WHEN", "THEN") else phase
        if phase == "THEN":
            steps.append((step.text, step.start, step.end))
        else:
            condition.append(step.text)
    return " ".join(" ".join(condition).casefold().split()), steps
