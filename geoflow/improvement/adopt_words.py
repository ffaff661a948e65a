"""What a reader sees of a document, as words that can be counted: text and signs without the marks of Markdown."""

import re

from geoflow.improvement.adopt_steps import step_word
from geoflow.openspec.lines import split
from geoflow.quality.prose import without_comments
from geoflow.quality.tokens import stem

_WORD = re.compile(r"[-−]?\d[\w.]*\w|\d|\w+|[^\w\s]")
_MARKS = frozenset("*_#|~`-–—[]():;,.!?\"'“”‘’…•\\")
_PARTS = "Requirements?|Scenarios?|Test cases?|Purpose|Overview|Summary|Abstract|Goals?|Introduction"
_LEADING = re.compile(
    rf"^\s*(?:>\s*)*(?:#{{1,6}}\s+(?:\d{{1,3}}(?:\.\d{{1,3}})*[.)]?\s+(?={_PARTS}))?|(?:[-*+]|\d{{1,3}}[.)])\s+(?=\S))?"
    r"(?:\[[ xX~/-]?\]\s+)?",
    re.MULTILINE | re.IGNORECASE,
)
_NUMBERED = re.compile(
    r"^((?:Scenario|Test case|Requirement|Step))\s*\d+(?:\.\d+)*\s*(?=[:.-])", re.MULTILINE | re.IGNORECASE
)
_STEP = re.compile(
    r"^\s*(?:[-*+]\s+)?(?:\*\*|__|\*|_)?(?:GIVEN|WHEN|THEN|AND|BUT|OR|WHERE)\b(?:\*\*|__|\*|_)?:?\s*", re.IGNORECASE
)


def visible(text: str) -> str:
    """Give a text without comments, the marks that open its lines, and the numbering of headings and lists."""
    shown = _LEADING.sub("", without_comments(text))
    return _NUMBERED.sub(r"\1", re.sub(r"^(?:\*\*|__)(?=(?:Scenario|Step)\b)", "", shown, flags=re.MULTILINE))


def words(text: str) -> list[str]:
    """List the words, numbers and signs that a reader sees, case aside, without Markdown's marks and punctuation."""
    return [word.casefold() for word in _WORD.findall(visible(text)) if word not in _MARKS and word.strip("_")]


_LONG = 4
_GLUE = frozenset("a an the and is are be been shall must will can system".split())


def adds(said: str, known: str) -> bool:
    """Tell whether words say something that others do not say already.

    Case, marks, endings (`accepts` of `accept`) and words that only join are looked through.
    """
    return bool(_folded(said) - _folded(known))


def _folded(text: str) -> set[str]:
    return {stem(word) if word.isalpha() else word for word in words(text) if word not in _GLUE}


def stems(text: str) -> set[str]:
    """Give the stems of the longer words of a text, those within identifiers too, to compare what it speaks of."""
    plain = re.sub(r"(?<=[a-z])(?=[A-Z])|_", " ", text)
    return {stem(word) for word in re.findall(r"[^\W\d_]+", plain) if len(word) >= _LONG}


def content(text: str) -> str:
    """Give a text as one stretch of words and signs, for looking one up in another."""
    shown = _STEP.sub("", text.strip())
    found = [word.casefold() for word in _WORD.findall(shown) if word not in _MARKS and word.strip("_")]
    return f" {' '.join(found)} "


def scenario_runs(text: str) -> int:
    """Count the scenarios that a document has as labelled steps: runs of lines of which one says what comes out.

    A run ends at a line that is no step and does not go on with one, at a heading, and at the border of a fence.
    """
    document = split(text)
    count, in_run, has_outcome = 0, False, False
    for index, line in enumerate([*document.lines, "#"]):
        word = step_word(line)
        bare = line.strip()
        if word:
            in_run, has_outcome = True, has_outcome or word == "THEN"
        elif bare and not (in_run and line[:1].isspace() and not document.masked(min(index, len(document.lines) - 1))):
            count += has_outcome
            in_run = has_outcome = False
    return count
