"""What the bench of repairs gives: what became of each mutant, summed up by operator."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from geoflow.quality.mutation.phrasing import Half

Outcome = Literal["repaired", "asks", "refused", "wrong", "left", "unseen"]
"""`asks`: left for an answer; `left`: no edit came of it for another reason; `unseen`: no rule finds the defect."""
OUTCOMES: tuple[Outcome, ...] = ("repaired", "asks", "refused", "wrong", "left", "unseen")


@dataclass(frozen=True, slots=True)
class Tried:
    """A mutant and what became of it.

    `why` is the check that refused with its reason, what is wrong with the edit that was kept, or why there is none.
    `needs_answer` tells that the text does not say any more what stood there. `good` is what the operator replaced;
    `bad` and `new` are what improve changed, before and after, with a few words around it. `calls` are the model's.
    """

    operator: str
    title: str
    half: Half
    path: str
    requirement: str
    code: str
    outcome: Outcome
    why: str
    needs_answer: bool
    bad: str
    new: str
    calls: int

    def document(self) -> dict[str, Any]:
        """Give the fields that scripts see."""
        return {name: getattr(self, name) for name in self.__slots__}


@dataclass(frozen=True, slots=True)
class Row:
    """The mutants of one operator and half, counted by what became of them."""

    operator: str
    title: str
    half: Half
    mutants: int
    counts: tuple[tuple[Outcome, int], ...]
    checks: tuple[tuple[str, int], ...]

    def document(self) -> dict[str, Any]:
        """Give the fields that scripts see."""
        names = ("operator", "title", "half", "mutants")
        return {name: getattr(self, name) for name in names} | dict(self.counts) | {"checks": dict(self.checks)}


@dataclass(frozen=True, slots=True)
class RepairBenchResult:
    """One run. `made` counts all mutants, of which a budget may have let fewer be tried."""

    seed: int
    per_operator: int
    model: str
    made: int
    tried: tuple[Tried, ...]
    cost: dict[str, float | int]
    notes: tuple[str, ...] = ()
    stopped: bool = False

    def rows(self) -> list[Row]:
        """Sum up by operator and half."""
        groups: dict[tuple[str, Half], list[Tried]] = {}
        for one in self.tried:
            groups.setdefault((one.operator, one.half), []).append(one)
        return [_row(groups[key]) for key in sorted(groups, key=lambda key: (key[0], key[1] != "first"))]

    def counts(self, *, needs_answer: bool) -> dict[str, int]:
        """Count outcomes of the mutants that an edit can mend, or of those that only an answer can."""
        found = Counter(one.outcome for one in self.tried if one.needs_answer == needs_answer)
        return {str(outcome): found[outcome] for outcome in OUTCOMES}

    def repaired(self, half: Half | None = None, *, seen_only: bool = False) -> float | None:
        """Give the share that was repaired of the mutants that an edit can mend; None where there were none."""
        found = [
            one
            for one in self.tried
            if not one.needs_answer and half in {None, one.half} and not (seen_only and one.outcome == "unseen")
        ]
        return sum(one.outcome == "repaired" for one in found) / len(found) if found else None

    def examples(self, most: int) -> list[Tried]:
        """List mutants that were mended wrong, then those whose edit was refused."""
        shown = [one for one in self.tried if one.outcome in {"wrong", "refused"}]
        return sorted(shown, key=lambda one: one.outcome != "wrong")[:most]

    def document(self) -> dict[str, Any]:
        """Give the result as scripts see it (`geoflow.bench-repair/1`)."""
        return {
            "schema": "geoflow.bench-repair/1",
            "seed": self.seed,
            "per_operator": self.per_operator,
            "model": self.model,
            "made": self.made,
            "repaired": self.repaired(),
            "repaired_of_seen": self.repaired(seen_only=True),
            "repaired_held_out": self.repaired("held-out"),
            "mendable": self.counts(needs_answer=False),
            "answerable": self.counts(needs_answer=True),
            "operators": [row.document() for row in self.rows()],
            "mutants": [one.document() for one in self.tried],
            "cost": self.cost,
            "notes": list(self.notes),
            "stopped": self.stopped,
        }


def _row(found: Sequence[Tried]) -> Row:
    first = found[0]
    counts = Counter(one.outcome for one in found)
    return Row(
        first.operator,
        first.title,
        first.half,
        len(found),
        tuple((outcome, counts[outcome]) for outcome in OUTCOMES),
        tuple(Counter(_checks(found)).most_common()),
    )


def _checks(found: Iterable[Tried]) -> Iterable[str]:
    return (one.why.partition(":")[0] for one in found if one.outcome == "refused")
