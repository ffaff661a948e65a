"""Edits: a target, its old and new text, and where each new word comes from."""

import re
from dataclasses import dataclass
from typing import Any, Literal

from geoflow.quality.finding import Finding
from geoflow.quality.tokens import Kind, tokens

_QUOTED = re.compile(r"\"[^\"\n]{1,80}\"|“[^”\n]{1,80}”|`[^`\n]{1,80}`")
LicenceKind = Literal["spec", "template", "answer", "comment"]


@dataclass(frozen=True, slots=True)
class Licence:
    """Where a new word of an edit comes from: a line of the document on the base branch, a template, or an answer.

    A revision may take it from a person's comment.
    """

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
class Wish:
    """What a reviewer wants of a change, in their words.

    Args:
        id: The finding's id.
        words: What they wrote; it names what may go.
        by: Who it was.
        is_persons: Whether a person wrote it, so that it licenses what it says.
        path: The document that it is about; empty where it names none.
        requirement: The requirement; empty where it names none.
        quote: Words that it quotes; empty where it quotes none.
        around: What the change's other documents say, which licenses as the document itself does.
        gone: A figure that a person's new one takes the place of.
        asked: The question that the words answer; shown to the model, and a licence for nothing.
    """

    id: str
    words: str
    by: str
    is_persons: bool
    path: str = ""
    requirement: str = ""
    quote: str = ""
    around: str = ""
    gone: str = ""
    asked: str = ""

    @property
    def names(self) -> str:
        """Give the text that says what may go: a person's words, of others those in quotation marks."""
        if self.is_persons:
            return f"{self.words} {self.gone}"
        return " ".join(match.group().strip('"“”`') for match in _QUOTED.finditer(self.words))

    @property
    def licence(self) -> str:
        """Give the text that licenses: the change's own, and the words of a person."""
        return f"{self.words}\n{self.around}" if self.is_persons else self.around


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
    edit that brings an answer in. `prompt` names the prompt for the model, `lesson` the lesson that stood in it. `wish`
    is what a reviewer wrote. `kept` is the requirement (path, name) that stays where another one is dropped; `region`
    the place that such an edit changes.
    """

    finding: Finding
    spans: tuple[SpanEdit, ...]
    strategy: str
    prompt: str = ""
    template_words: str = ""
    answer: GivenAnswer | None = None
    wish: Wish | None = None
    lesson: str = ""
    kept: tuple[str, str] | None = None
    region: tuple[int, int] | None = None


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
