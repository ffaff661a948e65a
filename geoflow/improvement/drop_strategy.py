"""Drop one of two requirements that say the same: a question which one stays, and the edit that the answer wants.

Scenarios that only the dropped one has go to the one that stays. Nothing is dropped without an answer.
"""

import re
from collections.abc import Mapping
from dataclasses import replace
from typing import NamedTuple

from geoflow.improvement.answer_text import one_line
from geoflow.improvement.choice import Choice, kept_of_two
from geoflow.improvement.edit import Candidate, GivenAnswer, SpanEdit
from geoflow.improvement.proposal import Document
from geoflow.improvement.said_by import lacks
from geoflow.openspec.model import Requirement, Scenario, Spec
from geoflow.quality.copies import says_the_same
from geoflow.quality.finding import Finding
from geoflow.quality.findings import requirements_of

STRATEGY = "drop"
COPY, IN_OTHER_WORDS = "GF311", "GF315"
COPIES = frozenset({COPY, IN_OTHER_WORDS})
_OTHER = re.compile(r"\((?P<path>openspec/[^()]+):(?P<line>\d+)\)(?: says: their scenarios are the same)?\Z")
_MOST_SHOWN = 400
NOT_SAID = "the answer does not say which of the two stays"


class Place(NamedTuple):
    """A requirement and the document that holds it."""

    document: Document
    requirement: Requirement


def question(documents: Mapping[str, Document], finding: Finding) -> Choice | str:
    """Ask which of two requirements stays; or say why code could drop neither."""
    pair = _pair(documents, finding)
    if isinstance(pair, str):
        return pair
    made = {way: _spans(*way) for way in (pair, pair[::-1])}
    options = [
        f"Keep {_shown(kept)} and drop {_shown(dropped)}"
        for (kept, dropped), one in made.items()
        if not isinstance(one, str)
    ]
    if not options:
        return next(str(why) for why in made.values())
    one, other = pair
    how = "the same as" if finding.code == COPY else "in other words what"
    says = "" if finding.code == COPY else " says"
    asks = f"{_shown(other)} says {how} {_shown(one)}{says}. Which one stays?"
    if finding.code != COPY:
        asks += f" {_quoted(other)}; {_quoted(one)}."
    return Choice(asks, (*options, "Keep both"))


def from_choice(documents: Mapping[str, Document], finding: Finding, answer: GivenAnswer) -> Candidate | str:
    """Carry out what a person has chosen, or say why that cannot be done."""
    pair = _pair(documents, finding)
    if isinstance(pair, str):
        return pair
    said = kept_of_two(answer.text)
    if said is None:
        return NOT_SAID
    kept, dropped = pair if _names(pair) == said else pair[::-1]
    if _names((kept, dropped)) != said:
        return "the answer names other requirements than these two"
    made = _spans(kept, dropped)
    if isinstance(made, str):
        return made
    start = min(span.start for span in made)
    target = dropped.requirement
    at = replace(
        finding,
        path=dropped.document.path,
        requirement=target.name,
        start=target.start,
        end=target.body_start,
        quote=dropped.document.text[target.start : target.body_start],
        line=target.span.line,
    )
    return Candidate(
        at,
        made,
        STRATEGY,
        answer=answer,
        kept=(kept.document.path, kept.requirement.name),
        region=(start, max(span.end for span in made)),
    )


def _names(pair: tuple[Place, Place]) -> tuple[str, str]:
    return pair[0].requirement.name, pair[1].requirement.name


def _pair(documents: Mapping[str, Document], finding: Finding) -> tuple[Place, Place] | str:
    """Give the requirement that was first and the one that says the same, both in main specs."""
    found = _OTHER.search(finding.message)
    there = documents.get(found["path"]) if found else None
    first = (
        next((one for one in requirements_of(there) if one.span.line == int(found["line"])), None)
        if there and found
        else None
    )
    here = documents.get(finding.path)
    second = next((one for one in requirements_of(here) if one.start == finding.start), None) if here else None
    if not (there and first and here and second and says_as_much(finding.code, first, second)):
        return "the two do not say the same any more"
    if not isinstance(there, Spec) or not isinstance(here, Spec):
        return "one of the two is in a change"
    if first.name == second.name:
        return "both have one name, so an answer cannot tell them apart"
    return Place(there, first), Place(here, second)


def says_as_much(code: str, one: Requirement, other: Requirement) -> bool:
    """Tell whether two requirements say the same: in the same words, or all that one of them says is in the other."""
    return says_the_same(one, other) or (code == IN_OTHER_WORDS and not (lacks(one, other) and lacks(other, one)))


def _spans(kept: Place, dropped: Place) -> tuple[SpanEdit, ...] | str:
    """Give the edits of the document that holds the one to be dropped."""
    if not says_the_same(kept.requirement, dropped.requirement) and (
        lost := lacks(kept.requirement, dropped.requirement)
    ):
        return f"“{kept.requirement.name}” does not say {lost}"
    have = {steps_of(scenario) for scenario in kept.requirement.scenarios}
    text = dropped.document.text
    own = [one for one in dropped.requirement.scenarios if steps_of(one) not in have]
    if own and kept.document.path != dropped.document.path:
        return f"only the one to be dropped has the scenario “{own[0].name}”, and it is in another document"
    if {one.name for one in own} & {one.name for one in kept.requirement.scenarios}:
        return f"both have a scenario “{own[0].name}” that says something else"
    end = dropped.requirement.end
    behind = len(text[end:]) - len(text[end:].lstrip())
    start, end = dropped.requirement.start, end + behind
    if end == len(text):
        start, end = len(text[:start].rstrip()), len(text.rstrip())
    moved = "".join(f"\n\n{text[one.start : one.end].strip()}" for one in own)
    place = len(text[: kept.requirement.end].rstrip()) if own else 0
    spans = (SpanEdit(start, end, ""), *((SpanEdit(place, place, moved),) if own else ()))
    return tuple(sorted(spans, key=lambda span: (span.start, span.end)))


def steps_of(scenario: Scenario) -> tuple[str, ...]:
    """Give what a scenario says, as two are compared: its steps, whatever case and white space."""
    return tuple(f"{step.keyword} {' '.join(step.text.split())}".casefold() for step in scenario.steps)


def _quoted(place: Place) -> str:
    return f"“{place.requirement.name}”: “{one_line(place.requirement.text)[:_MOST_SHOWN]}”"


def _shown(place: Place) -> str:
    return f"“{place.requirement.name}” of {place.document.id}"
