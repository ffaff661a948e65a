"""Edits that need no model, because form alone is wrong: code writes them from the document's own words."""

import re
from collections.abc import Callable

from geoflow.improvement.contract import MISSING_OBLIGATION
from geoflow.improvement.edit import Candidate, SpanEdit
from geoflow.improvement.obligation import SHALL
from geoflow.improvement.proposal import Document
from geoflow.improvement.purpose_text import TEMPLATE_WORDS, purpose_sentence, spoken, wrapped
from geoflow.openspec.model import Spec
from geoflow.quality.finding import Finding
from geoflow.quality.prose import masked
from geoflow.quality.structure import STEP

Template = Callable[[Document, Finding], Candidate | None]
OBLIGES = "template:normative-word"
"""The strategy that writes SHALL or MUST."""


def _capitals(_document: Document, finding: Finding) -> Candidate:
    return _replace(finding, finding.quote.upper(), "template:capitals")


def _obliging(document: Document, finding: Finding, obligation: str) -> Candidate | None:
    sentence = document.text[finding.start : finding.end]
    matches = list(re.finditer(r"(?<![\w-])(?:will|shall|must)(?![\w-])", sentence))
    if not matches:
        # "should" stands where SHALL has to: the first one obliges, what others mean is for people to say.
        matches = list(re.finditer(r"(?<![\w-])should(?![\w-])", masked(sentence)))[:1]
    if len(matches) != 1:
        return None
    start = finding.start + matches[0].start()
    word = obligation if matches[0].group() in {"will", "should"} else matches[0].group().upper()
    return Candidate(finding, (SpanEdit(start, start + len(matches[0].group()), word),), OBLIGES)


def _scenario_heading(_document: Document, finding: Finding) -> Candidate:
    words = finding.quote.strip().strip("#>+-").strip().strip("*_").strip().rstrip(":").replace("**", "")
    words = words if re.match(r"Scenario\b", words, re.IGNORECASE) else f"Scenario: {words}"
    return _replace(finding, f"#### {words}", "template:scenario-heading")


def _step_keyword(_document: Document, finding: Finding) -> Candidate | None:
    match = STEP.match(finding.quote + " ")
    return _replace(finding, f"{match['lead']}**{match['word'].upper()}**", "template:step-keyword") if match else None


def _verb_alone(document: Document, finding: Finding) -> Candidate | None:
    if not finding.quote.rstrip().endswith("to"):
        return None  # "be capable of stopping": what follows is no verb that could stand alone
    # The blank after the words goes with them: "SHALL be able to export" becomes "SHALL export".
    tail = document.text[finding.end :]
    end = finding.end + len(tail) - len(tail.lstrip())
    return Candidate(finding, (SpanEdit(finding.start, end, ""),), "template:verb-alone")


def _purpose_from_requirements(document: Document, finding: Finding) -> Candidate | None:
    if not isinstance(document, Spec) or not document.requirements:
        return None
    sentence = purpose_sentence(document)
    kept = finding.quote.rstrip() if finding.code == "OS-S11" else ""
    joined = f"{kept}{'' if kept.endswith(('.', '!', '?')) else '.'} {sentence}" if kept else sentence
    joined = wrapped(joined, document) if "\n" not in kept else joined
    return Candidate(
        finding,
        (SpanEdit(finding.start, finding.end, joined),),
        "template:purpose",
        # The capability's own name is a word of the tree: the folder that holds the document.
        template_words=f"{TEMPLATE_WORDS} {spoken(document.id)}",
    )


def _replace(finding: Finding, new: str, strategy: str) -> Candidate:
    return Candidate(finding, (SpanEdit(finding.start, finding.end, new),), strategy)


TEMPLATES: dict[str, Template] = {
    "GF101": _capitals,
    "GF111": _scenario_heading,
    "GF112": _step_keyword,
    "GF205": _verb_alone,
    "OS-S10": _purpose_from_requirements,
    "OS-S11": _purpose_from_requirements,
}

NAMES: dict[str, str] = {
    "GF101": "template:capitals",
    "GF111": "template:scenario-heading",
    "GF112": "template:step-keyword",
    "GF205": "template:verb-alone",
    "OS-S10": "template:purpose",
    "OS-S11": "template:purpose",
    **dict.fromkeys(MISSING_OBLIGATION, OBLIGES),
}
"""The strategy that each template is known by."""


def from_template(document: Document, finding: Finding, obligation: str = SHALL) -> Candidate | None:
    """Make the edit that code alone can make for a finding; None where words are needed.

    `obligation` is the word that obliges here, SHALL or MUST.
    """
    if finding.code in MISSING_OBLIGATION:
        return _obliging(document, finding, obligation)
    template = TEMPLATES.get(finding.code)
    return template(document, finding) if template else None
