"""What became of the items that runs adopted: by their requirements on the branch that each run was made for."""

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from geoflow.improvement.adoption_outcome import (
    AdoptionOutcome,
    Standing,
    State,
    adoption_outcome,
    document_state,
    requirement_state,
)
from geoflow.improvement.outcome import Circumstances, words_of
from geoflow.ports import Runs
from geoflow.questions.feedback import Feedback
from geoflow.workflow.adoption_record import RecordedAdoption
from geoflow.workflow.branch_texts import BranchTexts, blocks
from geoflow.workflow.run_record import RecordedRun


@dataclass(frozen=True, slots=True)
class ItemOutcome:
    """An adopted item, what became of it, how its parts stand, and what was said about it, oldest first.

    `was_put_back`: its branch was merged, and the item is as before all the same.
    """

    adoption: RecordedAdoption
    outcome: AdoptionOutcome
    standing: Standing
    said: tuple[Feedback, ...] = ()
    was_put_back: bool = False

    def document(self) -> dict[str, Any]:
        """Give the fields that scripts see."""
        adoption, found = self.adoption, self.standing
        said = [{"verdict": one.verdict, "reason": one.reason, "by": one.by, "kind": one.kind} for one in self.said]
        names = ("id", "item", "strategy", "prompt")
        parts = {"as_it_was": found.as_it_was, "edited": found.edited, "gone": found.gone}
        shown = {name: getattr(adoption, name) for name in names} | {"figures": dict(adoption.figures)}
        return shown | {"outcome": self.outcome, "parts": parts, "feedback": said}


@dataclass(frozen=True, slots=True)
class Ground:
    """What the outcome of an adoption is told from: the branch, and the texts that later runs found there."""

    texts: BranchTexts
    runs: Runs
    found: Collection[tuple[str, ...]]


def texts_found(runs: Iterable[RecordedRun]) -> set[tuple[str, ...]]:
    """List the words of each requirement that an edit of a run began with: it stood so on the branch."""
    return {words_of(edit.old) for run in runs for edit in run.edits}


def item_outcome(
    adoption: RecordedAdoption, known: Circumstances, ground: Ground, said: Sequence[Feedback]
) -> ItemOutcome:
    """Tell what became of an adopted item."""
    states = Counter(_states(adoption, ground))
    found = Standing(states["as it was"], states["edited"], states["gone"])
    stands = found.as_it_was + found.edited
    if stands or not ground.runs.is_in(adoption.commit, ground.texts.tip):
        return ItemOutcome(adoption, adoption_outcome(found, known, put_back=False), found, tuple(said))
    if not ground.texts.holds(adoption.folder):  # it was merged, and has left since
        return ItemOutcome(adoption, "merged", found, tuple(said))
    outcome = adoption_outcome(found, known, put_back=True)
    return ItemOutcome(adoption, outcome, found, tuple(said), was_put_back=True)


def _states(adoption: RecordedAdoption, ground: Ground) -> Iterator[State]:
    """Tell how each requirement stands that the adoption brought; where it brought none, how each document does."""
    brought = list(_brought(adoption))
    if not brought:
        for path, text in adoption.after.items():
            before = adoption.before.get(adoption.renamed.get(path, path), "")
            yield document_state(before, text, ground.texts.document(path))
    is_there = ground.texts.holds(adoption.folder)
    names = {name for _, name, _ in brought}
    for path, name, text in brought:
        # An archived change has left its requirements in the main specs; until then others may have the same names.
        named = ground.texts.within(path).get(name, []) if is_there else ground.texts.named.get(name, [])
        own = ground.texts.within(path).items() if is_there else ()
        others = [block for other, found in own if other and other not in names for block in found]
        yield requirement_state(text, named, others, known=words_of(text) in ground.found)


def _brought(adoption: RecordedAdoption) -> Iterator[tuple[str, str, str]]:
    """Give document, name and text of each requirement that the adoption brought, and did not find in form."""
    for path, text in adoption.after.items():
        old = adoption.before.get(adoption.renamed.get(path, path), "")
        had: Mapping[str, Sequence[str]] = blocks({path: old}) if old else {}
        for name, found in blocks({path: text}).items():
            if name:
                yield from ((path, name, block) for block in found if block not in had.get(name, ()))


def counted_items(found: Iterable[ItemOutcome]) -> dict[AdoptionOutcome, int]:
    """Count the outcomes of adopted items."""
    return dict(Counter(one.outcome for one in found))
