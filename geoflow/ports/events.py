"""What was said and learnt: events, what learners keep, what roles remember."""

from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Protocol

from geoflow.improvement.induction import LearntWord
from geoflow.improvement.lesson import Lesson
from geoflow.ports.documents import BrokenFile
from geoflow.quality.project_lexicon import ProjectLexicon
from geoflow.questions.feedback import Feedback
from geoflow.questions.review_round import Event


@dataclass(frozen=True, slots=True)
class SaidOfChange:
    """What was said about a change, oldest first, and the files of it that cannot be read."""

    events: tuple[Event, ...] = ()
    broken: tuple[BrokenFile, ...] = ()


@dataclass(frozen=True, slots=True)
class SaidOfWork:
    """All judgements, oldest first, and the files of them that cannot be read."""

    feedback: tuple[Feedback, ...] = ()
    broken: tuple[BrokenFile, ...] = ()


class Events(Protocol):
    """Events as files, one a file, so that branches never conflict."""

    def read(self, files: Mapping[str, str]) -> SaidOfChange:
        """Read what was said about a change from its files: {path: text}."""

    def new_file(self, change_folder: str, event: Event) -> dict[str, str]:
        """Give the file of a new event below a change's folder, which ends in a slash: {path: text}."""

    def feedback_file(self, feedback: Feedback) -> dict[str, str]:
        """Give the file of a judgement: {path: text}."""

    def feedback(self, files: Mapping[str, bytes]) -> SaidOfWork:
        """Read all judgements among these files: {path: content}."""

    def alone(self) -> AbstractContextManager[None]:
        """Keep other writers of changes out meanwhile; GeoflowError `changes-locked`."""


@dataclass(frozen=True, slots=True)
class Scored:
    """How a text of a prompt did in one case: 0 to 1, what was asked, what came of it, and what was wrong with that."""

    score: float
    asked: str = ""
    answered: str = ""
    feedback: str = ""


class PromptSearch(Protocol):
    """A search for a better text of a prompt; it proposes, and somebody else decides."""

    def search(
        self,
        start: str,
        cases: tuple[Sequence[int], Sequence[int]],
        judge: Callable[[str, Sequence[int]], list[Scored]],
        propose: Callable[[str, Sequence[Scored]], str],
        go_on: Callable[[], bool],
    ) -> list[str]:
        """Give texts, the best first; the one that it starts with may be among them.

        Args:
            start: The text as it is.
            cases: Numbers of the cases that may be reflected on, and of those that texts are compared by.
            judge: Scores a text in cases, in their order.
            propose: Makes a new text of one and how it did.
            go_on: Tells whether there is budget left.
        """


class LearntFiles(Protocol):
    """The files that hold what was learnt, `openspec/workflow/`; each text is given, and nothing is written here."""

    def lexicon(self, files: Mapping[str, str]) -> ProjectLexicon:
        """Read the words of the project among these files; GeoflowError `lexicon-invalid`."""

    def lessons(self, files: Mapping[str, str]) -> Sequence[Lesson]:
        """Read the records of lessons among these files, oldest first; GeoflowError `lessons-invalid`."""

    def add_word(self, files: Mapping[str, str], learnt: LearntWord) -> tuple[str, str]:
        """Give the path of the lexicon and its text with one more word."""

    def add_lesson(self, files: Mapping[str, str], lesson: Lesson) -> tuple[str, str]:
        """Give the path of the lessons and their text with one more record."""

    def prompt_path(self, file: str) -> str:
        """Give the path of a project's own prompt, such as `improve-span-system.md`."""


class RoleMemory(Protocol):
    """What a model or agent said, by the hash of what it was asked. Disposable: what is lost is asked anew."""

    def recall(self, key: str) -> str | None:
        """Give what was said; None where nothing was, or where it cannot be read."""

    def keep(self, key: str, said: str) -> None:
        """Remember it before this returns; where it cannot be written, nothing happens."""
