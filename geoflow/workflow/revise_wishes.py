"""Do what a reviewer's words ask for, one sentence at a time: by code where it is plain, else with the model."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from geoflow.errors import GeoflowError
from geoflow.improvement.edit import Wish
from geoflow.improvement.proposal import Document
from geoflow.improvement.wish_strategy import (
    Place,
    all_places,
    exchanged,
    figure_changed,
    finding_for,
    places_for,
    swapped,
)
from geoflow.ports import Templates
from geoflow.workflow.improve_result import BUDGET_SPENT, NEEDS_MODEL, KeptEdit
from geoflow.workflow.improve_session import Session
from geoflow.workflow.model_failures import ONE_CALL_ONLY
from geoflow.workflow.revise_result import NO_SENTENCE, UNUSABLE
from geoflow.workflow.wish_dialogue import WishDialogue, choose_place

_MOST_REPEATS = 20
_UNLICENSED = ("invents", "adds the number", "adds the literal")


@dataclass(frozen=True)
class Granted:
    """What came of a wish. Without edits `why` tells the reason; `lacks_fact` where words or figures had no source."""

    edits: tuple[KeptEdit, ...] = ()
    why: str = ""
    lacks_fact: bool = False


class Wishes:
    """Grants wishes in the documents of one session.

    Args:
        session: The run, with its gate and what it keeps.
        templates: The prompts for reviewers' words.
        paths: The documents that may be edited.
    """

    def __init__(self, session: Session, templates: Templates, paths: Sequence[str]) -> None:
        self._session, self._templates, self._paths = session, templates, paths

    def grant(self, wish: Wish) -> Granted:
        """Try to do what a wish asks; raises what the model raises."""
        session = self._session
        places = places_for(wish, self._documents())
        if not places:
            return Granted(why=NO_SENTENCE)
        if edits := self._kept(lambda: self._by_code(wish, places)):
            return self._with_repeats(wish, edits)
        if session.workshop.model is None:
            return Granted(why=NEEDS_MODEL)
        if session.meter.exhausted:
            return Granted(why=BUDGET_SPENT)
        asked = (session.workshop.model, self._templates, session.meter)
        place = places[0] if len(places) == 1 else self._chosen(wish, places)
        if place is None:
            return Granted(why=NO_SENTENCE)
        finding = finding_for(wish, place)
        edits = self._kept(lambda: session.converse(finding, WishDialogue(asked, wish, place)))
        return self._with_repeats(wish, edits) if edits else self._refused(finding.id)

    def _documents(self) -> list[Document]:
        looked = (self._session.bench.looked(path) for path in self._paths if not self._session.closed(path))
        return [one.document for one in looked if one]

    def _by_code(self, wish: Wish, places: Sequence[Place]) -> None:
        made = next((one for place in places if (one := swapped(wish, place))), None)
        if made:
            self._session.judge(made)

    def _chosen(self, wish: Wish, places: Sequence[Place]) -> Place | None:
        workshop = self._session.workshop
        if workshop.model is None:
            return None
        try:
            return choose_place(wish, places, (workshop.model, self._templates, self._session.meter))
        except GeoflowError as error:
            if error.code not in ONE_CALL_ONLY:
                raise
            return None

    def _kept(self, work: Callable[[], object]) -> tuple[KeptEdit, ...]:
        before = len(self._session.kept)
        work()
        return tuple(edit for _, edit in self._session.kept[before:])

    def _with_repeats(self, wish: Wish, edits: tuple[KeptEdit, ...]) -> Granted:
        """Change a figure wherever its requirement says it, so that no scenario says the old one."""
        figure = figure_changed(wish, edits[0].old, edits[0].new)
        if figure is None:
            return Granted(edits)
        same = replace(wish, path=edits[0].path, requirement=edits[0].requirement, quote="")
        more = self._kept(lambda: self._repeat(same, *figure))
        return Granted((*edits, *more))

    def _repeat(self, wish: Wish, old: tuple[str, str], new: str) -> None:
        for _ in range(_MOST_REPEATS):
            found = (exchanged(wish, place, old, new) for place in all_places(wish, self._documents()))
            made = next((one for one in found if one), None)
            if made is None or not self._session.judge(made).kept:
                return

    def _refused(self, finding_id: str) -> Granted:
        refusals = [one for one in self._session.refused if one.finding.id == finding_id]
        if not refusals:
            return Granted(why=BUDGET_SPENT)
        last = refusals[-1]
        if last.check == "span-found":
            return Granted(why=f"{UNUSABLE}: {last.reason}")
        lacks = any(one.reason.startswith(_UNLICENSED) for one in refusals)
        return Granted(why=f"not changed: the model's edit {last.reason}", lacks_fact=lacks)
