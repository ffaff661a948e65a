"""Whether the veto on meaning is better than chance with the model at hand: it is asked about good and bad edits."""

from collections.abc import Sequence
from dataclasses import dataclass
from random import Random
from typing import Any

from geoflow.errors import GeoflowError
from geoflow.improvement.gate import judge
from geoflow.improvement.gate_form import sentence_only
from geoflow.ports import Progress
from geoflow.workflow.bench_gate import Case
from geoflow.workflow.meaning_veto import MeaningVeto


@dataclass(frozen=True, slots=True)
class Vetoed:
    """An edit, whether it damages, whether the gate kept it, and what the veto said, empty where nothing."""

    operator: str
    damages: bool
    kept: bool
    why: str

    def document(self) -> dict[str, Any]:
        """Give the fields that scripts see."""
        return {name: getattr(self, name) for name in ("operator", "damages", "kept", "why")}


@dataclass(frozen=True, slots=True)
class VetoResult:
    """The edits that the model was asked about."""

    asked: tuple[Vetoed, ...]
    note: str = ""

    def counts(self, *, damages: bool) -> tuple[int, int]:
        """Give how many of the edits were vetoed, and how many there were."""
        found = [one for one in self.asked if one.damages == damages]
        return sum(bool(one.why) for one in found), len(found)

    def document(self) -> dict[str, Any]:
        """Give the result as scripts see it."""
        names = {True: "damaging", False: "repairs"}
        rows = {}
        for damages, name in names.items():
            vetoed, asked = self.counts(damages=damages)
            rows[name] = {"asked": asked, "vetoed": vetoed}
        return {**rows, "edits": [one.document() for one in self.asked], "note": self.note}


def bench_veto(cases: Sequence[Case], veto: MeaningVeto, progress: Progress, seed: int, most: int) -> VetoResult:
    """Ask about at most so many repairs that the gate keeps, and as many damaging edits of one sentence.

    The gate refuses nearly all damage, so what it refuses is asked about too: it stands for what might pass.
    """
    good = [case for case in cases if not case.damages and case.proposal.contract.name == "reword" and _kept(case)]
    bad = [case for case in cases if case.damages and is_of_one_sentence(case)]
    order = Random(f"{seed}:veto")  # noqa: S311 - to repeat a run, not to hide anything
    chosen = [case for found in (good, bad) for case in order.sample(found, min(most, len(found)))]
    order.shuffle(chosen)
    asked: list[Vetoed] = []
    for done, case in enumerate(chosen):
        progress.update(f"veto {case.operator}", done, len(chosen))
        try:
            why = veto.why(case.proposal)
        except GeoflowError as error:
            if not asked:
                raise
            return VetoResult(tuple(asked), f"{error.message} {error.fix}".strip())
        asked.append(Vetoed(case.operator, case.damages, _kept(case), why))
    progress.update("done", len(chosen), len(chosen))
    return VetoResult(tuple(asked))


def is_of_one_sentence(case: Case) -> bool:
    """Tell whether an edit stays in one sentence, which is all that the veto is shown."""
    return not sentence_only(case.proposal) and "\n\n" not in case.proposal.changed[2]


def _kept(case: Case) -> bool:
    return judge(case.proposal).kept
