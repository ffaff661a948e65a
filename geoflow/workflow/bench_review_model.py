"""The part of a bench of the reviewer that a model plays: mutants, equivalent texts and clean ones, in turns."""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from functools import partial
from itertools import zip_longest

from geoflow.errors import GeoflowError
from geoflow.openspec import read_tree
from geoflow.ports import ChatModel
from geoflow.quality.findings import documents, requirements_of
from geoflow.quality.mutation.mutant import Mutant, Target
from geoflow.quality.mutation.verdict import jaccard
from geoflow.quality.roles import ROLES, Role
from geoflow.workflow.ahead import Ahead
from geoflow.workflow.bench_review_result import Seen
from geoflow.workflow.budget import SPENT, Meter
from geoflow.workflow.item import Item
from geoflow.workflow.model_failures import INTERRUPTED, ONE_CALL_ONLY
from geoflow.workflow.review import Reviewer, known_roles
from geoflow.workflow.role_asking import Asking
from geoflow.workflow.role_dialogue import SEED, RoleDialogue
from geoflow.workflow.role_rounds import MOST_FAILURES

_AGAIN = 8
"""So many units are asked three times, to see how alike the answers are."""


@dataclass(slots=True)
class ModelSaid:
    """What came of it besides the marks on the mutants. `stability` is None where it was not measured."""

    clean_asked: int = 0
    clean_objections: int = 0
    stability: float | None = None
    notes: tuple[str, ...] = ()
    stopped: bool = False


@dataclass(frozen=True, slots=True)
class _Unit:
    """Something to look at: a mutant or equivalent text (`seen`), or a requirement as people wrote it."""

    seen: Seen | None
    item: Item
    original: Item | None
    roles: tuple[Role, ...]


@dataclass
class ModelLook:
    """The roles at work on mutants."""

    reviewer: Reviewer
    model: ChatModel
    meter: Meter
    _said: dict[tuple[str, str], bool] = field(default_factory=dict)

    def over(self, seen: Sequence[Seen], clean: Sequence[Target]) -> ModelSaid:
        """Ask until all is asked or the budget is spent; what only a model can see comes first in each turn.

        Raises:
            GeoflowError: The model fails before it has answered anything.
        """
        said = ModelSaid()
        self.reviewer.progress.follow(self.meter.spent)
        units = list(self._units(seen, clean))
        with closing(
            Ahead(self.meter, self.reviewer.calls, lambda place: partial(self._ask_ahead, units[place]), len(units))
        ) as ahead:
            done, ending = self._over(units, said, ahead)
        said.notes = (f"the model looked at {done} of {len(units)} texts: {ending}",) if ending else ()
        return said

    def _over(self, units: Sequence[_Unit], said: ModelSaid, ahead: Ahead) -> tuple[int, str]:
        """Ask about each unit; how many were looked at, and why no more."""
        done, failures = 0, 0
        again: list[tuple[_Unit, frozenset[str]]] = []
        for place, unit in enumerate(units):
            self.reviewer.progress.update(f"model: {unit.item.requirement.name}"[:60], done, len(units))
            ahead.until(place)
            try:
                objections = self._mark(unit, said)
                done += 1
                again.append((unit, objections))
                if done == _AGAIN:
                    said.stability = self._again(again)
            except GeoflowError as error:
                if error.code in (SPENT, INTERRUPTED):
                    said.stopped = error.code == INTERRUPTED
                    return done, error.message
                failures += 1
                if error.code in ONE_CALL_ONLY and failures < MOST_FAILURES:
                    continue
                if not done:
                    raise
                return done, f"{error.message} {error.fix}".strip()
        return done, ""

    def _ask_ahead(self, unit: _Unit, meter: Meter) -> None:
        """Ask ahead what `_mark` will ask; whether the original is known already is seen when it is the unit's turn."""
        codes = self._objections(unit.item, unit.roles, SEED, meter)
        if (original := unit.original) is None:
            return
        for role in unit.roles:
            if role.code in codes and self._key(original, role) not in self._said:
                self._objections(original, (role,), SEED, meter)

    def _mark(self, unit: _Unit, said: ModelSaid) -> frozenset[str]:
        objections = self._objections(unit.item, unit.roles, SEED)
        new = {role for role in unit.roles if role.code in objections and not self._objected_before(unit, role)}
        if unit.seen is None:
            said.clean_asked += 1
            said.clean_objections += len(objections)
        else:
            unit.seen.by_model = bool(new)
        return objections

    def _objected_before(self, unit: _Unit, role: Role) -> bool:
        """Tell whether the role objects to the text before the mutation; asked only where it objects to the mutant."""
        if unit.original is None:
            return False
        key = self._key(unit.original, role)
        if key not in self._said:
            self._said[key] = bool(self._objections(unit.original, (role,), SEED))
        return self._said[key]

    @staticmethod
    def _key(item: Item, role: Role) -> tuple[str, str]:
        # By its text: the original of a mended typo is not the requirement as it stands.
        return item.document.text[item.requirement.start : item.requirement.end], role.name

    def _objections(self, item: Item, roles: Iterable[Role], seed: int, meter: Meter | None = None) -> frozenset[str]:
        dialogue = RoleDialogue(Asking(self.model, meter or self.meter), self.reviewer.templates, seed)
        alone = self.reviewer.roles == ("testing",)
        return frozenset(finding.code for role in roles for finding in dialogue.ask(item, role, alone=alone))

    def _again(self, asked: Sequence[tuple[_Unit, frozenset[str]]]) -> float:
        runs = [frozenset(f"{place}:{code}" for place, (_, codes) in enumerate(asked) for code in codes)]
        for run in (1, 2):
            found = {
                f"{place}:{code}"
                for place in range(len(asked))[:: -1 if run == 1 else 1]
                for code in self._objections(asked[place][0].item, asked[place][0].roles, SEED + 100 * run)
            }
            runs.append(frozenset(found))
        return jaccard(runs)

    def _units(self, seen: Sequence[Seen], clean: Sequence[Target]) -> Iterator[_Unit]:
        wanted = [
            role
            for role in known_roles(self.reviewer.roles)
            if role.name in ROLES and role.code not in self.reviewer.off
        ]
        rows: dict[tuple[str, str], list[_Unit]] = {}
        # What only a model can see comes first, equivalent texts last.
        for one in sorted(seen, key=lambda one: "LDX".find(one.mutant.operator.layer) % 4):
            operator = one.mutant.operator
            roles = tuple(role for role in wanted if operator.layer == "none" or role.name in operator.roles)
            if roles and (unit := _unit(one, roles)):
                rows.setdefault((operator.id, one.mutant.half), []).append(unit)
        plain = [_Unit(None, Item(one.document, one.requirement), None, tuple(wanted)) for one in clean]
        for turn in zip_longest(*rows.values(), plain):
            yield from (unit for unit in turn if unit is not None)


def _unit(seen: Seen, roles: tuple[Role, ...]) -> _Unit | None:
    mutant = seen.mutant
    texts = (mutant.before, mutant.after)
    good, bad = (_item(mutant, text) for text in (reversed(texts) if mutant.operator.undone else texts))
    return _Unit(seen, bad, good, roles) if bad and good else None


def _item(mutant: Mutant, text: str) -> Item | None:
    for document in documents(read_tree({mutant.path: text})):
        for requirement in requirements_of(document):
            if requirement.name == mutant.requirement:
                return Item(document, requirement)
    return None
