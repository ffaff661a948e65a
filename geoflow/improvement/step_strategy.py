"""Steps for scenarios that do not say when they happen, or what comes out: of what a person has answered.

Nobody can invent them. Scenarios of one requirement that lack the same are one question, and its answer is a step in
each of them.
"""

import re
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from geoflow.improvement.answer_text import one_line
from geoflow.improvement.choice import LEAVE, Choice, listed
from geoflow.improvement.edit import Candidate, GivenAnswer, SpanEdit
from geoflow.improvement.proposal import Document, requirement_named
from geoflow.improvement.step_text import AT_ALL_TIMES, EACH, KEYWORDS, said_step, why_no_step
from geoflow.openspec.model import Requirement, Scenario, Step
from geoflow.quality.finding import Finding
from geoflow.quality.findings import requirements_of

STRATEGY = "add-step"
NO_SCENARIO = "the scenario is not there any more"
MORE_BEHIND = "something else stands behind the last step of the scenario"

_MOST_NAMED, _MOST_SHOWN = 4, 160
_EXAMPLES = {"WHEN": "a file is missing", "THEN": "the reader reports its name"}
_FORM = re.compile(r"(?P<lead>[ \t]*(?:[-*+][ \t]+)?)(?P<mark>\*\*|__|)")


class _Place(NamedTuple):
    """A scenario, and the step beside which the new one comes."""

    scenario: Scenario
    beside: Step


def quoting(findings: Iterable[Finding]) -> str:
    """Quote the headings of all scenarios that one question is about, a line each."""
    return "\n".join(one_line(finding.quote) for finding in findings)


def question(document: Document, findings: Sequence[Finding]) -> Choice | str:
    """Ask for the step that these scenarios of one requirement lack, or say why code could put it nowhere.

    Args:
        document: The document as it stands now.
        findings: What is wrong with the scenarios, all of one kind.
    """
    places = _places(document, findings)
    if isinstance(places, str):
        return places
    keyword, several = KEYWORDS[findings[0].code], len(places) > 1
    asks = "What brings about" if keyword == "WHEN" else "What comes out of"
    becomes = f"The answer becomes the {keyword} of {'each' if several else 'the scenario'}"
    text = f"{asks} {_told(places, one_line(findings[0].requirement))}? {becomes}, such as: {_EXAMPLES[keyword]}."
    first = LEAVE if keyword == "THEN" else AT_ALL_TIMES if several else "It holds at all times"
    return Choice(text, (first, EACH) if several else (first,))


def from_choice(document: Document, findings: Sequence[Finding], answer: GivenAnswer) -> Candidate | str:
    """Put what a person has answered into each of the scenarios as a step, or say why that cannot be done."""
    keyword = KEYWORDS[findings[0].code]
    words, places = said_step(keyword, answer.text), _places(document, findings)
    if not words or isinstance(places, str):
        return why_no_step(keyword, answer.text) or str(places)
    spans = tuple(_span(document, place, keyword, words) for place in places)
    return Candidate(findings[0], spans, STRATEGY, answer=answer)


def _places(document: Document, findings: Sequence[Finding]) -> list[_Place] | str:
    found = []
    for finding in findings:
        requirement = requirement_named(document, finding.requirement, finding.start)
        scenarios = requirement.scenarios if requirement else ()
        scenario = next((one for one in scenarios if one.start <= finding.start < one.end), None)
        place = _place(document.text, scenario, KEYWORDS[finding.code]) if scenario else NO_SCENARIO
        if isinstance(place, str):
            return place
        found.append(place)
    return found


def _place(text: str, scenario: Scenario, keyword: str) -> _Place | str:
    if keyword == "WHEN":
        first = next((step for step in scenario.steps if step.keyword == "THEN"), None)
        return _Place(scenario, first) if first else NO_SCENARIO
    if not scenario.steps:
        return NO_SCENARIO
    last = scenario.steps[-1]
    return MORE_BEHIND if text[last.end : scenario.end].strip() else _Place(scenario, last)


def _told(places: Sequence[_Place], requirement: str) -> str:
    owner = requirement[:_MOST_SHOWN]
    if len(places) == 1:
        return _told_of_one(*places[0], owner)
    names = [one_line(one.scenario.name)[: _MOST_SHOWN // 2] for one in places]
    more = len(names) - _MOST_NAMED + 1
    shown = listed(names)
    if len(names) > _MOST_NAMED:
        shown = ", ".join([*(f"“{name}”" for name in names[: _MOST_NAMED - 1]), f"and {more} more"])
    return f"the {len(names)} scenarios {shown} of “{owner}”"


def _told_of_one(scenario: Scenario, beside: Step, owner: str) -> str:
    """Name a scenario by the step that it has, and by its own name where that says anything else."""
    said, name = (one_line(words)[:_MOST_SHOWN] for words in (beside.text, scenario.name))
    if said.casefold() == name.casefold():
        return f"“{said}” of “{owner}”"
    return f"“{said}” in the scenario {f'“{name}” ' if name.casefold() != owner.casefold() else ''}of “{owner}”"


def _span(document: Document, place: _Place, keyword: str, words: str) -> SpanEdit:
    line, between, beside = _line(document, place, keyword, words), _between(document, place.scenario), place.beside
    if keyword == "WHEN":
        return SpanEdit(beside.start, beside.start, line + between)
    return SpanEdit(beside.end, beside.end, between + line)


def _line(document: Document, place: _Place, keyword: str, words: str) -> str:
    """Write a step as the one beside it is written: its indent and bullet, and whether steps end with a full stop."""
    form = _FORM.match(document.text, place.beside.start, place.beside.end)
    lead, mark = (form["lead"], form["mark"]) if form else ("- ", "**")
    bold = "**" if lead.strip() or mark else ""  # a list item has its keyword in bold, whatever the others have
    same = [step for one in requirements_of(document) for step in _steps(one) if step.keyword == keyword]
    ends = [step.text.endswith(".") for step in same or [place.beside]]
    stop = "." if 2 * sum(ends) > len(ends) and words[-1] != "." else ""
    return f"{lead}{bold}{keyword}{bold} {words}{stop}"


def _steps(requirement: Requirement) -> Iterable[Step]:
    return (step for scenario in requirement.scenarios for step in scenario.steps)


def _between(document: Document, scenario: Scenario) -> str:
    """Give what stands between two steps: in this scenario, else in the first of the document that has two."""
    others = (one for requirement in requirements_of(document) for one in requirement.scenarios)
    for one in (scenario, *others):
        for first, second in zip(one.steps, one.steps[1:], strict=False):
            if not (found := document.text[first.end : second.start]).strip():
                return found
    return "\r\n" if "\r\n" in document.text else "\n"
