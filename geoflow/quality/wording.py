"""The rules of wording: what is looked for in which parts of a requirement, and what is said about it."""

import re
from typing import NamedTuple

from geoflow.quality import grammar, lexicon
from geoflow.quality.absolutes import ABSOLUTE
from geoflow.quality.lazily import lazily
from geoflow.quality.passages import Rule
from geoflow.quality.phrases import Phrase, any_word
from geoflow.quality.undecided import ASIDE, UNDECIDED

_BODY = frozenset({"body"})
_SAID = frozenset({"body", "outcome"})

# In a negated, permitted or conditional clause the word limits what is forbidden, allowed or awaited: it is content.
_LIMITING = lazily(
    r"(?:\b(?:not|never|no|cannot|without|may|if|when|unless|until|once|while|where|whether)\b|n't\b)[^,;:]*\Z",
    re.IGNORECASE,
)
_NEGATED = lazily(r"(?:\b(?:not|never|no|cannot|may)\b|n't\b)[^,;:]*\Z", re.IGNORECASE)
# Behind a dash, a bracket or a word that gives the reason, nothing is asked for.
_EXPLAINING = lazily(r"(?:\b(?:because|since|so that|which|e\.g)\b|[—–(:])[^—–);:]*\Z", re.IGNORECASE)
_HYPOTHETICAL = lazily(
    r"(?:\b(?:not|never|no|cannot|may|would|instead of|rather than|otherwise)\b|n't\b)[^,;:]*\Z|"
    r"\bso (?:that )?(?:\S+ ){0,2}\Z",
    re.IGNORECASE,
)
_AMOUNT_LIMITED = lazily(
    r"(?:\b(?:not|never|no|cannot|may)\b|n't\b)[^,;:]*\Z|(?:\b(?:because|since|so that)\b|[—–(])[^—–);:]*\Z",
    re.IGNORECASE,
)
# What people are able to do is what they are offered; the verb alone would oblige them to do it.
_PEOPLE = lazily(
    r"\b(?:users?|operators?|administrators?|admins?|maintainers?|customers?|developers?|visitors?|people|"
    r"anyone|owners?|members?|contributors?)\s+(?:SHALL|MUST)\s*\Z",
    re.IGNORECASE,
)
# "than" may stand before the words that compare, and a list or a limit behind words that seem to leave it open.
_THAN = lazily(r"\bthan\b|\bcompared (?:to|with)\b|\brather\b|\bso that\b|\bbecause\b", re.IGNORECASE)

# A clause that explains or quotes an obligation, comes late, or stands beside one in capitals states none of its own.
_EXPLAINED = lazily(
    r"\b(?:SHALL|MUST)\b|^(?:\S+\s+){12}.*\b(?:shall|must)\b|\b(?:that|which|who|because|if|when|so|why|what)\b.*\b(?:shall|must)\b",
    re.DOTALL,
)

_OBLIGES = lazily(r"\b(?:SHALL|MUST|SHOULD|MAY)\b")


class Smell(NamedTuple):
    """A rule over prose: `phrases` are looked for in masked text, and the match (or its group `q`) is the quote.

    Where `unless` matches the sentence around it, `not_after` the sentence up to it, or `not_before` what follows in
    the sentence, there is no finding.
    """

    rule: Rule
    phrases: tuple[Phrase, ...]
    places: frozenset[str] = _SAID
    unless: re.Pattern[str] | None = None
    not_after: re.Pattern[str] | None = None
    not_before: re.Pattern[str] | None = None

    @property
    def code(self) -> str:
        """The rule's code."""
        return self.rule.code


_DROP = "say what can be observed, or drop the word"
_MANNER = Rule("GF201", "warning", "R7", "“{quote}” judges instead of saying what happens", _DROP)
_QUALITY = Rule(
    "GF202", "warning", "R7", "“{quote}” judges instead of naming a property", "name the property, or drop the word"
)
_ESCAPE = Rule(
    "GF203",
    "warning",
    "R8",
    "“{quote}” lets the reader off",
    "drop the clause, or say when the obligation does not hold",
)
_OPEN = Rule("GF204", "warning", "R9", "“{quote}” leaves the list open", "list what is meant, or drop the clause")
_AMOUNT = Rule(
    "GF210", "warning", "R7", "“{quote}” stands for a number that nobody gave", "give the number and its unit"
)
_UNWRITTEN = Rule("GF211", "error", "", "“{quote}” is still to be written", "write what is missing")
_UNDECIDED = _UNWRITTEN._replace(severity="warning", message="“{quote}” puts off what has to be said here")
_UNMEASURED = Rule(
    "GF213", "warning", "R7", "“{quote}” cannot be measured", "say what is measured and which figure is good enough"
)
_COMPARED = _UNMEASURED._replace(
    message="“{quote}” compares with nothing", fix="say than what, or which figure is good enough"
)

SMELLS: tuple[Smell, ...] = (
    Smell(_MANNER, grammar.MANNER, not_after=_LIMITING),
    Smell(_MANNER, grammar.MANNER_PHRASES, not_after=_NEGATED),
    Smell(_QUALITY, grammar.ATTRIBUTIVE, not_after=_LIMITING),
    # With an alternative behind it the clause is a condition like any other.
    Smell(_ESCAPE, grammar.ESCAPE, not_before=grammar.ALTERNATIVE),
    Smell(
        Rule("GF212", "warning", "R8", "“{quote}” is a condition that nobody named", "say when it applies"),
        grammar.UNNAMED_CONDITION,
    ),
    Smell(_OPEN, grammar.OPEN_END),
    Smell(_OPEN, grammar.ELLIPSIS, places=_BODY),
    Smell(
        Rule("GF205", "info", "R10", "“{quote}” adds nothing to the verb", "use the verb alone"),
        any_word(lexicon.INFINITIVES, before=r"(?:(?<=SHALL )|(?<=MUST ))", after=r"(?=\s+[a-z])"),
        not_after=_PEOPLE,
    ),
    Smell(
        Rule("GF206", "warning", "R17", "“{quote}” leaves open which is meant", "write “and”, “or”, or “or both”"),
        grammar.AND_OR,
    ),
    Smell(_AMOUNT, grammar.AMOUNT, places=_BODY, not_after=_EXPLAINING),
    Smell(_AMOUNT, grammar.AMOUNT_SOME, not_after=_AMOUNT_LIMITED),
    Smell(_AMOUNT, grammar.AMOUNT_PHRASES, not_after=_AMOUNT_LIMITED),
    Smell(_UNWRITTEN, grammar.MARKERS),
    Smell(_UNDECIDED, UNDECIDED),
    Smell(_UNDECIDED, ASIDE, places=_BODY, unless=_OBLIGES),
    Smell(
        Rule("GF101", "warning", "R1", "“{quote}” in lower case is not read as an obligation", "write it in capitals"),
        (Phrase(r"(?-i:(?<![\w-])(?:shall|must)(?![\w-]))", frozenset({"-shall"})),),
        places=_BODY,
        unless=_EXPLAINED,
    ),
    Smell(_UNMEASURED, grammar.UNMEASURED, not_after=_NEGATED),
    Smell(_COMPARED, grammar.COMPARED, not_after=_LIMITING, unless=_THAN),
    Smell(
        Rule("GF214", "info", "R26", "“{quote}” claims more than a test can show", "name the cases that count"),
        ABSOLUTE,
        places=_BODY,
        not_after=_HYPOTHETICAL,
    ),
)
"""All rules that look for a pattern; several may share a code."""
