"""The gate for several edits of one requirement as one: what passed one by one must pass as a whole."""

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from itertools import combinations

from geoflow.improvement import gate_findings
from geoflow.improvement.composing import Depends, composed
from geoflow.improvement.contract import CHOSEN, UNHELD, Contract
from geoflow.improvement.gate import CHECKS, Verdict, judge
from geoflow.improvement.proposal import Proposal
from geoflow.quality.finding import Finding
from geoflow.quality.tokens import tokens

MOST_TRIED = 64
"""So many subsets of the edits of one requirement are looked at, the largest first."""

# What each edit may lose and bring was looked at step by step; together they may lose and bring no more than that.
_OF_THE_WHOLE = frozenset(
    "changes-something target-only requirements-kept scenarios-kept steps-kept validity-kept nothing-hidden form-kept "
    "text-not-seen order-kept".split()
)

_OF_ITS_PARTS = frozenset({"scenarios-kept", "steps-kept", "form-kept"})
"""What a scenario that comes changes; the check of that edit alone has looked at it."""


@dataclass(frozen=True, slots=True)
class Step:
    """An edit that passed by itself: its finding and contract, the target's text before and after, and its licence.

    `licence` is the text of the answer that it brings in, empty where it brings none.
    """

    finding: Finding
    contract: Contract
    old: str
    new: str
    licence: str = ""


def together(steps: Sequence[Step], whole: Callable[[str], Proposal]) -> tuple[tuple[int, ...], Verdict]:
    """Find the largest set of edits that passes as one, and what the gate says of all of them.

    Args:
        steps: Edits of one target in the order in which they were made, each on top of the last.
        whole: Makes the proposal that turns the base into the document with this text of the target.
    """
    every = tuple(range(len(steps)))
    first = _verdict(steps, every, whole)
    if first.kept:
        return every, first
    subsets = (kept for size in range(len(steps) - 1, 0, -1) for kept in combinations(every, size))
    for kept, _ in zip(subsets, range(MOST_TRIED), strict=False):
        if _verdict(steps, kept, whole).kept:
            return kept, first
    return (), first


def _verdict(steps: Sequence[Step], kept: tuple[int, ...], whole: Callable[[str], Proposal]) -> Verdict:
    text = composed([(step.old, step.new) for step in steps], kept)
    if isinstance(text, Depends):
        return Verdict((), "parts-apart", "one edit changes what another one brought in")
    chosen = [steps[index] for index in kept]
    proposal = joined(whole(text), chosen)
    adds_part = any(step.contract.shape for step in chosen)
    names = _OF_THE_WHOLE - _OF_ITS_PARTS if adds_part else _OF_THE_WHOLE
    checks = [(name, check) for name, check in CHECKS if name in names]
    checks += [
        ("sum-of-parts", lambda one: _sum_of_parts(one, chosen)),
        ("growth-bounded", lambda one: _growth(one, chosen)),
        ("findings-gone", lambda one: _all_gone(one, chosen)),
        ("no-new-finding", gate_findings.no_new_finding),
    ]
    return judge(proposal, checks)


def joined(proposal: Proposal, steps: Sequence[Step]) -> Proposal:
    """Give the proposal with what the contracts of its steps relax of the form."""
    contracts = [step.contract for step in steps]
    contract = Contract(
        contracts[0].name,
        contracts[0].maker,
        regroups=any(one.regroups for one in contracts),
        new_sentences=sum(one.new_sentences for one in contracts),
        reorders=any(one.reorders for one in contracts),
    )
    return replace(proposal, contract=contract)


def _sum_of_parts(proposal: Proposal, steps: Sequence[Step]) -> str:
    """Refuse a whole that loses or brings a piece of meaning more often than its steps do."""
    before, after = (_counted(text) for text in (proposal.old_text, proposal.new_text))
    lost, added = Counter[_Piece](), Counter[_Piece]()
    for step in steps:
        old, new = _counted(step.old), _counted(step.new)
        lost += old - new
        added += new - old
    if more := before - after - lost:
        return f"loses “{next(iter(more))[1]}”, which none of its edits loses"
    more = after - before - added
    return f"brings “{next(iter(more))[1]}”, which none of its edits brings" if more else ""


_Piece = tuple[str, str]


def _counted(text: str) -> Counter[_Piece]:
    return Counter((token.kind, token.key) for token in tokens(text) if token.kind != "free")


def _growth(proposal: Proposal, steps: Sequence[Step]) -> str:
    """Refuse a whole that has grown beyond the bound for one edit, and the answers that it brings in."""
    old, new = (len(" ".join(text.split())) for text in (proposal.old_text, proposal.new_text))
    said = sum(len(step.licence) + 2 for step in steps)
    said += sum(len(step.new) - len(step.old) for step in steps if step.contract.shape)
    limit = max(step.contract.growth for step in steps) * old + 20 + said
    return f"grows from {old} to {new} characters" if new > limit else ""


def _all_gone(proposal: Proposal, steps: Sequence[Step]) -> str:
    mended = Counter(
        (step.finding.code, step.finding.requirement) for step in steps if step.finding.code not in {UNHELD, CHOSEN}
    )
    before, after = (
        Counter((one.code, one.requirement) for one in found)
        for found in (proposal.base_findings, proposal.new_findings)
    )
    stays = next((code for (code, name), count in mended.items() if after[code, name] > before[code, name] - count), "")
    return f"the finding {stays} is still there" if stays else ""
