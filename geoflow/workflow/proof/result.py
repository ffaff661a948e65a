"""What the experiment found: a curve for each arm and seed, and the figures over all seeds."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from geoflow.workflow.proof.arms import Arm
from geoflow.workflow.proof.house import HOUSE_RULES
from geoflow.workflow.proof.measure import Measured, Tally, figures, total
from geoflow.workflow.proof.reviewer import NOISE
from geoflow.workflow.proof.seeding import Field
from geoflow.workflow.proof.split import Split

SCHEMA = "geoflow.bench-improve/1"
MEASURES = ("merge_rate", "repair_rate", "damaging", "false_per_100", "tokens_per_merged", "tries")


@dataclass(frozen=True, slots=True)
class Setting:
    """How large the experiment is.

    Attributes:
        rounds: Rounds of each arm.
        mutants: Defects of a round, at most.
        sealed: Defects in the sealed capabilities, at most.
        seeds: Seeds; each has its own split, house, defects and errors.
        noise: Share of the reviewer's decisions that are turned round.
        tokens_each: The budget of every run, in tokens for each defect; the same in all arms.
    """

    rounds: int
    mutants: int
    sealed: int
    seeds: tuple[int, ...]
    noise: float = NOISE
    tokens_each: int = 3_000

    @property
    def first_seed(self) -> int:
        """Give the first seed."""
        return self.seeds[0]


@dataclass(frozen=True, slots=True)
class Skipped:
    """An arm that was not run, and why."""

    arm: Arm
    why: str


@dataclass(frozen=True)
class Curve:
    """One arm with one seed: what was measured before the first round and after each."""

    arm: Arm
    seed: int
    points: list[Measured] = field(default_factory=list)


@dataclass
class Experiment:
    """The experiment as it stands. `stopped` says that the user ended it, and the last curve is not whole."""

    setting: Setting
    known: tuple[str, ...]
    skipped: tuple[Skipped, ...]
    model: str
    curves: list[Curve] = field(default_factory=list)
    splits: list[dict[str, int]] = field(default_factory=list)
    stopped: bool = False

    def note(self, split: Split, sealed: Field) -> None:
        """Write down how one seed parted the tree."""
        counts = {name: len(getattr(split, name)) for name in ("train", "validation", "sealed")}
        self.splits.append(counts | {"sealed_defects": len(sealed.sown)})

    def of(self, name: str) -> list[Curve]:
        """List the whole curves of an arm, of the seeds that count."""
        return [curve for curve in self._whole() if curve.arm.name == name and curve.seed in self.seeds()]

    def seeds(self) -> list[int]:
        """List the seeds with which every arm came to its end; where none has come so far, the first."""
        every = {curve.arm.name for curve in self.curves}
        ended = {(curve.arm.name, curve.seed) for curve in self._whole()}
        return [seed for seed in self.setting.seeds if every <= {arm for arm, one in ended if one == seed}] or [
            self.setting.first_seed
        ]

    def _whole(self) -> list[Curve]:
        return [curve for curve in self.curves if len(curve.points) == self.setting.rounds + 1]

    def arms(self) -> list[Arm]:
        """List the arms that were run to the end with these seeds, in the order of the reports."""
        every = list(dict.fromkeys(curve.arm for curve in self.curves))
        return sorted((arm for arm in every if len(self.of(arm.name)) == len(self.seeds())), key=_letter)

    def document(self) -> dict[str, Any]:
        """Give the whole experiment as scripts see it (`geoflow.bench-improve/1`)."""
        from geoflow.workflow.proof.criteria import criteria

        setting = self.setting
        return {
            "schema": SCHEMA,
            "model": self.model,
            "learners": list(self.known),
            "setting": {
                "rounds": setting.rounds,
                "mutants": setting.mutants,
                "sealed_mutants": setting.sealed,
                "seeds": self.seeds(),
                "noise": setting.noise,
                "tokens_each": setting.tokens_each,
            },
            "splits": self.splits,
            "house_rules": list(HOUSE_RULES),
            "arms": [self._arm(arm) for arm in self.arms()],
            "not_run": [{"letter": one.arm.letter, "name": one.arm.name, "why": one.why} for one in self.skipped],
            "criteria": [one.document() for one in criteria(self)],
            "stopped": self.stopped,
        }

    def _arm(self, arm: Arm) -> dict[str, Any]:
        curves = self.of(arm.name)
        rounds = [_over_seeds([curve.points[number] for curve in curves]) for number in range(self.setting.rounds + 1)]
        return {
            "letter": arm.letter,
            "name": arm.name,
            "title": arm.title,
            "learners": [name for name in arm.switches(self.known) if name != "none"],
            "rounds": [{"round": number, **found} for number, found in enumerate(rounds)],
        }


def _letter(arm: Arm) -> str:
    return arm.letter


def _over_seeds(points: Sequence[Measured]) -> dict[str, Any]:
    """Sum up one round over the seeds, with the least and the most of each measure."""
    found = figures(total(point.sum for point in points), sum(point.tokens for point in points))
    each = [point.document() for point in points]
    spread = {}
    for name in MEASURES:
        values = [one[name] for one in each if one[name] is not None]
        spread[name] = [min(values), max(values)] if values else None
    return found | {"spread": spread, "run_out": any(point.run_out for point in points)}


def at_end(curves: Sequence[Curve]) -> Tally:
    """Add up the last round of several curves."""
    return total(curve.points[-1].sum for curve in curves)
