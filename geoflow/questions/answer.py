"""The values of an answer, and the checks that keep it honest: a quote that exists, no number from nowhere."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import Literal

from geoflow.quality.tokens import tokens
from geoflow.questions.extract import Extract
from geoflow.questions.passage import Passage, count_lines

State = Literal["answered", "not-specified"]
Route = Literal["documents", "model"]
LEAST_COVERAGE = 0.55
"""With less of the question, by weight, in the best passage there is no answer: the model is not even asked."""
_UNSEEN = re.compile(r"[\s*`_]+")


@dataclass(frozen=True, slots=True)
class Citation:
    """A quote that stands in the document, to the letter; lines count from 1, the last included."""

    path: str
    line: int
    end_line: int
    quote: str


@dataclass(frozen=True, slots=True)
class Near:
    """A passage that comes close to a question without answering it."""

    path: str
    line: int
    heading: str


@dataclass(frozen=True, slots=True)
class Answer:
    """What a question led to. `not-specified` has no text and no citation, but may name what comes near."""

    id: str
    question: str
    state: State
    text: str
    citations: tuple[Citation, ...]
    route: Route
    near: tuple[Near, ...] = ()


def question_id(question: str) -> str:
    """Make a stable short id; case and white space do not matter."""
    return sha256(" ".join(question.lower().split()).encode("utf-8", "replace")).hexdigest()[:12]


def citation(extract: Extract) -> Citation:
    """Cite an extract as a whole."""
    return Citation(extract.passage.path, extract.line, extract.end_line, _quoted(extract.text))


def find_quote(quote: str, places: Sequence[Passage]) -> Citation | None:
    """Find a quote in the first of these passages that holds it, white space and emphasis aside.

    What is cited is the document's own text, never the quote as it was given; None where no passage has it.
    """
    wanted = _UNSEEN.sub("", quote)
    if not wanted:
        return None
    for passage in places:
        span = _locate(wanted, passage.text)
        if span is not None:
            text = passage.text[span[0] : span[1]]
            line = passage.line + count_lines(passage.text[: span[0]])
            return Citation(passage.path, line, line + count_lines(text), _quoted(text))
    return None


def _locate(wanted: str, text: str) -> tuple[int, int] | None:
    seen = [index for index, character in enumerate(text) if not _UNSEEN.fullmatch(character)]
    start = "".join(text[index] for index in seen).find(wanted)
    if start < 0:
        return None
    return seen[start], seen[start + len(wanted) - 1] + 1


def _quoted(text: str) -> str:
    return text.replace("\r\n", "\n").replace("\r", "\n")


def inventions(answer: str, document: str) -> tuple[str, ...]:
    """List the numbers and literals of an answer that the document does not have."""
    known = {token.key for token in tokens(document)}
    written = document.casefold()
    return tuple(
        token.key
        for token in tokens(answer)
        if token.kind in {"number", "literal"} and token.key not in known and token.key.casefold() not in written
    )
