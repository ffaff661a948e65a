"""The command `geoflow ask`."""

import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING

import typer

from geoflow.cli.options import BUDGET_FORMS, Replay
from geoflow.cli.progress import progress_bar
from geoflow.cli.render import one_line, print_json, printable
from geoflow.errors import ExitCode, GeoflowError

if TYPE_CHECKING:
    from pathlib import Path

    from geoflow.ports import ChatModel
    from geoflow.questions.answer import Answer
    from geoflow.workflow.ask import Reader
    from geoflow.workflow.budget import Meter

_MOST_INPUT = 1_000_000


def ask(
    question: str = typer.Argument(help="The question, in words; `-` reads one question a line from stdin."),
    budget: str = typer.Option(
        "", help=f"How much the model may take: {BUDGET_FORMS}; 2m unless told, 10m for many questions."
    ),
    replay: Replay = None,
    as_json: bool = typer.Option(False, "--json", help="Answer with one JSON document."),
) -> None:
    """Answer a question from the specs, quoting what they say, with file and line; or say that they do not.

    Works without a model, and once the budget is spent, in the documents' own words. Exit 1 where the one question
    asked is not answered.

    Example: geoflow ask "What happens when a login fails?"
    """
    from geoflow.adapters.documents import WorkTreeDocuments
    from geoflow.cli.context import find_root_or_fail, open_passages
    from geoflow.workflow.ask import ask as answer_all

    root = find_root_or_fail()
    many = question == "-"
    reader, meter = _open_reader(root, budget or ("10m" if many else "2m"), replay)
    questions = _questions_from_stdin() if many else [question]
    with progress_bar() as progress:
        progress.follow(meter.spent)
        answers = answer_all(
            questions,
            documents=WorkTreeDocuments(root),
            passages=open_passages(root),
            reader=reader,
            progress=progress,
        )
    for note in reader.notes:
        sys.stderr.write(f"note: {one_line(note)}\n")
    _show(answers, many=many, as_json=as_json)
    if not many and answers[0].state != "answered":
        raise typer.Exit(int(ExitCode.NO))


def _open_reader(root: "Path", budget: str, replay: "Path | None") -> "tuple[Reader, Meter]":
    """Join what reads the passages; the model is opened when the first question needs it."""
    from geoflow.adapters.clock import SystemClock
    from geoflow.adapters.in_threads import CallThreads
    from geoflow.adapters.templates import JinjaTemplates
    from geoflow.cli.context import is_roomy, load_settings, open_templates, optional_model
    from geoflow.workflow.ask import Reader
    from geoflow.workflow.budget import Meter, Metered, read_limits

    meter = Meter(SystemClock(), read_limits(budget))

    def open_model() -> "ChatModel | None":
        settings = load_settings()
        model = optional_model("The answer is the documents' own words.", settings, replay)
        if model is None:
            return None
        reader.templates = open_templates("ask", root)
        reader.roomy = is_roomy(settings, model)
        reader.calls = CallThreads(settings.llm.parallel) if settings.llm.parallel > 1 and not replay else None
        return Metered(model, meter)

    reader = Reader(open_model, JinjaTemplates())
    return reader, meter


def _questions_from_stdin() -> list[str]:
    text = sys.stdin.buffer.read(_MOST_INPUT + 1)
    if len(text) > _MOST_INPUT:
        raise GeoflowError(
            "More than a megabyte came on stdin.",
            fix="Ask fewer questions at once, one a line.",
            code="question-too-long",
            exit_code=ExitCode.USAGE,
        )
    questions = [line.strip() for line in text.decode("utf-8", "replace").splitlines() if line.strip()]
    if not questions:
        raise GeoflowError(
            "No question came on stdin.",
            fix="Write one question a line: geoflow ask - < questions.txt",
            code="question-empty",
            exit_code=ExitCode.USAGE,
        )
    return questions


def _show(answers: Sequence["Answer"], *, many: bool, as_json: bool) -> None:
    if as_json:
        documents = [_document(answer) for answer in answers]
        rest = {"answers": documents} if many else documents[0]
        print_json({"schema": "geoflow.ask/1", **rest})
        return
    sys.stdout.write("\n".join(_text(answer, titled=many) for answer in answers))


def _document(answer: "Answer") -> dict[str, object]:
    citations = [
        {"path": cited.path, "line": cited.line, "end_line": cited.end_line, "quote": cited.quote}
        for cited in answer.citations
    ]
    near = [{"path": place.path, "line": place.line, "heading": place.heading} for place in answer.near]
    return {
        "id": answer.id,
        "question": answer.question,
        "state": answer.state,
        "answer": answer.text,
        "citations": citations,
        "route": answer.route,
        "near": near,
    }


def _text(answer: "Answer", *, titled: bool) -> str:
    lines = [f"? {' '.join(answer.question.split())}"] if titled else []
    if answer.state == "answered":
        lines.append(_flowing(answer.text))
        for cited in answer.citations:
            place = f"{one_line(cited.path)}:{cited.line}"
            lines.append(f"  {place}" if cited.quote == answer.text else f"  {place}  {_one_line(cited.quote)}")
        lines.append(f"  answered by: {answer.route}")
    else:
        lines.append("Not specified: the documents do not say it.")
        if answer.near:
            lines.append("  what comes near:")
            lines += [f"    {one_line(place.path)}:{place.line}  {_one_line(place.heading)}" for place in answer.near]
    return printable("\n".join(lines) + "\n")


def _flowing(text: str) -> str:
    # A sentence flows as the terminal wraps it; the steps of a scenario keep their lines.
    is_list = any(line.lstrip().startswith(("- ", "* ", "+ ")) for line in text.splitlines())
    return text if is_list else " ".join(text.split())


def _one_line(text: str) -> str:
    return f"“{' '.join(text.split())}”"
