"""An answer as one step of a scenario: the condition under which it happens, or what comes out."""

import re
from collections.abc import Mapping

from geoflow.improvement.answer_text import LONGEST_SENTENCE, ends_inside, one_line, why_not_plain
from geoflow.improvement.scenario_strategy import inside

KEYWORDS: Mapping[str, str] = {"GF113": "THEN", "GF114": "WHEN"}
"""The keyword of the step that a scenario lacks, by the code of the finding that says so."""
AT_ALL_TIMES = "They hold at all times"
EACH = "Each has its own, ask for each"
ASKED_EACH = "a person wants to be asked for each of its scenarios"
NO_TEXT = "the answer is no text of a step"
OTHER_STEP = "the answer says more than one step"

_LEAVES = re.compile(
    r"(?:(?:they|it|this|these|that)\s+)?(?:always\s+(?:holds?|true)|(?:holds?|(?:is|are)\s+true)\s+(?:at\s+all\s+times"
    r"|always))|always|at all times|(?:leave|keep)\s+(?:it|them)(?:\s+as\s+(?:it\s+is|they\s+are))?",
    re.IGNORECASE,
)
_EACH = re.compile(r"each(?:\s+\w+)?\s+has\s+its\s+own\b.*|ask\s+(?:for|about)\s+each\b.*", re.IGNORECASE)
_LEAD = re.compile(r"(?:[-*+][ \t]+)?(?P<mark>\*\*|__|)(?P<word>GIVEN|WHEN|THEN)[:,]?(?P=mark)[:,]?\s+", re.IGNORECASE)
_EVENTS = re.compile(r"(?:when(?:ever)?|if|once|as soon as)\s+", re.IGNORECASE)
_OTHER = re.compile(r"\b(?:GIVEN|WHEN|THEN|AND|BUT)\b|[,;]\s+then\b")
_OBLIGES = re.compile(r"\b(?:SHALL|MUST)\b")
_KNOWS_NOT = re.compile(
    r"(?:i\s+|we\s+)?(?:do\s+not|don['’]t|cannot|can['’]t)\s+(?:know|say|tell)\b.*|no\s+idea\b.*|not\s+sure\b.*"
    r"|to\s+be\s+(?:decided|defined|determined|written)|none\s+of\s+(?:these|them)|unless\b.*",
    re.IGNORECASE,
)
_HEADINGS = re.compile(r"\s+(?=####\s)")
_OPENS = re.compile(r"[^\W_]|[`“\"]")


def headings_in(quote: str) -> set[str]:
    """Give the headings of scenarios that a question about a missing step quotes, as they are compared."""
    return {" ".join(one.split()).casefold() for one in _HEADINGS.split(quote.strip())}


def leaves(answer: str) -> bool:
    """Tell whether an answer says that the step is not wanted."""
    return _LEAVES.fullmatch(one_line(answer).rstrip(".!")) is not None


def wants_each(answer: str) -> bool:
    """Tell whether an answer says that the scenarios have no step in common."""
    return _EACH.fullmatch(one_line(answer)) is not None


def said_step(keyword: str, answer: str) -> str:
    """Read the text of one step from an answer, without its keyword and full stop; empty where it is none."""
    return "" if why_no_step(keyword, answer) else inside(_bare(keyword, answer)[1])


def why_no_step(keyword: str, answer: str) -> str:
    """Say why an answer is not the text of one step; an empty string where it is."""
    if reason := why_not_plain(_LEAD.sub("", answer.strip(), count=1)):
        return reason
    own, words = _bare(keyword, answer)
    if (own and own != keyword) or "\n\n" in answer.strip().replace("\r", ""):
        return OTHER_STEP
    if _OTHER.search(words) or (keyword == "WHEN" and _OBLIGES.search(words)) or ends_inside(words):
        return OTHER_STEP
    if len(words) > LONGEST_SENTENCE:
        return f"the answer has more than {LONGEST_SENTENCE} characters"
    is_text = len(words.split()) > 1 and _OPENS.match(words) and words[-1] not in "?!:;,"
    return "" if is_text and not _KNOWS_NOT.fullmatch(words) else NO_TEXT


def _bare(keyword: str, answer: str) -> tuple[str, str]:
    """Part an answer into the keyword that it begins with, in capitals, and its words without the full stop."""
    line = one_line(answer)
    lead = _LEAD.match(line)
    words = line[lead.end() :] if lead else line
    if keyword == "WHEN" and not lead:
        words = _EVENTS.sub("", words, count=1)
    return lead["word"].upper() if lead else "", words.removesuffix(".").rstrip()
