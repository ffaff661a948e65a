"""Checks of an edit that splits a requirement: a person's answer wants it, and the parts are what stood there."""

from collections import Counter
from collections.abc import Iterator

from geoflow.improvement.choice import said_cuts
from geoflow.improvement.proposal import Document, Proposal, requirement_named
from geoflow.improvement.scenario_strategy import own_steps, scenario_name, scenario_text
from geoflow.openspec.model import Requirement
from geoflow.quality.findings import requirements_of
from geoflow.quality.prose import sentences
from geoflow.quality.tokens import Token, tokens

_JOINING = frozenset(
    token.key for token in tokens("and then also additionally furthermore moreover likewise in addition it they")
)
_MOST_JOINING = 4


def answer_wants_split(proposal: Proposal) -> str:
    """Refuse a split that no answer of a person wants, or in another place than before the words that it names."""
    if proposal.answer is None:
        return "no person has said that it is to be split"
    said, parts = said_cuts(proposal.answer.text), _parts(proposal)
    if len(said) != len(parts) - 1:
        return f"makes {len(parts)} requirements of one, the answer says {len(said) + 1}"
    for one, part in zip(said, parts[1:], strict=True):
        named = _keys(tokens(one.before), joined=False)
        if not named or named not in _beginnings(proposal, part, len(named)):
            return f"does not split before “{one.before[:60]}”"
        if one.name and one.name != part.name:
            return f"does not name the part “{one.name[:60]}”"
    return ""


def _beginnings(proposal: Proposal, part: Requirement, count: int) -> list[list[str]]:
    """Give the words that a part begins with, behind each of the leads that it may repeat."""
    words = _keys(tokens(_body(proposal.new, part)))
    target = requirement_named(proposal.base, proposal.finding.requirement, proposal.base_place[0])
    body = _body(proposal.base, target) if target else ""
    old = tokens(body)
    leads = [lead for at in range(len(old)) for lead in _leads(body, old, at)]
    return [words[len(lead) :][:count] for lead in leads if words[: len(lead)] == lead]


def parts_in_place(proposal: Proposal) -> str:
    """Refuse a split after which another requirement is missing or changed, or a part has no text or no scenario."""
    before, after = requirements_of(proposal.base), requirements_of(proposal.new)
    at = next((index for index, one in enumerate(before) if one.start == proposal.base_place[0]), -1)
    more = len(after) - len(before)
    if at < 0 or more < 1 or after[at].name != before[at].name:
        return "the requirements are not those before, with one in parts"
    rest = [one.name for one in (*after[:at], *after[at + 1 + more :])]
    if rest != [one.name for one in (*before[:at], *before[at + 1 :])]:
        return "changes another requirement"
    names = [one.name for one in after]
    if len(names) != len(set(names)):
        return "gives two requirements one name"
    empty = next((one.name for one in after[at : at + 1 + more] if not one.scenarios or not one.text.strip()), "")
    return f"the part “{empty}” has no text or no scenario" if empty else ""


def _parts(proposal: Proposal) -> list[Requirement]:
    start, end = proposal.new_place
    return [one for one in requirements_of(proposal.new) if start <= one.start < max(end, start + 1)]


def scenarios_shared(proposal: Proposal) -> str:
    """Refuse a split that loses, changes or doubles a scenario, or turns the order of those of one part round.

    A part of which none speaks may have the one that its own words make.
    """
    target = requirement_named(proposal.base, proposal.finding.requirement, proposal.base_place[0])
    old = [_source(proposal.base, one.start, one.end) for one in (target.scenarios if target else ())]
    found: list[str] = []
    for part in _parts(proposal):
        own = [_source(proposal.new, one.start, one.end) for one in part.scenarios]
        steps = own_steps(_body(proposal.new, part))
        if steps and own == [scenario_text(scenario_name(part.name, steps), steps)]:
            continue
        if sorted(own, key=lambda one: old.index(one) if one in old else -1) != own:
            return f"turns the order of the scenarios of “{part.name}” round"
        found += own
    lost, new = Counter(old) - Counter(found), Counter(found) - Counter(old)
    first = next(iter([*lost, *new]), "")
    return f"loses, changes or doubles a scenario: {first.splitlines()[0]}" if first else ""


def words_shared(proposal: Proposal) -> str:
    """Refuse a split whose parts are not, one after the other, all words of the text before, in their order.

    Between two parts only a joining word may be left out, and a part may begin with what its sentence shares: the
    condition, the subject and the modal verb; or with the subject, where a pronoun stood for it.
    """
    target = requirement_named(proposal.base, proposal.finding.requirement, proposal.base_place[0])
    if target is None:
        return "the requirement is not there"
    body = _body(proposal.base, target)
    old, position = tokens(body), 0
    for number, part in enumerate(_parts(proposal)):
        words = _keys(tokens(_body(proposal.new, part)))
        taken = _taken(body, old, position, words, first=number == 0)
        if taken < 0:
            return f"the words of “{part.name}” are not those that stood there, in their order"
        position = taken
    return "" if position == len(old) else f"leaves out “{body[old[position].start :][:60]}”"


def _taken(body: str, old: tuple[Token, ...], position: int, words: list[str], *, first: bool) -> int:
    """Give how far the old words go after those of a part; -1 where they are not its words."""
    keys = _keys(old)
    for start in range(position, position + 1 if first else position + _MOST_JOINING + 1):
        if not set(keys[position:start]) <= _JOINING:
            break
        for lead in [[]] if first else _leads(body, old, start):
            rest = words[len(lead) :]
            if rest and words[: len(lead)] == lead and keys[start : start + len(rest)] == rest:
                return start + len(rest)
    return -1


def _leads(body: str, old: tuple[Token, ...], at: int) -> Iterator[list[str]]:
    """Give what a part may repeat: nothing, or what stands before the verb of its sentence or of one before it."""
    yield []
    place = old[at].start if at < len(old) else len(body)
    for start, end in reversed(sentences(body)):
        if start > place:
            continue
        inside = [token for token in old if start <= token.start < min(end, place)]
        modal = next((index for index, token in enumerate(inside) if token.kind == "modal"), -1)
        if modal >= 0:
            yield _keys(tuple(inside[: modal + 1]))
            yield _keys(tuple(inside[:modal]))


def _keys(found: tuple[Token, ...], *, joined: bool = True) -> list[str]:
    keys = [token.key for token in found]
    while not joined and keys and keys[0] in _JOINING:
        keys = keys[1:]
    return keys


def named_by_own_words(proposal: Proposal) -> str:
    """Refuse a name of a new part whose words do not stand in that part, unless a person has given it."""
    given = {one.name for one in said_cuts(proposal.answer.text)} if proposal.answer else set[str]()
    for part in _parts(proposal)[1:]:
        words = {token.key for token in tokens(_body(proposal.new, part))}
        new = [token.key for token in tokens(part.name) if token.kind != "free" and token.key not in words]
        if new and part.name not in given:
            return f"names a part with “{new[0]}”, which it does not say"
    return ""


def _source(document: Document, start: int, end: int) -> str:
    return document.text[start:end].strip()


def _body(document: Document, requirement: Requirement) -> str:
    return document.text[requirement.body_start : requirement.body_end]
