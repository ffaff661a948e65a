"""Split a scenario at every WHEN: each part keeps the steps above the first one, and its own lines as they stand."""

from itertools import pairwise

from geoflow.improvement.adopt_slices import end_of_line, without_blank_tail
from geoflow.improvement.adopt_text import bare
from geoflow.openspec.model import Requirement, Scenario, Step

LONGEST_TITLE = 120
NO_OUTCOME = "a part of it would say no outcome"
SAME_TITLE = "its requirement would have two scenarios of one title"


def split_scenario(text: str, scenario: Scenario, requirement: Requirement) -> tuple[str, list[str]] | str | None:
    """Give the document with the scenario split, and the titles; why it cannot be; None where it has one WHEN.

    Every line of it stays, in its order; the first title stays, the others add the words of their WHEN.
    """
    steps = scenario.steps
    cuts = _cuts(steps)
    if len(cuts) < 2:
        return None
    if any(all(step.keyword != "THEN" for step in steps[at:end]) for at, end in pairwise([*cuts, len(steps)])):
        return NO_OUTCOME
    titles = [scenario.name, *(_title(scenario.name, steps[at:]) for at in cuts[1:])]
    others = {one.name for one in requirement.scenarios if one.start != scenario.start}
    if len(set(titles)) < len(titles) or others & set(titles):
        return SAME_TITLE
    begins = [_line_start(text, steps[at].start) for at in cuts]
    lead = text[_line_start(text, steps[0].start) : begins[0]] if cuts[0] else ""
    feed = "\r\n" if "\r\n" in text else "\n"
    block = without_blank_tail(text[scenario.start : end_of_line(text, scenario.end)])
    marks = block[: len(block) - len(block.lstrip("#"))]
    end = scenario.start + len(block)
    made = without_blank_tail(text[scenario.start : begins[1]])
    for title, (first, last) in zip(titles[1:], pairwise([*begins[1:], end]), strict=True):
        made += f"{feed * 2}{marks} Scenario: {title}{feed}{lead}{without_blank_tail(text[first:last])}"
    return text[: scenario.start] + made + text[end:], titles


def _cuts(steps: tuple[Step, ...]) -> list[int]:
    """Tell where the parts begin: at each WHEN, or at the GIVEN with its ANDs that stands right above it."""
    cuts: list[int] = []
    for index, step in enumerate(steps):
        if step.keyword != "WHEN":
            continue
        begin = index
        while cuts and begin > cuts[-1] and steps[begin - 1].keyword in ("GIVEN", "AND", "BUT"):
            begin -= 1
        given = next((at for at in range(begin, index) if steps[at].keyword == "GIVEN"), index)
        cuts.append(given if cuts else index)
    return cuts


def _title(name: str, steps: tuple[Step, ...]) -> str:
    words = bare(next(step.text for step in steps if step.keyword == "WHEN")).split()
    made = f"{name}:"
    for word in words:
        if len(made) + 1 + len(word) > max(LONGEST_TITLE, len(name) + 40):
            break
        made += f" {word}"
    return made.rstrip(".,;: #")


def _line_start(text: str, offset: int) -> int:
    return max(text.rfind("\n", 0, offset), text.rfind("\r", 0, offset)) + 1
