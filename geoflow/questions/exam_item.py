"""One question of an exam, and where its answer stands."""

from dataclasses import dataclass
from typing import Literal

Kind = Literal["outcome", "number", "name", "hidden"]


@dataclass(frozen=True, slots=True)
class Item:
    """A question of the exam. `answer` is the span that answers it, to the letter, empty for a hidden one.

    The span lies in the document at `path`, from `line` to `end_line` with the sentence or scenario that holds it,
    whose text is `place`.
    """

    kind: Kind
    question: str
    path: str
    line: int
    end_line: int
    place: str
    answer: str = ""


def joined(text: str) -> str:
    """Put a text on one line, one blank between words."""
    return " ".join(text.split())
