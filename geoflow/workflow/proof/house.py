"""A house and its hidden rules: what its reviewer wants beyond a right repair. Nobody tells them to the workflow."""

import re
from dataclasses import dataclass
from random import Random
from typing import NamedTuple

from geoflow.quality.mutation.wording import phrasings
from geoflow.quality.prose import sentences
from geoflow.quality.tokens import tokens

HOUSE_RULES = (
    "an obligation is MUST, not SHALL",
    "limits live in scenarios: an edit brings no figure into a requirement",
    "a requirement is never split",
    "some words of manner are the house's own and stay",
    "some words are never written",
    "and/or stays",
    "an exception with unless stays",
    "an edit makes no requirement longer by more than five words",
)
BANNED = ("aptly", "duly", "gladly", "hereby", "readily")
"""Words that the house never writes, and that no rule knows."""
_KEPT_SHARE = 3  # one in so many words of manner
_LONGER = 5


class Deal(NamedTuple):
    """An edit before the reviewer: the requirement before and after it, and the finding that it mends."""

    before: str
    after: str
    code: str
    quote: str


@dataclass(frozen=True, slots=True)
class House:
    """The words of one house: those that stay, and those that are never written."""

    kept: frozenset[str]
    banned: tuple[str, ...] = BANNED

    def wants(self, code: str, quote: str) -> str:
        """Say why the house does not want a finding mended; empty where it does."""
        words = folded(quote)
        if words in self.kept:
            return f"“{quote}” is a word of ours"
        if code == "GF206":
            return "and/or is how we write it"
        return "an exception with unless stays" if "unless" in words.split() else ""

    def objection(self, deal: Deal) -> str:
        """Say which rule an edit breaks that its reviewer cannot put right in a word; empty where none."""
        if why := self.wants(deal.code, deal.quote):
            return why
        if _figures(deal.after) - _figures(deal.before):
            return "limits live in scenarios"
        if _sentences(deal.after) > _sentences(deal.before):
            return "never split a requirement"
        if len(deal.after.split()) > len(deal.before.split()) + _LONGER:
            return "too much for one edit"
        return ""

    def in_own_words(self, deal: Deal) -> str:
        """Give the text as the reviewer would merge it: the edit's own where there is nothing to put right."""
        text = deal.after
        if text.count("SHALL") > deal.before.count("SHALL"):
            # The one that the edit brought in is the first that the text before it does not share.
            at = next(place for place in _places(text) if deal.before[place : place + 5] != "SHALL")
            text = f"{text[:at]}MUST{text[at + 5 :]}"
        return re.sub(rf"(?i)\b(?:{'|'.join(self.banned)})\s+", "", text)


def make_house(seed: int) -> House:
    """Make the house of a seed: which words of manner are its own."""
    words = sorted(folded(one.text) for half in ("first", "held-out") for one in phrasings("vague", half))
    chance = Random(f"house:{seed}")  # noqa: S311 - to repeat a run, not to hide anything
    return House(frozenset(chance.sample(words, len(words) // _KEPT_SHARE)))


def folded(text: str) -> str:
    """Give words as they are compared: without regard to case, spacing and the marks around them."""
    return " ".join(text.split()).strip(" ,.;").casefold()


def _places(text: str) -> list[int]:
    return [match.start() for match in re.finditer(r"\bSHALL\b", text)]


def _figures(text: str) -> set[str]:
    return {token.key for token in tokens(body_of(text)) if token.kind == "number"}


def _sentences(text: str) -> int:
    return len(list(sentences(body_of(text))))


def body_of(block: str) -> str:
    """Give a requirement's own text: without its heading and its scenarios."""
    lines = block.split("\n")
    end = next((number for number, line in enumerate(lines[1:], 1) if line.startswith("####")), len(lines))
    return "\n".join(lines[1:end])
