"""The words of a question that are worth looking for."""

import re

from geoflow.quality.tokens import stem

MOST_TERMS = 40
_WORD = re.compile(r"[^\W_]+")
_CAMEL = re.compile(r"(?<=[a-z\d])(?=[A-Z])")
STOP_WORDS = frozenset(
    (
        "a about after all allowed also am an and any are as at be been before being but by can cannot could "
        "did do does doesn doing don done each either every exactly for from get gets give given gives had "
        "happen happened happens has have having he her here his how however i if in into is it its itself "
        "just kind know let like ll long made make makes many may me mean means might much must my need "
        "needed needs no nor not of often on once one only or other our out over please re s say says shall "
        "she should so some such sure t tell than that the their them then there these they thing things this "
        "those though through to too under up us used using very want wants was way we were what when where "
        "whether which while who whom whose why will with within without would you your"
    ).split()
)


def query_terms(question: str) -> tuple[str, ...]:
    """List the words of a question that carry meaning, in order, lower case, each stem once, at most forty.

    `pageSize` gives `pagesize`, `page` and `size`. Empty where the question has no such word.
    """
    found: dict[str, str] = {}
    for match in _WORD.finditer(question):
        word = match.group()
        parts = _CAMEL.split(word)
        for part in (word, *parts) if len(parts) > 1 else (word,):
            lower = part.lower()
            if lower not in STOP_WORDS:
                found.setdefault(stem(lower), lower)
    return tuple(found.values())[:MOST_TERMS]


def stems(text: str) -> frozenset[str]:
    """Give the stems of all words of a text, stop words left out, for comparing it with `query_terms`."""
    return frozenset(
        stem(part.lower())
        for match in _WORD.finditer(text)
        for part in {match.group(), *_CAMEL.split(match.group())}
        if part.lower() not in STOP_WORDS
    )


def stem_sequence(text: str) -> list[str]:
    """Give the stems of the words of a text in their order, stop words left out."""
    return [stem(word.lower()) for word in _WORD.findall(text) if word.lower() not in STOP_WORDS]
