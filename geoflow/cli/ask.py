"""The command `geoflow ask`."""

import sys
from dataclasses import replace
from typing import TYPE_CHECKING

import typer

from geoflow.cli import ask_options as options
from geoflow.cli.options import JsonAnswer, Replay
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


def ask(
    question: options.Asked = "",
    budget: options.AskBudget = "",
    replay: Replay = None,
    open_: options.Open = False,
    for_: options.For = None,
    about: options.About = "",
    option: options.Choice = None,
    list_: options.List = False,
    all_: options.All = False,
    answer: options.Answer = None,
    confirm: options.Confirm = None,
    assign: options.Assign = None,
    withdraw: options.Withdraw = None,
    accept: options.Accept = False,
    reject: options.Reject = None,
    as_json: JsonAnswer = False,
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
        from geoflow.cli.question_walk import walk

        walk()
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
