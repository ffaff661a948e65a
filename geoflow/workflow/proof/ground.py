"""What the experiment stands on: repositories of its own, and the workshop of `improve` joined on them."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Protocol

from geoflow.ports import ChatModel, Documents, Events, Progress, Repository, Runs
from geoflow.workflow.past_cases import Retold
from geoflow.workflow.workshop import Gate, Workshop


class Ground(Protocol):
    """A repository of the experiment, with a main branch and a branch for each round."""

    @property
    def repository(self) -> Repository:
        """Give the repository."""

    @property
    def runs(self) -> Runs:
        """Give the runs that are kept in it."""

    @property
    def documents(self) -> Documents:
        """Give the files of its work tree."""

    @property
    def events(self) -> Events:
        """Give where feedback goes."""

    def write(self, files: Mapping[str, str], subject: str) -> None:
        """Write files into the work tree, and commit all that is in it."""

    def branch_off(self, name: str, files: Mapping[str, str], subject: str) -> None:
        """Check out a new branch off the main one, with these files committed."""

    def merge(self, branch: str) -> None:
        """Merge a branch into the one that is checked out."""

    def back_to_main(self) -> None:
        """Check out the main branch."""

    def branches(self, prefix: str) -> list[str]:
        """List the branches whose names begin so."""


class WeekClock:
    """The `Clock` port of the experiment: a round is a week, every look at it a second, and no run differs by it."""

    def __init__(self) -> None:
        self._looks = self._ticks = 0
        self.week = 0

    def now(self) -> datetime:
        """Give the time of day."""
        self._looks += 1  # how often seconds are taken hangs on whether a reply was kept; no date may
        return datetime(2026, 1, 5, 8, tzinfo=UTC) + timedelta(weeks=self.week, seconds=self._looks)

    def seconds(self) -> float:
        """Give seconds that only grow."""
        self._ticks += 1
        return float(self._ticks)


@dataclass(frozen=True, slots=True)
class Works:
    """How a workshop is to be joined.

    Attributes:
        past: Where past runs are told from.
        place: Where improve works; the same ground in a round, the sealed one when it is measured.
        model: The model.
        clock: Time.
        learners: The value of `improve.learn`.
        gate: What edits go through.
        retold: What is made of past cases before anything is derived from them.
    """

    past: Ground
    place: Ground
    model: ChatModel
    clock: WeekClock
    learners: Sequence[str]
    gate: Gate
    retold: Retold


class Study(Protocol):
    """Delivers learn branches from what is past."""

    def __call__(self, works: Works, *, replays: bool, tokens: int) -> bool:
        """Deliver what is due, with so many tokens; tells whether the user has stopped it.

        Without `replays` lessons count without having won anything.
        """


@dataclass(frozen=True, slots=True)
class Stage:
    """What the experiment is given from outside.

    Attributes:
        ground: Makes a repository that holds these files; the name is for its folder.
        workshop: Joins the workshop of `improve`.
        model: Gives the model for a seed.
        known: The learners that this geoflow has, and that can be taught between two rounds.
        progress: Told how far it is.
        ended: Told a line about each round of each arm that ended.
        study: Writes down what is stored between rounds; None where this geoflow stores nothing.
        can_skip_replay: Whether `study` can store lessons without a replay.
    """

    ground: Callable[[str, Mapping[str, str]], Ground]
    workshop: Callable[[Works], Workshop]
    model: Callable[[int], ChatModel]
    known: Sequence[str]
    progress: Progress
    ended: Callable[[str], None] = lambda _: None
    study: Study | None = None
    can_skip_replay: bool = False
