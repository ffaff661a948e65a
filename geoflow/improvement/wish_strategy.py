"""Edits that a reviewer asks for in words: which sentence they are about, and what code alone can make of them."""

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from hashlib import sha256

from geoflow.improvement.contract import REMARKED, WISHED
from geoflow.improvement.edit import Candidate, SpanEdit, Wish
from geoflow.improvement.proposal import Document
from geoflow.improvement.span_strategy import SpanQuestion
from geoflow.quality.finding import Finding
from geoflow.quality.findings import requirements_of
from geoflow.quality.prose import sentences
from geoflow.quality.tokens import Kind, Token, tokens

STRATEGY = "swap"
MOST_PLACES = 6
"""Sentences that the model chooses from."""
LONGEST_QUOTE = 12
"""Words of a quote that may go at a reviewer's wish; a longer one only says where."""
LONGEST_WISH = 600
"""Characters of a reviewer's words that the model gets to see."""

_SURE = 1.5
_NEW_FIRST = re.compile(r"\W*(?:instead of|rather than|in place of|and not|not)\W*", re.IGNORECASE)
_OLD_FIRST = re.compile(r"\W*(?:to|by|with|into|→|-+>|=>)\W*", re.IGNORECASE)
_TURNS = re.compile(r"\b(?:from|change|replace|turn|raise|lower|increase|reduce|shorten|extend)\b", re.IGNORECASE)
_QUOTES = '"“”`'
_MEANT: frozenset[Kind] = frozenset({"word", "number", "literal"})


@dataclass(frozen=True, slots=True)
class Place:
    """A sentence of a requirement: where it lies in its document, and its words on one line."""

    document: Document
    requirement: str
    start: int
    end: int
    is_body: bool

    @property
    def sentence(self) -> str:
        """Give the sentence on one line."""
        return " ".join(self.document.text[self.start : self.end].split())

    @property
    def tokens(self) -> tuple[Token, ...]:
        """Split the sentence."""
        return tokens(self.document.text[self.start : self.end])

    def question(self, instruction: str) -> SpanQuestion:
        """Frame the question for the model."""
        return SpanQuestion(self.sentence, instruction, self.start, self.end)


def places_for(wish: Wish, documents: Iterable[Document]) -> list[Place]:
    """List the sentences that a wish may be about, the likeliest first; one alone where code is sure.

    A quote tells, and a figure or literal that one requirement alone has. Otherwise it is the words that both share,
    the rarer the more.
    """
    found = all_places(wish, documents)
    if wish.quote and (quoted := [one for one in found if _folded(wish.quote) in _folded(one.sentence)]):
        return quoted[:1]
    said = {token[:2] for token in tokens(wish.words) if token.kind in _MEANT}
    spread = Counter(key for one in found for key in {token[:2] for token in one.tokens})
    exact = [one for one in found if any(t.kind in {"number", "literal"} and t[:2] in said for t in one.tokens)]
    if exact and len({(one.document.path, one.requirement) for one in exact}) == 1:
        return exact[:1]
    merits = [sum(1 / spread[key] for key in {t[:2] for t in one.tokens} & said) for one in found]
    best = sorted(zip(merits, found, strict=True), key=lambda pair: (-pair[0], not pair[1].is_body))
    shared = [pair for pair in best if pair[0] > 0]
    if len(shared) == 1 or (len(shared) > 1 and shared[0][0] >= _SURE * shared[1][0]):
        return [shared[0][1]]
    return [place for _, place in shared or best if shared or place.is_body][:MOST_PLACES]


def all_places(wish: Wish, documents: Iterable[Document]) -> list[Place]:
    """List the sentences of the documents and requirement that a wish names; of all where it names none."""
    return [place for document in documents for place in _places(document, wish)]


def _places(document: Document, wish: Wish) -> list[Place]:
    if wish.path and document.path != wish.path:
        return []
    found = []
    for requirement in requirements_of(document):
        if wish.requirement and requirement.name.casefold() != wish.requirement.casefold():
            continue
        for start, end in sentences(document.text[requirement.start : requirement.end]):
            first, last = requirement.start + start, requirement.start + end
            text = document.text[first:last]
            if not text.startswith("#") and any(token.kind == "word" for token in tokens(text)):
                is_body = requirement.body_start <= first < requirement.body_end
                found.append(Place(document, requirement.name, first, last, is_body))
    return found


def _folded(text: str) -> str:
    return " ".join(text.split()).casefold()


def finding_for(wish: Wish, place: Place) -> Finding:
    """Make the finding that an edit of this sentence answers."""
    quote = wish.quote if len(wish.quote.split()) <= LONGEST_QUOTE else ""
    line = place.document.text.count("\n", 0, place.start) + 1
    return Finding(
        code=WISHED if wish.is_persons else REMARKED,
        severity="warning",
        path=place.document.path,
        line=line,
        end_line=line,
        requirement=place.requirement,
        message=" ".join(wish.words.split()),
        fix="",
        quote=quote if _folded(quote) in _folded(place.sentence) else "",
        start=place.start,
        end=place.end,
        source="person" if wish.is_persons else "reviewer",
        occurrence=int(sha256(wish.id.encode()).hexdigest()[:6], 16),
    )


def with_wish(made: Candidate | str, wish: Wish, place: Place) -> Candidate | str:
    """Give a candidate the wish behind it; the figure that a person's new one is instead of may go as well."""
    if isinstance(made, str):
        return made
    return replace(made, wish=replace(wish, gone=_replaced(wish, place)))


def _replaced(wish: Wish, place: Place) -> str:
    """Name the one figure of a sentence that has the unit of the one figure that a person gives."""
    if not wish.is_persons:
        return ""
    own = [token for token in place.tokens if token.kind == "number"]
    given = {t.key for t in tokens(wish.words) if t.kind == "number"} - {token.key for token in own}
    same = [token for token in own if len(given) == 1 and _unit(token.key) == _unit(next(iter(given)))]
    text = place.document.text
    return text[place.start + same[0].start : place.start + same[0].end] if len(same) == 1 else ""


def _unit(key: str) -> str:
    return key.lstrip("+-0123456789.,")


def swapped(wish: Wish, place: Place) -> Candidate | None:
    """Make the edit of a wish such as "30 seconds instead of 1 minute", which needs no model; None for any other."""
    pair = _pair(wish.words)
    return exchanged(wish, place, *pair) if pair else None


def exchanged(wish: Wish, place: Place, old: Sequence[str], new: str) -> Candidate | None:
    """Put `new` in the place of the figure or literal `old` (kind, key), which stands in the sentence once."""
    same = [token for token in place.tokens if [*token[:2]] == [*old]]
    if len(same) != 1:
        return None
    span = SpanEdit(place.start + same[0].start, place.start + same[0].end, new)
    return Candidate(finding_for(wish, place), (span,), STRATEGY, wish=wish)


def _pair(words: str) -> tuple[tuple[str, str], str] | None:
    """Read which of two figures or literals is the old one (kind, key) and which the new one (its text)."""
    pieces = [token for token in tokens(words) if token.kind in {"number", "literal"}]
    if len(pieces) != 2 or pieces[0].kind != pieces[1].kind:
        return None
    first, second = pieces
    between = words[first.end : second.start]
    if _NEW_FIRST.fullmatch(between):
        return second[:2], words[first.start : first.end]
    if _OLD_FIRST.fullmatch(between) and _TURNS.search(words[: first.start]):
        return first[:2], words[second.start : second.end]
    return None


def figure_changed(wish: Wish, old_text: str, new_text: str) -> tuple[tuple[str, str], str] | None:
    """Tell which figure an edit has put in the place of which: (kind, key) of the old, and the new one's text."""
    old, new = (Counter(t[:2] for t in tokens(text) if t.kind == "number") for text in (old_text, new_text))
    gone, come = old - new, new - old
    if not wish.is_persons or len(gone) != 1 or len(come) != 1:
        return None
    token = next(one for one in tokens(new_text) if one[:2] in come)
    return next(iter(gone)), new_text[token.start : token.end]
