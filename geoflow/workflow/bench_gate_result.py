"""What the bench of the gate gives: damaging edits refused, repairs accepted, by operator and by check."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from geoflow.quality.mutation.phrasing import Half

MOST_EXAMPLES = 20


@dataclass(frozen=True, slots=True)
class Judged:
    """An edit as the gate judged it: the operator behind it, and the check that refused it, empty where it was kept.

    `damages` tells whether it brought a defect in, or mended one. `old` and `new` are a few words around the change.
    """

    operator: str
    title: str
    half: Half
    code: str
    refused_by: str
    reason: str
    damages: bool
    old: str
    new: str

    @property
    def is_right(self) -> bool:
        """Tell whether the gate decided as it ought to."""
        return bool(self.refused_by) == self.damages

    def document(self) -> dict[str, Any]:
        """Give the fields that scripts see."""
        names = ("operator", "half", "code", "refused_by", "reason", "damages", "old", "new")
        return {name: getattr(self, name) for name in names}


@dataclass(frozen=True, slots=True)
class Row:
    """The edits of one operator and half: how many there were, and for how many the gate decided right."""

    operator: str
    title: str
    half: Half
    edits: int
    right: int
    checks: tuple[tuple[str, int], ...]

    @property
    def share(self) -> float:
        """Give the share of right decisions."""
        return self.right / self.edits

    def document(self) -> dict[str, Any]:
        """Give the fields that scripts see."""
        names = ("operator", "title", "half", "edits", "right")
        return {name: getattr(self, name) for name in names} | {"checks": dict(self.checks)}


@dataclass(frozen=True, slots=True)
class GateBenchResult:
    """All edits of one run."""

    seed: int
    judged: tuple[Judged, ...]

    def rows(self, *, damages: bool) -> list[Row]:
        """Sum up the damaging edits, or the repairs, by operator and half, in the order of the operators."""
        groups: dict[tuple[str, Half], list[Judged]] = {}
        for one in self._those(damages=damages):
            groups.setdefault((one.operator, one.half), []).append(one)
        return [_row(found) for found in groups.values()]

    def share(self, *, damages: bool, half: Half | None = None) -> float | None:
        """Give the share of right decisions over all edits; None where there were none."""
        found = [one for one in self._those(damages=damages) if half is None or one.half == half]
        return sum(one.is_right for one in found) / len(found) if found else None

    def wrong(self) -> list[Judged]:
        """List what the gate decided wrong, damaging edits that it kept first."""
        return sorted((one for one in self.judged if not one.is_right), key=lambda one: not one.damages)

    def document(self) -> dict[str, Any]:
        """Give the result as scripts see it (`geoflow.bench-gate/1`)."""
        return {
            "schema": "geoflow.bench-gate/1",
            "seed": self.seed,
            "damaging_refused": self.share(damages=True),
            "damaging_refused_held_out": self.share(damages=True, half="held-out"),
            "repairs_accepted": self.share(damages=False),
            "repairs_accepted_held_out": self.share(damages=False, half="held-out"),
            "damaging": [row.document() for row in self.rows(damages=True)],
            "repairs": [row.document() for row in self.rows(damages=False)],
            "wrong": [one.document() for one in self.wrong()[:MOST_EXAMPLES]],
        }

    def _those(self, *, damages: bool) -> Iterable[Judged]:
        return (one for one in self.judged if one.damages == damages)


def _row(found: Sequence[Judged]) -> Row:
    first = found[0]
    checks = Counter(one.refused_by for one in found if one.refused_by)
    right = sum(one.is_right for one in found)
    return Row(first.operator, first.title, first.half, len(found), right, tuple(checks.most_common()))
