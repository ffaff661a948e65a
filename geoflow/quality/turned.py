"""Deltas that turn a statement of the main spec round, or drop an outcome, while most of it stays as it was."""

from collections.abc import Iterator

from geoflow.openspec.model import Delta, Requirement, Spec
from geoflow.quality.finding import Finding
from geoflow.quality.gist import SEVERAL, Gist, alike, opposed
from geoflow.quality.place import Place, finding_at
from geoflow.quality.statements import Stated, Statement, obligations, outcomes

_SAME = 0.8
"""How much of the content of two statements must agree for one to be the other, rewritten."""
_LEAST = 3  # content words
_MOST = 200  # sentences of one requirement that are compared


def find_turned(delta: Delta, main: Spec) -> Iterator[Finding]:
    """Find modified requirements that deny, permit or turn what the main spec says, or drop an outcome (GF310).

    A changed number alone is told elsewhere. What may be meant is a note; a prohibition that is lifted, or an
    obligation that is left open, is a warning.
    """
    before = {one.name: one for one in main.requirements}
    for requirement in delta.modified:
        old = before.get(requirement.name)
        if old is not None and main.text[old.start : old.end] != delta.text[requirement.start : requirement.end]:
            yield from _in_text(delta, requirement, _stated(main, old))
            yield from _in_scenarios(delta, requirement, _stated(main, old))


def _stated(document: Spec | Delta, requirement: Requirement) -> Stated:
    return Stated(document, requirement, "", frozenset())


def _in_text(delta: Delta, requirement: Requirement, old: Stated) -> Iterator[Finding]:
    now = list(obligations(_stated(delta, requirement)))[:_MOST]
    kept = {statement.text for statement in now}
    gone = [statement for statement in obligations(old) if statement.text not in kept][:_MOST]
    said = {statement.text for statement in obligations(old)}
    for statement in now:
        if statement.text in said:
            continue
        before = max(gone, key=lambda one: alike(one.gist, statement.gist), default=None)
        if before is None or alike(before.gist, statement.gist) < _SAME or len(statement.gist.content) < _LEAST:
            continue
        way = opposed(before.gist, statement.gist)
        if way and way != SEVERAL and before.gist.numbers == statement.gist.numbers:
            place = Place(delta.path, delta.text, statement.start, statement.end, requirement.name)
            message = f"the main spec {delta.id} says “{_short(before.text)}”: {_told(before.gist, statement.gist)}"
            severity = "warning" if _asks_for_less(before.gist, statement.gist) else "info"
            fix = "see that this is meant, and say so in the proposal"
            yield finding_at(place, "GF310", severity, message, fix)  # type: ignore[arg-type]


def _told(before: Gist, now: Gist) -> str:
    if now.negations < before.negations:
        return "a negation is gone"
    if now.negations > before.negations:
        return "a negation has come"
    if _asks_for_less(before, now):
        return "what it obliges to is left open here"
    way = opposed(now, before)
    return way.replace(" here, ", " where it says ").removesuffix(" there")


def _asks_for_less(before: Gist, now: Gist) -> bool:
    return now.negations < before.negations or (now.leaves_open > before.leaves_open and now.obliges < before.obliges)


def _in_scenarios(delta: Delta, requirement: Requirement, old: Stated) -> Iterator[Finding]:
    """Find scenarios that stand as they were but for an outcome that is nowhere in the requirement any more."""
    now = {one.scenario: group for one, group in _groups(_stated(delta, requirement))}
    by_name = {scenario.name: (scenario, now.get(scenario.start, [])) for scenario in requirement.scenarios}
    everything = [one.gist.content for group in now.values() for one in group]
    was = {one.scenario: group for one, group in _groups(old)}
    for scenario in old.requirement.scenarios:
        there = by_name.get(scenario.name)
        group = was.get(scenario.start, [])
        if there is None or not there[1] or len(there[1]) >= len(group):
            continue
        lost = [one for one in group if not any(_holds(content, one.gist.content) for content in everything)]
        if lost:
            end = delta.text.find("\n", there[0].start)
            line = Place(delta.path, delta.text, there[0].start, end if end >= 0 else len(delta.text), requirement.name)
            message = f"the scenario “{scenario.name}” no longer says “{_short(lost[0].text)}”"
            yield finding_at(line, "GF310", "info", message, "see that this is meant, and say so in the proposal")


def _groups(stated: Stated) -> Iterator[tuple[Statement, list[Statement]]]:
    for _, group in outcomes(stated):
        if group:
            yield group[0], group


def _holds(content: frozenset[str], outcome: frozenset[str]) -> bool:
    return len(outcome & content) >= len(outcome) / 2


def _short(text: str, most: int = 80) -> str:
    line = " ".join(text.split())
    return line if len(line) <= most else line[:most].rsplit(" ", 1)[0] + " ..."
