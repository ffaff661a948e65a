"""Edits whose words a model chooses: one defect, one sentence, one span; code finds the span and carries it out."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from geoflow.improvement.edit import Candidate, SpanEdit
from geoflow.improvement.proposal import Document, target_place
from geoflow.quality.finding import Finding
from geoflow.quality.prose import sentence_around

PROMPT = "improve.span/1"
STRATEGY = "minimal-span"

INSTRUCTIONS: dict[str, str] = {
    "GF201": "Take out the word “{quote}”. Keep every other word.",
    "GF202": "Take out the word “{quote}”, or put a word of the context in its place. Keep every other word.",
    "GF203": "Take out “{quote}”. Keep every other word.",
    "GF204": "Take out “{quote}”, so that the list is closed. Keep every other word.",
    "GF206": "Write “or” or “and” in place of “{quote}”. Keep every other word.",
    "GF207": "Name the subject that “{quote}” stands for, with words of the context. Keep every other word.",
    "OS-S15": "Put SHALL before the main verb, so that the sentence is an obligation. Keep every other word.",
    "OS-D6": "Put SHALL before the main verb, so that the sentence is an obligation. Keep every other word.",
}


@dataclass(frozen=True, slots=True)
class SpanQuestion:
    """What the model is asked: the sentence on one line, its context, and what to do. `start` to `end` is its place."""

    sentence: str
    context: str
    instruction: str
    quote: str
    start: int
    end: int

    def values(self) -> dict[str, str]:
        """Give the values that the prompt's template shows."""
        return {
            "sentence": self.sentence,
            "context": self.context,
            "instruction": self.instruction,
            "quote": self.quote,
        }


def span_question(document: Document, finding: Finding) -> SpanQuestion | None:
    """Frame the question for a finding; None where no instruction exists for its kind or its place is unclear."""
    instruction = INSTRUCTIONS.get(finding.code)
    place = target_place(document, finding.requirement, finding.start)
    if instruction is None or not place[0] <= finding.start <= place[1]:
        return None
    block = document.text[slice(*place)]
    start, end = sentence_around(block, finding.start - place[0])
    quote = " ".join(finding.quote.split())
    return SpanQuestion(
        sentence=" ".join(block[start:end].split()),
        context=" ".join(finding.requirement.split()),
        instruction=instruction.format(quote=quote if len(quote) < 60 else "the sentence"),
        quote=quote,
        start=place[0] + start,
        end=place[0] + end,
    )


def span_schema(question: SpanQuestion) -> dict[str, Any]:
    """Give the JSON Schema of the reply: the words to replace, then the words in their place."""
    size = {"type": "string", "maxLength": 2 * len(question.sentence) + 40}
    return {
        "type": "object",
        "properties": {"old_span": size, "new_span": size},
        "required": ["old_span", "new_span"],
        "additionalProperties": False,
    }


def from_reply(
    document: Document, finding: Finding, question: SpanQuestion, value: Mapping[str, Any]
) -> Candidate | str:
    """Turn a model's reply into a candidate, or say why it cannot be carried out.

    The old span must stand in the sentence exactly once, whatever its line breaks; the new one is put on one line.
    """
    old, new = str(value.get("old_span", "")), " ".join(str(value.get("new_span", "")).split())
    sentence = document.text[question.start : question.end]
    if not old.strip():
        return "old_span is empty"
    pattern = r"\s+".join(re.escape(word) for word in old.split())
    matches = list(re.finditer(pattern, sentence))
    if len(matches) != 1:
        return f"old_span “{old[:80]}” stands {len(matches)} times in the sentence"
    start, end = question.start + matches[0].start(), question.start + matches[0].end()
    start, end, new = _take_article(document.text, start, end, new)
    new = _fit(sentence, document.text[:start], document.text[end:], new)
    start, end = _take_blank(document.text, start, end, new)
    return Candidate(finding, (SpanEdit(start, end, new),), STRATEGY, prompt=PROMPT)


_LAST_ARTICLE = re.compile(r"\b[Aa]n? +$")
_ARTICLE = re.compile(r"\b([Aa])n? +([^\W\d_]+)")


def _take_article(text: str, start: int, end: int, new: str) -> tuple[int, int, str]:
    # "an [appropriate ]header" needs "a header": the article before the span goes with it.
    before = _LAST_ARTICLE.search(text, max(0, start - 4), start)
    rest = text[end : end + 40].lstrip() if not new else ""
    if before is None or not (new or rest):
        return start, end, new
    if not new:
        end = text.index(rest, end) + len(rest.split()[0])
        new = text[text.index(rest, end - len(rest.split()[0])) : end]
    return before.start(), end, before.group().strip() + " " + new


def _fit(sentence: str, before: str, after: str, new: str) -> str:
    """Mend what code can: articles that met a new word, a mark doubled at the seam, the capital of a sentence."""
    new = _ARTICLE.sub(lambda match: _with_article(match, sentence), new)
    if new and after and new[-1] in ".,;:" and after[0] in ".,;:":
        new = new[:-1]
    if not before.strip() or before.endswith("\n\n") or before.rstrip().endswith((". ", ".")):
        new = new[:1].upper() + new[1:]
    return new


def _with_article(match: re.Match[str], sentence: str) -> str:
    if " ".join(match.group().split()).lower() in " ".join(sentence.split()).lower():
        return match.group()
    return f"{match[1]}{'n' if match[2][0].lower() in 'aeio' else ''} {match[2]}"


def _take_blank(text: str, start: int, end: int, new: str) -> tuple[int, int]:
    # Where words go without replacement, the blank before them goes as well.
    if new == "" and start and text[start - 1] in " \n" and text[end : end + 1] in {"", " ", "\n", ".", ",", ";", ":"}:
        return start - 1, end
    return start, end
