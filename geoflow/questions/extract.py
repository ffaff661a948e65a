"""The extracts of a passage: sentences and whole scenarios, any of which can be an answer by itself."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from geoflow.quality.prose import sentences
from geoflow.questions.passage import Passage, count_lines

LONGEST_SCENARIO = 700
_HEADING = re.compile(r"^#{1,6}[ \t]+(.*)$", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Extract:
    """A span of a passage: `text` is its exact source, `title` the scenario or heading it stands under."""

    passage: Passage
    title: str
    text: str
    line: int
    end_line: int

    @property
    def is_scenario(self) -> bool:
        """Tell a scenario, whole or in sentences, from other text."""
        return self.title.lower().startswith("scenario")


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
