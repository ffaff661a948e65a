"""The extracts of a passage: sentences and whole scenarios, any of which can be an answer by itself."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from math import log

from geoflow.quality.prose import sentences
from geoflow.quality.tokens import stem
from geoflow.questions.passage import Passage, count_lines
from geoflow.questions.retrieval import Found, Hit
from geoflow.questions.terms import stems

LONGEST_SCENARIO = 700
_SHORT = 80
_PRICE_OF_LENGTH = 0.2
_HEADING = re.compile(r"^#{1,6}[ \t]+(.*)$", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Extract:
    """A span of a passage: `text` is its exact source, `title` the scenario or heading it stands under."""

    passage: Passage
    title: str
    text: str
    line: int
    end_line: int


def extracts(passage: Passage) -> tuple[Extract, ...]:
    """Split a passage into extracts, in reading order; headings are none."""
    text = passage.text
    headings = [*_HEADING.finditer(text)]
    ends = [*(heading.start() for heading in headings[1:]), len(text)]
    found: list[Extract] = []
    if not headings:
        found += _pieces(passage, passage.heading, 0, len(text))
    for heading, end in zip(headings, ends, strict=False):
        found += _pieces(passage, heading.group(1).strip(), heading.end(), end)
    return tuple(found)


def _pieces(passage: Passage, title: str, start: int, end: int) -> Iterator[Extract]:
    body = passage.text[start:end]
    if title.lower().startswith("scenario") and len(body.strip()) <= LONGEST_SCENARIO:
        spans = [(len(body) - len(body.lstrip()), len(body.rstrip()))]
    else:
        spans = sentences(body)
    for first, last in spans:
        text = body[first:last]
        if any(character.isalnum() for character in text):
            line = passage.line + count_lines(passage.text[: start + first])
            yield Extract(passage, title, text, line, line + count_lines(text))


@dataclass(frozen=True, slots=True)
class Candidate:
    """An extract as an answer; `coverage` is the share of the question, by weight, in it and its title."""

    extract: Extract
    coverage: float


def best_candidates(found: Found, hits: Sequence[Hit], limit: int) -> list[Candidate]:
    """Choose the extracts of these hits that say most about the question, best first.

    What counts is the share of the question in the extract, with its title, and in the passage around it; of two
    that say the same, the shorter one.
    """
    scored: list[tuple[float, Candidate]] = []
    for hit in hits:
        around = found.coverage(hit.matched)
        for extract in extracts(hit.passage):
            own = found.coverage(present(found.terms, extract.text))
            titled = found.coverage(present(found.terms, f"{extract.title} {extract.text}"))
            length = log(max(len(extract.text), _SHORT) / _SHORT)
            scored.append((own + titled + around - _PRICE_OF_LENGTH * length, Candidate(extract, titled)))
    scored.sort(key=lambda pair: pair[0], reverse=True)
    return [candidate for _, candidate in scored[:limit]]


def present(terms: Sequence[str], text: str) -> list[str]:
    """List the terms whose stem stands in a text."""
    there = stems(text)
    return [term for term in terms if stem(term) in there]
