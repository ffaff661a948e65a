"""What a main spec has lost or says otherwise since an earlier state, where no delta can tell."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from itertools import zip_longest

from geoflow.openspec.model import Requirement, Scenario, Spec, Tree
from geoflow.quality.finding import Finding, Severity
from geoflow.quality.place import Place, finding_at
from geoflow.quality.tokens import numbers, tokens

_MOST_NAMED = 3
_ALIKE = 0.5
"""How much of the words of two scenarios must agree for the second to be the first under another name."""


def find_since(tree: Tree, before: Tree) -> Iterator[Finding]:
    """Compare the requirements of main specs with what they were.

    A scenario that is gone is GF320, a number or unit that changed GF321, another outcome under the same condition
    GF322. What a change that was archived since asks for in just these words is a note, since it was reviewed there.

    Args:
        tree: The tree as it is.
        before: The earlier tree.
    """
    earlier = {(spec.path, one.name): (spec, one) for spec in before.specs for one in spec.requirements}
    told = _archived_since(tree, before)
    for spec in tree.specs:
        moved: set[str] | None = None
        for requirement in spec.requirements:
            was = earlier.get((spec.path, requirement.name))
            if was is None or _is_same(spec, requirement, *was):
                continue
            meant = (spec.id, _block(spec, requirement)) in told
            for scenario in _dropped(spec, requirement, *was):
                moved = _moved(spec, earlier) if moved is None else moved
                if scenario.name not in moved:
                    message = f"the scenario “{scenario.name}” of “{requirement.name}” is gone"
                    severity: Severity = "info" if meant else "warning"
                    fix = "put it back, or say in a change why it went"
                    yield finding_at(_heading(spec, requirement), "GF320", severity, message, fix)
            yield from _renumbered(spec, requirement, *was)
            yield from _turned(spec, requirement, was[1], meant=meant)


def _moved(spec: Spec, earlier: Mapping[tuple[str, str], tuple[Spec, Requirement]]) -> set[str]:
    """Give the scenarios that stand in a requirement where they did not; one that only moved there is not lost."""
    moved: set[str] = set()
    for one in spec.requirements:
        was = earlier.get((spec.path, one.name))
        moved |= {scenario.name for scenario in one.scenarios} - {two.name for two in (was[1].scenarios if was else ())}
    return moved


def _archived_since(tree: Tree, before: Tree) -> frozenset[tuple[str, str]]:
    known = {change.id for change in before.archived}
    return frozenset(
        (delta.id, " ".join(delta.text[one.start : one.end].split()))
        for change in tree.archived
        if change.id not in known
        for delta in change.deltas
        for one in delta.modified
    )


def _block(spec: Spec, requirement: Requirement) -> str:
    return " ".join(spec.text[requirement.start : requirement.end].split())


def _is_same(spec: Spec, requirement: Requirement, spec_before: Spec, before: Requirement) -> bool:
    source = spec.text[requirement.start : requirement.end]
    same = source == spec_before.text[before.start : before.end]
    return same or _block(spec, requirement) == _block(spec_before, before)


def _dropped(spec: Spec, requirement: Requirement, spec_before: Spec, before: Requirement) -> Iterator[Scenario]:
    """List the scenarios that are gone, those left out that have another name now."""
    names = {one.name for one in requirement.scenarios}
    known = {one.name for one in before.scenarios}
    if known <= names:
        return
    new = [_words(spec.text[one.start : one.end]) for one in requirement.scenarios if one.name not in known]
    for scenario in before.scenarios:
        words = _words(spec_before.text[scenario.start : scenario.end])
        if scenario.name not in names and not any(_alike(words, other) for other in new):
            yield scenario


def _renumbered(spec: Spec, requirement: Requirement, spec_before: Spec, before: Requirement) -> Iterator[Finding]:
    kept = {one.name for one in requirement.scenarios} & {one.name for one in before.scenarios}
    old = Counter(numbers(_compared(spec_before, before, kept)))
    new = Counter(numbers(_compared(spec, requirement, kept)))
    was, becomes = _listed(old - new), _listed(new - old)
    if was and becomes:
        message = f"“{requirement.name}” has {becomes} where it had {was}"
        yield finding_at(
            _heading(spec, requirement), "GF321", "info", message, "see that this is meant, and so in every scenario"
        )


def _compared(spec: Spec, requirement: Requirement, kept: set[str]) -> str:
    """Give the body and the scenarios that both states have; a number of a new scenario has replaced nothing."""
    parts = [(requirement.body_start, requirement.body_end)]
    parts += [(one.start, one.end) for one in requirement.scenarios if one.name in kept]
    return "\n".join(spec.text[start:end] for start, end in parts)


def _turned(spec: Spec, requirement: Requirement, before: Requirement, *, meant: bool) -> Iterator[Finding]:
    earlier = {one.name: one for one in before.scenarios}
    for scenario in requirement.scenarios:
        was = earlier.get(scenario.name)
        if was is None or _said(was, outcome=False) != _said(scenario, outcome=False):
            continue
        place = Place(spec.path, spec.text, *_line(spec.text, scenario.start), requirement.name)
        for old, new in zip_longest(_said(was, outcome=True), _said(scenario, outcome=True), fillvalue=""):
            if old and new and old != new and _negations(old) != _negations(new) and _alike(_words(old), _words(new)):
                message = f"the outcome of “{scenario.name}” is turned round: it was “{old}”"
                severity: Severity = "info" if meant else "warning"
                yield finding_at(place, "GF322", severity, message, "see that this is meant, or put it back")
                break


def _said(scenario: Scenario, *, outcome: bool) -> list[str]:
    """List what the steps of a scenario say: those from THEN on, or those before."""
    said, last = [], ""
    for step in scenario.steps:
        last = last if step.keyword in ("AND", "BUT", "") else step.keyword
        if (last == "THEN") == outcome:
            said.append(" ".join(step.text.split()))
    return said


def _negations(text: str) -> int:
    return sum(token.kind == "negation" for token in tokens(text))


def _words(text: str) -> Counter[str]:
    return Counter(token.key for token in tokens(text) if token.kind not in ("negation", "free"))


def _alike(one: Counter[str], other: Counter[str]) -> bool:
    every = (one | other).total()
    return bool(every) and (one & other).total() / every > _ALIKE


def _listed(found: Counter[str]) -> str:
    shown: Sequence[str] = sorted(found)
    return ", ".join(shown[:_MOST_NAMED]) + (", ..." if len(shown) > _MOST_NAMED else "")


def _heading(spec: Spec, requirement: Requirement) -> Place:
    return Place(spec.path, spec.text, *_line(spec.text, requirement.start), requirement.name)


def _line(text: str, start: int) -> tuple[int, int]:
    end = text.find("\n", start)
    line = text[start : len(text) if end < 0 else end]
    return start, start + len(line.rstrip())
