"""Operators that break the form of a requirement: its scenarios, its steps, its body."""

import re
from random import Random

from geoflow.openspec.model import Requirement, Scenario
from geoflow.quality.mutation.mutant import Edit, Target
from geoflow.quality.mutation.phrasing import Half

_FORMS = ("##### Scenario: {name}", "**Scenario: {name}**", "### Scenario: {name}")
_HEADING = re.compile(r"####[ \t]+Scenario:[ \t]*(?P<name>[^\r\n]+)")


def no_scenario(target: Target, _: Random, __: Half) -> Edit | None:
    """Drop all scenarios."""
    scenarios = target.requirement.scenarios
    return Edit(scenarios[0].start, target.requirement.end, "") if scenarios else None


def without_step(*keywords: str) -> "WithoutStep":
    """Make the operator that drops the steps with these keywords from one scenario."""
    return WithoutStep(frozenset(keywords))


class WithoutStep:
    """Drops the steps with some keywords, and the AND steps that go on from them, from one scenario."""

    def __init__(self, keywords: frozenset[str]) -> None:
        self._keywords = keywords

    def __call__(self, target: Target, random: Random, _: Half) -> Edit | None:
        """Make the edit; None where no scenario has such a step and another one besides."""
        text = target.document.text
        for scenario in shuffled(target.requirement, random):
            dropped, last = [], ""
            for step in scenario.steps:
                last = last if step.keyword in ("AND", "BUT") else step.keyword
                if last in self._keywords:
                    dropped.append(step)
            if not dropped or len(dropped) == len(scenario.steps) or not _is_flat(text, scenario):
                continue
            start, end = scenario.steps[0].start, scenario.end
            new, at = "", start
            for step in dropped:
                new += text[at : step.start]
                at = _behind_line(text, step.end, end)
            return Edit(start, end, (new + text[at:end]).rstrip(" \n\r"))
        return None


def wrong_heading(target: Target, random: Random, _: Half) -> Edit | None:
    """Give a scenario's heading another level, or make it a bold line."""
    text = target.document.text
    for scenario in shuffled(target.requirement, random):
        match = _HEADING.match(text, scenario.start)
        if match:
            new = random.choice(_FORMS).format(name=match["name"].strip())
            return Edit(
                scenario.start, match.end(), new, new, (match["name"].strip(), f"Scenario: {match['name'].strip()}")
            )
    return None


def repeated_scenario(target: Target, random: Random, _: Half) -> Edit | None:
    """Write a scenario a second time, under its own name or another one."""
    text, end = target.document.text, target.requirement.end
    for scenario in shuffled(target.requirement, random):
        match = _HEADING.match(text, scenario.start)
        if match and scenario.steps:
            name = random.choice(("{}", "{} again", "{} as well")).format(match["name"].strip())
            copy = f"#### Scenario: {name}{text[match.end() : scenario.end].rstrip()}"
            return Edit(end, end, f"\n\n{copy}", f"#### Scenario: {name}")
    return None


def empty_body(target: Target, _: Random, __: Half) -> Edit | None:
    """Take the words of the requirement away, its scenarios stay."""
    requirement, text = target.requirement, target.document.text
    body = text[requirement.body_start : requirement.body_end]
    if not body.strip():
        return None
    start = requirement.body_start + len(body) - len(body.lstrip())
    return Edit(start, requirement.body_start + len(body.rstrip()), "")


def shuffled(requirement: Requirement, random: Random) -> list[Scenario]:
    """Give the scenarios of a requirement in a random order."""
    scenarios = list(requirement.scenarios)
    random.shuffle(scenarios)
    return scenarios


def _is_flat(text: str, scenario: Scenario) -> bool:
    """Tell whether each step has its keyword and stands at the beginning of its line."""
    return all(step.keyword and text[step.start - 1] == "\n" for step in scenario.steps)


def _behind_line(text: str, at: int, end: int) -> int:
    """Give the offset behind the line end at or after an offset."""
    found = text.find("\n", at, end)
    return found + 1 if found >= 0 else end
