"""Cut a criterion into its trigger and its outcome, where one line holds both; and tell process talk from criteria."""

import re
from typing import NamedTuple

from geoflow.improvement.adopt_page import Place, Scenario, Step
from geoflow.improvement.adopt_text import bare, tidy
from geoflow.quality.prose import HIDDEN, masked

_EVENT = (
    "failures?|errors?|changes?|disconnects?|disconnection|reconnects?|connects?|connection|timeouts?|start-?up|"
    "shutdown|boot|launch|exit|crash|clicks?|hover|submit|request|mutations?|completion|conflicts?|expiry"
)
_COMMON = re.compile(r"\b(?:when|whenever|if|upon)\b", re.IGNORECASE)
_FIRST = re.compile(r"^(?:when|whenever|if|upon)\s+(?P<when>[^,]+),\s*(?:then\s+)?(?P<then>.+)$", re.IGNORECASE)
_LAST = re.compile(
    r"^(?P<then>.+?)(?<!even)(?<!as)(?<!what)(?<!only),?\s+(?:when|whenever|if|upon)\s+(?P<when>.+)$", re.IGNORECASE
)
_CAUSE = re.compile(
    r"^(?P<when>.+?)\s+(?:triggers|causes|results\s+in|leads\s+to|(?<=s\s)trigger|(?<=s\s)result\s+in)\s+"
    r"(?P<then>(?!and\b|or\b).+)$",
    re.IGNORECASE,
)
_ON = re.compile(rf"^(?P<then>.+?)\s+on\s+(?P<when>(?:[\w-]+\s+){{0,2}}(?:{_EVENT}))$", re.IGNORECASE)
_FOR = re.compile(r"^(?P<then>.+?)\s+for\s+(?P<when>[A-Za-z]\w*\s*[<>≤≥]=?\s*\S.*)$")
_ARROW = re.compile(r"^(?P<when>[^→]+?)\s*(?:→|->|=>)\s*(?P<then>[^→]+)$")
_ARROW_SIGN = re.compile(r"→|->|=>")
_OCCASION = re.compile(
    r"^(?:detect|receiv|empty|multiple|healthy|invalid|missing|unknown|valid|no\b|any\b|press|click|typ|select|[\"`\0])",
    re.IGNORECASE,
)
_CUTS = (_FIRST, _LAST, _CAUSE, _ON, _FOR)
_PROCESS = re.compile(
    r"\btests?\b.*\b(?:pass(?:es|ing|ed)?|written|green|verify|fail(?:s|ing)?)\b|\bpass(?:es|ing)?\b.*\btests?\b"
    r"|^`?test_\w+`?\s+pass|\btests?\s*(?:cover|:)|\b\d+\+?\s+(?:\w+\s+){0,2}tests?\b|^\W*\d+\+?\s+pass"
    r"|\bdocument(?:ation|ed)\b|\breview(?:ed|s)?\b|\bapprov(?:ed|al)\b|\bcoverage\b|\bcommit(?:s|ted)?\b"
    r"|\bmerged\b|\bassigned\b|\.md\b.*\bupdated?\b|\btasks?\b.*\bcompleted?\b|\blint\b|\bestimated\b"
    r"|\bbuild succeeds\b|\btype.?check|~~",
    re.IGNORECASE,
)
_SHORTEST = 2
_LABELLED = re.compile(r"^(?:\*\*[^*]{2,60}\*\*:|\*\*[^*]{2,60}:\*\*)\s+(?P<rest>\S.*)$")


class Cut(NamedTuple):
    """The trigger and the outcome of one line."""

    when: str
    then: str


def is_process(words: str) -> bool:
    """Tell whether a line speaks of how the work is done (tests, reviews, documents), not of what is made."""
    return _PROCESS.search(words) is not None


def cut(words: str) -> Cut | None:
    """Cut a line where exactly one word joins its trigger and its outcome; None where it holds no trigger.

    Code, quotations and what stands in brackets are looked through: no word in them joins anything.
    """
    text = tidy(words).rstrip(".")
    shown = _shown(text)
    if len(_COMMON.findall(shown)) > 1 or ";" in shown:
        return None
    for pattern in _CUTS:
        found = pattern.match(shown)
        if found:
            return _parts(text, found)
    found = _ARROW.match(shown)
    if found and len(_ARROW_SIGN.findall(shown)) == 1 and _OCCASION.match(shown):
        return _parts(text, found)
    return None


def _shown(text: str) -> str:
    hidden = masked(text)
    # An identifier may open a clause, so that it is no gap between two; a bracket is one.
    return re.sub(r"\([^()]*\)|\[[^\[\]]*\]", lambda found: HIDDEN * len(found.group()), hidden)


def _parts(text: str, found: re.Match[str]) -> Cut | None:
    when, then = (text[found.start(name) : found.end(name)].strip(" ,:") for name in ("when", "then"))
    whole = len(when) > 1 and len(then) > _SHORTEST
    return Cut(when, then) if whole else None


def criterion(words: str, source: Place) -> Scenario:
    """Make the scenario of one line: its words are the title, its outcome the THEN, its trigger, if any, the WHEN."""
    title = bare(words)
    labelled = _LABELLED.match(words)
    said = labelled["rest"] if labelled else words
    parts = cut(said)
    then = Step("THEN", parts.then if parts else tidy(said), source)
    return Scenario(title, (source,), (Step("WHEN", parts.when, source), then) if parts else (then,))
