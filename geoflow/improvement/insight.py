"""Insights: what a person has answered, and whether the specs say it already."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from geoflow.improvement.proposal import Document, requirement_named
from geoflow.improvement.step_text import KEYWORDS, headings_in
from geoflow.quality.finding import Finding
from geoflow.quality.tokens import Kind, Token, tokens

HELD = "the specs say it already"
HELD_ELSEWHERE = "the requirement has the words of the answer already, and the finding is still there"
CONTRARY = "the requirement has the words of the answer without its “not”: a person has to choose"
_MEANT: frozenset[Kind] = frozenset({"literal", "number", "word"})


@dataclass(frozen=True, slots=True)
class Insight:
    """An answer that a person stands behind (`by`), and the place in the specs that it is about.

    `path` is the question's file and `line` where the answer begins in it, 0 where that was not found. `target` and
    `requirement` are the place; `code` and `quote` the finding there that the question is about. Each may be empty.
    """

    question: str
    path: str
    text: str
    answer: str
    line: int
    by: str
    target: str = ""
    requirement: str = ""
    code: str = ""
    quote: str = ""

    def document(self) -> dict[str, Any]:
        """Give the fields that reports and scripts see."""
        names = ("question", "path", "line", "text", "answer", "by", "target", "requirement", "code")
        return {name: getattr(self, name) for name in names}


@dataclass(frozen=True, slots=True)
class Base:
    """The base commit, as far as insights look at it.

    `documents` are those that can be edited, by path; `findings` all in them; `told` the passages of the main specs.
    """

    documents: Mapping[str, Document]
    findings: Sequence[Finding]
    told: Sequence[str]


def why_held(insight: Insight, base: Base) -> str:
    """Say that the specs hold an answer already, or its words; an empty string where it is to get into them.

    They hold it where every number, literal and content word of it stands in its requirement, or, where it is about
    none, in one passage. In the place of a finding it must stand in one piece: "within 2 s" is not said where something
    else happens every 2 s.
    """
    document = base.documents.get(insight.target)
    target = requirement_named(document, insight.requirement) if document and insight.requirement else None
    if document is None or target is None:
        return HELD if any(holds(text, insight.answer) for text in base.told) else ""
    text = document.text[target.start : target.end]
    if insight.quote and not insight.code:  # the answer is to take the place of these words, wherever else it stands
        stands = _folded(insight.quote) in _folded(text) and _folded(insight.quote) != _folded(insight.answer)
        return "" if stands else HELD
    if not holds(text, insight.answer):
        return ""
    if insight.code and same_findings(insight, base.findings):
        return HELD_ELSEWHERE if _in_one_piece(text, insight.answer) else ""
    body = document.text[target.body_start : target.body_end]
    return CONTRARY if _negations(insight.answer) - _negations(body) else HELD


def same_findings(insight: Insight, findings: Iterable[Finding]) -> list[Finding]:
    """List the findings that a question is about: one, unless equal quotes stand in one requirement.

    A question about a step may be about several scenarios, and quotes the headings of all.
    """
    place = (insight.code, insight.target, insight.requirement)
    same = (one for one in findings if (one.code, one.path, one.requirement) == place)
    return [one for one in same if not insight.quote.strip() or is_quoted(one, insight.quote)]


def is_quoted(finding: Finding, quote: str) -> bool:
    """Tell whether a question with this quote, about findings of this kind here, is about this one."""
    quoted = _folded(finding.quote)
    return quoted in headings_in(quote) if finding.code in KEYWORDS else quoted == _folded(quote)


def holds(text: str, answer: str) -> bool:
    """Tell whether every number, literal and content word of an answer stands in a text; never of an empty answer."""
    wanted = {_key(token) for token in tokens(answer) if token.kind in _MEANT}
    return bool(wanted) and wanted <= {_key(token) for token in tokens(text)}


def _folded(text: str) -> str:
    return " ".join(text.split()).casefold()


def _key(token: Token) -> tuple[Kind, str]:
    return token.kind, token.key


def _negations(text: str) -> set[str]:
    return {token.key for token in tokens(text) if token.kind == "negation"}


def _in_one_piece(text: str, answer: str) -> bool:
    whole, part = ([_key(token) for token in tokens(one) if token.kind != "free"] for one in (text, answer))
    return any(whole[index : index + len(part)] == part for index in range(len(whole) - len(part) + 1))
