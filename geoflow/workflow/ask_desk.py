"""What `ask` works with."""

from collections.abc import Callable
from dataclasses import dataclass

from geoflow.ports import Agents, Clock, Documents, Meaning, Passages, Progress, QuestionStore
from geoflow.questions.question import About
from geoflow.workflow.reading import Reader
from geoflow.workflow.tool_dialogue import ToolDialogue


@dataclass(frozen=True, slots=True)
class Opener:
    """How a question that nothing answers is written down for a person.

    Args:
        asker: Who asks, as `Name <email>`.
        clock: Says when.
        audience: Gives those who may answer for a document's path, as CODEOWNERS or the settings name them.
        people: Those who were named for this question; they go before the audience.
        about: What the question is about, where that was said.
        options: Answers to choose from.
    """

    asker: str
    clock: Clock
    audience: Callable[[str], tuple[str, ...]]
    people: tuple[str, ...] = ()
    about: About | None = None
    options: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class AskDesk:
    """What `ask` works with; a route that is None is not there, and without an opener no question is written down."""

    documents: Documents
    passages: Passages
    reader: Reader
    progress: Progress
    history: Passages | None = None
    questions: QuestionStore | None = None
    agents: Agents | None = None
    meaning: Meaning | None = None
    opener: Opener | None = None
    tools: ToolDialogue | None = None
