"""The prose of a requirement in pieces, each read once: what is literal is hidden, and sentences are known."""

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterator
from functools import cached_property, lru_cache
from typing import Literal, NamedTuple

from geoflow.openspec.model import Requirement
from geoflow.quality.finding import Finding, Severity
from geoflow.quality.phrases import Index, Words, words_of
from geoflow.quality.prose import masked, sentences_of

Place = Literal["body", "condition", "outcome"]
_STEP_LEAD = re.compile(
    r"\s*(?:[-*+][ \t]+)?(?:\*\*|__)?(?:GIVEN|WHEN|THEN|AND|BUT)?:?(?:\*\*|__)?:?\s*", re.IGNORECASE
)


class Passage(NamedTuple):
    """A piece of a requirement: where it lies in the document, and what part it plays."""

    place: Place
    start: int
    end: int


class Try(NamedTuple):
    """A phrase by its number that may match from `start` on, before `end`; what it looks ahead at ends at `reach`."""

    number: int
    start: int
    end: int
    reach: int

    def matches(self, pattern: re.Pattern[str], text: str) -> Iterator[re.Match[str]]:
        """Find the matches that begin in this sentence."""
        for match in pattern.finditer(text, self.start, self.reach):
            if match.start() >= self.end:
                return
            yield match


class Reading:
    """A passage with its prose (`masked`, of the same length as `raw`) and its sentences, each read when asked for."""

    def __init__(self, passage: Passage, text: str) -> None:
        self.place = passage.place
        self.start = passage.start
        self.raw = text[passage.start : passage.end]

    @cached_property
    def prose(self) -> str:
        """Give the text with everything hidden that is literal."""
        return masked(self.raw)

    @cached_property
    def lead(self) -> int:
        """Tell how much of the prose comes before its first word: a bullet and a step's keyword."""
        match = _STEP_LEAD.match(self.prose) if self.place != "body" else None
        return match.end() if match else 0

    @cached_property
    def words(self) -> Words:
        """Give the words and marks of the prose, as phrases look for them."""
        return words_of(self.prose)

    @cached_property
    def sentences(self) -> list[tuple[int, int]]:
        """List the offsets of the sentences in the prose."""
        return sentences_of(self.prose)

    def sentence(self, position: int) -> tuple[int, int]:
        """Find the sentence that holds an offset; the whole prose where none does."""
        number = bisect_right(self.sentences, position, key=lambda place: place[0]) - 1
        holds = number >= 0 and position < self.sentences[number][1]
        return self.sentences[number] if holds else (0, len(self.prose))

    def worth(self, index: Index) -> list[Try]:
        """Tell which phrases of an index may match, and in which sentences, by phrase and then by place."""
        numbers = index.among(self.words)
        if not numbers:
            return []
        if len(self.sentences) < 2:
            return [Try(number, 0, len(self.prose), len(self.prose)) for number in numbers]
        found: list[Try] = []
        behind = [*(end for _, end in self.sentences[1:]), len(self.prose)]
        for (start, end), words, reach in zip(self.sentences, self._words_of_sentences, behind, strict=True):
            found += (Try(number, start, end, reach) for number in index.among(words))
        return sorted(found)

    @cached_property
    def _words_of_sentences(self) -> list[Words]:
        return [words_of(self.prose[start:end]) for start, end in self.sentences]


def passages(requirement: Requirement) -> Iterator[Passage]:
    """Walk through the prose of a requirement: its body, then every step of its scenarios."""
    yield Passage("body", requirement.body_start, requirement.body_end)
    for scenario in requirement.scenarios:
        outcome = False
        for step in scenario.steps:
            outcome = step.keyword == "THEN" or (outcome and step.keyword not in {"GIVEN", "WHEN"})
            yield Passage("outcome" if outcome else "condition", step.start, step.end)


class Rule(NamedTuple):
    """What the findings of one rule have in common; `{quote}` in the message stands for the quote on one line."""

    code: str
    severity: Severity
    incose: str
    message: str
    fix: str


@lru_cache(maxsize=4)
def _line_ends(text: str) -> tuple[int, ...]:
    return tuple(match.start() for match in re.finditer("\n", text))


class Source(NamedTuple):
    """The document that findings are made in, and its requirement that is looked at."""

    path: str
    text: str
    requirement: Requirement

    @property
    def block(self) -> str:
        """Give the text of the requirement."""
        return self.text[self.requirement.start : self.requirement.end]

    def finding(self, rule: Rule, start: int, end: int) -> Finding:
        """Make a finding of a rule at offsets of the document."""
        quote = self.text[start:end]
        ends = _line_ends(self.text)
        line = self.requirement.span.line + bisect_left(ends, start) - bisect_left(ends, self.requirement.start)
        return Finding(
            code=rule.code,
            severity=rule.severity,
            path=self.path,
            line=line,
            end_line=line + quote.count("\n"),
            requirement=self.requirement.name,
            message=rule.message.replace("{quote}", " ".join(quote.split())),
            fix=rule.fix,
            quote=quote,
            start=start,
            end=end,
            incose=rule.incose,
        )
