"""Lessons: one call makes a candidate of a past edit, and a replay of its kind decides whether it is one."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from geoflow.errors import GeoflowError
from geoflow.improvement.lesson import Lesson, Lessons
from geoflow.improvement.reflection import MOST_TOKENS, SCHEMA, lesson_from, shown
from geoflow.improvement.span_strategy import span_question
from geoflow.ports import ChatRequest
from geoflow.workflow.model_failures import ONE_CALL_ONLY
from geoflow.workflow.replayed import Instance, Rehearsal, Tried
from geoflow.workflow.workbench import Workbench

MOST_CASES = 20
"""So many of the last cases of its kind a lesson is replayed on, and as many mutants at most."""
LEAD = 2
"""So many cases more must be won than lost."""
MORE_TOKENS = 1.05
MOST_SUPPORT = 10
"""So many ids of edits are kept beside a lesson."""
PROMPT = "improve-lesson"


@dataclass(frozen=True, slots=True)
class Reflected:
    """A past edit that may teach a lesson: its case, how it was made, and the text that was proposed."""

    instance: Instance
    strategy: str
    proposed: str

    @property
    def teaches(self) -> bool:
        """Tell whether a person made something else of it."""
        return not self.instance.is_clean


@dataclass(frozen=True, slots=True)
class Replay:
    """What a replay found: cases won and lost with the lesson, mutants among these, tokens without and with it."""

    cases: int
    won: int
    lost: int
    clean_lost: int
    tokens_without: int
    tokens_with: int
    supported: tuple[str, ...] = ()

    @property
    def told(self) -> str:
        """Tell it in a line."""
        clean = f", {self.clean_lost} of them mutants" if self.clean_lost else ""
        tokens = f"{self.tokens_with} tokens where {self.tokens_without} do without it"
        return f"replay of {self.cases} cases: {self.won} won, {self.lost} lost{clean}; {tokens}"

    @property
    def why_not(self) -> str:
        """Say why the lesson is not admitted; an empty string where it is."""
        if self.clean_lost:
            return f"it spoils {self.clean_lost} mutant{'s' if self.clean_lost > 1 else ''} restored without it"
        if self.won - self.lost < LEAD:
            return f"it won {self.won} and lost {self.lost} of {self.cases} cases"
        if self.tokens_with > MORE_TOKENS * self.tokens_without:
            return f"it took {self.tokens_with} tokens where {self.tokens_without} do"
        return ""

    def document(self) -> dict[str, Any]:
        """Give the figures that scripts see."""
        names = ("cases", "won", "lost", "clean_lost", "tokens_without", "tokens_with")
        return {name: getattr(self, name) for name in names}


@dataclass(frozen=True, slots=True)
class Weighed:
    """A candidate and what came of it: admitted where `why` is empty."""

    case: str
    lesson: Lesson | None
    why: str
    replay: Replay | None = None

    def document(self) -> dict[str, Any]:
        """Give the fields that scripts see."""
        text = {"lesson": self.lesson.text, "scope": self.lesson.code} if self.lesson else {}
        return {"case": self.case, "why": self.why} | text | ({"replay": self.replay.document()} if self.replay else {})


class LessonDesk:
    """Makes and weighs lessons.

    Args:
        rehearsal: Does cases once more.
        cases: All past cases, the newest first.
        mutants: Cases of mutants.
        today: The day.
        replays: Whether a lesson has to win a replay; without it each is admitted (only a bench switches that off).
    """

    def __init__(
        self,
        rehearsal: Rehearsal,
        cases: Sequence[Reflected],
        mutants: Sequence[Instance],
        today: date,
        *,
        replays: bool = True,
    ) -> None:
        self._rehearsal, self._cases, self._mutants = rehearsal, cases, mutants
        self._today, self._replays = today, replays
        self._without: dict[str, Tried] = {}
        self._replays_of: dict[str, Replay] = {}

    def weigh(self, case: Reflected) -> Weighed:
        """Ask for a lesson of a case, and replay it.

        Raises:
            GeoflowError: `budget-spent`, `interrupted` and what the model raises that ends a run.
        """
        made = self._reflect(case)
        if isinstance(made, str):
            return Weighed(case.instance.key, None, made)
        if not self._replays:
            return Weighed(case.instance.key, replace(made, state="active"), "")
        replay = self._replays_of.get(made.id) or self._replay(made)
        self._replays_of[made.id] = replay
        support = tuple(dict.fromkeys([*made.support, *replay.supported]))[:MOST_SUPPORT]
        won = replace(made, state="active", helped=replay.won, harmed=replay.lost, support=support)
        return Weighed(case.instance.key, won, replay.why_not, replay)

    def _reflect(self, case: Reflected) -> Lesson | str:
        instance, rehearsal = case.instance, self._rehearsal
        bench = Workbench(instance.files, rehearsal.off, (), rehearsal.words)
        question = span_question(bench.document(instance.finding.path), instance.finding)
        if question is None:
            return "nothing is asked of a model for this kind of finding"
        proposed, merged = shown(case.proposed, instance.wanted), shown(instance.wanted, case.proposed)
        values = {
            "instruction": question.instruction,
            "sentence": question.sentence,
            "proposed": proposed or case.proposed,
            "merged": merged if instance.wanted else "",
            "said": instance.said,
        }
        prompt = rehearsal.templates.prompt(PROMPT, values)
        request = ChatRequest(prompt.id, prompt.messages, SCHEMA, max_tokens=MOST_TOKENS)
        try:
            value = rehearsal.meter.complete(rehearsal.model, request).value or {}
        except GeoflowError as error:
            if error.code not in ONE_CALL_ONLY:
                raise
            return f"no usable reply: {error.message}"
        scope = (instance.finding.code, case.strategy)
        return lesson_from(value, (case.proposed, instance.wanted or instance.said), scope, instance.key, self._today)

    def _replay(self, lesson: Lesson) -> Replay:
        same = [one.instance for one in self._cases if one.instance.finding.code == lesson.code][:MOST_CASES]
        mutants = [one for one in self._mutants if one.finding.code == lesson.code][:MOST_CASES]
        lessons = Lessons([replace(lesson, state="active")], {}, self._today)
        won, lost, clean_lost, before, after = list[str](), 0, 0, 0, 0
        every = [*same, *mutants]
        for done, instance in enumerate(every):
            self._rehearsal.progress.update(
                f"replay {lesson.code} {instance.finding.requirement}"[:60], done, len(every)
            )
            if instance.key not in self._without:
                self._without[instance.key] = self._rehearsal.run(instance)
            without, with_it = self._without[instance.key], self._rehearsal.run(instance, lessons)
            won += [instance.key] if with_it.right and not without.right else []
            lost += without.right and not with_it.right
            clean_lost += instance.is_mutant and without.right and not with_it.right
            before, after = before + without.tokens, after + with_it.tokens
        past = {one.key for one in same}
        supported = tuple(key for key in won if key in past)
        return Replay(len(every), len(won), lost, clean_lost, before, after, supported)
