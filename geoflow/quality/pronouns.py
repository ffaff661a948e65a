"""Findings about pronouns in the place of who has to do something."""

import re
from collections.abc import Iterator

from geoflow.quality import grammar
from geoflow.quality.lazily import lazily, whole
from geoflow.quality.passages import Reading, Rule
from geoflow.quality.phrases import words_of

_PRONOUN = Rule("GF207", "warning", "R24", "“{quote}” does not name who has to do it", "name the subject")
# The clause before it may name whom it means, and may as well name two.
_LATER_PRONOUN = _PRONOUN._replace(severity="info")

_SHALL = lazily(whole("SHALL", "MUST"))
_ADVERBS = r"(?:\s+(?:\w+ly|also|then|always|still|both|all|only|thus|hence|too))?"
_POINTING = r"(?:them|these|those|it|this|that|the\s+(?:two|three|four|former|latter|above|same|others?)|which|us|you|its\s+kind)"
_PRONOUNS = (
    r"(?:it|they|he|she|he\s+or\s+she|she\s+or\s+he|he/she|s/he|itself|themselves|theirs|its|ours|you|we|one|ones|none|neither|either|both|each|"
    r"another|any|all|some|several|many|few|most|everything|anything|something|nothing|everyone|everybody|someone|somebody|anyone|anybody|nobody|"
    r"no\s+one|whoever|whatever|whichever|the\s+(?:very\s+)?(?:same|latter|former|above|below|foregoing|preceding|previous|aforementioned|aforesaid|"
    r"above-mentioned|said|said\s+one|first|second|third|last|other|others|rest|remainder|remaining|one|ones|two|three|whole|lot|whole\s+thing|"
    r"thing|things|affected\s+one|respective\s+one|corresponding\s+one)(?:\s+(?:one|ones|two|part|thing))?|"
    r"(?:this|that|such|these|those|any|each|every|another|either|neither|the\s+other|which|whichever)\s+(?:a\s+)?(?:one|ones|thing|things|two|same|latter|former|other|others)|"
    rf"(?:one|each|both|all|any|either|neither|none|some|most|many|few|several|half|part|every\s+one|every\s+single\s+one|each\s+one|any\s+one|a\s+few|"
    rf"at\s+least\s+one|only\s+one|two|three|the\s+(?:first|second|last|other|others|rest|latter|former|whole|majority|remainder|sum|more\s+\w+|most\s+\w+))\s+of\s+{_POINTING}|"
    r"all\s+(?:this|that|these|those)|all\s+the\s+(?:same|rest|others)|such|the\s+like|the\s+above|what\s+(?:was|is|has\s+been)\s+(?:said|described|mentioned)(?:\s+\w+)?)"
)
_STANDS_IN = lazily(
    rf"(?P<q>{_PRONOUNS}|this|that|these|those|such|doing\s+(?:so|this)){_ADVERBS}(?=\s+{grammar.MODAL}\b)",
    re.IGNORECASE,
)
_LATER_STANDS_IN = lazily(
    rf"[,;:]\s+(?:then\s+|and\s+)?(?P<q>{_PRONOUNS}){_ADVERBS}(?=\s+(?:SHALL|MUST|shall|must)\b)", re.IGNORECASE
)
_PERSONAL = lazily(r"it|they", re.IGNORECASE)
# "When the pump starts, it SHALL" names whom it means; "when a user asks" and "when a file is missing" do not.
_ACTOR = lazily(
    r"(?:if|when|whenever|while|after|before|once|until|unless|where|as\s+soon\s+as)\s+(?:(?:the|an?|any|each|this|its)\s+)?(?!\w+(?:ing|ed)\b)[\w\0-]+\s+[\w\0]",
    re.IGNORECASE,
)
_NO_ACTOR = lazily(
    r"\b(?:is|are|was|were|has|have|had|been|be|exists?|contains?|does|do|can|cannot|fails?|remains?|becomes?|users?|operators?|"
    r"administrators?|admins?|developers?|maintainers?|customers?|callers?|people|someone|person|visitors?|it|they)\b",
    re.IGNORECASE,
)
_POINTS_AT = lazily(
    rf"(?P<q>this|that|these|those|such|the\s+(?:latter|former)){_ADVERBS}(?=\s+{grammar.MODAL}\b)", re.IGNORECASE
)
_INTRODUCTION = lazily(
    r"(?:if|when|whenever|where|while|after|before|once|on|upon|in|for|during|until|unless|at|as|since|with|without|by|"
    r"given|should|to|regardless|otherwise|then|finally|additionally|moreover|also|next|therefore|hence|however|"
    r"for\s+that|conversely|likewise|furthermore)\b",
    re.IGNORECASE,
)


def find_pronouns(reading: Reading, *, usual: bool) -> Iterator[tuple[Rule, tuple[int, int]]]:
    """Find pronouns that oblige (GF207); `usual`: the tree writes "it" behind a sentence that names its subject."""
    if reading.words.isdisjoint(_MODALS) or reading.words.isdisjoint(_STANDING_IN):
        return
    in_body, named = reading.place == "body", False
    for start, end in reading.sentences:
        first = reading.lead if start < reading.lead else _after_bullet(reading.prose, start)
        if match := (_STANDS_IN if in_body else _POINTS_AT).match(reading.prose, first, end):
            # Behind a sentence that obliges someone by name, "it" is that one, and "this" may be all that was said.
            if not named:
                yield _PRONOUN, match.span("q")
            elif not usual or not _PERSONAL.fullmatch(match["q"]):
                yield _LATER_PRONOUN, match.span("q")
        elif in_body and not named and (match := _introduced(reading.prose, first, end)):
            # In a step there is none to find: the scenario has named its subject before.
            yield _LATER_PRONOUN, match.span("q")
        named = named or bool(_SHALL.search(reading.prose, start, end))


def _introduced(prose: str, first: int, end: int) -> re.Match[str] | None:
    """Find a pronoun behind an introductory clause that names no one who could be meant."""
    if not _INTRODUCTION.match(prose, first):
        return None
    match = _LATER_STANDS_IN.search(prose, first, end)
    if match is None or _SHALL.search(prose, first, match.start()):
        return None
    actor = _ACTOR.match(prose, first, match.start())
    meant = actor and _PERSONAL.fullmatch(match["q"]) and not _NO_ACTOR.search(prose, first, match.start())
    return None if meant else match


_MODALS = frozenset({"shall", "must", "should", "will"})
_STANDING_IN = words_of(f"{_PRONOUNS} this that these those such doing")
_BULLET = lazily(r"\s*(?:[-*+]|\d+[.)])?\s*(?:\*\*[^*\n]*\*\*:?\s*)?")


def _after_bullet(prose: str, start: int) -> int:
    match = _BULLET.match(prose, start)
    return match.end() if match else start
