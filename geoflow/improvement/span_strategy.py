"""Edits whose words a model chooses: one defect, one sentence, one span; code finds the span and carries it out."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Any

from geoflow.improvement.contract import MISSING_OBLIGATION
from geoflow.improvement.edit import Candidate, SpanEdit
from geoflow.improvement.gate_meaning import known_subjects
from geoflow.improvement.obligation import SHALL
from geoflow.improvement.proposal import Document, target_place
from geoflow.quality.finding import Finding
from geoflow.quality.project_lexicon import RULED_OUT
from geoflow.quality.prose import masked, sentence_around

STRATEGY = "minimal-span"
REWORD_STRATEGY = "reword"
MOST_SUBJECTS = 4

INSTRUCTIONS: dict[str, str] = {
    "GF201": "Take out the word “{quote}”.",
    "GF202": "Take out the word “{quote}”.",
    "GF203": "Take out the words “{quote}”.",
    "GF204": "Take out the words “{quote}”, so that the list is closed.",
    "GF206": "Write “or” or “and” in place of “{quote}”.",
    "GF207": "Put the thing that “{quote}” stands for in its place. It is one of: {subjects}.",
    "OS-S15": "Put SHALL before the main verb, so that the sentence is an obligation.",
    "OS-D6": "Put SHALL before the main verb, so that the sentence is an obligation.",
}

ASKED_AS = {RULED_OUT: "GF201"}
"""Findings about which the model is asked in the words for another kind: a word that a team has ruled out judges."""


def instruction_of(code: str) -> str:
    """Give the instruction for a kind of finding; empty where there is none."""
    return INSTRUCTIONS.get(ASKED_AS.get(code, code), "")


@dataclass(frozen=True, slots=True)
class SpanQuestion:
    """What the model is asked: the sentence on one line, and what to do. `start` to `end` is the sentence's place."""

    sentence: str
    instruction: str
    start: int
    end: int

    def values(self) -> dict[str, str]:
        """Give the values that the prompt's template shows."""
        return {"sentence": self.sentence, "instruction": self.instruction}


def span_question(document: Document, finding: Finding, obligation: str = SHALL) -> SpanQuestion | None:
    """Frame the question for a finding; None where no instruction exists for its kind or its place is unclear.

    `obligation` is the word that obliges here, SHALL or MUST.
    """
    instruction = instruction_of(finding.code)
    place = target_place(document, finding.requirement, finding.start)
    if not instruction or not place[0] <= finding.start <= place[1]:
        return None
    block = document.text[slice(*place)]
    start, end = sentence_around(block, _where(finding, block, place[0]))
    if finding.code in MISSING_OBLIGATION:
        instruction = instruction.replace(SHALL, obligation)
    quote = " ".join(finding.quote.split())
    around = document.text[place[0] : finding.start], document.text[finding.end :]
    subjects = known_subjects(document.text, *around)[-MOST_SUBJECTS:]
    if "{subjects}" in instruction and not subjects:
        return None
    return SpanQuestion(
        sentence=" ".join(block[start:end].split()),
        instruction=instruction.format(quote=quote, subjects=", ".join(f"“{subject}”" for subject in subjects)),
        start=place[0] + start,
        end=place[0] + end,
    )


_WEAK = re.compile(r"(?<![\w-])(?:should|will)(?![\w-])")


def _where(finding: Finding, block: str, start: int) -> int:
    """Give the offset in its block of what is to be mended: of a missing obligation, the word that stands for it."""
    weak = _WEAK.search(masked(block).partition("\n####")[0]) if finding.code in MISSING_OBLIGATION else None
    return weak.start() if weak else finding.start - start


def span_schema(question: SpanQuestion) -> dict[str, Any]:
    """Give the JSON Schema of the reply: the words to replace, then the words in their place."""
    size = {"type": "string", "maxLength": 2 * len(question.sentence) + 40}
    return {
        "type": "object",
        "properties": {"old_span": size, "new_span": size},
        "required": ["old_span", "new_span"],
        "additionalProperties": False,
    }


def reword_schema(question: SpanQuestion) -> dict[str, Any]:
    """Give the JSON Schema of a reply that holds the whole sentence anew."""
    size = {"type": "string", "maxLength": 2 * len(question.sentence) + 40}
    return {"type": "object", "properties": {"sentence": size}, "required": ["sentence"], "additionalProperties": False}


def from_sentence(
    document: Document, finding: Finding, question: SpanQuestion, value: Mapping[str, Any]
) -> Candidate | str:
    """Turn a sentence that the model wrote anew into the span edits by which it differs, line breaks kept."""
    old = [(match.group(), match.start(), match.end()) for match in _WORDS.finditer(_sentence(document, question))]
    new = str(value.get("sentence", "")).split()
    if new and old and not old[-1][0].endswith("."):
        new[-1] = new[-1].rstrip(".")  # a step has no full stop, and small models like to give it one
    if not new:
        return "the sentence is empty"
    spans = []
    for tag, a, b, c, d in SequenceMatcher(None, [word for word, _, _ in old], new, autojunk=False).get_opcodes():
        if tag == "equal":
            continue
        start = question.start + (old[a][1] if a < len(old) else len(_sentence(document, question)))
        end = question.start + old[b - 1][2] if b > a else start
        words = " ".join(new[c:d])
        if tag == "insert":
            words = f"{words} " if a < len(old) else f" {words}"
        start, end = _take_blank(document.text, start, end, words)
        spans.append(SpanEdit(start, end, words))
    return Candidate(finding, tuple(spans), REWORD_STRATEGY)


_WORDS = re.compile(r"\S+")


def _sentence(document: Document, question: SpanQuestion) -> str:
    return document.text[question.start : question.end]


def from_reply(
    document: Document, finding: Finding, question: SpanQuestion, value: Mapping[str, Any]
) -> Candidate | str:
    """Turn a model's reply into a candidate, or say why it cannot be carried out.

    The old span must stand in the sentence exactly once, whatever its line breaks; the new one is put on one line.
    """
    old, new = str(value.get("old_span", "")), " ".join(str(value.get("new_span", "")).split())
    sentence = _sentence(document, question)
    if not old.strip():
        return "old_span is empty"
    pattern = r"\s+".join(re.escape(word) for word in old.split())
    matches = list(re.finditer(pattern, sentence))
    if len(matches) != 1:
        return f"old_span “{' '.join(old.split())[:80]}” stands {len(matches)} times in the sentence"
    start, end = question.start + matches[0].start(), question.start + matches[0].end()
    start, end, new = _take_article(document.text, start, end, new)
    start, new = _close_sentence(document.text, question, (start, end), new)
    new = _fit(sentence, document.text[:start], document.text[end:], new)
    start, end = _take_blank(document.text, start, end, new)
    return Candidate(finding, (SpanEdit(start, end, new),), STRATEGY)


_LAST_ARTICLE = re.compile(r"\b([Aa])n?(\s+)\Z")
_ARTICLE = re.compile(r"\b([Aa])n? +([^\W\d_]+)")


def _take_article(text: str, start: int, end: int, new: str) -> tuple[int, int, str]:
    # "an [appropriate ]header" needs "a header": the article before the span goes with it.
    before = _LAST_ARTICLE.search(text[:start])
    rest = text[end : end + 40].lstrip() if not new else ""
    if before is None or not (new or rest):
        return start, end, new
    if not new:
        noun = text.index(rest, end)
        end = noun + len(rest.split()[0])
        new = text[noun:end]
    first = _FIRST_LETTERS.match(new)
    article = before[1] + ("n" if first and first[0][0].lower() in "aeio" else "")
    return before.start(), end, article + before[2] + new


_FIRST_LETTERS = re.compile(r"[^\W\d_]+")


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


def _close_sentence(text: str, question: SpanQuestion, place: tuple[int, int], new: str) -> tuple[int, str]:
    # "a, b, etc." ends with a full stop that is part of the words that go.
    start, end = place
    if end != question.end or not text[start:end].endswith(".") or new.endswith("."):
        return start, new
    if new.strip(" ,;"):
        return start, new.rstrip(" ,;") + "."
    return len(text[:start].rstrip(" \n,;")), "."


def _take_blank(text: str, start: int, end: int, new: str) -> tuple[int, int]:
    # Where words go without replacement, the brackets or the comma that held them go as well, and a blank.
    if new == "" and text[start - 1 : start] == "(" and text[end : end + 1] == ")":
        start, end = start - 1, end + 1
    elif new == "" and text[end : end + 1] in {")", "]"}:
        start -= len(text[:start]) - len(text[:start].rstrip(", "))
    if new == "" and start and text[start - 1] in " \n" and text[end : end + 1] in {*" \n.,;:)", ""}:
        return start - 1, end
    return start, end
