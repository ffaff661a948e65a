"""Lessons: one short sentence that was learnt from outcomes, for one kind of finding; how it did; and when it ends."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from hashlib import sha256
from typing import Literal

LONGEST = 200
"""Characters of a lesson."""
UNUSED = timedelta(days=60)
"""After so long without use a lesson is not used any more."""
State = Literal["candidate", "active", "retired"]
Advice = Literal["do", "don't"]


@dataclass(frozen=True, slots=True)
class Lesson:
    """A lesson as it is stored.

    Its scope is the rule `code` and the `strategy` (empty: all of the rule's). `support` names the edits that it was
    made of. `helped` and `harmed` are the cases that the replay won and lost with it when it was admitted; what came
    later is derived from runs (`Use`) and added to them. `expires` is the day after which it needs a use to go on.
    """

    id: str
    text: str
    code: str
    strategy: str
    advice: Advice
    support: tuple[str, ...]
    helped: int
    harmed: int
    state: State
    expires: date
    reason: str = ""

    @property
    def shown(self) -> str:
        """Give it as a prompt shows it: `Do: ...` or `Don't: ...`."""
        return f"{self.advice.capitalize()}: {self.text}"


@dataclass(frozen=True, slots=True)
class Use:
    """How the edits did that name a lesson: merged ones helped, rejected and refused ones harmed; the last use."""

    helped: int = 0
    harmed: int = 0
    last: date | None = None


def lesson_id(text: str, code: str, strategy: str) -> str:
    """Make the id of a lesson: the same words about the same kind of finding are the same lesson."""
    parts = (" ".join(text.split()).casefold(), code, strategy)
    return sha256("\0".join(parts).encode("utf-8", "replace")).hexdigest()[:12]


def standing(records: Iterable[Lesson]) -> list[Lesson]:
    """Give the lessons of a file as they stand: the last record of each id, in the order of the first ones."""
    found: dict[str, Lesson] = {}
    for one in records:
        found[one.id] = one
    return list(found.values())


def used(uses: Iterable[tuple[str, str, date]]) -> dict[str, Use]:
    """Sum up the uses of lessons: (lesson's id, outcome of the edit, day)."""
    found: dict[str, Use] = {}
    for name, outcome, day in uses:
        known = found.get(name, Use())
        found[name] = Use(
            known.helped + (outcome in {"merged", "merged-edited"}),
            known.harmed + (outcome in {"rejected", "refused"}),
            max(day, known.last or day),
        )
    return found


def why_retired(lesson: Lesson, use: Use, today: date) -> str:
    """Say why an active lesson is not used any more; an empty string where it is."""
    helped, harmed = lesson.helped + use.helped, lesson.harmed + use.harmed
    if harmed > helped:
        return f"harmed in {harmed} cases and helped in {helped}, those of its replay included"
    over = max(lesson.expires, use.last + UNUSED) if use.last else lesson.expires
    return f"unused for {UNUSED.days} days" if today > over else ""


def retired(lesson: Lesson, why: str) -> Lesson:
    """Give the record that ends a lesson."""
    return replace(lesson, state="retired", reason=why)


class Lessons:
    """The lessons that may be used today."""

    def __init__(self, records: Sequence[Lesson], uses: dict[str, Use], today: date) -> None:
        self.all = standing(records)
        self.uses = uses
        self._active = [one for one in self.all if one.state == "active"]
        self.ending = [
            retired(one, why) for one in self._active if (why := why_retired(one, uses.get(one.id, Use()), today))
        ]
        ended = {one.id for one in self.ending}
        self._usable = [one for one in self._active if one.id not in ended]

    def nearest(self, code: str, strategy: str) -> Lesson | None:
        """Give the one lesson for a prompt: of the rule and strategy, else of the rule; of several the best one."""
        fitting = [one for one in self._usable if one.code == code]
        return min(fitting, key=lambda one: (one.strategy != strategy, -self._balance(one), one.id), default=None)

    def _balance(self, lesson: Lesson) -> int:
        use = self.uses.get(lesson.id, Use())
        return lesson.helped + use.helped - lesson.harmed - use.harmed


NO_LESSONS = Lessons((), {}, date.min)
