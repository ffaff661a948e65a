"""Edits: a target, its old and new text, and where each new word comes from."""

from dataclasses import dataclass
from typing import Any, Literal

from geoflow.quality.finding import Finding
from geoflow.quality.tokens import Kind, tokens

LicenceKind = Literal["spec", "template", "answer"]


@dataclass(frozen=True, slots=True)
class Licence:
    """Where a new word of an edit comes from: a line of the document on the base branch, a template, or an answer."""

    kind: LicenceKind
    word: str
    path: str = ""
    line: int = 0

    def document(self) -> dict[str, Any]:
        """Give the fields that reports and scripts see."""
        place = {"path": self.path, "line": self.line} if self.path else {}
        return {"kind": self.kind, "word": self.word} | place

    @property
    def source(self) -> str:
        """Name kind and place as one text; the line is left out where it is not known."""
        return f"{self.kind} {self.path}:{self.line}" if self.path and self.line else f"{self.kind} {self.path}".strip()


@dataclass(frozen=True, slots=True)
class GivenAnswer:
    """An answer that a person stands behind, as a licence: its text, and where it lies on the base branch."""

    text: str
    path: str
    line: int = 0

    def licence(self, key: tuple[Kind, str], word: str) -> Licence:
        """Name this answer as the source of a token, in its own spelling where it has it, else in that of `word`."""
        own = next((token for token in tokens(self.text) if token[:2] == key), None)
        return Licence("answer", self.text[own.start : own.end] if own else word, self.path, self.line)


@dataclass(frozen=True, slots=True)
class SpanEdit:
    """A replacement in a document: the text from `start` to `end` becomes `new`."""

    start: int
    end: int
    new: str


@dataclass(frozen=True, slots=True)
class Candidate:
    """A proposed edit of one target, before the gate: spans of the document, and how they were made.

    `template_words` is text of the template itself, a licence of its own; `answer` is the one and only licence of an
    edit that brings an answer in. `prompt` names the prompt for the model.
    """

    finding: Finding
    spans: tuple[SpanEdit, ...]
    strategy: str
    prompt: str = ""
    template_words: str = ""
    answer: GivenAnswer | None = None


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
