"""Findings about the clauses of an obligation: who has to act, how strongly, and how many things are asked for."""

import re
from collections.abc import Iterator

from geoflow.quality import grammar, lexicon
from geoflow.quality.asked import Around
from geoflow.quality.finding import Finding
from geoflow.quality.kept import Kept
from geoflow.quality.lazily import lazily, whole
from geoflow.quality.passages import Reading, Rule, Source
from geoflow.quality.phrases import Phrase, found_in, index_of, one_of, words_of
from geoflow.quality.pronouns import find_pronouns

_WEAK = Rule("GF102", "warning", "R1", "“{quote}” does not oblige", "write SHALL, or MAY where nothing is asked for")
_COMPOUND = Rule(
    "GF208", "info", "R18", "with “{quote}” a second thing is asked for", "write a requirement for each thing"
)
_PASSIVE = Rule("GF209", "info", "R2", "“{quote}” does not say who has to do it", "name who acts: “X SHALL ...”")

_OBLIQUE = Rule("GF216", "info", "R17", "“{quote}” leaves open whether one or both are meant", "write “and” or “or”")

_SHALL = lazily(whole("SHALL", "MUST"))
_ANY_SHALL = lazily(whole("SHALL", "MUST", "shall", "must"))
_SUBORDINATE = lazily(
    r"\b(?:that|which|who|whom|whose|because|if|when|whenever|while|where|so|how|what|why|whether|until|unless|since|"
    r"although|though|as|than|e\.g|i\.e)\b|[(:\0—–]",
    re.IGNORECASE,
)
_WEAKER = lazily(
    rf"(?<![\w-])(?:(?:{lexicon.WEAK})(?:\s+not)?|(?:is|are)\s+(?:to|expected\s+to|supposed\s+to|meant\s+to|intended\s+to|"
    r"required\s+to|encouraged\s+to|recommended\s+to|advised\s+to|designed\s+to|assumed\s+to|free\s+to|obliged\s+to|"
    r"asked\s+to|welcome\s+to|allowed\s+to)|(?:has|have|needs?|wants?|intends?|tends?|plans?|hopes?|aims?|tries)\s+to|had\s+better)(?=\s+\w)",
    re.IGNORECASE,
)
_NEVER_BINDING = lazily(
    r"should|ought|might|(?:is|are)\s+(?:to|expected|supposed|meant|encouraged|recommended|advised)|had\s+better|needs?\s|has\s|have\s",
    re.IGNORECASE,
)

_VERBS = f"(?:{one_of([*lexicon.VERBS, *(f'{verb}s' for verb in lexicon.VERBS)])})"
_FURTHER = r"(?:also|additionally|furthermore|moreover|in\s+addition(?:\s+to\s+(?:this|that))?|besides|on\s+top\s+of\s+(?:that|this)|likewise|as\s+well|at\s+the\s+same\s+time|beyond\s+(?:that|this)|apart\s+from\s+(?:that|this)|further|in\s+the\s+same\s+(?:step|breath|go|way|run)|while\s+at\s+it|equally)"
_ADDED = lazily(
    rf"(?:[,;.]\s*)?\b(?:and|as\s+well\s+as|plus|but)\s+(?:it\s+|they\s+)?{_FURTHER},?\s+(?:\w+\s+)?(?:SHALL|MUST|to\s+)?(?:{_VERBS}|SHALL|MUST)\b"
    rf"|(?:[,;]\s*)(?:and\s+)?(?:additionally|furthermore|moreover|in\s+addition|besides|on\s+top\s+of\s+that|likewise|plus)\b,?\s+(?:\w+ly\s+)?(?:{_VERBS}|SHALL|MUST)\b"
    rf"|(?:\b(?:and|but|plus)|[,;])\s+(?:\w+\s+)?(?:SHALL|MUST)\s+{_FURTHER}\b"
    r"|(?:\b(?:which|and|but)|;)\s+(?:it|they)\s+(?:\w+\s+)?(?-i:SHALL|MUST)\b"
    r"|\b(?:together\s+with|along\s+with|besides|in\s+addition\s+to|on\s+top\s+of)\s+(?!existing|leading|trailing|following|remaining|being|during)[a-z]{2,}ing\b"
    r"|\bas\s+well\s+as\s+(?:to\s+)?(?:[a-z]{2,}ing|"
    rf"{_VERBS})\s+(?:a|an|the|all|any|each|every|its|their|to|\w+s)\b"
    r"|\b(?:while|whilst)\s+(?:also|at\s+the\s+same\s+time|simultaneously|additionally)\s+[a-z]{2,}ing\b"
    r"|\bnot\s+only\b[^.;]{3,120}\bbut\b(?:\s+\w+)?(?:\s+also)?",
    re.IGNORECASE,
)
_STARTS_FURTHER = lazily(rf"(?!further\b){_FURTHER}(?:\s*,|\s+(?:the|it|they|this|a|an)\b)", re.IGNORECASE)
_CHAINED = lazily(
    rf"(?:,\s*(?:and\s+|then\s+|and\s+then\s+)?|\band\s+(?:then\s+)?)(?:\w+ly\s+)?(?={_VERBS}\s+(?:a|an|the|all|any|each|every|its|their|to|one)\b)",
    re.IGNORECASE,
)
# "SHALL save the file and notify the owner": a verb with an object of its own, not "read and parse the file".
_ALSO_DONE = lazily(
    rf"(?:\w+[,\s]+){{2}}\b(and\s+(?:then\s+|also\s+)?(?!push\b|set\b|list\b|match\b|return\b|use\b)(?:{one_of(lexicon.VERBS)})\s+"
    r"(?:an?|the|all|any|each|every|its|their|one)\b)"
)
_AT_ITS_SIDE = lazily(
    r",\s+(?:logging|recording|notifying|informing|alerting|emailing|auditing|clearing|archiving|counting|reporting|keeping\s+a|sending|releasing|reloading|restarting|"
    r"backing\s+up|purging|invalidating|refreshing|publishing|broadcasting|warning|offering|tracking|scheduling|triggering)\s+(?:an?|the|all|any|each|every|its|their)\b",
    re.IGNORECASE,
)
_BESIDES = lazily(
    r",\s+(?:(?:in\s+addition|additionally|also|at\s+the\s+same\s+time|besides|meanwhile|thereafter|afterwards|subsequently|furthermore|moreover),?\s+[a-z]{2,}ing\b"
    r"|[a-z]{2,}ing\b[^,.;]{3,80}?\b(?:as\s+well|too|afterwards|thereafter|besides|in\s+addition|on\s+top|at\s+the\s+same\s+time|in\s+the\s+process|along\s+the\s+way|"
    r"on\s+the\s+side|meanwhile|subsequently|in\s+passing|into\s+the\s+bargain|at\s+once|in\s+one\s+go)\b(?=\s*[.,;)]|\s*\Z))",
    re.IGNORECASE,
)
_STANDS_FOR_IT = lazily(r"(?:this|it|they|these|those)\b", re.IGNORECASE)
_CHAIN = 2
_ONE_SUBJECT = lazily(r"(?:which|and|but|;)\s+(?:it|they)\b|;\s+", re.IGNORECASE)
# How usual it is in the tree to have several obligations, or passives: see `Names.habit`.
_RARE, _HABIT, _UNKNOWN = 0, 2, 3

_IS_DONE = lazily(
    rf"(?:SHALL|MUST)(?!\s+(?:not|NOT)\b)(?:\s+(?:also|always|only|then|\w+ly))?\s+(?:be|get|have\s+been)\s+(?:\w+ly\s+)?"
    rf"(?!(?:{lexicon.STATES})\b)(?:[a-z]{{2,}}ed|{lexicon.PARTICIPLES})\b(?!\s+(?:by|through|via|as\s+part)\b(?!\s+default))"
)
_ACTS = lazily(
    r"(?:SHALL|MUST)(?:\s+NOT)?\s+(?:\w+ly\s+|also\s+)?(?!be\b|get\b|have\b|remain\b|stay\b|exist\b)[a-z`\0]"
)
_BY = lazily(r"\bby\s+(?!default|hand|means|itself|then|now|\w+ing\b|\d)", re.IGNORECASE)


def find_in_clauses(source: Source, readings: list[Reading], around: Around) -> Iterator[Finding]:
    """Find what is wrong with the clauses of a requirement.

    Weak obligations (GF102), pronouns as subjects (GF207), second obligations (GF208), passives (GF209), and words with
    a stroke between them (GF216). Where the tree's habit is one obligation to a requirement, a second one is found
    without a word such as "also"; where the passive, the stroke, or "it" behind a sentence that names its subject is the
    habit, none is found.
    """
    usual = bool(around) and around.habit("it") > 0
    for reading in readings:
        for rule, (start, end) in find_pronouns(reading, usual=usual):
            yield source.finding(rule, reading.start + start, reading.start + end)
    body = readings[0]
    passive = around.habit("passive") if around else _RARE
    if not around or around.habit("stroke") == 0:
        yield from (
            source.finding(_OBLIQUE, body.start + match.start(), body.start + match.end())
            for match in found_in(body.prose, body.words, grammar.OBLIQUE)
        )
    for rule, found in (
        (_WEAK, _weak(body)),
        (_COMPOUND, _second(body, around.habit("several") if around else _UNKNOWN, around.kept)),
        (
            _PASSIVE,
            _passive(body, rare=passive == _RARE) if passive < _HABIT else (),
        ),
    ):
        for start, end in found:
            yield source.finding(rule, body.start + start, body.start + end)


def _weak(body: Reading) -> Iterator[tuple[int, int]]:
    """Find the auxiliary of a main clause without SHALL, in a body that has one; of permissions, the first alone."""
    if not _SHALL.search(body.prose):
        return  # validation says that nothing obliges here
    for index, (start, end) in enumerate(body.sentences):
        match = None if _SHALL.search(body.prose, start, end) else _WEAKER.search(body.prose, start, end)
        if match is None:
            continue
        before = body.prose[start : match.start()]
        permits = not _NEVER_BINDING.match(match.group()) or match.group().isupper()
        if before.strip() and not _SUBORDINATE.search(before) and (index == 0 or not permits):
            yield match.span()


_MORE = words_of(_FURTHER) - {"the"} | {
    "well",
    "together",
    "along",
    "top",
    "apart",
    "while",
    "whilst",
    "only",
    "plus",
    "and",
    "then",
}


def _second(body: Reading, several: int, kept: Kept | None) -> Iterator[tuple[int, int]]:
    if len(_ANY_SHALL.findall(body.prose)) < _CHAIN and body.words.isdisjoint(_MORE):
        return
    further = _Further(body, several, kept)
    obliged = False
    for start, end in body.sentences:
        match = _second_in(body.prose, start, end, obliged=obliged, further=further)
        if match:
            yield match
            return
        obliged = obliged or _obligation(body.prose, start, end) is not None


def _second_in(prose: str, start: int, end: int, *, obliged: bool, further: "_Further") -> tuple[int, int] | None:
    first = _obligation(prose, start, end)
    if first is None:
        return None
    starts_further = _STARTS_FURTHER.match(prose, start) or prose[first.end() :].lstrip()[:5] == "also "
    if obliged and starts_further and not _STANDS_FOR_IT.match(prose, start):
        return first.span()
    if found := further.find(prose, first.end(), end):
        return found
    return None if further.several == _HABIT else _chain(prose, first.end(), end)


class _Further:
    """Looks for a second thing that is asked for, in a body and by the habits of its tree."""

    def __init__(self, body: Reading, several: int, kept: Kept | None) -> None:
        self._worth = body.worth(index_of("clauses", _phrases, kept))
        self._single = several == _RARE
        self.several = several

    def find(self, prose: str, start: int, end: int) -> tuple[int, int] | None:
        """Find it behind the first obligation of a sentence, which ends at `start`."""
        likely = {_WORDED[one.number] for one in self._worth if one.start <= start <= one.end}
        added = _ADDED.search(prose, start, end) if _ADDED in likely else None
        if added and (self._single or not _ONE_SUBJECT.match(added.group())):
            return added.span()
        patterns = (_SHALL, _ALSO_DONE, _AT_ITS_SIDE, _BESIDES) if self._single else (_BESIDES,)
        found = (pattern.search(prose, start, end) for pattern in patterns if pattern is _SHALL or pattern in likely)
        other = next(filter(None, found), None)
        return other.span(other.lastindex or 0) if other else None


_WORDED = (_ADDED, _ALSO_DONE, _AT_ITS_SIDE, _BESIDES)


def _phrases() -> list[Phrase]:
    return [Phrase("", written=pattern.pattern) for pattern in _WORDED]


def _chain(prose: str, start: int, end: int) -> tuple[int, int] | None:
    """Find the last verb of three or more that each have an object."""
    chained = list(_CHAINED.finditer(prose, start, end))
    if len(chained) >= _CHAIN and not _SUBORDINATE.search(prose, start, chained[-1].start()):
        return _word_at(prose, chained[-1].end())
    return None


def _obligation(prose: str, start: int, end: int) -> re.Match[str] | None:
    """Find the first obligation of a sentence; in lower case, which another rule mends, only that of a main clause.

    So mending the letters of one brings out no finding that was hidden before.
    """
    match = _ANY_SHALL.search(prose, start, end)
    if match and match.group().islower() and _SUBORDINATE.search(prose, start, match.start()):
        return _SHALL.search(prose, start, end)
    return match


def _word_at(prose: str, start: int) -> tuple[int, int]:
    match = re.compile(r"\w+").match(prose, start)
    return match.span() if match else (start, start)


def _passive(body: Reading, *, rare: bool) -> Iterator[tuple[int, int]]:
    """Find the first obligation in the passive, where neither it nor one before it names who acts.

    Where the passive is not `rare`, none behind it may do so either: that one tells who is meant.
    """
    match = _IS_DONE.search(body.prose)
    if match is None or _ACTS.search(body.prose, 0, match.start() if rare else len(body.prose)):
        return
    _, end = body.sentence(match.start())
    if not _BY.search(body.prose, match.end(), end):
        yield match.span()
