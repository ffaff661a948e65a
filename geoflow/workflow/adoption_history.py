"""What past adoptions leave a new run to adopt: nothing that waits on a branch, and nothing that people rejected."""

from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass
from shlex import quote
from typing import Any

from geoflow.questions.feedback import Feedback, edit_id
from geoflow.workflow.adoption_outcomes import ItemOutcome
from geoflow.workflow.outcomes import RunOutcome
from geoflow.workflow.run_record import RecordedRun

BRANCH_DELETED = "its branch was deleted"
LEFT_OUT = "its branch was merged without it"
_SAYS = {"accept", "edit", "reject"}


@dataclass(frozen=True, slots=True)
class RejectedItem:
    """An item whose adoption people rejected: in which run, and why; it counts while its files have this digest."""

    item: str
    source: str
    run: str
    reason: str

    @property
    def why_not(self) -> str:
        """Say why it is not adopted, and what to type to have it adopted anew."""
        return (
            f"people rejected its adoption in the run {self.run}: {self.reason}; "
            f"it is adopted anew once its text is another one, or with: {self.anew}"
        )

    @property
    def anew(self) -> str:
        """Give the command that adopts it anew; its name is somebody's text, and one word of it."""
        return f"geoflow improve {quote(self.item.partition('/')[2])} --fresh"

    def document(self) -> dict[str, Any]:
        """Give the fields that scripts see."""
        return {"item": self.item, "run": self.run, "reason": self.reason, "anew": self.anew}


@dataclass(frozen=True, slots=True)
class Places:
    """Where adoptions may wait: the branches that exist, how the names of those of a triage end, what was merged."""

    there: Collection[str]
    triaged: Sequence[str]
    is_merged: Callable[[str], bool]


def waiting_items(runs: Iterable[RecordedRun], said: Sequence[Feedback], places: Places) -> dict[str, str]:
    """Name for each item the branch on which its adoption waits: the run's own, or the one that a triage made of it.

    Args:
        runs: Kept runs, the newest first.
        said: All judgements, oldest first.
        places: Where they may wait. One that was merged and is not in form all the same was put back: it waits no more.
    """
    verdicts = {one.target: one.verdict for one in said if one.verdict != "comment"}  # the last one counts
    waiting: dict[str, str] = {}
    for run in runs:
        for one in run.adopted if run.branch else ():
            verdict = verdicts.get(edit_id(run.name, one.id), "")
            tails = places.triaged if verdict in {"accept", "edit"} else [""]
            found = [name for tail in tails if (name := run.branch + tail) in places.there and verdict != "reject"]
            if found and one.item not in waiting and not places.is_merged(one.commit):
                waiting[one.item] = found[0]
    return waiting


def rejected_items(told: Sequence[RunOutcome]) -> tuple[RejectedItem, ...]:
    """List the items whose adoption people rejected last, in the form that their files had.

    An agent's rejection takes an item out of a branch and teaches nothing, as with edits.
    """
    last: dict[tuple[str, str], RejectedItem | None] = {}
    for run in reversed(told):
        for one in run.adopted:
            key = one.adoption.item, one.adoption.source
            if one.outcome == "rejected" and (reason := _reason(one)):
                last[key] = RejectedItem(*key, run.run.name, reason)
            elif one.outcome.startswith("merged"):
                last[key] = None
    return tuple(one for one in last.values() if one)


def _reason(one: ItemOutcome) -> str:
    """Say why people rejected an item; empty where only an agent did."""
    judged = [said for said in one.said if said.verdict in _SAYS]
    by_person = next((said for said in reversed(judged) if said.kind == "person"), None)
    if by_person and by_person.verdict == "reject":
        return by_person.reason or "no reason given"
    if judged and judged[-1].verdict == "reject":
        return ""
    return LEFT_OUT if one.was_put_back else BRANCH_DELETED
