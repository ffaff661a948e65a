"""The clauses of an obligation after EARS: what sets it off, who has to act, and what has to come out.

EARS (Mavin, Wilkinson, Harwood, Novak: "Easy Approach to Requirements Syntax", RE 2009) knows five patterns: ubiquitous
("The <subject> SHALL <response>"), state-driven ("While"), event-driven ("When"), unwanted behaviour ("If ..., then"),
and optional feature ("Where"). In all of them the conditions stand first, in the order in which they come about.
"""

import re
from typing import Literal, NamedTuple

from geoflow.quality.prose import masked

Position = Literal["front", "inside", "behind"]
KEYWORDS = ("when", "whenever", "while", "if", "where", "once", "as soon as", "as long as", "after", "before", "unless")
# "once every second" says how often, "once every door is shut" says when.
_ONCE = (
    r"once(?!\s+(?:per\s|(?:in\s+)?(?:every|each|an?)\s+(?:other\s+|single\s+|\w+ly\s+|\d[\d.,]*\s*|(?:two|three|four|five|ten)\s+)?"
    r"(?:ms|milliseconds?|s|seconds?|min|minutes?|h|hours?|days?|nights?|weeks?|months?|quarters?|years?)\b"
    r"(?!\s+(?:has|have|is|are|was|were|ends?|begins?|starts?|pass(?:es|ed)?|comes?)\b)))"
)
_WORDS = (word.replace(" ", r"\s+") for word in sorted(KEYWORDS, key=len, reverse=True))
_KEY = rf"(?:{'|'.join(_ONCE if word == 'once' else word for word in _WORDS)})"
_MODAL = r"(?:SHALL|MUST|shall|must|will|should)(?:\s+(?:NOT|not))?"
_SUBJECT = r"(?P<subject>[^\s,;:.][^,;:.]{0,90}?)"
_OPENS = re.compile(rf"(?P<key>{_KEY})\s+", re.IGNORECASE)
_BETWEEN = re.compile(
    rf"{_SUBJECT},\s+(?P<lead>{_KEY}\s[^;.]*?),\s+(?P<response>(?-i:SHALL|MUST)\s.*)\Z", re.IGNORECASE | re.DOTALL
)
_BEFORE_VERB = re.compile(
    rf"{_SUBJECT}\s+(?P<modal>(?-i:SHALL|MUST)(?:\s+NOT)?),\s+(?P<lead>{_KEY}\s[^;.]*?),\s+(?P<verb>[a-z\0].*)\Z",
    re.IGNORECASE | re.DOTALL,
)
# A condition behind its response: of "decide if", "before" and "where" nobody can tell from afar what they belong to.
_BEHIND = re.compile(
    rf"{_SUBJECT}\s+(?P<response>{_MODAL}\s[^;:.]*?)(?P<comma>,?)\s+(?P<lead>(?:when|whenever|if|{_ONCE}|as\s+soon\s+as)\s[^;:.,]*)\Z",
    re.IGNORECASE | re.DOTALL,
)
_ASKS = re.compile(
    r"\b(?:check|checks|determine|determines|decide|decides|see|tell|ask|verify|know|detect|test|even|only|and|or|as|"
    r"except|than|of|on|for|about|specify|show|say|state|indicate|record|report|define|particularly|especially|including|"
    r"not|whether)\s*\Z",
    re.IGNORECASE,
)
_ANOTHER = re.compile(rf"\b(?:SHALL|MUST)\b|(?<!\w)(?:{_KEY}|and|or|but|then|which|that|who)(?!\w)", re.IGNORECASE)
_MODAL_WORD = re.compile(r"\b(?:SHALL|MUST)\b")
_LIST_END = re.compile(r"\A(?:and|or|but|then|nor|so|which|that)\b", re.IGNORECASE)
_NEXT = re.compile(rf",\s+(?:and\s+)?(?={_KEY}\s)", re.IGNORECASE)
_LONGEST_SUBJECT = 9
_POINT = re.compile(r"(?<=\d)[.,:](?=\d)")  # "6.20 m" ends no clause


class Clause(NamedTuple):
    """A piece of a sentence, by its offsets in it."""

    start: int
    end: int


class Ears(NamedTuple):
    """A sentence in its clauses.

    `lead` is the whole condition, its keyword included and no comma around it; `conditions` are its parts where it has
    several. `response` begins with the modal verb; where the condition stands before the verb, `verb` is the rest of
    the response.
    """

    position: Position
    lead: Clause
    conditions: tuple[Clause, ...]
    subject: Clause
    response: Clause
    verb: Clause | None = None


def clauses(sentence: str, prose: str = "") -> Ears | None:
    """Read the clauses of a sentence with a condition; None where it has none or cannot be read for sure.

    Args:
        sentence: The sentence, its full stop included.
        prose: The same with everything hidden that is literal, where that is known (`masked`).
    """
    prose = _POINT.sub("\0", prose or masked(sentence))
    end = len(prose.rstrip()) - (1 if prose.rstrip().endswith((".", "!")) else 0)
    text = prose[:end]
    if _OPENS.match(text):
        return _front(text)
    return _inside(text, _BETWEEN) or _inside(text, _BEFORE_VERB) or _behind(text)


def keyword(sentence: str, clause: Clause) -> str:
    """Give the keyword that a condition begins with, in lower case; empty where it has none."""
    match = _OPENS.match(sentence, clause.start, clause.end)
    return " ".join(match["key"].lower().split()) if match else ""


def without_keyword(sentence: str, clause: Clause) -> str:
    """Give the words of a condition behind its keyword, on one line."""
    match = _OPENS.match(sentence, clause.start, clause.end)
    return " ".join(sentence[match.end() if match else clause.start : clause.end].split())


def _front(text: str) -> Ears | None:
    modal = re.search(rf"\s{_MODAL}\s", text)
    if modal is None:
        return None
    comma = text.rfind(", ", 0, modal.start())
    comma = max(comma, text.rfind(",\n", 0, modal.start()))
    if comma < 0:
        return None
    start = comma + 1 + len(text[comma + 1 :]) - len(text[comma + 1 :].lstrip())
    if text[start : start + 5].lower() == "then ":
        start += 5
    subject = Clause(start, modal.start())
    lead = Clause(0, comma)
    if not _is_subject(text[subject.start : subject.end]) or ";" in text[:comma]:
        return None
    return Ears("front", lead, _parts(text, lead), subject, Clause(modal.start() + 1, len(text)))


def _inside(text: str, pattern: re.Pattern[str]) -> Ears | None:
    match = pattern.match(text)
    if match is None or not _is_subject(match["subject"]) or _MODAL_WORD.search(match["lead"]):
        return None
    lead = Clause(*match.span("lead"))
    if pattern is _BETWEEN:
        return Ears("inside", lead, _parts(text, lead), Clause(*match.span("subject")), Clause(*match.span("response")))
    response, verb = Clause(*match.span("modal")), Clause(*match.span("verb"))
    return Ears("inside", lead, _parts(text, lead), Clause(*match.span("subject")), response, verb)


def _behind(text: str) -> Ears | None:
    match = _BEHIND.match(text)
    if match is None or not _is_subject(match["subject"]) or _ASKS.search(match["response"]):
        return None
    response, condition = match["response"], match["lead"]
    rest = _OPENS.sub("", condition, count=1)
    if len(_MODAL_WORD.findall(response)) > 1 or _ANOTHER.search(rest) or _ANOTHER.search(response[5:]):
        return None
    lead = Clause(*match.span("lead"))
    return Ears("behind", lead, (lead,), Clause(*match.span("subject")), Clause(*match.span("response")))


def _is_subject(words: str) -> bool:
    found = words.split()
    return 0 < len(found) <= _LONGEST_SUBJECT and not _LIST_END.match(words) and not _OPENS.search(f"{words} ")


def _parts(text: str, lead: Clause) -> tuple[Clause, ...]:
    starts = [lead.start, *(match.end() for match in _NEXT.finditer(text, lead.start, lead.end))]
    ends = [*(match.start() for match in _NEXT.finditer(text, lead.start, lead.end)), lead.end]
    return tuple(Clause(*pair) for pair in zip(starts, ends, strict=True))
