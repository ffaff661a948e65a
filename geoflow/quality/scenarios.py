"""Scenarios that cannot be tested as they stand: without an outcome, without a condition, or written twice."""

import re
from collections import Counter
from collections.abc import Iterator

from geoflow.openspec.model import Requirement, Scenario
from geoflow.quality.finding import Finding
from geoflow.quality.place import Place, finding_at
from geoflow.quality.structure import STEP

_CONDITIONS = frozenset({"GIVEN", "WHEN"})
_SHORTEST_COPY = 4  # words
_WORD = re.compile(r"`[^`]*`|[\w<>=%/.-]*\w")
_LETTERS = re.compile(r"\w+")
_ARTICLES = frozenset({"a", "an", "the"})


def find_scenarios(path: str, text: str, requirement: Requirement) -> Iterator[Finding]:
    """Find the scenarios of a requirement that lack a THEN (GF113) or a WHEN (GF114), or repeat another one (GF115)."""
    seen: dict[str, Scenario] = {}
    ends = Counter(map(_end, requirement.scenarios)) if len(requirement.scenarios) > 1 else Counter[str]()
    for scenario in requirement.scenarios:
        place = _heading(path, text, requirement, scenario)
        words = {step.keyword for step in scenario.steps}
        if not ("THEN" in words and words & _CONDITIONS):
            words |= _meant(text[scenario.start : scenario.end])
        if words - {""} and "THEN" not in words:
            message = f"the scenario “{scenario.name}” does not say what comes out"
            yield finding_at(place, "GF113", "warning", message, "add a **THEN** step with what can be observed")
        if "THEN" in words and not words & _CONDITIONS:
            message = f"the scenario “{scenario.name}” does not say when it happens"
            yield finding_at(place, "GF114", "warning", message, "add a **WHEN** step")
        if ends[_end(scenario)] < 2:
            continue
        steps = _said(scenario)
        other = seen.setdefault(" ".join(steps), scenario)
        if other is not scenario and len(steps) >= _SHORTEST_COPY:
            message = f"the scenario “{scenario.name}” has the same steps as “{other.name}”"
            yield finding_at(place, "GF115", "warning", message, "drop one, or write what sets them apart")


def _said(scenario: Scenario) -> list[str]:
    """Give the words of the steps as they are compared: without articles, marks and the case of letters."""
    words = _WORD.findall(" ".join(f"{step.keyword} {step.text}" for step in scenario.steps).casefold())
    return [word for word in words if word not in _ARTICLES]


def _end(scenario: Scenario) -> str:
    """Give the last word of the steps, in which copies agree; it is found at a third of the cost of all."""
    words = _LETTERS.findall(scenario.steps[-1].text.casefold()) if scenario.steps else []
    return next((word for word in reversed(words) if word not in _ARTICLES), "")


def _meant(text: str) -> set[str]:
    """Give the keywords of steps that miss their form, which another rule finds."""
    return {match["word"].upper() for match in STEP.finditer(text)}


def _heading(path: str, text: str, requirement: Requirement, scenario: Scenario) -> Place:
    end = text.find("\n", scenario.start)
    line = text[scenario.start : len(text) if end < 0 else end]
    return Place(path, text, scenario.start, scenario.start + len(line.rstrip()), requirement.name)
