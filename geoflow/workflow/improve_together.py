"""The edits of one requirement taken together: what passed one by one is put through the gate once more as one."""

from collections.abc import Sequence
from dataclasses import replace

from geoflow.improvement.composing import composed, is_chain
from geoflow.improvement.contract import answered_contract, contract_of
from geoflow.improvement.gate import Verdict
from geoflow.improvement.gate_together import Step, together
from geoflow.workflow.improve_result import KeptEdit, Refusal
from geoflow.workflow.improve_session import Session
from geoflow.workflow.workbench import Target


def take_together(session: Session) -> None:
    """Keep of each requirement's edits the largest set that passes as one; the others are written down as refused.

    Where an experiment works without the gate, it does without this part of it as well.
    """
    if not session.gated:
        return
    targets: dict[Target, list[int]] = {}
    for number, (target, _) in enumerate(session.kept):
        targets.setdefault(target, []).append(number)
    dropped: set[int] = set()
    for target, numbers in targets.items():
        if len(numbers) > 1:
            dropped |= _taken(session, target, numbers)
    session.kept = [one for number, one in enumerate(session.kept) if number not in dropped]


def _taken(session: Session, target: Target, numbers: Sequence[int]) -> set[int]:
    edits = [session.kept[number][1] for number in numbers]
    if not is_chain([(edit.old, edit.new) for edit in edits]):
        return set()
    steps = [_step(edit) for edit in edits]
    chosen, verdict = together(steps, lambda text: session.bench.whole(target, text, edits[0].finding))
    if len(chosen) == len(edits):
        return set()
    _rechain(session, target, numbers, chosen)
    out = [index for index in range(len(edits)) if index not in chosen]
    session.refused += (_refusal(edits[index], verdict) for index in out)
    return {numbers[index] for index in out}


def _step(edit: KeptEdit) -> Step:
    answer = edit.insight.answer if edit.insight else ""
    contract = answered_contract(edit.finding) if answer else contract_of(edit.finding)
    return Step(edit.finding, contract, edit.old, edit.new, answer)


def _rechain(session: Session, target: Target, numbers: Sequence[int], chosen: Sequence[int]) -> None:
    """Let the chosen edits stand on each other without those that are left out, in the record and in the document."""
    edits = [session.kept[number][1] for number in numbers]
    texts = [(edit.old, edit.new) for edit in edits]
    made = [composed(texts, chosen[:count]) for count in range(len(chosen) + 1)]
    for index, old, new in zip(chosen, made, made[1:], strict=False):
        edit = replace(edits[index], old=str(old), new=str(new))
        session.kept[numbers[index]] = (target, edit)
    session.bench.put(target, str(made[-1]))


def _refusal(edit: KeptEdit, verdict: Verdict) -> Refusal:
    reason = f"together with the other edits of this requirement: {verdict.reason}"
    return Refusal(edit.finding, verdict.refused_by, reason, edit.old, edit.new, edit.strategy, edit.checks)
