"""Checks of an edit that adds a step to scenarios: what stood there stays, and the step is what a person answered."""

import re
from collections.abc import Iterator
from typing import NamedTuple

from geoflow.improvement.answer_text import why_not_plain
from geoflow.improvement.proposal import Proposal, requirement_named
from geoflow.improvement.step_text import KEYWORDS
from geoflow.openspec.model import Requirement, Scenario, Step

_LINE = re.compile(
    r"[ \t]{0,3}(?:[-*+][ \t]+\*\*(?:WHEN|THEN)\*\*|(?P<mark>\*\*|)(?:WHEN|THEN)(?P=mark)) (?P<text>\S[^\r\n]*)"
)
_LEADS = {"WHEN": r"when(?:ever)?|if|once|as soon as", "THEN": "then"}


class _Added(NamedTuple):
    """A step that came, in the new document, and the place that it takes there with its line break.

    `scenario` is the one before, which lacked it.
    """

    scenario: Scenario
    step: Step
    start: int
    end: int


def steps_only(proposal: Proposal) -> str:
    """Refuse an edit that changes a character of what stood there, or adds anything but a step a scenario."""
    added = _added(proposal)
    if isinstance(added, str):
        return added
    text = proposal.new.text
    for one in reversed(added):
        text = text[: one.start] + text[one.end :]
    return "" if text == proposal.base.text else "changes the text around the steps"


def one_step_each(proposal: Proposal) -> str:
    """Refuse a step in a scenario that does not lack it, one of another keyword, and one at another place."""
    added, keyword = _added(proposal), KEYWORDS[proposal.finding.code]
    if isinstance(added, str):
        return added
    kind = (proposal.finding.code, proposal.finding.requirement)
    lacking = {found.start for found in proposal.base_findings if (found.code, found.requirement) == kind}
    for one in added:
        if one.step.keyword != keyword:
            return f"adds a {one.step.keyword or 'text'} where a {keyword} is missing"
        if one.scenario.start not in lacking:
            return f"adds a step to “{one.scenario.name}”, which lacks none"
    return "" if added else "adds no step"


def is_what_was_answered(proposal: Proposal) -> str:
    """Refuse a step that is not, word by word, the whole answer of a person, or that is more than plain text."""
    added, answer = _added(proposal), proposal.answer
    if isinstance(added, str) or answer is None:
        return "no person has said it" if answer is None else str(added)
    said = _said(answer.text, KEYWORDS[proposal.finding.code])
    for one in added:
        line = _LINE.fullmatch(proposal.new.text[one.step.start : one.step.end])
        if line is None:
            return "the step is not one line of a scenario"
        if reason := why_not_plain(line["text"]):
            return reason.replace("the answer has", "brings in", 1)
        if _folded(line["text"]) not in said:
            return f"says “{line['text'][:80]}”, which is not the answer"
    return ""


def _added(proposal: Proposal) -> list[_Added] | str:
    """List the steps that came, in reading order; or say what else is different."""
    name, place = proposal.finding.requirement, proposal.base_place[0]
    before, after = (requirement_named(document, name, place) for document in (proposal.base, proposal.new))
    if before is None or after is None or len(before.scenarios) != len(after.scenarios):
        return "the scenarios are not those before"
    found = list(_pairs(before, after))
    more = [pair for pair in found if len(pair[1].steps) != len(pair[0].steps)]
    if any(len(new.steps) != len(old.steps) + 1 for old, new in more):
        return "a scenario has not one step more"
    return [_of_scenario(old, new) for old, new in more]


def _pairs(before: Requirement, after: Requirement) -> Iterator[tuple[Scenario, Scenario]]:
    return zip(before.scenarios, after.scenarios, strict=True)


def _of_scenario(old: Scenario, new: Scenario) -> _Added:
    same = (one[:2] == other[:2] for one, other in zip(old.steps, new.steps, strict=False))
    index = next((number for number, is_same in enumerate(same) if not is_same), len(old.steps))
    step = new.steps[index]
    if index == len(new.steps) - 1:
        return _Added(old, step, new.steps[index - 1].end if index else new.start, step.end)
    return _Added(old, step, step.start, new.steps[index + 1].start)


def _said(answer: str, keyword: str) -> set[str]:
    """Give an answer in each way in which it may lead up to the words of its step."""
    folded = _folded(answer)
    marked = rf"\A(?:[-*+] )?(?:\*\*|__|){keyword}[:,]?(?:\*\*|__|)[:,]? "
    bare = re.sub(marked, "", folded, flags=re.IGNORECASE)
    return {folded, bare, re.sub(rf"\A(?:{_LEADS[keyword]}) ", "", folded)}


def _folded(text: str) -> str:
    return " ".join(text.split()).removesuffix(".").casefold()
