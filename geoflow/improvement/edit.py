"""Edits: a target, its old and new text, and where each new word comes from."""

from dataclasses import dataclass
from typing import Any, Literal

from geoflow.quality.finding import Finding

LicenceKind = Literal["spec", "template"]


@dataclass(frozen=True, slots=True)
class Licence:
    """Where a new word of an edit comes from: a line of the document on the base branch, or a template."""

    kind: LicenceKind
    word: str
    path: str = ""
    line: int = 0

    def document(self) -> dict[str, Any]:
        """Give the fields that reports and scripts see."""
        place = {"path": self.path, "line": self.line} if self.path else {}
        return {"kind": self.kind, "word": self.word} | place


@dataclass(frozen=True, slots=True)
class SpanEdit:
    """A replacement in a document: the text from `start` to `end` becomes `new`."""

    start: int
    end: int
    new: str


@dataclass(frozen=True, slots=True)
class Candidate:
    """A proposed edit of one target, before the gate: spans of the document, and how they were made.

    `template_words` is text of the template itself, a licence of its own. `prompt` names the prompt for the model.
    """

    finding: Finding
    spans: tuple[SpanEdit, ...]
    strategy: str
    prompt: str = ""
    template_words: str = ""


def apply(text: str, spans: tuple[SpanEdit, ...]) -> str:
    """Carry out span edits; they may not overlap.

    Raises:
        ValueError: Two spans overlap, or one lies outside the text.
    """
    result, position = [], 0
    for span in sorted(spans, key=lambda span: span.start):
        if not position <= span.start <= span.end <= len(text):
            raise ValueError("spans overlap or lie outside the text")
        result += [text[position : span.start], span.new]
        position = span.end
    return "".join([*result, text[position:]])
