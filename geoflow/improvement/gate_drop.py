"""Checks of an edit that drops one of two requirements: a person's answer wants it, and the other one says it all."""

from collections import Counter

from geoflow.improvement.choice import kept_of_two
from geoflow.improvement.drop_strategy import IN_OTHER_WORDS, steps_of
from geoflow.improvement.proposal import Document, Proposal, requirement_named
from geoflow.improvement.said_by import lacks
from geoflow.quality.copies import says_the_same
from geoflow.quality.findings import requirements_of


def answer_wants_drop(proposal: Proposal) -> str:
    """Refuse a drop that no answer of a person wants, or of another requirement than it names."""
    if proposal.answer is None:
        return "no person has said that it is to be dropped"
    kept = proposal.kept[1].name if proposal.kept else ""
    says = kept_of_two(proposal.answer.text) == (kept, proposal.finding.requirement)
    return "" if says else "the answer does not say that this one is dropped"


def one_less(proposal: Proposal) -> str:
    """Refuse a drop after which any requirement but the dropped one is missing, or one has changed."""
    before, after = requirements_of(proposal.base), requirements_of(proposal.new)
    name = proposal.finding.requirement
    rest = [one for one in before if one.name != name]
    if [one.name for one in rest] != [one.name for one in after] or len(rest) != len(before) - 1:
        return "the requirements are not those before, without the dropped one"
    kept = proposal.kept[1].name if proposal.kept else ""
    for one, other in zip(rest, after, strict=True):
        old, new = (
            _source(document, each.start, each.end) for document, each in ((proposal.base, one), (proposal.new, other))
        )
        if old != new and not (one.name == kept and new.startswith(old)):
            return f"changes the requirement “{one.name}”"
    return ""


def said_by_kept(proposal: Proposal) -> str:
    """Refuse a drop where the requirement that stays does not say the same, or lacks one of its scenarios."""
    dropped = requirement_named(proposal.base, proposal.finding.requirement, proposal.base_place[0])
    if proposal.kept is None or dropped is None:
        return "no requirement stays for it"
    document, kept = proposal.kept
    if not says_the_same(dropped, kept):
        lost = lacks(kept, dropped)
        if proposal.finding.code != IN_OTHER_WORDS or lost:
            return f"“{kept.name}” does not say {lost or 'the same'}"
    here = document.path == proposal.new.path
    stays = requirement_named(proposal.new, kept.name) if here else kept
    have = [steps_of(one) for one in (stays.scenarios if stays else ())]
    lost = next((one.name for one in dropped.scenarios if steps_of(one) not in have), "")
    if lost:
        return f"loses the scenario “{lost}”"
    own = [steps_of(one) for one in kept.scenarios]
    extra = Counter(have) - Counter(own) - Counter(steps_of(one) for one in dropped.scenarios)
    return "brings a scenario that neither had" if extra else ""


def _source(document: Document, start: int, end: int) -> str:
    return document.text[start:end].strip()
