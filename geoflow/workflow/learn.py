"""Learn: what outcomes teach, delivered as commits on a branch of its own that a person merges."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from geoflow.errors import GeoflowError
from geoflow.improvement.induction import LearntWord
from geoflow.improvement.lesson import Lesson
from geoflow.ports import LearntFiles
from geoflow.settings import LEARNERS
from geoflow.workflow.budget import SPENT
from geoflow.workflow.learn_delivery import Gathered, LearnDesk, LearnResult, deliver
from geoflow.workflow.learn_lessons import LessonDesk, Reflected, Weighed
from geoflow.workflow.learn_record import Offer, Offered, offered_in
from geoflow.workflow.learn_words import due_words
from geoflow.workflow.limits import Limits
from geoflow.workflow.model_failures import ENDS_THE_RUN, INTERRUPTED
from geoflow.workflow.outcomes import Past, RunOutcome, outcomes
from geoflow.workflow.past_cases import lessons_of, obligation_of
from geoflow.workflow.replayed import from_mutants, past_instances

MUTANTS = 5
"""Mutants an operator that lessons are replayed on."""
NO_MODEL = "lessons need a model, and none answers"


@dataclass(frozen=True)
class LearnOptions:
    """`switches` are the learners that are on. With `dry_run` nothing is written.

    Without `replays` lessons are admitted without having won anything: a bench shows with it what that does.
    """

    limits: Limits = field(default_factory=lambda: Limits(seconds=600.0))
    switches: tuple[str, ...] = LEARNERS
    dry_run: bool = False
    replays: bool = True


def learn_from_outcomes(desk: LearnDesk, options: LearnOptions) -> LearnResult:
    """Find what was learnt and never offered, and deliver it on a branch; nothing of the user's is touched.

    Raises:
        GeoflowError: `lexicon-invalid`, `lessons-invalid`, those of the repository, and of the model where nothing
            can be delivered.
    """
    learner = _Learner(desk, options)
    if "induction" in options.switches:
        learner.words()
    if "lessons" in options.switches:
        learner.retirements()
        learner.lessons()
    return deliver(desk, learner, dry_run=options.dry_run)


class _Learner(Gathered):
    """Gathers words and lessons."""

    def __init__(self, desk: LearnDesk, options: LearnOptions) -> None:
        super().__init__(desk, options.limits)
        self._options = options
        self._told = outcomes(desk.past).runs
        self._offered = offered_of(desk.past)
        self.obligation = obligation_of(self._told) if "policy" in options.switches else ""

    def words(self) -> None:
        """Add the words that are due."""
        stored = self.desk.stored
        for learnt in due_words(self.desk.past, self._told, dict(self.files), stored, self._offered):
            self.add(_word_offer(learnt, *stored.add_word(self.files, learnt)))

    def retirements(self) -> None:
        """Add the ends of lessons."""
        for lesson in lessons_of(self.desk.past, self._told, self.desk.stored).ending:
            self._add_lesson(lesson, "retired", f"retire a lesson for {lesson.code}", lesson.reason, {})

    def lessons(self) -> None:
        """Add the lessons that are admitted, until the budget is spent."""
        cases = self._reflected()
        new = [one for one in cases if one.teaches and one.instance.key not in self._offered.asked]
        if not new:
            return
        rehearsal = self.rehearsal
        if rehearsal is None:
            self.notes.append(NO_MODEL)
            return
        codes = frozenset(one.instance.finding.code for one in new)
        mutants = list(from_mutants(live_texts_of(self.files), 1, MUTANTS, codes)) if self._options.replays else []
        today = self.desk.past.clock.now().date()
        weighing = LessonDesk(rehearsal, cases, mutants, today, replays=self._options.replays)
        for case in new:
            try:
                self._take(weighing.weigh(case))
            except GeoflowError as error:
                self._give_up(error)
                return

    def _take(self, weighed: Weighed) -> None:
        self.asked.append(weighed.case)
        lesson = weighed.lesson
        if weighed.why or lesson is None:
            self.dropped.append(weighed)
            return
        replay = weighed.replay
        reason = replay.told if replay else "taken without a replay"
        figures = {"replay": replay.document()} if replay else {}
        self._add_lesson(lesson, "lesson", f"lesson for {lesson.code}: {lesson.text}", reason, figures)

    def _add_lesson(self, lesson: Lesson, kind: str, subject: str, reason: str, figures: Mapping[str, Any]) -> None:
        key = f"lesson:{lesson.id}" + (":retired" if kind == "retired" else "")
        if key in self._offered.keys or any(one.key == key for one in self.offers):
            return
        path, text = self.desk.stored.add_lesson(self.files, lesson)
        fields = {"id": lesson.id, "text": lesson.text, "code": lesson.code, "strategy": lesson.strategy}
        self.add(Offer(key, kind, subject, reason, lesson.support, path, text, fields | dict(figures)))

    def _reflected(self) -> list[Reflected]:
        made = {one.key: one for one in past_instances(self.desk.past.repository, self._told)}
        return [
            Reflected(made[key], one.edit.strategy, one.edit.new)
            for run in self._told
            for one in run.edits
            if (key := f"{run.run.name}/{one.edit.id}") in made
        ]

    def _give_up(self, error: GeoflowError) -> None:
        fails = error.code not in {INTERRUPTED, SPENT} and not self.offers
        if fails or error.code in ENDS_THE_RUN - {INTERRUPTED}:
            raise error
        self.stopped = error.code == INTERRUPTED
        self.notes.append(f"{error.message} {error.fix}".strip())


def offered_of(past: Past) -> Offered:
    """Tell what was ever offered here."""
    return offered_in(past.runs.records())


def words_due(past: Past, stored: LearntFiles, told: Sequence[RunOutcome] | None = None) -> list[LearntWord]:
    """Tell which words `geoflow improve --learn` would deliver; no model is asked."""
    found = past.repository.read(past.repository.head().commit)
    files = {path: text.decode("utf-8", "surrogateescape") for path, text in found.items()}
    runs = outcomes(past).runs if told is None else told
    return due_words(past, runs, files, stored, offered_of(past))


def may_teach(past: Past) -> bool:
    """Tell whether an edit of a model has an outcome of which no lesson was asked yet, so that a model is needed."""
    asked = offered_of(past).asked
    return any(
        one.edit.prompt
        and f"{run.run.name}/{one.edit.id}" not in asked
        and one.outcome in {"merged-edited", "rejected"}
        for run in outcomes(past).runs
        for one in run.edits
    )


def live_texts_of(files: Mapping[str, str]) -> dict[str, str]:
    """Leave out archived changes."""
    return {path: text for path, text in files.items() if not path.startswith("openspec/changes/archive/")}


def _word_offer(learnt: LearntWord, path: str, text: str) -> Offer:
    word = learnt.word
    verb = "rule out" if learnt.section == "judging" else "allow"
    subject = f"{verb} “{word.text}”" + (f" in {word.within}" if word.within else "")
    fields = {"section": learnt.section, "word": word.text, "in": word.within}
    return Offer(learnt.key, "word", subject, word.reason, word.evidence, path, text, fields)
