"""Split a requirement that asks for several things: a question where, and the edit that a person's answer wants.

The first part keeps the name, every word stays in its order, and each scenario goes along with the part that it speaks
of. Nothing is split without an answer.
"""

from collections.abc import Iterator, Mapping, Sequence

from geoflow.improvement.answer_text import one_line
from geoflow.improvement.choice import LEAVE, MOST_OPTIONS, WITH_NONE, Choice, SaidCut, listed, said_cuts
from geoflow.improvement.cuts import Cut, cuts_in
from geoflow.improvement.edit import Candidate, GivenAnswer, SpanEdit
from geoflow.improvement.proposal import Document, requirement_named
from geoflow.improvement.splitting import Part, is_plain, parts_of, shares_of, split_text
from geoflow.openspec.model import Delta, Requirement
from geoflow.quality.finding import Finding

STRATEGY = "split"
COMPOUND, LONG = "GF208", "OS-S12"
SPLITS = frozenset({COMPOUND, LONG})
NOT_SAID = "the answer does not say before which words it is to be split"
NOT_PLAIN = "the requirement holds more than a text and scenarios with names of their own"
_LONGEST = 400
_MOST_CUTS = 3
_LEAST_SHOWN, _MOST_SHOWN = 6, 20


def question(document: Document, finding: Finding) -> Choice | str:
    """Ask where to split a requirement, with answers to choose from; or say why code could carry none out."""
    requirement = _splittable(document, finding)
    if isinstance(requirement, str):
        return requirement
    options: dict[str, list[Part]] = {}
    for cuts in _proposed(document, requirement, finding):
        parts = parts_of(document, requirement, cuts, {})
        for places in _places(document, requirement, parts, alone=finding.code == LONG):
            if len(options) < MOST_OPTIONS - 1 and _can_be(document, requirement, parts, places):
                options[_option(document, cuts, requirement, places)] = parts
    if not options:
        return "no place to split it is sure, or no scenario speaks of a part of it"
    why = "asks for more than one thing" if finding.code == COMPOUND else "is long for one requirement"
    shown = " ".join(_previews(list(options.values())))
    return Choice(f"“{requirement.name}” {why}. Where is it to be split? {shown}", (*options, LEAVE))


def from_choice(document: Document, finding: Finding, answer: GivenAnswer) -> Candidate | str:
    """Carry out the split that a person has chosen, or say why that cannot be done."""
    requirement = _splittable(document, finding)
    if isinstance(requirement, str):
        return requirement
    said = said_cuts(answer.text)
    found = [_cut(document, requirement, finding, one) for one in said]
    cuts = [cut for cut in found if cut is not None]
    if not said or len(cuts) < len(said):
        lost = next((one.before for one, cut in zip(said, found, strict=True) if cut is None), "")
        return f"“{lost[:80]}” is no place where it can be split" if lost else NOT_SAID
    if cuts != sorted(set(cuts), key=lambda cut: cut.start):
        return "the answer does not name the places in the order of the text"
    names = {number: one.name for number, one in enumerate(said, 1) if one.name}
    parts = parts_of(document, requirement, cuts, names)
    places = _said_places(document, requirement, parts, said)
    if isinstance(places, str):
        return places
    new = split_text(document, requirement, parts, places)
    if new is None:
        return "no scenario would be left for one of the parts"
    span = SpanEdit(requirement.start, len(document.text[: requirement.end].rstrip()), new)
    return Candidate(finding, (span,), STRATEGY, answer=answer)


def _splittable(document: Document, finding: Finding) -> Requirement | str:
    requirement = requirement_named(document, finding.requirement, finding.start)
    if requirement is None:
        return "the requirement is not there"
    if isinstance(document, Delta) and requirement not in document.added:
        return "a change modifies it, and a part of it would be new there"
    return requirement if is_plain(document, requirement) else NOT_PLAIN


def _proposed(document: Document, requirement: Requirement, finding: Finding) -> Iterator[list[Cut]]:
    """Give the sets of cuts worth asking about, the likeliest first."""
    if finding.code == COMPOUND:
        cuts = cuts_in(document, requirement, finding)
        at = [cut for cut in cuts if cut.before <= finding.end and finding.start <= cut.start]
        yield from ([cut] for cut in at[:1])
        if 1 < len(cuts) <= _MOST_CUTS:
            yield cuts
        yield from ([cut] for cut in cuts if cut not in at)
        return
    cuts = [cut for cut in cuts_in(document, requirement) if document.text[cut.before - 1] in ".!?"]
    middle = (requirement.body_start + requirement.body_end) // 2
    yield from ([cut] for cut in sorted(cuts, key=lambda cut: abs(cut.start - middle)))


def _places(
    document: Document, requirement: Requirement, parts: Sequence[Part], *, alone: bool
) -> Iterator[dict[str, int]]:
    """Give the ways to share out the scenarios, the likeliest first; `alone`: only where all of them are sure."""
    shares = shares_of(document, requirement, parts)
    yield from () if alone and shares.unsure else shares.places()


def _can_be(document: Document, requirement: Requirement, parts: Sequence[Part], places: Mapping[str, int]) -> bool:
    names = [part.name for part in parts]
    named = all(len(name.split()) > 1 for name in names[1:])
    unique = len(set(names)) == len(names) and not any(requirement_named(document, name) for name in names[1:])
    return named and unique and split_text(document, requirement, parts, places) is not None


def _option(document: Document, cuts: Sequence[Cut], requirement: Requirement, places: Mapping[str, int]) -> str:
    pieces = []
    for number, cut in enumerate(cuts, 1):
        names = [one.name for one in requirement.scenarios if places.get(one.name) == number]
        with_them = f", with the scenario{'s' if len(names) > 1 else ''} {listed(names)}" if names else f", {WITH_NONE}"
        pieces.append(f"before “{_shown(document, requirement, cut)}”{with_them}")
    return f"Split {', and '.join(pieces)}"


def _shown(document: Document, requirement: Requirement, cut: Cut) -> str:
    """Give as many words as tell a cut from the others, at least six."""
    others = [one for one in cuts_in(document, requirement) if one.start != cut.start]
    shown = [cut.shown(document.text, count) for count in range(_LEAST_SHOWN, _MOST_SHOWN)]
    alone = (words for words in shown if not any(_starts(document, one, words.casefold()) for one in others))
    return next(alone, shown[0])


def _previews(ways: Sequence[Sequence[Part]]) -> Iterator[str]:
    """Show the new parts of each way, one sentence for all options that make the same ones."""
    options: dict[str, list[str]] = {}
    for number, parts in enumerate(ways, 1):
        shown = [f"“{part.name}” (“{_cut_off(one_line(part.text))}”)" for part in parts[1:]]
        options.setdefault(" and ".join(shown), []).append(str(number))
    for made, numbers in options.items():
        *most, last = numbers
        named = f"Options {', '.join(most)} and {last} make" if most else f"Option {last} makes"
        yield f"{named} the new requirement{'s' if '”) and “' in made else ''} {made}."


def _cut_off(text: str) -> str:
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST].rpartition(' ')[0].rstrip(' ,;:')} …"


def _cut(document: Document, requirement: Requirement, finding: Finding, said: SaidCut) -> Cut | None:
    wanted = one_line(said.before).casefold()
    cuts = cuts_in(document, requirement, finding if finding.code == COMPOUND else None)
    same = [cut for cut in cuts if _starts(document, cut, wanted)]
    return same[0] if len(same) == 1 else None


def _starts(document: Document, cut: Cut, wanted: str) -> bool:
    after = one_line(document.text[cut.start : cut.start + 400]).casefold()
    joined = one_line(document.text[cut.before : cut.start]).strip(" ,;.").casefold()
    return bool(wanted) and (after.startswith(wanted) or f"{joined} {after}".strip().startswith(wanted))


def _said_places(
    document: Document, requirement: Requirement, parts: Sequence[Part], said: Sequence[SaidCut]
) -> dict[str, int] | str:
    """Share the scenarios out as the answer says; where it names none, as their words tell."""
    named = {name: number for number, one in enumerate(said, 1) for name in one.scenarios or ()}
    known = [one.name for one in requirement.scenarios]
    if lost := next((name for name in named if name not in known), ""):
        return f"the requirement has no scenario “{lost[:80]}”"
    if any(one.scenarios is not None for one in said):
        return dict.fromkeys(known, 0) | named
    shares = shares_of(document, requirement, parts)
    if shares.unsure:
        return f"the answer has to say which part the scenario “{shares.unsure[0][:80]}” goes with"
    return dict(shares.sure)
