"""The scripted reviewer: merges right repairs that obey the house, in its own words where a word is wrong."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from random import Random

from geoflow.improvement.learning import Case
from geoflow.workflow.proof.facts import difference
from geoflow.workflow.proof.house import Deal, House
from geoflow.workflow.proof.seeding import Key, Sown
from geoflow.workflow.run_record import RecordedEdit
from geoflow.workflow.triage_decisions import Decision

NOISE = 0.1
"""So many decisions are turned round: people err, and change their minds."""


@dataclass(frozen=True, slots=True)
class Judged:
    """What the reviewer makes of an edit.

    Attributes:
        decision: What is done with it.
        damages: Whether the requirement says something else than the original.
        repairs: Whether it says what the original said, and the defect is gone; whatever the house wants.
    """

    decision: Decision
    damages: bool
    repairs: bool


@dataclass(frozen=True, slots=True)
class Proposed:
    """An edit as the reviewer sees it: its place, the requirement's text before and after, and the finding."""

    id: str
    path: str
    requirement: str
    old: str
    new: str
    code: str
    quote: str


@dataclass(frozen=True, slots=True)
class Reviewer:
    """A house's reviewer, who knows what was sown."""

    house: House
    sown: Mapping[Key, Sown]
    noise: float = NOISE

    def judge(self, edit: Proposed) -> Judged:
        """Judge one edit, without noise."""
        one = self.sown.get((edit.path, edit.requirement))
        # Of a requirement that was left as people wrote it, what the finding quotes may go and nothing else.
        original = one.original if one else edit.old.replace(edit.quote, "", 1)
        found = difference(original, edit.old, edit.new, self._tolerated(one))
        if found.damage:
            return Judged(Decision("reject", found.damage), damages=True, repairs=False)
        if found.rest:
            return Judged(Decision("reject", found.rest), damages=False, repairs=False)
        deal = Deal(edit.old, edit.new, edit.code, edit.quote)
        if why := self.house.objection(deal):
            return Judged(Decision("reject", why), damages=False, repairs=True)
        own = self.house.in_own_words(deal)
        decision = Decision("accept") if own == edit.new else Decision("edit", "our words", own)
        return Judged(decision, damages=False, repairs=True)

    def _tolerated(self, one: Sown | None) -> str:
        # A slip is put right on merging; of “A and/or B” either word is right, and B stays, since nobody asked for it.
        banned = " ".join(self.house.banned)
        return f"{banned} {one.injected} and or" if one and one.operator == "A6" else banned

    def wants(self, one: Sown, code: str) -> bool:
        """Tell whether the house wants a defect mended."""
        return not self.house.wants(code, one.injected)

    def decide(self, edits: Sequence[Proposed], seed: str, *, shuffled: bool) -> dict[str, Decision]:
        """Decide on the edits of a run: with noise; `shuffled`, the decisions are dealt out among the edits."""
        chance = Random(f"noise:{seed}")  # noqa: S311 - to repeat a run, not to hide anything
        made = [self._noisy(self.judge(edit).decision, chance.random()) for edit in edits]
        if shuffled:
            # A text in the reviewer's own words fits one requirement only, so elsewhere it is plain consent.
            made = [Decision("accept") if one.kind == "edit" else one for one in made]
            chance.shuffle(made)
        return {edit.id: one for edit, one in zip(edits, made, strict=True)}

    def _noisy(self, decision: Decision, draw: float) -> Decision:
        if draw >= self.noise:
            return decision
        return Decision("accept") if decision.kind == "reject" else Decision("reject", "not now")


def dealt_out(cases: Sequence[Case], seed: str) -> list[Case]:
    """Deal out among the cases of each run what became of them, and what was said."""
    made = list[Case]()
    for run in dict.fromkeys(one.run for one in cases):
        own = [one for one in cases if one.run == run]
        others = list(own)
        Random(f"dealt:{seed}:{run}").shuffle(others)  # noqa: S311 - to repeat a run, not to hide anything
        made += (
            replace(one, outcome=other.outcome, by_person=other.by_person, reason=other.reason)
            for one, other in zip(own, others, strict=True)
        )
    return made


def proposed(edit: RecordedEdit) -> Proposed:
    """Take from a kept run's edit what the reviewer looks at."""
    return Proposed(edit.id, edit.path, edit.requirement, edit.old, edit.new, edit.code, edit.quote)
