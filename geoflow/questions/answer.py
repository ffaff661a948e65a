"""The values of an answer, and the checks that keep it honest: a quote that exists, no number from nowhere."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import Literal

from geoflow.quality.tokens import tokens
from geoflow.questions.extract import Extract
from geoflow.questions.passage import Source
from geoflow.questions.question import RouteName, Step
from geoflow.questions.terms import stems

State = Literal["answered", "not-specified", "open"]
MOST_CITATIONS = 3
_OWN_WORDS = 0.25
_SHORTEST_QUOTE = 12  # characters that are seen
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
    """A passage that comes close to a question without answering it.

    `source` tells what holds (`spec`), what an active change proposes (`change`), what was archived (`history`), and a
    stored question that was answered and asks something alike (`answer`); its heading is that question.
    """

    path: str
    line: int
    heading: str
    source: Source | Literal["answer"] = "spec"


@dataclass(frozen=True, slots=True)
class Answer:
    """What a question led to.

    `not-specified` has no text and no citation, but may name what comes near; `open` likewise, and someone is asked.
    `citations` are at most three, the one that the answer is taken from first. `by` is who answered where that is
    neither a document nor the model; `is_confirmed` tells whether a person stands behind such an answer. `steps` are
    the routes that were tried, in their order; `file` is the question's own, where it is written down.
    """

    id: str
    question: str
    state: State
    text: str
    citations: tuple[Citation, ...]
    route: RouteName
    near: tuple[Near, ...] = ()
    by: str = ""
    is_confirmed: bool = False
    steps: tuple[Step, ...] = ()
    file: str = ""


def question_id(question: str) -> str:
    """Make a stable short id; case and white space do not matter."""
    return sha256(" ".join(question.lower().split()).encode("utf-8", "replace")).hexdigest()[:12]


def citation(extract: Extract) -> Citation:
    """Cite an extract as a whole."""
    return Citation(extract.passage.path, extract.line, extract.end_line, _quoted(extract.text))


def citation_of_file(path: str, content: bytes, text: str) -> Citation | None:
    """Cite a text where it stands on one line of a file; None where the file writes it in another way."""
    lines = content.decode("utf-8", "replace").replace("\r\n", "\n").replace("\r", "\n").split("\n")
    line = next((number for number, line in enumerate(lines, 1) if text and text in line), 0)
    return Citation(path, line, line, text) if line else None


def evidence(quote: str, answer: str, extracts: Sequence[Extract]) -> Extract | None:
    """Find the first of these extracts that holds a quote, white space and emphasis aside, and what the answer says.

    An extract that holds the quote but not the numbers and literals of the answer gives way to one that holds these,
    since a small model often quotes a neighbour of the line that it answers from. None where there is neither.
    """
    wanted = _UNSEEN.sub("", quote)
    quoted = [extract for extract in extracts if wanted and wanted in _UNSEEN.sub("", extract.text)]
    places = [*quoted, *(extract for extract in extracts if _says(answer, extract))]
    whole = (extract for extract in places if not inventions(answer, extract.text))
    return next(whole, quoted[0] if quoted else None)


def quoted_extract(quote: str, answer: str, question: str, extracts: Sequence[Extract]) -> Extract | None:
    """Find the extract that holds a quote, white space and emphasis aside, where the answer invents nothing beside it.

    None where no extract holds it, where it is too short to say anything, or where the answer has a number or literal
    that stands neither there nor in the question: what a stranger's model says counts for no more than this.
    """
    wanted = _UNSEEN.sub("", quote)
    if len(wanted) < _SHORTEST_QUOTE:
        return None
    holding = (extract for extract in extracts if wanted in _UNSEEN.sub("", extract.text))
    return next((one for one in holding if not inventions(answer, f"{question}\n{one.text}")), None)


def _says(answer: str, extract: Extract) -> bool:
    return any(token.kind in {"number", "literal"} for token in tokens(answer)) and not inventions(answer, extract.text)


def is_supported(answer: str, question: str, document: str) -> bool:
    """Tell whether an answer says what the document says: no number or literal of its own, and few words.

    Words of the question count as given; one in four may be the answer's own.
    """
    said = stems(answer)
    own = said - stems(document) - stems(question)
    return bool(said) and len(own) <= len(said) * _OWN_WORDS and not inventions(answer, document)


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
