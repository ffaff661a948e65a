"""The statements of a tree that are compared with each other: sentences that oblige, and the outcomes of scenarios."""

import re
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from geoflow.openspec.model import Delta, Requirement, Scenario, Spec, Tree
from geoflow.quality.gist import Gist, gist
from geoflow.quality.prose import without_comments

_END = re.compile(r"[.!?](?=\s|\Z)|\n[ \t]*(?=\n|[-*+][ \t]|\d+[.)][ \t])")
_MODAL = re.compile(r"\b(?:SHALL|MUST|MAY|shall|must|may|should)\b")


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


def stated_in(tree: Tree) -> Iterator[Stated]:
    """List the requirements of main specs, then those that active changes add or modify."""
    for spec in tree.specs:
        for requirement in spec.requirements:
            yield Stated(spec, requirement, "", frozenset())
    for change in tree.changes:
        touched = frozenset(_touched(change.deltas))
        for delta in change.deltas:
            for requirement in (*delta.added, *delta.modified):
                yield Stated(delta, requirement, change.id, touched)


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
