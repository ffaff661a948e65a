"""Cut a criterion into its trigger and its outcome, where one line holds both; and tell process talk from criteria."""

import re
from collections import Counter
from collections.abc import Sequence
from typing import NamedTuple

from geoflow.improvement.adopt_occasion import CALLED, EVENT, OCCASIONS, joins_once
from geoflow.improvement.adopt_page import Place, Said, Scenario, Step
from geoflow.improvement.adopt_text import bare, tidy
from geoflow.improvement.adopt_words import words as words_of
from geoflow.openspec.headings import folded_name
from geoflow.quality.prose import HIDDEN, masked

_COMMON = re.compile(r"\b(?:when|whenever|if|upon)\b", re.IGNORECASE)
_FIRST = re.compile(r"^(?:when|whenever|if|upon)\s+(?P<when>[^,]+),\s*(?:then\s+)?(?P<then>.+)$", re.IGNORECASE)
_LAST = re.compile(
    r"^(?P<then>.+?)(?<!even)(?<!as)(?<!what)(?<!only),?\s+(?:when|whenever|if|upon)\s+(?P<when>.+)$", re.IGNORECASE
)
_CAUSE = re.compile(
    r"^(?P<when>.+?)\s+(?P<then>(?:triggers|causes|results\s+in|leads\s+to|(?<=s\s)trigger|(?<=s\s)result\s+in)\s+"
    r"(?!and\b|or\b).+)$",
    re.IGNORECASE,
)
_ON = re.compile(rf"^(?P<then>.+?)\s+on\s+(?P<when>(?:[\w-]+\s+){{0,2}}(?:{EVENT}))$", re.IGNORECASE)
_FOR = re.compile(r"^(?P<then>.+?)\s+for\s+(?P<when>[A-Za-z]\w*\s*[<>≤≥]=?\s*\S.*)$")
_ARROW = re.compile(r"^(?P<when>[^→]+?)\s*(?:→|->|=>)\s*(?P<then>[^→]+)$")
_ARROW_SIGN = re.compile(r"→|->|=>")
_VAGUE = re.compile(
    r"^(?:possible|needed|necessary|applicable|available|any|required|appropriate|relevant|desired)$", re.IGNORECASE
)
_OPEN = re.compile(
    r"\b(?:an?|the|and|or|of|to|for|in|by|with|at|on|from|its|their|each|every|any|this|that|which)$", re.IGNORECASE
)
_ONLY = re.compile(r"\bonly\b", re.IGNORECASE)
_OCCASION = re.compile(
    r"^(?:detect|receiv|empty|multiple|healthy|invalid|missing|unknown|valid|no\b|any\b|press|click|typ|select|[\"`\0])",
    re.IGNORECASE,
)
_CUTS = (_FIRST, _LAST, _CAUSE, _ON, _FOR)
_PROCESS = re.compile(
    r"\btests?\b.*\b(?:pass(?:es|ing|ed)?|succeeds?|written|green|verify|fail(?:s|ing)?)\b|\bpass(?:es|ing)?\b.*\btests?\b"
    r"|^`?test_\w+`?\s+pass|\btests?\s*(?:cover|:)|\b\d+\+?\s+(?:\w+\s+){0,2}tests?\b|^\W*\d+\+?\s+pass"
    r"|\bdocument(?:ation|ed)\b|\breview(?:ed|s)?\b|\bapprov(?:ed|al)\b|\bcoverage\b|\bcommit(?:s|ted)?\b"
    r"|\bmerged\b|\bassigned\b|\.md\b.*\bupdated?\b|\btasks?\b.*\bcompleted?\b|\blint\b|\bestimated\b"
    r"|\bbuild succeeds\b|\btype.?check|~~",
    re.IGNORECASE,
)
_SHORTEST, _LONGEST = 2, 500
"""In characters: of an outcome, and of a line that is looked into; a longer one joins more than two things."""
_LABELS = (
    re.compile(r"^(?:\*\*(?P<label>[^*]{2,60})\*\*:|\*\*(?P<inside>[^*]{2,60}):\*\*)\s+(?P<rest>\S.*)$"),
    re.compile(r"^(?P<label>[A-Z][A-Z0-9]*(?:-[A-Z0-9]+)*-\d+(?:\.\d+)*)\s*:\s+(?P<rest>\S.*)$"),
    re.compile(
        r"^(?P<label>[A-Z][\w/-]*(?: (?!works\b|shows\b|returns\b|is\b|are\b)[\w/&-]+){0,3}):"
        r"\s+(?P<rest>(?!`[^`]*`$)\S.*)$"
    ),
)
"""What a line may open with as a name of its own: in bold, a code, up to four plain words."""
_VALUE = re.compile(r"^[<>≤≥=~±]|^\d|^(?:yes|no|none|always|never)\b[^\w]*$", re.IGNORECASE)


class Cut(NamedTuple):
    """The trigger and the outcome of one line."""

    when: str
    then: str


def is_process(words: str) -> bool:
    """Tell whether a line speaks of how the work is done (tests, reviews, documents), not of what is made."""
    return _PROCESS.search(words[:_LONGEST].replace("**", "")) is not None


def cut(words: str) -> Cut | None:
    """Cut a line where exactly one word joins its trigger and its outcome; None where it holds no trigger.

    Code, quotations and what stands in brackets are looked through: no word in them joins anything.
    """
    text = tidy(words).rstrip(".")
    shown = _shown(text)
    if len(shown) > _LONGEST or len(_COMMON.findall(shown)) > 1 or ";" in shown:
        return None
    found = next((match for match in (pattern.match(shown) for pattern in _CUTS) if match), None)
    if found:
        return _parts(text, found)
    found = next((match for match in (pattern.match(shown) for pattern in OCCASIONS) if match), CALLED.match(text))
    if found:
        return _parts(text, found) if joins_once(shown) else None
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
    # “Only X when Y” says that X does not come without Y, and not that Y brings X.
    turned = found.end("then") < found.start("when") and _ONLY.search(then)
    whole = len(when) > 1 and len(then) > _SHORTEST and not (_VAGUE.match(when) or _OPEN.search(when))
    return Cut(when, then) if whole and not turned else None


def criterion(words: str, source: Place, more: Sequence[Said] = ()) -> Scenario:
    """Make the scenario of one line: its outcome is the THEN, its trigger, if it has one, the WHEN.

    Its title is the line's own label, where it has one and nothing is lost by that; else it is the whole line.

    Args:
        words: The line.
        source: Where it stands.
        more: The lines that it goes on in; then it is an outcome as a whole, since nothing is cut across lines.
    """
    name, said = _labelled(words)
    if more:
        whole = bare(" ".join([words, *(one.words for one in more)]))
        goes_on = (Step("", one.words, one.place) for one in more)
        places = (source, *(one.place for one in more))
        return Scenario(name or whole, places, (Step("THEN", tidy(said), source), *goes_on), whole)
    whole = bare(words)
    if name and _VALUE.match(said):
        # A value alone is no outcome: “< 5 ms” is one of something, and its label says of what.
        said = f"{name}: {said}"
    parts = cut(said)
    then = Step("THEN", parts.then if parts else tidy(said), source)
    steps = (Step("WHEN", parts.when, source), then) if parts else (then,)
    told = [name, *(f"{step.keyword} {step.text}" for step in steps)]
    lost = Counter(words_of(whole)) - Counter(word for one in told for word in words_of(one))
    return Scenario(name if name and not lost else whole, (source,), steps, whole)


def _labelled(words: str) -> tuple[str, str]:
    """Split a line into its own label and the rest; an empty label where it has none."""
    found = next((match for match in (pattern.match(words) for pattern in _LABELS) if match), None)
    if found is None:
        return "", words
    return bare(next(text for text in found.groups()[:-1] if text)), found["rest"]


def distinct(scenarios: Sequence[Scenario]) -> list[Scenario]:
    """Give scenarios of one requirement titles of their own: the whole line, where labels are the same."""
    count = Counter(folded_name(one.title) for one in scenarios)
    return [
        one._replace(title=one.whole) if one.whole and count[folded_name(one.title)] > 1 else one for one in scenarios
    ]
