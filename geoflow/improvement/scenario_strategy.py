"""Scenarios for requirements that have none: from the requirement's own words, or from what a person has answered.

Nothing is invented: code reads the condition and the outcome (`geoflow.quality.ears`), or a model says which words they
are; where the requirement has none, a person is asked.
"""

import re
from collections.abc import Mapping
from dataclasses import replace
from typing import Any, NamedTuple

from geoflow.improvement.answer_text import one_line, why_not_plain
from geoflow.improvement.edit import Candidate, GivenAnswer, SpanEdit
from geoflow.improvement.proposal import Document, requirement_named
from geoflow.openspec.model import Requirement
from geoflow.quality.ears import Ears, clauses, keyword, without_keyword
from geoflow.quality.finding import Finding
from geoflow.quality.prose import sentences
from geoflow.quality.structure import SCENARIO_HEADING

STRATEGY, BY_PIECES = "add-scenario", "add-scenario-pieces"
"""By code, or from an answer; and of the pieces that a model chooses."""
MISSING = frozenset({"OS-S4", "OS-D7"})
"""Issues that say of a requirement that it has no scenario."""
NO_TRIGGER = "neither the requirement nor the answer says when it happens and what comes out"

_LONGEST_NAME = 70
_OBLIGES = re.compile(r"\b(?:SHALL|MUST)\b")
_SAID = re.compile(
    r"(?:given\s+(?P<given>.+?)[,;.]?\s+)?when\s+(?P<when>.+?)[,;.]?\s+then\s+(?P<then>.+?)\.?", re.IGNORECASE
)
_MARKS = re.compile(r"^[ \t]*[-*+][ \t]+|\*\*", re.MULTILINE)
_STATES = frozenset({"while", "where", "as long as"})
_EVENTS = frozenset({"when", "whenever", "if", "once", "as soon as", "after"})


class Steps(NamedTuple):
    """What a scenario says: its conditions with their keywords (GIVEN, WHEN), and its outcome."""

    conditions: tuple[tuple[str, str], ...]
    outcome: str

    @property
    def name(self) -> str:
        """Give the last condition as a name."""
        words = self.conditions[-1][1]
        return words[0].upper() + words[1:]


def own_steps(text: str) -> Steps | None:
    """Read the steps of a scenario from the first sentence with a condition that obliges; None where there is none."""
    for start, end in sentences(text):
        sentence = text[start:end]
        found = clauses(sentence) if _OBLIGES.search(sentence) else None
        if found and (steps := _steps(sentence, found)):
            return steps
    return None


def _steps(sentence: str, found: Ears) -> Steps | None:
    conditions = []
    for clause in found.conditions:
        key = keyword(sentence, clause)
        if key not in _STATES | _EVENTS:
            return None
        conditions.append(
            ("GIVEN" if key in _STATES and len(found.conditions) > 1 else "WHEN", without_keyword(sentence, clause))
        )
    if sum(key == "WHEN" for key, _ in conditions) != 1:
        return None
    pieces = [found.subject, found.response, *([found.verb] if found.verb else [])]
    outcome = " ".join(" ".join(sentence[slice(*piece)].split()) for piece in pieces)
    return Steps(tuple(sorted(conditions)), inside(outcome))


def scenario_text(name: str, steps: Steps) -> str:
    """Write a scenario."""
    lines = [f"#### Scenario: {name}", *(f"- **{key}** {words}" for key, words in steps.conditions)]
    return "\n".join([*lines, f"- **THEN** {steps.outcome}"])


def scenario_name(requirement: str, steps: Steps) -> str:
    """Name a scenario by its condition, or by its requirement where that is too long for a name."""
    return steps.name if len(steps.name) <= _LONGEST_NAME else requirement


def from_own_words(document: Document, finding: Finding) -> Candidate | None:
    """Make the scenario that code can read from the requirement's text; None where it reads none."""
    requirement = _of(document, finding)
    steps = own_steps(document.text[requirement.body_start : requirement.body_end]) if requirement else None
    return _candidate(document, finding, steps) if steps else None


def from_said(document: Document, finding: Finding, answer: GivenAnswer) -> Candidate | str:
    """Make the scenario that a person has answered, or say why that is none."""
    steps = said_steps(answer.text)
    if isinstance(steps, str):
        return steps
    return _candidate(document, finding, steps, answer) or "the requirement has scenarios by now"


def said_steps(answer: str) -> Steps | str:
    """Read the steps of a scenario from an answer, or say why it has none."""
    plain = one_line(_MARKS.sub("", answer))
    if reason := why_not_plain(plain):
        return reason
    if match := _SAID.fullmatch(plain):
        given = (("GIVEN", inside(match["given"])),) if match["given"] else ()
        return Steps((*given, ("WHEN", inside(match["when"]))), inside(match["then"]))
    return own_steps(plain) or NO_TRIGGER


_SMALL = {"The", "A", "An", "Each", "Every", "All", "Any", "No", "It", "This", "That"}


def from_pieces(document: Document, finding: Finding, value: Mapping[str, Any]) -> Candidate | str:
    """Make a scenario of the words that a model chose from the requirement's text, or say why that cannot be done."""
    requirement = _of(document, finding)
    body = one_line(document.text[requirement.body_start : requirement.body_end]) if requirement else ""
    found = []
    for name in ("when", "then"):
        words = one_line(str(value.get(name, ""))).strip(" ,.")
        if len(words.split()) < 2 or words not in body:
            return f"the words of “{name}” are not in the requirement: “{words[:80]}”"
        found.append(words)
    when, then = found
    if when in then or then in when:
        return "the condition and the outcome are not apart"
    trigger = re.sub(r"\A(?:when(?:ever)?|if|once|while)\s+", "", when, flags=re.IGNORECASE)
    made = _candidate(document, finding, Steps((("WHEN", inside(trigger)),), inside(then)))
    return replace(made, strategy=BY_PIECES) if made else "the requirement has scenarios by now"


def inside(words: str) -> str:
    """Write words that began a sentence as they stand within one; a name keeps its capital."""
    first, blank, rest = words.partition(" ")
    return f"{first.lower()}{blank}{rest}" if first in _SMALL else words


PIECES: dict[str, Any] = {
    "type": "object",
    "properties": {"when": {"type": "string", "maxLength": 400}, "then": {"type": "string", "maxLength": 600}},
    "required": ["when", "then"],
    "additionalProperties": False,
}
"""The JSON Schema of a model's reply."""


def _candidate(
    document: Document, finding: Finding, steps: Steps, answer: GivenAnswer | None = None
) -> Candidate | None:
    requirement = _of(document, finding)
    if requirement is None or requirement.scenarios or "\r" in document.text:
        return None
    if SCENARIO_HEADING.search(document.text, requirement.body_start, requirement.end):
        return None  # there is one, and only its heading has not its form
    text = scenario_text(scenario_name(requirement.name, steps), steps)
    end = len(document.text[: requirement.end].rstrip())
    return Candidate(finding, (SpanEdit(end, end, f"\n\n{text}"),), STRATEGY, answer=answer)


def _of(document: Document, finding: Finding) -> Requirement | None:
    return requirement_named(document, finding.requirement, finding.start)
