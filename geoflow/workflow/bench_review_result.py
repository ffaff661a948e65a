"""What a bench of the reviewer came to: recall by operator, false alarms, stability, cost."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from geoflow.quality.mutation.mutant import Mutant, Operator
from geoflow.quality.mutation.operators import EQUIVALENT, OPERATORS

_EXAMPLES = 2
_AROUND = 110  # characters


@dataclass(slots=True)
class Seen:
    """A mutant and who saw what is wrong with it; `by_model` is None where the model was not asked."""

    mutant: Mutant
    by_rules: tuple[str, ...] = ()
    by_model: bool | None = None

    @property
    def found(self) -> bool:
        """Tell whether anyone saw it; for an equivalent text, whether anyone raised an alarm."""
        return bool(self.by_rules) or bool(self.by_model)


@dataclass(frozen=True, slots=True)
class Clean:
    """Findings on requirements as people wrote them: `by_code` is of the rules; the model's are None without one."""

    requirements: int
    by_code: Mapping[str, int]
    asked: int = 0
    objections: int = 0


@dataclass(frozen=True, slots=True)
class Stability:
    """How alike three runs are (mean Jaccard of the pairs); None where it was not measured."""

    rules: float
    model: float | None


@dataclass(frozen=True, slots=True)
class ReviewBenchResult:
    """All figures of one run."""

    seed: int
    per_operator: int
    model: str
    backend: str
    seen: Sequence[Seen]
    clean: Clean
    stability: Stability
    cost: Mapping[str, float | int]
    notes: tuple[str, ...] = ()
    stopped: bool = False

    def document(self) -> dict[str, Any]:
        """Give the result as scripts see it (`geoflow.bench-review/1`)."""
        rows = self.rows()
        return {
            "schema": "geoflow.bench-review/1",
            "seed": self.seed,
            "per_operator": self.per_operator,
            "requirements": self.clean.requirements,
            "model": self.model,
            "backend": self.backend,
            "operators": rows,
            "macro": {"rules": _macros(rows, "recall"), "with_model": self._with_model(rows)},
            "unmutated": self._unmutated(),
            "equivalent": self._equivalent(),
            "stability": {"rules": round(self.stability.rules, 4), "model": _rounded(self.stability.model)},
            "missed": self.missed(),
            "cost": dict(self.cost),
            "notes": list(self.notes),
        }

    def rows(self) -> list[dict[str, Any]]:
        """Give a row an operator and half, those without a mutant too, with a recall of None."""
        return [self._row(operator, half) for operator in OPERATORS for half in operator.halves]

    def missed(self) -> list[dict[str, str]]:
        """Show some mutants an operator and half that nobody saw, with the words around the place."""
        shown: list[dict[str, str]] = []
        for operator in OPERATORS:
            for half in operator.halves:
                lost = [one.mutant for one in self._of(operator, half) if not one.found]
                shown += (_example(mutant) for mutant in lost[:_EXAMPLES])
        return shown

    def _row(self, operator: Operator, half: str) -> dict[str, Any]:
        seen = self._of(operator, half)
        asked = [one for one in seen if one.by_model is not None]
        found = sum(bool(one.by_rules) for one in seen)
        return {
            "id": operator.id,
            "title": operator.title,
            "layer": operator.layer,
            "half": half,
            "incose": sorted(operator.incose),
            "mutants": len(seen),
            "found": found,
            "recall": _share(found, len(seen)),
            "codes": sorted({code for one in seen for code in one.by_rules}),
            "asked": len(asked),
            "found_by_model": sum(bool(one.by_model) for one in asked),
            "recall_with_model": _share(sum(one.found for one in asked), len(asked)),
        }

    def _of(self, operator: Operator, half: str) -> list[Seen]:
        return [one for one in self.seen if one.mutant.operator is operator and one.mutant.half == half]

    def _with_model(self, rows: Sequence[Mapping[str, Any]]) -> dict[str, float | None] | None:
        if not any(row["asked"] for row in rows):
            return None
        joined = [{**row, "recall": row["recall_with_model"] if row["asked"] else row["recall"]} for row in rows]
        return _macros(joined, "recall")

    def _unmutated(self) -> dict[str, Any]:
        clean = self.clean
        count = sum(clean.by_code.values())
        return {
            "requirements": clean.requirements,
            "findings": count,
            "per_100": round(100 * count / clean.requirements, 1) if clean.requirements else None,
            "by_code": dict(sorted(clean.by_code.items())),
            "asked": clean.asked,
            "objections": clean.objections,
            "objections_per_100": round(100 * clean.objections / clean.asked, 1) if clean.asked else None,
        }

    def _equivalent(self) -> dict[str, Any]:
        by_operator: list[dict[str, Any]] = []
        for operator in EQUIVALENT:
            seen = self._of(operator, "first")
            by_operator.append(
                {
                    "id": operator.id,
                    "title": operator.title,
                    "mutants": len(seen),
                    "alarms": sum(one.found for one in seen),
                    "codes": sorted({code for one in seen for code in one.by_rules}),
                }
            )
        count, alarms = (sum(row[name] for row in by_operator) for name in ("mutants", "alarms"))
        return {"mutants": count, "alarms": alarms, "rate": _share(alarms, count), "operators": by_operator}


def _macros(rows: Sequence[Mapping[str, Any]], name: str) -> dict[str, float | None]:
    """Give the mean recall over operators, of all and of some; operators without a mutant are left out."""
    known = [row for row in rows if row["mutants"]]
    first = [row for row in known if row["half"] == "first"]
    both = {row["id"] for row in known if row["half"] == "held-out"}
    return {
        "first": _mean([row[name] for row in first]),
        **{layer: _mean([row[name] for row in first if row["layer"] == layer]) for layer in ("D", "X", "L")},
        "phrasings": _mean([row[name] for row in first if row["id"] in both]),
        "held_out": _mean([row[name] for row in known if row["half"] == "held-out"]),
    }


def _mean(values: Sequence[float]) -> float | None:
    return round(sum(values) / len(values), 4) if values else None


def _share(part: int, whole: int) -> float | None:
    return round(part / whole, 4) if whole else None


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(value, 4)


def _example(mutant: Mutant) -> dict[str, str]:
    text, start = mutant.after, mutant.edit.start
    end = start + len(mutant.bad)
    # The paragraph around it, as far as it is near; the words at the cut ends are left out where they are cut.
    before = text[max(0, start - _AROUND) : start].rpartition("\n\n")[2]
    after = text[end : end + _AROUND].partition("\n\n")[0]
    return {
        "operator": mutant.operator.id,
        "title": mutant.operator.title,
        "half": mutant.half,
        "path": mutant.path,
        "requirement": mutant.requirement,
        "before": _flat(before.partition(" ")[2] if len(before) == _AROUND else before),
        "injected": _flat(mutant.bad)[: 2 * _AROUND],
        "removed": _flat(mutant.good)[: 2 * _AROUND],
        "after": _flat(after.rpartition(" ")[0] if len(after) == _AROUND else after),
    }


def _flat(text: str) -> str:
    """Put a text on one line, a blank at either end kept, since it may part two words."""
    return re.sub(r"\s+", " ", text)
