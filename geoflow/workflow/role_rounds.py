"""The first round of a review: every role looks at each requirement, and one of them at pairs."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import partial

from geoflow.errors import GeoflowError
from geoflow.ports import RunProgress, Templates
from geoflow.quality.finding import Finding
from geoflow.quality.roles import CONSISTENCY, Role
from geoflow.workflow.budget import SPENT
from geoflow.workflow.item import Item
from geoflow.workflow.model_failures import ENDS_THE_RUN, INTERRUPTED, ONE_CALL_ONLY
from geoflow.workflow.pair_dialogue import PairDialogue
from geoflow.workflow.pairs import Pair
from geoflow.workflow.review_result import Place, RoleLook
from geoflow.workflow.role_asking import Asking
from geoflow.workflow.role_dialogue import RoleDialogue

MOST_FAILURES = 3
"""So many calls may end without a usable reply; a model that gives no more is not asked on."""


@dataclass
class RoleRounds:
    """The model in the roles, requirement by requirement.

    Once the budget is spent or the model is gone nothing new is asked, but what is remembered still counts: so a review
    that goes on where another one stopped has all that both of them saw.
    """

    asking: Asking
    templates: Templates
    progress: RunProgress
    roles: Sequence[Role]
    findings: list[Finding] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    looked: list[Place] = field(default_factory=list)
    remembered: int = 0
    pairs: tuple[int, int] = (0, 0)
    stopped: bool = False
    _missed: dict[str, list[Place]] = field(default_factory=dict)
    _failures: list[GeoflowError] = field(default_factory=list)
    _ending: str = ""

    def over(self, items: Sequence[Item]) -> None:
        """Let every role look at each requirement, until the budget is spent or the model fails for good."""
        dialogue = RoleDialogue(self.asking, self.templates)
        for item in items:
            label = f"{self.roles[0].name if len(self.roles) == 1 else 'roles'}: {item.requirement.name}"
            self.progress.update(label[:60], len(self.looked), len(items))
            before, whole = self.asking.asked, True
            for role in self.roles:
                found = self._try(partial(dialogue.ask, item, role, alone=len(self.roles) == 1))
                if found is None:
                    self._missed.setdefault(role.name, []).append(item.place)
                    whole = False
                    self._tell(item.requirement.name, role)
                else:
                    self.findings += found
            if whole:
                self.looked.append(item.place)
                self.remembered += self.asking.asked == before
        self._end(len(self.looked), len(items), "requirements")

    def over_pairs(self, pairs: Sequence[Pair]) -> None:
        """Let the role consistency look at each pair."""
        dialogue, looked = PairDialogue(self.asking, self.templates), 0
        for pair in pairs:
            label = f"{CONSISTENCY.name}: {pair.first.requirement.name}"
            self.progress.update(label[:60], looked, len(pairs))
            found = self._try(partial(dialogue.ask, pair))
            if found is None:
                self._missed.setdefault(CONSISTENCY.name, []).append(pair.first.place)
                self._tell(pair.first.requirement.name, CONSISTENCY)
            else:
                self.findings += found
                looked += 1
        self.pairs = (looked, len(pairs))
        self._end(looked, len(pairs), "pairs")

    def looks(self, total: int) -> list[RoleLook]:
        """Say how far each role came, of so many requirements; consistency counts pairs."""
        totals = {role.name: total for role in self.roles}
        totals |= {CONSISTENCY.name: self.pairs[1]} if self.pairs[1] else {}
        return [
            RoleLook(name, self.asking.model.name, "model", tuple(self._missed.get(name, ())), of, self._prompts(name))
            for name, of in totals.items()
        ]

    def _prompts(self, role: str) -> tuple[str, ...]:
        of_pairs = role == CONSISTENCY.name
        return tuple(one for one in self.asking.prompts if one.startswith("review.pair/") == of_pairs)

    def _try(self, ask: Callable[[], list[Finding]]) -> list[Finding] | None:
        """Ask; None where there is no answer, because of this question or because the run has ended."""
        if self.stopped:
            return None
        try:
            return ask()
        except GeoflowError as error:
            if error.code in ENDS_THE_RUN - {INTERRUPTED}:
                raise
            if self.asking.closed:
                return None
            self.stopped = error.code == INTERRUPTED
            self._failures.append(error)
            if error.code in {SPENT, INTERRUPTED}:
                self._failures.pop()
                self._close("the budget was spent" if error.code == SPENT else error.message)
            elif error.code not in ONE_CALL_ONLY or len(self._failures) == MOST_FAILURES:
                self._close(f"{error.message} {error.fix}".strip())
            return None

    def _close(self, why: str) -> None:
        self.asking.closed, self._ending = True, why

    def _tell(self, name: str, role: Role) -> None:
        if not self.asking.closed:
            by = f" by {role.name}" if len(self.roles) != 1 or role is CONSISTENCY else ""
            self.notes.append(f"not looked at {name}{by}: {self._failures[-1].message}")

    def _end(self, looked: int, total: int, what: str) -> None:
        if self._failures and not self.looked and not self.pairs[0]:
            raise self._failures[0]
        if self._ending and looked < total:
            self.notes.append(f"looked at {looked} of {total} {what}: {self._ending}")
