"""Edits that put the condition of an obligation first, as EARS has it; the words stay, only clauses change places.

"The store SHALL, when the disk is full, refuse" becomes "When the disk is full, the store SHALL refuse". See
`geoflow.quality.ears` for the patterns and their source.
"""

import re
from collections.abc import Mapping
from typing import Any

from geoflow.improvement.contract import MISSING_OBLIGATION
from geoflow.improvement.edit import Candidate, SpanEdit
from geoflow.improvement.obligation import SHALL
from geoflow.improvement.proposal import Document
from geoflow.improvement.span_strategy import SpanQuestion
from geoflow.quality.ears import KEYWORDS, Clause, clauses, keyword
from geoflow.quality.finding import Finding
from geoflow.quality.findings import requirements_of
from geoflow.quality.prose import masked, sentence_around

STRATEGY, PIECES = "ears", "ears-pieces"
"""By code, and of the pieces that a model chooses."""
NESTED = "GF220"
OFFERED = frozenset({NESTED, *MISSING_OBLIGATION})
"""Findings whose sentence may get its clauses in the order of EARS."""

_ARTICLE = re.compile(r"(?:The|A|An|Each|Every|Any|All|No|This|These|One|If|When|While|Where|Once)\b")
_CONDITION = re.compile(rf"\b(?:{'|'.join(KEYWORDS)})\b", re.IGNORECASE)
_WEAK = re.compile(r"\A(?:will|should)\b")


def by_code(document: Document, finding: Finding, obligation: str = SHALL) -> Candidate | None:
    """Move the condition of the finding's sentence to its front; None where code cannot read the clauses.

    `obligation` is the word that takes the place of a weak one, SHALL or MUST.
    """
    if finding.code not in OFFERED:
        return None
    start, end = _sentence(document, finding)
    sentence = document.text[start:end]
    found = clauses(sentence)
    if found is None or found.position == "front":
        return None
    pieces = [found.subject, found.response, *([found.verb] if found.verb else [])]
    new = _joined(sentence, found.lead, pieces, obligation) + _mark(sentence)
    return Candidate(finding, (SpanEdit(start, end, new),), STRATEGY)


def _sentence(document: Document, finding: Finding) -> tuple[int, int]:
    bodies = [(one.body_start, one.body_end) for one in requirements_of(document)]
    place = next((one for one in bodies if one[0] <= finding.start <= one[1]), (finding.start, finding.end))
    start, end = sentence_around(document.text[slice(*place)], finding.start - place[0])
    return place[0] + start, place[0] + end


def _joined(sentence: str, lead: Clause, pieces: list[Clause], obligation: str) -> str:
    condition = sentence[slice(*lead)]
    subject, *rest = [sentence[slice(*piece)] for piece in pieces]
    subject = subject[0].lower() + subject[1:] if _ARTICLE.match(subject) else subject
    rest[0] = _WEAK.sub(obligation, rest[0])
    return " ".join([f"{condition[0].upper()}{condition[1:]},", subject, *rest])


def _mark(sentence: str) -> str:
    return sentence.rstrip()[-1] if sentence.rstrip()[-1:] in {".", "!"} else ""


def has_condition(sentence: str) -> bool:
    """Tell whether a sentence has a word that a condition may begin with."""
    return _CONDITION.search(masked(sentence)) is not None


def ears_schema(question: SpanQuestion) -> dict[str, Any]:
    """Give the JSON Schema of the reply: three pieces of the sentence."""
    size = {"type": "string", "maxLength": len(question.sentence) + 20}
    return {
        "type": "object",
        "properties": {"condition": size, "subject": size, "response": size},
        "required": ["condition", "subject", "response"],
        "additionalProperties": False,
    }


def from_pieces(
    document: Document, finding: Finding, question: SpanQuestion, value: Mapping[str, Any], obligation: str = SHALL
) -> Candidate | str:
    """Put a sentence together of the pieces that a model chose, or say why that cannot be done.

    Each piece must stand in the sentence once, none may overlap another, and nothing but commas may be left over.
    """
    sentence = document.text[question.start : question.end]
    found: list[Clause] = []
    for name in ("condition", "subject", "response"):
        words = str(value.get(name, "")).strip(" ,.\n")
        matches = list(re.finditer(r"\s+".join(map(re.escape, words.split())), sentence)) if words else []
        if len(matches) != 1:
            return f"the {name} “{words[:80]}” stands {len(matches)} times in the sentence"
        found.append(Clause(*matches[0].span()))
    ordered = sorted(found)
    gaps = zip(
        [0, *(piece.end for piece in ordered)], [*(piece.start for piece in ordered), len(sentence)], strict=True
    )
    if any(start > end or re.search(r"[^\s,.!]", sentence[start:end].replace("then", "")) for start, end in gaps):
        return "the pieces are not the whole sentence"
    condition, subject, response = found
    if not keyword(sentence, condition):
        return "the condition does not begin with when, while, if or where"
    new = _joined(sentence, condition, [subject, response], obligation)
    if not re.search(r"\b(?:SHALL|MUST)\b", new):
        return "the response does not begin with SHALL, will or should"
    return Candidate(finding, (SpanEdit(question.start, question.end, new + _mark(sentence)),), PIECES)
