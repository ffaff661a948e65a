"""Checks of meaning: every piece of what a reader sees is kept, and every new one has a source."""

import re
from collections import Counter
from collections.abc import Iterable, Mapping
from functools import lru_cache

from geoflow.improvement import gate_answer
from geoflow.improvement.edit import Licence, Wish
from geoflow.improvement.gate_ears import is_condition_moved
from geoflow.improvement.proposal import Proposal
from geoflow.quality.tokens import Kind, Token, tokens


def _count(found: Iterable[Token], kind: Kind) -> Counter[str]:
    return Counter(token.key for token in found if token.kind == kind)


def _lost(proposal: Proposal, kind: Kind) -> Counter[str]:
    lost = _count(proposal.old_tokens, kind) - _count(proposal.new_tokens, kind)
    excused = _count(proposal.quote_tokens, kind) if kind in proposal.contract.excuses else Counter[str]()
    if proposal.answer and kind == "word":
        excused[gate_answer.taken_unit(proposal)[1]] += 1
    return lost - excused - Counter(proposal.contract.drops)


def _added(proposal: Proposal, kind: Kind) -> Counter[str]:
    added = _count(proposal.new_tokens, kind) - _count(proposal.old_tokens, kind)
    allowed = proposal.contract.adds
    return Counter({key: count for key, count in added.items() if key not in allowed or count > 1})


def _kept_exactly(proposal: Proposal, kind: Kind, noun: str) -> str:
    if lost := _lost(proposal, kind):
        return f"loses {noun} {_list(lost)}"
    added = _added(proposal, kind)
    if added and kind in proposal.contract.licensed:
        added -= _licensed_keys(proposal, kind)
    return f"adds {noun} {_list(added)}" if added else ""


def _list(keys: Counter[str]) -> str:
    return ", ".join(f"“{key}”" for key in sorted(keys)[:5])


def literals_kept(proposal: Proposal) -> str:
    """Refuse an edit that loses, changes or invents code, a quotation, an address or an identifier."""
    return _kept_exactly(proposal, "literal", "the literal")


def numbers_kept(proposal: Proposal) -> str:
    """Refuse an edit that loses, changes or invents a number or its unit."""
    return _kept_exactly(proposal, "number", "the number")


def modality_kept(proposal: Proposal) -> str:
    """Refuse an edit that weakens, strengthens or adds an obligation, in words or by taking its capitals away."""
    if reason := _kept_exactly(proposal, "modal", "the modal verb"):
        return reason
    before, after = (_obligations(text) for text in (proposal.old_text, proposal.new_text))
    return "takes the capitals of SHALL or MUST away" if after < before else ""


def _obligations(text: str) -> int:
    return sum(1 for token in tokens(text) if token.kind == "modal" and text[token.start : token.end].isupper())


def negations_kept(proposal: Proposal) -> str:
    """Refuse an edit that loses or adds a negation."""
    return _kept_exactly(proposal, "negation", "the negation")


def relations_kept(proposal: Proposal) -> str:
    """Refuse an edit that loses or adds a word of condition, quantity, choice or direction."""
    return _kept_exactly(proposal, "relation", "the word")


def words_kept(proposal: Proposal) -> str:
    """Refuse an edit that loses a content word outside the finding's own quote."""
    lost = _lost(proposal, "word")
    return f"loses the word {_list(lost)} outside the finding" if lost else ""


def order_kept(proposal: Proposal) -> str:
    """Refuse an edit that turns the order of kept words around, and with it who does what to whom."""
    old = [token.key for token in proposal.old_tokens if token.kind != "free"]
    new = [token.key for token in proposal.new_tokens if token.kind != "free"]
    counts_old, counts_new = Counter(old), Counter(new)
    stable = {key for key, count in counts_old.items() if counts_new[key] == count}
    before, after = ([key for key in keys if key in stable] for keys in (old, new))
    moved = next((a for a, b in zip(before, after, strict=True) if a != b), "")
    if moved and proposal.contract.reorders and is_condition_moved(before, after):
        return ""
    return f"moves “{moved}” to another place" if moved else ""


def words_licensed(proposal: Proposal) -> str:
    """Refuse an edit with a content word that neither the document nor a template has, or with too many new ones.

    Where an answer is brought in, it alone licenses.
    """
    if proposal.answer and (reason := gate_answer.is_of_answer(proposal, proposal.answer)):
        return reason
    added = _added(proposal, "word")
    if unlicensed := added and added - _licensed_keys(proposal, "word"):
        return f"invents the word {_list(unlicensed)}"
    if added.total() > proposal.contract.new_words:
        return f"brings {added.total()} new words ({_list(added)}), {proposal.contract.new_words} are allowed"
    return ""


_USUAL = 3
"""So many obligations have one subject before it is the usual one."""
_NAMING: tuple[Kind, ...] = ("word", "literal")
_SENTENCE_END = re.compile(r"(?<=[.!?])\s|\n[ \t]*\r?\n")
_SUBJECT = re.compile(r"(?:^|[.;:]\s|\n)[ \t]*([^.;:,\n]{2,80}?)\s+(?:SHALL|MUST)\b", re.MULTILINE)


def subject_named(proposal: Proposal) -> str:
    """Refuse a new subject that is not, whole, the subject of the obligation before it in the requirement.

    That is what a pronoun at the start of a sentence stands for as a rule, and a small model's guess must agree. Where
    nothing stands before the pronoun, it is the subject of most obligations of the document on the base branch.
    """
    if not proposal.contract.names_subject:
        return ""
    added = {key for kind in _NAMING for key in _added(proposal, kind)}
    before = proposal.base.text[proposal.base_place[0] : proposal.finding.start]
    subjects = known_subjects(proposal.licensor.text, before, proposal.base.text[proposal.finding.end :])
    named = {token.key for token in tokens(subjects[-1]) if token.kind in _NAMING} if subjects else set[str]()
    return "" if added == named else "the new subject is not that of the sentence before"


def known_subjects(text: str, before: str, after: str) -> list[str]:
    """List what a pronoun may stand for, the likeliest last.

    Args:
        text: The whole document.
        before: The requirement up to the pronoun, its heading included.
        after: The document from the pronoun's end on.
    """
    subjects = subjects_before(before)
    if subjects or before.partition("\n")[2].strip():
        return subjects
    # A sentence names its subject once: what it names beside the pronoun is somebody else.
    named = {token.key for token in tokens(_SENTENCE_END.split(after, maxsplit=1)[0])}
    return [one for one in usual_subject(text) if not {t.key for t in tokens(one) if t.kind in _NAMING} <= named]


def usual_subject(text: str) -> list[str]:
    """Give the subject of more than half of a document's obligations, at least three; an empty list where none is."""
    found = [" ".join(match[1].split()) for match in _SUBJECT.finditer(text)]
    named = Counter(" ".join(token.key for token in tokens(subject) if token.kind in _NAMING) for subject in found)
    key, count = named.most_common(1)[0] if named else ("", 0)
    if not key or count < _USUAL or 2 * count <= len(found):
        return []
    return [one for one in found if " ".join(t.key for t in tokens(one) if t.kind in _NAMING) == key][:1]


def all_subjects(text: str) -> list[str]:
    """List the subjects of the obligations in a text, in reading order; pronouns are none."""
    found = [" ".join(match[1].split()) for match in _SUBJECT.finditer(text)]
    return [subject for subject in found if any(token.kind in _NAMING for token in tokens(subject))]


def subjects_before(text: str) -> list[str]:
    """List the subjects of the obligations in a text, in reading order, each once; pronouns are none."""
    names = all_subjects(text)
    return [name for index, name in enumerate(names) if name not in names[index + 1 :]]


def _licensed_keys(proposal: Proposal, kind: Kind) -> Counter[str]:
    if proposal.answer:
        return gate_answer.licensed_by_answer(proposal, proposal.answer, kind)
    # A licence is no quota: what the document says once may be said again.
    sources = [proposal.licensor.text, proposal.template_words, *([proposal.wish.licence] if proposal.wish else [])]
    return Counter({key: 1000 for text in sources for of_kind, key in _said_first(text) if of_kind == kind})


@lru_cache(maxsize=32)
def _said_first(text: str) -> Mapping[tuple[Kind, str], Token]:
    """Give each piece of meaning of a text where it stands first."""
    # Each candidate of a document is held against the same document, so it is split once, whatever is looked up.
    return {(token.kind, token.key): token for token in reversed(tokens(text))}


def licences(proposal: Proposal) -> tuple[Licence, ...]:
    """Name the source of every new piece of meaning: a line of the base document, the template, or the answer."""
    new: dict[tuple[Kind, str], Token] = {
        (token.kind, token.key): token for token in proposal.new_tokens if token.kind != "free"
    }
    added: Counter[tuple[Kind, str]] = Counter((token.kind, token.key) for token in proposal.new_tokens)
    added -= Counter((token.kind, token.key) for token in proposal.old_tokens)
    # What the contract itself brings needs no source; most edits bring nothing else, and the document is not split.
    keys = [key for key in sorted(set(added) & set(new)) if key[1] not in proposal.contract.adds]
    source = _said_first(proposal.licensor.text) if keys else {}
    found = []
    for key in keys:
        token = source.get(key)
        word = proposal.new_text[new[key].start : new[key].end]
        if proposal.answer:
            found.append(proposal.answer.licence(key, word))
        elif token is None and proposal.wish:
            found.append(Licence("comment", word) if key in _said(proposal.wish) else Licence("spec", word))
        elif token is None:
            found.append(Licence("template", word))
        else:
            line = proposal.licensor.text.count("\n", 0, token.start) + 1
            found.append(Licence("spec", word, proposal.licensor.path, line))
    return tuple(found)


def _said(wish: Wish) -> set[tuple[Kind, str]]:
    return {(token.kind, token.key) for token in tokens(wish.words)} if wish.is_persons else set()


def does_what_is_named(proposal: Proposal) -> str:
    """Refuse an edit that touches nothing of what a reviewer wrote, or leaves out the figure that a person gave."""
    if proposal.wish is None:
        return ""
    before, after = (Counter(token[:2] for token in found) for found in (proposal.old_tokens, proposal.new_tokens))
    said = proposal.quote_tokens + tokens(proposal.wish.words)
    named = {token[:2] for token in said if token.kind != "free"}
    if not named & (set(after - before) | set(before - after)):
        return "touches nothing that the finding names"
    given = {token[:2] for token in tokens(proposal.wish.words) if token.kind == "number"} - set(before)
    if proposal.wish.is_persons and given and not given & set(after):
        return f"leaves out “{min(given)[1]}”, which the comment gives"
    return ""
