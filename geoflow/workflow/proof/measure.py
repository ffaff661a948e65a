"""What a run of improve on sealed specs is worth: each finding that was tried, and the figures of all."""

from collections.abc import Iterable
from dataclasses import dataclass, fields
from typing import TYPE_CHECKING, Any

from geoflow.workflow.improve_result import ImproveResult, KeptEdit
from geoflow.workflow.proof.reviewer import Judged, Proposed, Reviewer
from geoflow.workflow.proof.seeding import Field, Key

if TYPE_CHECKING:
    from geoflow.quality.finding import Finding

BETWEEN = "GF3"


@dataclass(frozen=True, slots=True)
class Tally:
    """Counts on one requirement, or on many.

    Attributes:
        tried: Findings for which an edit was asked for.
        first: Of these, those whose first proposal was merged as it stood.
        merged: Those of which an edit was merged, as it stood or in the reviewer's own words.
        tries: Proposals, kept and refused.
        delivered: Edits delivered.
        damaging: Of these, those that say something else than the original.
        wanted: Defects that the house wants mended.
        repaired: Of these, those that were mended.
        clean: Requirements that nobody made wrong.
        false: Findings on those.
    """

    tried: int = 0
    first: int = 0
    merged: int = 0
    tries: int = 0
    delivered: int = 0
    damaging: int = 0
    wanted: int = 0
    repaired: int = 0
    clean: int = 0
    false: int = 0

    def __add__(self, other: "Tally") -> "Tally":
        """Add up, count by count."""
        return Tally(*(getattr(self, one.name) + getattr(other, one.name) for one in fields(self)))


@dataclass(frozen=True, slots=True)
class Measured:
    """One measurement: a tally for each requirement that was looked at, and what the model took."""

    tallies: dict[Key, Tally]
    tokens: int
    calls: int
    run_out: bool

    @property
    def sum(self) -> Tally:
        """Add up all requirements."""
        return total(self.tallies.values())

    def document(self) -> dict[str, Any]:
        """Give the figures that scripts see."""
        return figures(self.sum, self.tokens) | {"tokens": self.tokens, "calls": self.calls, "run_out": self.run_out}


def total(tallies: Iterable[Tally]) -> Tally:
    """Add up tallies."""
    summed = Tally()
    for one in tallies:
        summed += one
    return summed


def figures(found: Tally, tokens: int) -> dict[str, Any]:
    """Give the measures of a tally; None where there is nothing to divide by."""
    counts = {one.name: getattr(found, one.name) for one in fields(found)}
    return {
        "merge_rate": share(found.first, found.tried),
        "repair_rate": share(found.repaired, found.wanted),
        "damaging": share(found.damaging, found.delivered),
        "false_per_100": share(100 * found.false, found.clean),
        "tokens_per_merged": share(tokens, found.merged),
        "tries": share(found.tries, found.tried),
        "counts": counts,
    }


def share(part: float, whole: float) -> float | None:
    """Divide; None where there is nothing to divide by."""
    return round(part / whole, 4) if whole else None


def measure(result: ImproveResult, field: Field, reviewer: Reviewer, every: Iterable[Key]) -> Measured:
    """Judge a run by what the reviewer, without noise, would do with its edits.

    `every` are the requirements of the tree, defective or not.
    """
    tallies = {key: Tally(clean=int(key not in field.sown)) for key in every}
    first_refused = {one.finding.id for one in result.refused}
    kept = {edit.finding.id: (edit, reviewer.judge(_proposed(edit))) for edit in result.edits}
    for finding_id, (edit, judged) in kept.items():
        key = (edit.path, edit.requirement)
        tallies[key] = tallies.get(key, Tally()) + _of_edit(judged, was_first=finding_id not in first_refused)
    for refusal in result.refused:
        key = (refusal.finding.path, refusal.finding.requirement)
        tallies[key] = tallies.get(key, Tally()) + Tally(tries=1)
    for finding_id in first_refused - kept.keys():
        refused = next(one.finding for one in result.refused if one.finding.id == finding_id)
        key = (refused.path, refused.requirement)
        tallies[key] = tallies.get(key, Tally()) + Tally(tried=1)
    _count_defects(tallies, field, reviewer, result)
    _count_false(tallies, result)
    tokens = int(result.cost["prompt_tokens"] + result.cost["completion_tokens"])
    run_out = any(left.why == "the budget was spent" for left in result.left)
    return Measured(tallies, tokens, int(result.cost["calls"]), run_out)


def _of_edit(judged: Judged, *, was_first: bool) -> Tally:
    kind = judged.decision.kind
    return Tally(
        tried=1,
        first=int(was_first and kind == "accept"),
        merged=int(kind != "reject"),
        tries=1,
        delivered=1,
        damaging=int(judged.damages),
    )


def _count_defects(tallies: dict[Key, Tally], field: Field, reviewer: Reviewer, result: ImproveResult) -> None:
    edits: dict[Key, list[KeptEdit]] = {}
    for edit in result.edits:
        edits.setdefault((edit.path, edit.requirement), []).append(edit)
    for key, one in field.sown.items():
        if not reviewer.wants(one, "GF206" if one.operator == "A6" else ""):
            continue
        mended = any(reviewer.judge(_proposed(edit)).repairs for edit in edits.get(key, ()))
        tallies[key] = tallies.get(key, Tally()) + Tally(wanted=1, repaired=int(mended))


def _count_false(tallies: dict[Key, Tally], result: ImproveResult) -> None:
    """Count what a run tells of requirements that nobody made wrong; what it left as unwanted it does not tell."""
    told: dict[str, Finding] = {edit.finding.id: edit.finding for edit in result.edits}
    told |= {one.finding.id: one.finding for one in result.refused}
    told |= {one.finding.id: one.finding for one in result.left if not one.why.startswith("people rejected")}
    for finding in told.values():
        key = (finding.path, finding.requirement)
        # A heading of the wrong level makes a requirement that nobody wrote: that one is none.
        if key in tallies and tallies[key].clean and not finding.code.startswith(BETWEEN):
            tallies[key] += Tally(false=1)


def _proposed(edit: KeptEdit) -> Proposed:
    finding = edit.finding
    return Proposed(finding.id, edit.path, edit.requirement, edit.old, edit.new, finding.code, finding.quote)
