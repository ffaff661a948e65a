"""The files of the work tree: specs, changes and questions."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal, Protocol

from geoflow.openspec.model import WritePlan
from geoflow.questions.passage import Passage
from geoflow.questions.question import Question
from geoflow.questions.retrieval import Found

Part = Literal["all", "live", "history", "feedback"]


class Documents(Protocol):
    """The OpenSpec files of the work tree, paths relative to the root. Writes are atomic and stay below `openspec/`."""

    def read(self, part: Part = "all") -> dict[str, bytes]:
        """Read files below `openspec/`: all, those of archived changes, all but those, or feedback: {path: bytes}."""

    def create(self, files: Mapping[str, str]) -> None:
        """Write new files, all or none; GeoflowError `exists` where one is there already."""


class PlanningTree(Protocol):
    """The folder `openspec/` of a work tree, where a write plan is carried out."""

    def read(self) -> Mapping[str, str]:
        """Read what is not archived: {path: text}, paths relative to the root."""
        ...

    def holds(self, path: str) -> bool:
        """Tell whether anything stands at a path, be it a link that leads nowhere."""
        ...

    def carry_out(self, plan: WritePlan, made_from: Mapping[str, str]) -> None:
        """Carry out a plan, all of it or nothing; GeoflowError where a file is not as it was when the plan was made."""
        ...


class Passages(Protocol):
    """The documents as searchable passages."""

    def search(self, files: Mapping[str, bytes], queries: Sequence[Sequence[str]], limit: int) -> list[Found]:
        """Search these files for each list of terms: what was found, in the order of the queries."""

    def everything(self, files: Mapping[str, bytes]) -> list[Passage]:
        """Give all passages of these files."""


@dataclass(frozen=True, slots=True)
class BrokenFile:
    """A question file that cannot be read; the line counts from 1, 0 where none is to blame."""

    path: str
    line: int
    reason: str

    @property
    def complaint(self) -> str:
        """Say where it is broken and how, and what comes of it."""
        place = f"{self.path}:{self.line}" if self.line else self.path
        return f"{place}: {self.reason}; this question is left out"


@dataclass(frozen=True, slots=True)
class StoredQuestions:
    """All question files of a tree, by id: those that can be read, and what is wrong with the others."""

    questions: Mapping[str, Question] = field(default_factory=dict)
    broken: tuple[BrokenFile, ...] = ()


class QuestionStore(Protocol):
    """The question files of the work tree. Every write is whole or not at all, and none is lost to another one."""

    def read(self) -> StoredQuestions:
        """Read the files in `openspec/questions/`."""

    def read_from(self, files: Mapping[str, bytes]) -> StoredQuestions:
        """Read the question files among these, such as those of a commit: {path: bytes}."""

    def create(self, question: Question) -> Question:
        """Write a new question; where one of its id is there already, that one is given and nothing is written."""

    def new_files(self, questions: Sequence[Question]) -> dict[str, str]:
        """Give the files of new questions, {path: text}, for whoever writes them with others at once.

        Those that are there already are left out.
        """

    def change(self, question_id: str, change: Callable[[Question], Question]) -> Question:
        """Change a question as it is at this moment, comments in its file kept.

        GeoflowError `unknown-question`, `question-unreadable`.
        """
