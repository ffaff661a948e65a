"""The command `geoflow ask`."""

import sys
from dataclasses import replace
from typing import TYPE_CHECKING, Annotated

import typer

from geoflow.cli.completing import complete_question
from geoflow.cli.options import BUDGET_FORMS, Replay
from geoflow.cli.progress import progress_bar
from geoflow.cli.render import one_line
from geoflow.errors import ExitCode, GeoflowError

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from geoflow.cli.questions import Words
    from geoflow.questions.answer import Answer
    from geoflow.workflow.ask_desk import AskDesk

_MOST_INPUT = 1_000_000
_OPENING = "Writing questions down"
_STORED = "Questions that were written down"


def ask(
    question: Annotated[
        str,
        typer.Argument(help="The question, in words, or the id of a stored one; `-` reads one a line from stdin."),
    ] = "",
    budget: Annotated[
        str,
        typer.Option(help=f"How much the model may take: {BUDGET_FORMS}; 2m unless told, 10m for many questions."),
    ] = "",
    replay: Replay = None,
    open_: Annotated[
        bool, typer.Option("--open", help="Write an unanswered question down for someone.", rich_help_panel=_OPENING)
    ] = False,
    for_: Annotated[
        list[str] | None,
        typer.Option("--for", metavar="WHO", help="Who may answer: @user, @org/team, email.", rich_help_panel=_OPENING),
    ] = None,
    about: Annotated[
        str,
        typer.Option(metavar="PATH[:LINE]", help="The requirement that it is about.", rich_help_panel=_OPENING),
    ] = "",
    option: Annotated[
        list[str] | None,
        typer.Option("--option", metavar="TEXT", help="An answer to choose from.", rich_help_panel=_OPENING),
    ] = None,
    list_: Annotated[
        bool, typer.Option("--list", help="List the open questions that you may answer.", rich_help_panel=_STORED)
    ] = False,
    all_: Annotated[
        bool,
        typer.Option("--all", help="With --list: everybody's, and those that are answered.", rich_help_panel=_STORED),
    ] = False,
    answer: Annotated[
        str | None,
        typer.Option(
            "--answer",
            metavar="ID",
            help="Answer it with the words given.",
            autocompletion=complete_question,
            rich_help_panel=_STORED,
        ),
    ] = None,
    confirm: Annotated[
        str | None,
        typer.Option(
            "--confirm",
            metavar="ID",
            autocompletion=complete_question,
            help="Stand behind an agent's answer: a person's word.",
            rich_help_panel=_STORED,
        ),
    ] = None,
    assign: Annotated[
        str | None,
        typer.Option(
            "--assign",
            metavar="ID",
            help="Say --for whom it is.",
            autocompletion=complete_question,
            rich_help_panel=_STORED,
        ),
    ] = None,
    withdraw: Annotated[
        str | None,
        typer.Option(
            "--withdraw",
            metavar="ID",
            help="Ask it no more.",
            autocompletion=complete_question,
            rich_help_panel=_STORED,
        ),
    ] = None,
    accept: Annotated[
        bool, typer.Option("--accept", help="Note that the answer given is right.", rich_help_panel=_STORED)
    ] = False,
    reject: Annotated[
        str | None,
        typer.Option(
            "--reject", metavar="REASON", help="Note that the answer given is wrong.", rich_help_panel=_STORED
        ),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Answer with one JSON document.")] = False,
) -> None:
    """Answer a question from the specs, quoting what they say, with file and line; or say that they do not.

    Stored answers, documents, the model, agents and people are tried in the order that has served the topic best. Works
    without a model too, and once the budget is spent. Without a question, on a terminal, it walks you through the
    questions that wait for you. Exit 1 where the one question asked is not answered.

    Example: geoflow ask "What happens when a login fails?"
    """
    from geoflow.cli import questions

    words = questions.Words(question, tuple(for_ or ()), about, tuple(option or ()), accept, reject, all_)
    stored = {"answer": answer, "confirm": confirm, "assign": assign, "withdraw": withdraw}
    chosen = [*([("list", "")] if list_ else []), *((name, key) for name, key in stored.items() if key is not None)]
    if chosen or accept or reject is not None:
        questions.run(chosen, words, as_json=as_json)
    elif not question and not as_json and _is_terminal():
        questions.walk()
    else:
        _answer(words, budget, replay, open_=open_, as_json=as_json)


def _is_terminal() -> bool:
    return sys.stdin.isatty() and sys.stdout.isatty()


def _answer(words: "Words", budget: str, replay: "Path | None", *, open_: bool, as_json: bool) -> None:
    from geoflow.cli.ask_parts import open_desk, tools_closed
    from geoflow.cli.ask_text import show

    many = words.question == "-"
    asked = _questions_from_stdin() if many else [words.question]
    desk, meter, opener = open_desk(words, budget or ("10m" if many else "2m"), replay, with_tools=True)
    with tools_closed(desk), progress_bar() as progress:
        progress.follow(meter.spent)
        desk = replace(desk, progress=progress, opener=opener if open_ else None)
        answers = _ask(asked, desk)
    for note in dict.fromkeys(desk.reader.notes):
        sys.stderr.write(f"note: {one_line(note)}\n")
    show(answers, many=many, as_json=as_json)
    may_offer = not (many or as_json or open_ or answers[0].file) and answers[0].state == "not-specified"
    if may_offer and _is_terminal() and typer.confirm("Write it down as a question for someone?", err=True):
        answers = _ask(asked, replace(desk, opener=opener, agents=None, tools=None))
        show([replace(answers[0], near=())], many=many, as_json=as_json)
    if not many and answers[0].state != "answered":
        raise typer.Exit(int(ExitCode.NO))


def _ask(asked: "Sequence[str]", desk: "AskDesk") -> "list[Answer]":
    from geoflow.workflow.ask import ask as answer_all

    return answer_all(asked, desk)


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
