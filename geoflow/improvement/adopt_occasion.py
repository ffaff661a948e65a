"""Occasions that a line names without `if` or `when`: a load, a phase, an event, a call. Rather none than a false one.

The patterns were chosen by reading every line of real trees that they cut. What tells a place (`at the top`), a manner
(`while keeping`), a count (`once per second`), a rate (`at 60 fps`) or an order (`before apply`) is no occasion.
"""

import re

EVENT = (
    "failures?|errors?|changes?|disconnects?|disconnection|reconnects?|connects?|connection|timeouts?|start-?up|"
    "shutdown|boot|launch|exit|crash(?:es)?|clicks?|hover|submit|request|mutations?|completion|conflicts?|expiry"
)
"""Nouns that name something that happens."""

_TURNS = (
    rf"{EVENT}|phase|stage|step|iteration|cycle|frame|tick|turn|run|commit|save|keystroke|key ?press|release|push|"
    "merge|build|update|write|read|call"
)
_TIME = r"(?:ms|milliseconds?|s|secs?|seconds?|mins?|minutes?|hours?|µs|us)"
_RATE = rf"(?:{_TIME}|fps|hz|%|[kmgt]i?b(?:/s|ps)?)"
_MEASURED = rf"(?=[^\0]*\d\s?{_RATE}(?!\w))"
_UNIT = rf"(?:{_RATE}|times|days?|weeks?|px|pixels|bits?|bytes?|percent|x)\b"
_WORK = r"(?!.*\b(?:development|implementation|testing|tests?|review|planning|this|that|and|or)\b)"
_ODD = (
    "ambiguous|invalid|malformed|unknown|missing|empty|unauthori[sz]ed|unsupported|expired|corrupt(?:ed)?|duplicate|"
    "non-?existent|(?:the )?same"
)
_ACTS = (
    "returns?|creates?|starts?|begins?|stops?|terminates?|initiali[sz]es?|reads?|writes?|loads?|saves?|populates?|"
    "groups?|classifies|converts?|applies|records?|compiles?|spawns?|runs?|shows?|displays?|opens?|closes?|sends?|"
    "emits?|updates?|deletes?|removes?|adds?|clears?|resets?|toggles?|moves?|renders?|copies|prints?|logs?|raises?|"
    "throws?|yields?|produces?|generates?|computes?|calculates?|builds?|sets?|restores?|registers?|rejects?|fetches|"
    "lists?|selects?|marks?|cancels?|pauses?|resumes?|exports?|imports?|inserts?|appends?"
)
_PAST = r"(?:is|are|has|have|was|were|gets?)\s+(?:\w+ly\s+)?(?:been\s+)?\w+(?:ed|en|un|t)"
_SAYS_SO = r"(?:defined|described|specified|documented|expected|required|written|given|listed|needed|shown|intended)\b"
_NOUNS = r"(?:(?:an?|the|any|each|every)\s+)?(?:(?-i:[a-z][\w-]*[^\Ws]|[a-z])\s+){0,2}"
_LIES = r"(?:is|are)\s+(?:\w+(?:ing|ed)|open|active|idle|busy|off|offline|online|hot|cold|down|up|full|empty)"
_BOUND = r"(?:to|that|which|who|because|so|how|whether|where|without|avoid\w*|prevent\w*|instead)"


def _before(join: str, most: int = 12) -> str:
    """Look ahead at what stands before a join: two to `most` words, and none that the rest may belong to instead."""
    return rf"(?!.*\b{_BOUND}\b.*\s{join}\b)(?=(?:\S+\s+){{2,{most}}}{join}\b)"


def _joined(join: str, when: str, most: int = 12) -> str:
    return rf"^{_before(join, most)}(?P<then>.+?)\s+{join}\s+(?P<when>{when})$"


_WITHIN = rf"^(?P<then>.+?\swithin\s+\d+(?:\.\d+)?\s*{_TIME})\s+(?:of|after)\s+"
_LOAD = r"\d[\d,.]*[km]?\+?\s+" + rf"(?!{_UNIT})" + r"[a-z][\w-]*(?:\s+[\w-]+){0,2}"
_ACTING = rf"(?:\S+\s+){{0,3}}?(?:{_ACTS}|fails?|is|are)\b.*?"
_PATTERNS = (
    _WITHIN + rf"(?P<when>(?:[\w-]+\s+){{0,3}}(?:{EVENT}))$",
    _joined("during", rf"{_WORK}{_NOUNS}[\w\0-]+"),
    _joined("while", rf"others\s+\w+|(?:an?|the|any|another|it|they)\b(?:\s+\w+){{0,2}}\s+{_LIES}"),
    rf"^{_before('after')}(?P<then>[^/\0]*\w)\s+(?P<when>after\s+(?!all\b){_WORK}{_NOUNS}(?-i:[a-z][\w-]+))$",
    _joined(
        r"(?<!exactly )(?<!only )(?<!least )(?<!just )once",
        rf"(?!per\b|every\b|more\b|again\b|and\b|or\b)(?:[\w-]+\s+){{1,4}}{_PAST}",
    ),
    rf"^(?P<then>.+?\w)\s+as\s+(?P<when>(?:it|they)\s+(?:is|are|gets?)\s+(?!{_SAYS_SO})\w+(?:ed|en|t))$",
    rf"^(?P<then>{_MEASURED}.+?)\s+(?:at|for|with)\s+(?P<when>{_LOAD})$",
    rf"^{_before('on', 4)}(?P<then>.+?)\s+(?P<when>on demand)$",
    _joined("(?:at|on|upon)", rf"(?:each|every)\s+(?:[\w-]+\s+)?(?:{_TURNS})"),
    rf"^{_before('for')}(?P<then>{_ACTING})\s+for\s+(?P<when>(?:an?\s+)?(?:{_ODD})\s+[\w-]+(?:\s+[\w-]+)?)$",
)
OCCASIONS = tuple(re.compile(pattern, re.IGNORECASE) for pattern in _PATTERNS)
"""Each with the groups `when` and `then`, for a line with its code and brackets hidden."""

CALLED = re.compile(
    r"^(?P<when>`[^`]+\)`|`(?:(?:GET|POST|PUT|PATCH|DELETE) )?/[^`]+`|(?:[A-Za-z_]\w*(?:\.|::))*[A-Za-z_]\w*\([^()]*\)"
    r"|(?:(?:GET|POST|PUT|PATCH|DELETE)\s+)?/[\w{}:./-]+(?:\s+endpoint)?|F\d{1,2}|(?:Ctrl|Alt|Shift|Cmd)\+[\w+]+)"
    rf"\s+(?P<then>(?:\w+ly\s+)?(?:{_ACTS})\b(?!\s*(?:and|or)\b).*)$"
)
"""What answers to a call, a request or a key that opens the line: the line itself, nothing hidden."""

_CLAUSE = re.compile(
    r"\b(?:is|are|was|were|has|have|does|do|can|cannot|can't|must|shall|should|will|may|never|always)\b"
    rf"|\b(?:{_ACTS})\b",
    re.IGNORECASE,
)
_JOINERS = re.compile(r"\b(?:during|while|after|once|before|until|unless|but)\b", re.IGNORECASE)


def joins_once(shown: str) -> bool:
    """Tell whether at most one word of a line could join an occasion to it."""
    return len(_JOINERS.findall(shown)) <= 1


def is_clause(words: str) -> bool:
    """Tell whether a line has a verb that code knows: a name, a value or a formula says of nothing what it does."""
    return _CLAUSE.search(words) is not None
