"""Checks of an edit that brings in an answer: where it stands, and that it is the answer, whole or one piece of it."""

import re
from collections import Counter
from collections.abc import Sequence

from geoflow.improvement.answer_text import why_not_plain
from geoflow.improvement.contract import UNHELD
from geoflow.improvement.edit import GivenAnswer
from geoflow.improvement.proposal import Proposal, requirement_named
from geoflow.quality.prose import sentences
from geoflow.quality.tokens import UNITS, Kind, Token, tokens

_ARTICLE_BEFORE = re.compile(r"\b[Aa]n?[ \t\r\n]+\Z")
_UNIT = re.compile(r"(?<=\d)[a-zµ°%]+\Z")
_PERMITTING = frozenset("may can could might would".split())
_JOINING = frozenset("and on for as like then because with".split())
"""Words of relation that say nothing about what follows them."""


def stands_in_place(proposal: Proposal) -> str:
    """Refuse an edit that changes anything but the finding's quote (and the article before it).

    An answer without a finding goes behind the last character of the requirement's text.
    """
    finding, old, new = proposal.finding, proposal.base.text, proposal.new.text
    if old[finding.start : finding.end] != finding.quote:
        return "the finding is not where it was"
    if finding.code == UNHELD and not _is_end_of_body(proposal):
        return "does not stand at the end of the requirement's text"
    start, end = _place(proposal)
    kept = old[:start] == new[:start] and new.endswith(old[end:]) and len(new) >= start + len(old) - end
    return "" if kept else "reaches beyond the place of the answer"


def _is_end_of_body(proposal: Proposal) -> bool:
    finding, text = proposal.finding, proposal.base.text
    target = requirement_named(proposal.base, finding.requirement, finding.start)
    if target is None or not target.body_start < finding.start <= target.body_end:
        return False
    return not text[finding.start : target.body_end].strip() and not text[finding.start - 1].isspace()


def _place(proposal: Proposal) -> tuple[int, int]:
    start = proposal.finding.start
    article = _ARTICLE_BEFORE.search(proposal.base.text, 0, start) if proposal.finding.quote else None
    return (article.start() if article else start), proposal.finding.end


def brought_in(proposal: Proposal) -> str:
    """Give the text that stands in the place of the answer."""
    start, end = _place(proposal)
    return proposal.new.text[start : len(proposal.new.text) - (len(proposal.base.text) - end)]


def is_plain(proposal: Proposal) -> str:
    """Refuse markup, a hidden character or a line break in what is brought in; a sentence may begin a new line."""
    text = brought_in(proposal)
    if proposal.finding.code == UNHELD:
        text = text.removeprefix("\n").removeprefix(" ")
        if "\n" in text:
            return "brings in more than one line"
    return why_not_plain(text).replace("the answer has", "brings in", 1)


def is_of_answer(proposal: Proposal, answer: GivenAnswer) -> str:
    """Refuse words that are not one piece of the answer in the answer's order, or a piece that turns what it says.

    A piece may not be cut off behind a negation, a permission or a word such as "over", unless the requirement has that
    word there itself. A sentence of its own is the whole answer.
    """
    said = _meant(tokens(answer.text))
    brought = _brought(proposal)
    places = [index for index in range(len(said) - len(brought) + 1) if _same(proposal, said[index:], brought)]
    if not brought or not places:
        return "is not one piece of the answer"
    if proposal.finding.code == UNHELD:
        return "" if len(brought) == len(said) else "is not the whole answer"
    cut = [_cut_off(proposal, answer, said, index) for index in places]
    return "" if "" in cut else f"leaves out the “{cut[0]}” of the answer"


def _meant(found: Sequence[Token]) -> list[Token]:
    return [token for token in found if token.kind != "free"]


def _brought(proposal: Proposal) -> list[Token]:
    start, end = _place(proposal)
    first = start - proposal.new_place[0]
    last = first + len(proposal.new.text) - (len(proposal.base.text) - end) - start
    return _meant([token for token in proposal.new_tokens if first <= token.start < last])


def _same(proposal: Proposal, said: Sequence[Token], brought: Sequence[Token]) -> bool:
    number = taken_unit(proposal)[0]
    for one, other in zip(said, brought, strict=False):
        bare = one.kind == other.kind == "number" and other.key == number and one.key == _bare(number)
        if one[:2] != other[:2] and not bare:
            return False
    return True


def _cut_off(proposal: Proposal, answer: GivenAnswer, said: Sequence[Token], index: int) -> str:
    """Name the word before a piece that turns what the piece says; empty where none does."""
    sentence = next((one for one in sentences(answer.text) if one[0] <= said[index].start < one[1]), (0, 0))
    before = [token for token in said[:index] if token.start >= sentence[0]]
    if turned := next((token for token in before if token.kind == "negation"), None):
        return turned.key
    start = _place(proposal)[0] - proposal.base_place[0]
    own = _meant([token for token in proposal.old_tokens if token.end <= start])[-1:]
    last = [token for token in before[-1:] if _turns(token)]
    repeats = [token[:2] for token in last] == [token[:2] for token in own]
    return last[0].key if last and not repeats else ""


def _turns(token: Token) -> bool:
    return token.key in _PERMITTING or (token.kind == "relation" and token.key not in _JOINING)


def taken_unit(proposal: Proposal) -> tuple[str, str]:
    """Give the number whose unit stood behind the quote all along, and the unit's word; empty texts where none is.

    "TBD seconds" has the word "second", "5 seconds" has the number "5seconds": the same letters in the same place.
    """
    end = proposal.finding.end - proposal.base_place[0]
    behind = next((token for token in proposal.old_tokens if token.start >= end), None)
    if behind is None or behind.kind != "word" or not proposal.finding.quote:
        return "", ""
    word = proposal.old_text[behind.start : behind.end]
    tail = len(proposal.old_text) - behind.end
    for token in proposal.new_tokens:
        if token.kind == "number" and len(proposal.new_text) - token.end == tail and word.lower() in UNITS:
            return (token.key, behind.key) if token.key.endswith(word.lower()) else ("", "")
    return "", ""


def _bare(number: str) -> str:
    return _UNIT.sub("", number)


def licensed_by_answer(proposal: Proposal, answer: GivenAnswer, kind: Kind) -> Counter[str]:
    """Count what the answer licenses: what it says, as often as it says it."""
    found = Counter(token.key for token in tokens(answer.text) if token.kind == kind)
    number = taken_unit(proposal)[0]
    if kind == "number" and number and _bare(number) in found:
        found[number] += found[_bare(number)]
    return found
