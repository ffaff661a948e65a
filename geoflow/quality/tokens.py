"""Split text into pieces of meaning, so that two texts can be compared by what they say."""

import re
from collections.abc import Iterator
from functools import lru_cache
from typing import Any, Literal, NamedTuple

from geoflow.quality.prose import LITERALS, hide, masked, without_comments

Kind = Literal["literal", "number", "modal", "negation", "relation", "word", "free"]


class Token(NamedTuple):
    """A piece of meaning: its kind, the key that two texts are compared by, and where it stands."""

    kind: Kind
    key: str
    start: int
    end: int


MODALS = frozenset("shall must should may can will could might would ought".split())
NEGATIONS = frozenset("not no never none nor neither without nothing nobody nowhere".split())
RELATIONS = frozenset(
    (
        "and or both either but only all any each every some other same more less most least fewer than if when "
        "whenever while where wherever unless until till once before after during since except besides instead "
        "otherwise because within at over under above below between among up down from to into onto in on of off for "
        "by with via through per against across about as like out then first last next previous exactly always again "
        "also still already even"
    ).split()
)
FREE = frozenset(
    (
        "a an the is are was were be been being am do does did done has have had having it its they them their theirs "
        "this that these those which who whom whose he she his her we us our us you your i me my itself themselves "
        "there so such"
    ).split()
)
UNITS = frozenset(
    (
        "% ms s sec secs second seconds min mins minute minutes h hr hrs hour hours day days week weeks month months "
        "year years b kb mb gb tb kib mib gib tib byte bytes px pt em rem hz khz mhz ghz fps k m km cm mm kg g mg c f "
        "v kw bit bits kbit mbit gbit percent times x retries attempts characters chars lines items rows requests"
    ).split()
)
_KINDS: tuple[tuple[Kind, frozenset[str]], ...] = (
    ("modal", MODALS),
    ("negation", NEGATIONS),
    ("relation", RELATIONS),
    ("free", FREE),
)
_CONTRACTED = {"can't": "can", "won't": "will", "shan't": "shall", "cannot": "can"}
_WORD = re.compile(r"[^\W\d_]+(?:['’-][^\W\d_]+)*")
_NUMBER = re.compile(r"(?<![\w.])[-+]?\d[\d,]*(?:\.\d+)?(?:\s?%|(?:\s|-)?[A-Za-zµ°]{1,12}\b)?")
_BARE_NUMBER = re.compile(r"\d[\d,]*(?:\.\d+)?")


@lru_cache(maxsize=64)
def tokens(text: str) -> tuple[Token, ...]:
    """Split text into pieces of meaning, in reading order; HTML comments are no part of it.

    Literals are compared to the letter, numbers with their unit (`10 s` is `10s`), words by their stem (Snowball).
    `relation` are the small words that carry conditions, quantities, choices and directions; `free` are articles,
    forms of *be*, *have* and *do*, and pronouns, which may come and go without a change of what is asked for.
    """
    rest = without_comments(text)
    found: list[Token] = []
    for pattern in LITERALS:
        found += (
            Token("literal", " ".join(match.group().split()), match.start(), match.end())
            for match in pattern.finditer(rest)
        )
        rest = pattern.sub(hide, rest)
    for match in _NUMBER.finditer(rest):
        key, length = _number_key(match.group())
        found.append(Token("number", key, match.start(), match.start() + length))
        rest = rest[: match.start()] + " " * length + rest[match.start() + length :]
    for match in _WORD.finditer(rest):
        found += _word_tokens(match)
    return tuple(sorted(found, key=lambda token: token.start))


def numbers(text: str) -> list[str]:
    """List the numbers of a text with their units (`2seconds`), in reading order; none of those inside literals."""
    return [_number_key(match.group())[0] for match in _NUMBER.finditer(masked(text))]


def _number_key(text: str) -> tuple[str, int]:
    bare = _BARE_NUMBER.search(text)
    if bare is None:
        return text, len(text)
    unit = re.sub(r"[\s-]", "", text[bare.end() :]).lower()
    sign = text[: bare.start()].strip("+")
    if unit in UNITS:
        return sign + bare.group() + unit, len(text)
    return sign + bare.group().rstrip(","), bare.end()


def _word_tokens(match: re.Match[str]) -> Iterator[Token]:
    word = match.group().lower().replace("’", "'")
    negated = word in _CONTRACTED or word.endswith("n't")
    if negated:
        word = _CONTRACTED.get(word, word.removesuffix("n't"))
    for kind, members in _KINDS:
        if word in members:
            yield Token(kind, word, match.start(), match.end())
            break
    else:
        yield Token("word", stem(word), match.start(), match.end())
    if negated:
        yield Token("negation", "not", match.start(), match.end())


@lru_cache(maxsize=1)
def _stemmer() -> Any:
    from snowballstemmer.english_stemmer import EnglishStemmer  # noqa: PLC0415 (85 ms, off the hot path)

    return EnglishStemmer()


@lru_cache(maxsize=65536)
def stem(word: str) -> str:
    """Reduce an English word to its stem, so that `validates` and `validated` are one word."""
    return str(_stemmer().stemWord(word.lower().replace("’", "'")))
