"""Edits that bring an answer in: in the place of a finding's quote, or as a sentence of its own behind the text."""

import re
from collections.abc import Mapping, Sequence
from hashlib import sha256
from typing import Any

from geoflow.improvement.answer_text import one_line, phrase, sentence, why_not_plain
from geoflow.improvement.contract import ANSWERABLE, CHOSEN, UNHELD
from geoflow.improvement.edit import Candidate, GivenAnswer, SpanEdit
from geoflow.improvement.insight import Insight, same_findings
from geoflow.improvement.proposal import Document
from geoflow.openspec.model import Requirement
from geoflow.quality.finding import Finding
from geoflow.quality.findings import requirements_of
from geoflow.quality.prose import masked
from geoflow.quality.tokens import FREE, RELATIONS, UNITS, tokens

STRATEGY = "answer"
NO_TARGET = "the question names no requirement that is there"
SAME_NAME = "two requirements there have this name"
FINDING_GONE = "the finding that it was about is gone"
NOT_ANSWERABLE = "no answer can stand in the place of this kind of finding"
NO_PLACE = "the answer is no sentence with SHALL and no finding names its place"
NO_END = "the requirement's text does not end with a sentence that another one could follow"
SAID_BESIDE = "the requirement says it already, beside the finding"
OTHER_UNIT = "the answer has a unit, and the requirement has one behind the finding"
OTHER_ARTICLE = "the answer begins with an article, and the requirement has one before the finding"
WIDEST = 120
"""Characters of a line; where a sentence would make it longer, it begins a new one."""

_NO_PROSE = re.compile(r"^[ \t]*(?:[-*+][ \t]|\d+[.)][ \t]|>|\||`{3}|~{3}|#|<)|^(?:\t| {4})", re.MULTILINE)
_ARTICLES = frozenset({"a", "an", "the"})
_ARTICLE_BEFORE = re.compile(r"\b(?P<letter>[Aa])n?(?P<blank>[ \t\r\n]+)\Z")
_MARKS = ".,;:!?"


def finding_of(insight: Insight, document: Document | None, findings: Sequence[Finding]) -> Finding | str:
    """Find what an insight mends in its document as it stands, or say why it cannot be acted on.

    Args:
        insight: The insight.
        document: The document that it is about; None where there is none.
        findings: What is wrong in it.
    """
    named = [one for one in requirements_of(document) if one.name == insight.requirement] if document else []
    if document is None or not named:
        return NO_TARGET
    if len(named) > 1:
        return SAME_NAME
    if not insight.code:
        return (_chosen if insight.quote else _unheld)(insight, document, named[0])
    same = same_findings(insight, findings)
    if len(same) > 1:
        return f"“{one_line(same[0].quote)}” stands {len(same)} times in the requirement"
    if not same:
        return FINDING_GONE
    return same[0] if insight.code in ANSWERABLE else NOT_ANSWERABLE


def _chosen(insight: Insight, document: Document, requirement: Requirement) -> Finding | str:
    """Find the words that a draft's question is about, first in the requirement's text, then in its scenarios."""
    pattern = re.compile(r"(?<!\w)" + r"\s+".join(map(re.escape, insight.quote.split())) + r"(?!\w)")
    places = ((requirement.body_start, requirement.body_end), (requirement.start, requirement.end))
    match = next((found for start, end in places if (found := pattern.search(document.text, start, end))), None)
    if match is None:
        return f"“{one_line(insight.quote)[:80]}” is not in the requirement any more"
    line = document.text.count("\n", 0, match.start()) + 1
    return Finding(
        code=CHOSEN,
        severity="info",
        path=document.path,
        line=line,
        end_line=line + match.group().count("\n"),
        requirement=requirement.name,
        message="a question of the draft was answered",
        fix="put the answer in its place",
        quote=match.group(),
        start=match.start(),
        end=match.end(),
        source="question",
        occurrence=int(sha256(insight.question.encode()).hexdigest()[:6], 16),
    )


def _unheld(insight: Insight, document: Document, requirement: Requirement) -> Finding | str:
    if reason := why_not_plain(insight.answer):
        return reason
    if not sentence(insight.answer):
        return NO_PLACE
    body = document.text[requirement.body_start : requirement.body_end]
    text = body.rstrip()
    paragraph = re.split(r"\n[ \t\r]*\n", text)[-1].removeprefix("\n")
    if masked(text)[-1:] not in (".", "!", "?") or _NO_PROSE.search(paragraph):
        return NO_END
    place = requirement.body_start + len(text)
    line = document.text.count("\n", 0, place) + 1
    return Finding(
        code=UNHELD,
        severity="info",
        path=document.path,
        line=line,
        end_line=line,
        requirement=requirement.name,
        message="an answer that the requirement does not hold",
        fix="say in the requirement what was answered",
        quote="",
        start=place,
        end=place,
        source="question",
        # Findings without a quote are told apart by this; the question's own id keeps it stable.
        occurrence=int(sha256(insight.question.encode()).hexdigest()[:6], 16),
    )


def from_answer(document: Document, finding: Finding, insight: Insight) -> Candidate | str | None:
    """Make the edit that code alone can make of an answer, or say why it cannot; None where a piece must be chosen."""
    if reason := why_not_plain(insight.answer):
        return reason
    if finding.code == UNHELD:
        return _candidate(finding, insight, _behind(document, finding, sentence(insight.answer)))
    words = one_line(insight.answer).removesuffix(".") if finding.code == CHOSEN else phrase(insight.answer)
    return _of(finding, insight, _in_place(document, finding, words)) if words else None


def from_piece(document: Document, finding: Finding, insight: Insight, value: Mapping[str, Any]) -> Candidate | str:
    """Turn the piece of an answer that a model chose into a candidate, or say why it cannot be carried out."""
    words = one_line(str(value.get("piece", ""))).removesuffix(".")
    if not words:
        return "the piece is empty"
    return _of(finding, insight, _in_place(document, finding, words))


def _of(finding: Finding, insight: Insight, made: SpanEdit | str) -> Candidate | str:
    return made if isinstance(made, str) else _candidate(finding, insight, made)


def _candidate(finding: Finding, insight: Insight, span: SpanEdit) -> Candidate:
    return Candidate(finding, (span,), STRATEGY, answer=GivenAnswer(insight.answer, insight.path, insight.line))


def _behind(document: Document, finding: Finding, words: str) -> SpanEdit:
    last = document.text[document.text.rfind("\n", 0, finding.start) + 1 : finding.start]
    wraps = len(last) + 1 + len(words) > WIDEST and "\r" not in document.text
    return SpanEdit(finding.start, finding.end, f"\n{words}" if wraps else f" {words}")


def _in_place(document: Document, finding: Finding, words: str) -> SpanEdit | str:
    before, after = document.text[: finding.start], document.text[finding.end :]
    new = _not_doubled(before, after, words.split())
    if not new:
        return SAID_BESIDE
    if _unit_at_end(new) and after.split()[:1] and after.split()[0].strip(_MARKS).lower() in UNITS:
        return OTHER_UNIT
    if new[0].lower() in _ARTICLES and before.split()[-1].lower() in _ARTICLES:
        return OTHER_ARTICLE
    opens = before.rstrip().endswith((".", "!", "?")) or (finding.quote[0].isupper() and not finding.quote.isupper())
    text = _capital(" ".join(new), opens=opens)
    if finding.quote.endswith(".") and (
        not after.strip() or after.startswith(("\n", "\r")) or after.lstrip()[0].isupper()
    ):
        text += "."  # "etc." ends a sentence, too
    article = _ARTICLE_BEFORE.search(before)
    if article is None or not text[0].isalpha():
        return SpanEdit(finding.start, finding.end, text)
    start, letter = article.start(), article["letter"] + ("n" if text[0].lower() in "aeio" else "")
    return SpanEdit(start, finding.end, letter + article["blank"] + text)


def _not_doubled(before: str, after: str, words: Sequence[str]) -> list[str]:
    """Leave out of an answer the words with which it repeats what stands just before or after its place."""
    left, right = before.split()[-len(words) :], after.split()[: len(words)]
    first = max((n for n in range(len(words) + 1) if n == 0 or _folded(left[-n:]) == _folded(words[:n])), default=0)
    rest = list(words[first:])
    last = max((n for n in range(len(rest) + 1) if n == 0 or _folded(right[:n]) == _folded(rest[-n:])), default=0)
    return rest[: len(rest) - last]


def _folded(words: Sequence[str]) -> list[str]:
    return [word.strip(_MARKS).casefold() for word in words]


def _unit_at_end(words: Sequence[str]) -> bool:
    found = tokens(" ".join(words))
    return bool(found) and found[-1].kind == "number" and not found[-1].key[-1].isdigit()


def _capital(words: str, *, opens: bool) -> str:
    """Write the first letter as its place asks for: large where a sentence opens, small inside one."""
    if opens:
        return words[0].upper() + words[1:]
    first = words.split(maxsplit=1)[0].strip(_MARKS).lower()
    return words[0].lower() + words[1:] if first in RELATIONS | FREE and not words[1:2].isupper() else words
