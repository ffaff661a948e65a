"""What a judgement changes, told at once: who gives it sees what the loop will do with it."""

from collections.abc import Collection, Sequence

from geoflow.improvement.learning import ENOUGH, Case, RejectFilter, records
from geoflow.questions.feedback import Feedback
from geoflow.workflow.adopted_item import STRATEGY as ADOPTED
from geoflow.workflow.feedback_target import Target
from geoflow.workflow.outcomes import RunOutcome
from geoflow.workflow.past_cases import cases, judged_findings


def effects(
    target: Target, last: Feedback, runs: Sequence[RunOutcome], said: Sequence[Feedback], on: Collection[str]
) -> list[str]:
    """Say what a judgement that is written down changes, a sentence each.

    Args:
        target: What was judged.
        last: The judgement.
        runs: Past runs with their outcomes, the newest first.
        said: All judgements, oldest first, this one among them.
        on: The learners that are switched on.
    """
    if target.kind not in {"edit", "finding"}:
        return _of_whole(target, last, said)
    if last.kind == "agent":
        return ["An agent's word is written down; only a person's counts for what improve does."]
    if last.verdict == "comment":
        return ["A comment is kept for people, and changes nothing by itself."]
    if target.strategy == ADOPTED:
        return [_adoption(last, on)]
    known = [*cases(runs), *judged_findings(said)]
    told = [_findings_like(target, RejectFilter(known), on)]
    if target.kind == "edit":
        told += _record(target, known, on)
    elif last.verdict == "reject":
        told.append("A review shows it still; to let it stand for everybody, write it into review.allow.")
    return told


def _of_whole(target: Target, last: Feedback, said: Sequence[Feedback]) -> list[str]:
    if target.kind == "run":
        return [_satisfaction(target.id, said)]
    if target.kind == "question":
        return _of_answer(target, last)
    return [f"The change stays in its state; decide with: geoflow review {target.id} --verdict approve"]


def _adoption(last: Feedback, on: Collection[str]) -> str:
    if last.verdict != "reject":
        return "An accepted item is taken with its branch: merge it, or git cherry-pick its commit."
    if "filter" not in on:
        return "improve.learn has the filter switched off, so that the item is adopted again."
    return "The item is not adopted again as long as its text is what it was."


def _findings_like(target: Target, filter_: RejectFilter, on: Collection[str]) -> str:
    if "filter" not in on:
        return "improve.learn has the filter switched off, so that rejections keep nothing from being tried."
    like = f"Findings like this one ({target.code})"
    if group := filter_.unwanted(target.code, target.quote):
        shared = f" that hold “{group.spelt}”" if group.spelt else ""
        return f"{like}{shared} are left out by improve from now on: {len(group.cases)} rejections."
    rejected, taken = filter_.alike(target.code, target.quote)
    if taken:
        return f"{like} were taken as well, so that improve goes on trying them."
    return f"{like}: {rejected} of {ENOUGH} rejections before they are left out."


def _record(target: Target, known: Sequence[Case], on: Collection[str]) -> list[str]:
    if "policy" not in on:
        return []
    own = [one for one in records(known) if (one.code, one.strategy) == (target.code, target.strategy)]
    if not own:
        return [f"The strategy {target.strategy} has no record with {target.code} until an edit is merged or rejected."]
    taken = f"{own[0].gained:g} of {own[0].count} edits taken"
    return [
        f"The strategy {target.strategy} with {target.code}: {taken}; the better its record, the sooner it is tried."
    ]


def _of_answer(target: Target, last: Feedback) -> list[str]:
    if last.verdict == "reject":
        return ["This answer is not given again, and its route counts it as refused."]
    if last.verdict == "accept":
        return ["A person stands behind the answer now, and it licenses edits once it is committed."]
    return [f"The answer stays as it is; refuse it with: geoflow feedback {target.id} --reject REASON"]


def _satisfaction(run: str, said: Sequence[Feedback]) -> str:
    last = {one.by: one.satisfaction for one in said if one.target == run and one.satisfaction}
    if not last:
        return "A run is not rated yet: geoflow feedback RUN --rate 1..5 --reason TEXT"
    mean = sum(last.values()) / len(last)
    return f"The run is rated {mean:.1f} of 5 by {len(last)} {'voice' if len(last) == 1 else 'voices'}."
