"""The options of `geoflow ask`: those of asking, of writing a question down, and of what was written down."""

from typing import Annotated, Any

import typer

from geoflow.cli.completing import complete_question
from geoflow.cli.options import BUDGET_FORMS

_OPENING = "Writing questions down"
_STORED = "Questions that were written down"


def _opening(*names: str, **shown: Any) -> Any:
    return typer.Option(*names, rich_help_panel=_OPENING, **shown)


def _stored(*names: str, **shown: Any) -> Any:
    return typer.Option(*names, rich_help_panel=_STORED, **shown)


def _of_one(name: str, told: str) -> Any:
    return _stored(name, metavar="ID", help=told, autocompletion=complete_question)


Asked = Annotated[
    str, typer.Argument(help="The question, in words, or the id of a stored one; `-` reads one a line from stdin.")
]
AskBudget = Annotated[
    str, typer.Option(help=f"How much the model may take: {BUDGET_FORMS}; 2m unless told, 10m for many questions.")
]
Open = Annotated[bool, _opening("--open", help="Write an unanswered question down for someone.")]
For = Annotated[list[str] | None, _opening("--for", metavar="WHO", help="Who may answer: @user, @org/team, email.")]
About = Annotated[str, _opening(metavar="PATH[:LINE]", help="The requirement that it is about.")]
Choice = Annotated[list[str] | None, _opening("--option", metavar="TEXT", help="An answer to choose from.")]
List = Annotated[bool, _stored("--list", help="List the open questions that you may answer.")]
All = Annotated[bool, _stored("--all", help="With --list: everybody's, and those that are answered.")]
Answer = Annotated[str | None, _of_one("--answer", "Answer it with the words given.")]
Confirm = Annotated[str | None, _of_one("--confirm", "Stand behind an agent's answer: a person's word.")]
Assign = Annotated[str | None, _of_one("--assign", "Say --for whom it is.")]
Withdraw = Annotated[str | None, _of_one("--withdraw", "Ask it no more.")]
Accept = Annotated[bool, _stored("--accept", help="Note that the answer given is right.")]
Reject = Annotated[str | None, _stored("--reject", metavar="REASON", help="Note that the answer given is wrong.")]
