"""Bench ask: questions made from the team's own specs, answered without and with the model, and marked."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from geoflow.errors import GeoflowError
from geoflow.openspec import read_tree
from geoflow.ports import ChatModel, Documents, Passages, Progress, Templates
from geoflow.questions.answer import Answer
from geoflow.questions.exam import Exam, make_exam
from geoflow.questions.exam_item import Item
from geoflow.questions.marks import AskFigures, Mark, figures, mark
from geoflow.workflow.ask import ask
from geoflow.workflow.ask_desk import AskDesk
from geoflow.workflow.budget import Meter, Metered
from geoflow.workflow.reading import Reader


@dataclass(frozen=True, slots=True)
class AskBench:
    """What the bench works with. `new_passages` gives an empty index in memory; `model` is None for none."""

    documents: Documents
    new_passages: Callable[[], Passages]
    templates: Templates
    progress: Progress
    model: ChatModel | None
    meter: Meter


@dataclass(frozen=True, slots=True)
class AskResult:
    """What an exam came to. `with_model` is None without one.

    `left_out` are questions that the model was not there for, since its budget was spent or its server had failed, as
    `notes` tell.
    """

    without_model: AskFigures
    with_model: AskFigures | None
    model: str
    left_out: int
    cost: Mapping[str, float | int]
    notes: tuple[str, ...] = ()

    def document(self) -> dict[str, Any]:
        """Give the result as scripts see it (`geoflow.bench-ask/1`)."""
        return {
            "schema": "geoflow.bench-ask/1",
            "without_model": self.without_model.document(),
            "with_model": self.with_model.document() if self.with_model else None,
            "model": self.model,
            "left_out": self.left_out,
            "notes": list(self.notes),
            "cost": dict(self.cost),
        }


class _Edited:
    """The documents with some of them in another state; nothing is written."""

    def __init__(self, files: Mapping[str, bytes]) -> None:
        self._files = dict(files)

    def read(self, part: str = "all") -> dict[str, bytes]:  # noqa: ARG002 - the port names it
        """Give the files."""
        return self._files

    def create(self, files: Mapping[str, str]) -> None:
        """Write nothing: an exam changes nothing."""
        raise GeoflowError(f"{len(files)} files were to be written by an exam.", code="read-only")


def bench_ask(bench: AskBench, items: int) -> AskResult:
    """Make an exam of this size, let `ask` take it without and with the model, and mark every answer.

    Raises:
        GeoflowError: `nothing-to-ask` where the specs give no question.
    """
    files = bench.documents.read("live")
    exam = make_exam(read_tree({path: content.decode("utf-8", "replace") for path, content in files.items()}), items)
    if not exam.answerable:
        raise GeoflowError(
            "No question can be made from these specs: no scenario with WHEN and THEN, no sentence with one number.",
            fix="Try it on a tree with requirements and scenarios.",
            code="nothing-to-ask",
        )
    without = {**files, **{path: text.encode("utf-8", "replace") for path, text in exam.without.items()}}
    bare, _, _ = _sit(bench, exam, files, without, None)
    if bench.model is None:
        return AskResult(figures(bare), None, "", 0, bench.meter.cost())
    marks, left_out, notes = _sit(bench, exam, files, without, Metered(bench.model, bench.meter))
    return AskResult(figures(bare), figures(marks), bench.model.name, left_out, bench.meter.cost(), notes)


def _sit(
    bench: AskBench, exam: Exam, files: Mapping[str, bytes], without: Mapping[str, bytes], model: ChatModel | None
) -> tuple[list[Mark], int, tuple[str, ...]]:
    marks: list[Mark] = []
    left_out = 0
    notes: list[str] = []
    for items, held in ((exam.answerable, files), (exam.hidden, without)):
        reader = Reader(lambda: model, bench.templates)
        answers = _answers(bench, items, held, reader)
        unread = _unread(answers) if model and reader.model() is None else range(0)
        left_out += len(unread)
        notes += reader.notes
        pairs = enumerate(zip(items, answers, strict=True))
        marks += [mark(item, answer, held) for number, (item, answer) in pairs if number not in unread]
    return marks, left_out, tuple(dict.fromkeys(notes))


def _answers(bench: AskBench, items: Sequence[Item], files: Mapping[str, bytes], reader: Reader) -> list[Answer]:
    if not items:
        return []
    desk = AskDesk(_Edited(files), bench.new_passages(), reader, bench.progress)
    return ask([item.question for item in items], desk)


def _unread(answers: Sequence[Answer]) -> range:
    """Number the answers from the call on that lost the model: those are the documents' alone, or nobody's."""
    asked = [number for number, one in enumerate(answers) if any(step.route == "model" for step in one.steps)]
    return range(max(asked, default=0), len(answers))
