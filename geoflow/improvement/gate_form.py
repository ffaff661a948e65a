"""Checks of form: only the target changes, its parts are all there, and nothing is hidden in it."""

import re
from collections import Counter

from geoflow.improvement import gate_answer
from geoflow.improvement.contract import MISSING_OBLIGATION
from geoflow.improvement.gate_visible import shown_otherwise
from geoflow.improvement.past_texts import squeezed
from geoflow.improvement.proposal import Document, Proposal, requirement_named
from geoflow.openspec.model import Requirement
from geoflow.quality.findings import requirements_of
from geoflow.quality.prose import sentences, without_code
from geoflow.quality.structure import SCENARIO_HEADING


def changes_something(proposal: Proposal) -> str:
    """Refuse an edit that leaves what a reader sees as it was."""
    if squeezed(proposal.old_text) != squeezed(proposal.new_text):
        return ""
    return f"changes nothing, “{' '.join(proposal.finding.quote.split())[:60]}” is still there"


def target_only(proposal: Proposal) -> str:
    """Refuse an edit that changes a character outside its target."""
    start, end = proposal.base_place
    if start == end:
        return "the target is not in the document"
    old, new = proposal.base.text, proposal.new.text
    if old[:start] != new[:start] or not new.endswith(old[end:]) or len(new) < start + len(old) - end:
        return "changes the document outside its target"
    return ""


def sentence_only(proposal: Proposal) -> str:
    """Refuse an edit that reaches beyond the sentence (or the line) that the finding lies in.

    Where an answer is brought in, nothing but the finding's quote may change.
    """
    if proposal.answer:
        return gate_answer.stands_in_place(proposal)
    if not proposal.finding.requirement:
        return ""
    place = proposal.base_place
    start, end, _ = proposal.changed
    # That an obligation is missing is found of the whole text; it may come into any one sentence.
    at = start if proposal.finding.code in MISSING_OBLIGATION else proposal.finding.start
    bounds = _sentence_bounds(proposal.base.text, place, at)
    return "" if bounds[0] <= start and end <= bounds[1] else "reaches beyond the sentence of the finding"


def _sentence_bounds(text: str, place: tuple[int, int], position: int) -> tuple[int, int]:
    block = text[slice(*place)]
    for start, end in sentences(block):
        if place[0] + start <= position <= place[0] + end:
            return place[0] + start, place[0] + end
    return position, position


def requirements_kept(proposal: Proposal) -> str:
    """Refuse an edit after which a requirement is missing, new, renamed or in another place."""
    before, after = (
        [requirement.name for requirement in requirements_of(document)] for document in (proposal.base, proposal.new)
    )
    return "" if before == after else f"the requirements change: {_difference(before, after)}"


def scenarios_kept(proposal: Proposal) -> str:
    """Refuse an edit after which a scenario is missing, new or renamed; form may bring out one that was hidden."""
    before, after = (_scenario_names(requirement) for requirement in _targets(proposal))
    if before == after:
        return ""
    lost = Counter(before) - Counter(after)
    hidden = {(match["name"] or match["bold"] or "").strip() for match in SCENARIO_HEADING.finditer(proposal.old_text)}
    new = Counter(after) - Counter(before)
    if proposal.contract.regroups and not lost and set(new) <= hidden:
        return ""
    return f"the scenarios change: {_difference(before, after)}"


def _scenario_names(requirement: Requirement | None) -> list[str]:
    return [scenario.name for scenario in requirement.scenarios] if requirement else []


def steps_kept(proposal: Proposal) -> str:
    """Refuse an edit after which a step is missing, new, or has another keyword."""
    before, after = (
        [(scenario.name, step.keyword) for scenario in (target.scenarios if target else ()) for step in scenario.steps]
        for target in _targets(proposal)
    )
    if before == after:
        return ""
    if proposal.contract.regroups and not _steps(proposal.base, proposal) - _steps(proposal.new, proposal):
        return ""
    names = ([" ".join(step) for step in steps] for steps in (before, after))
    return f"the steps change: {_difference(*names)}"


def _steps(document: Document, proposal: Proposal) -> Counter[tuple[str, str]]:
    """Count the steps of the target whatever scenario they are under: a heading that comes out takes its own along."""
    target = requirement_named(document, proposal.finding.requirement, proposal.base_place[0])
    return Counter(
        (step.keyword, squeezed(document.text[step.start : step.end]))
        for scenario in (target.scenarios if target else ())
        for step in scenario.steps
    )


def _targets(proposal: Proposal) -> tuple[Requirement | None, Requirement | None]:
    name = proposal.finding.requirement
    place = proposal.base_place[0]
    return requirement_named(proposal.base, name, place), requirement_named(proposal.new, name, place)


def _difference(before: list[str], after: list[str]) -> str:
    lost, new = Counter(before) - Counter(after), Counter(after) - Counter(before)
    parts = [f"without “{name}”" for name in list(lost)[:3]] + [f"with “{name}”" for name in list(new)[:3]]
    return ", ".join(parts) or "another order"


_HIDING = (
    ("an HTML comment", re.compile(r"<!--|-->")),
    ("a waiver", re.compile(r"geoflow:", re.IGNORECASE)),
    ("a code fence", re.compile(r"^\s*(?:```|~~~)", re.MULTILINE)),
    (
        "an invisible character",
        re.compile(r"[\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff\x00-\x08\x0b-\x1f\x7f]"),
    ),
)


_MARKUP = (
    ("raw HTML", re.compile(r"</?[A-Za-z][^>\n]*>?")),
    ("a link", re.compile(r"\]\(|\]\[|^\s*\[[^\]\n]+\]:", re.MULTILINE)),
)
_COMMENT = re.compile(r"<!--.*?(?:-->|\Z)", re.DOTALL)


def nothing_hidden(proposal: Proposal) -> str:
    """Refuse an edit that brings in (or takes away) a comment, HTML, a link, a waiver, a fence or a hidden mark."""
    old, new = proposal.old_text, proposal.new_text
    if "\r\n" in old:  # a line that comes ends as the others do
        old, new = old.replace("\r\n", "\n"), new.replace("\r\n", "\n")
    if proposal.answer and (reason := gate_answer.is_plain(proposal)):
        return reason
    for noun, pattern in _HIDING:
        if Counter(pattern.findall(new)) - Counter(pattern.findall(old)):
            return f"brings in {noun}"
    for noun, pattern in _MARKUP:
        # In a code span markup is shown to the reader as it stands.
        if Counter(pattern.findall(without_code(new))) - Counter(pattern.findall(without_code(old))):
            return f"brings in {noun}"
    if _COMMENT.findall(proposal.old_text) != _COMMENT.findall(proposal.new_text):
        return "changes a comment"
    return shown_otherwise(old, new)


def growth_bounded(proposal: Proposal) -> str:
    """Refuse an edit whose target grows beyond what its contract allows, or by more than the answer it brings in."""
    old, new = len(squeezed(proposal.old_text)), len(squeezed(proposal.new_text))
    limit = proposal.contract.growth * old + (len(squeezed(proposal.answer.text)) + 2 if proposal.answer else 20)
    return f"grows from {old} to {new} characters" if new > limit else ""


def text_not_seen(proposal: Proposal) -> str:
    """Refuse a text that the target already had: edits may not go back and forth."""
    return "brings back a text that was there before" if squeezed(proposal.new_text) in proposal.seen else ""
