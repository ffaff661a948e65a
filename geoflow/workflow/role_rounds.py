"""The first round of a review: every role looks at each requirement, and one of them at pairs."""

from collections.abc import Callable, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from functools import partial

from geoflow.errors import GeoflowError
from geoflow.ports import RunProgress, Templates
from geoflow.quality.finding import Finding
from geoflow.quality.roles import CONSISTENCY, Role
from geoflow.workflow.ahead import Ahead, Calls, Errand
from geoflow.workflow.budget import SPENT, Meter
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
    that goes on where another one stopped has all that both of them saw. With `calls` several are looked at at a time.
    """

    asking: Asking
    templates: Templates
    progress: RunProgress
    roles: Sequence[Role]
    calls: Calls | None = None
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
        with self._ahead(lambda place: partial(self._ask_roles, items[place]), len(items)) as ahead:
            self._over(items, dialogue, ahead)
        self._end(len(self.looked), len(items), "requirements")

    def _over(self, items: Sequence[Item], dialogue: RoleDialogue, ahead: Ahead) -> None:
        for place, item in enumerate(items):
            label = f"{self.roles[0].name if len(self.roles) == 1 else 'roles'}: {item.requirement.name}"
            self.progress.update(label[:60], len(self.looked), len(items))
            self._wait(ahead, place)
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

    def over_pairs(self, pairs: Sequence[Pair]) -> None:
        """Let the role consistency look at each pair."""
        with self._ahead(lambda place: partial(self._ask_pair, pairs[place]), len(pairs)) as ahead:
            looked = self._over_pairs(pairs, PairDialogue(self.asking, self.templates), ahead)
        self.pairs = (looked, len(pairs))
        self._end(looked, len(pairs), "pairs")

    def _over_pairs(self, pairs: Sequence[Pair], dialogue: PairDialogue, ahead: Ahead) -> int:
        looked = 0
        for place, pair in enumerate(pairs):
            label = f"{CONSISTENCY.name}: {pair.first.requirement.name}"
            self.progress.update(label[:60], looked, len(pairs))
            self._wait(ahead, place)
            found = self._try(partial(dialogue.ask, pair))
            if found is None:
                self._missed.setdefault(CONSISTENCY.name, []).append(pair.first.place)
                self._tell(pair.first.requirement.name, CONSISTENCY)
            else:
                self.findings += found
                looked += 1
        return looked

    def _ahead(self, errand: Callable[[int], Errand], count: int) -> "closing[Ahead]":
        return closing(Ahead(self.asking.meter, self.calls, errand, count))

    def _wait(self, ahead: Ahead, place: int) -> None:
        if not self.asking.closed:
            ahead.until(place)

    def _ask_roles(self, item: Item, meter: Meter) -> None:
        """Ask ahead what the roles will ask of an item; a bad reply to one of them ends nothing."""
        dialogue = RoleDialogue(self.asking.ahead(meter), self.templates)
        for role in self.roles:
            if self.asking.closed:
                return
            try:
                dialogue.ask(item, role, alone=len(self.roles) == 1)
            except GeoflowError as error:
                if error.code not in ONE_CALL_ONLY:
                    return

    def _ask_pair(self, pair: Pair, meter: Meter) -> None:
        if not self.asking.closed:
            PairDialogue(self.asking.ahead(meter), self.templates).ask(pair)

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
