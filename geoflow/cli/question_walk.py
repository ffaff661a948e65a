"""The walk through the questions that wait for the user, as `geoflow ask` alone takes it at a terminal."""

from typing import TYPE_CHECKING

import typer

from geoflow.cli.question_listing import questions_for, shown_lines
from geoflow.cli.render import one_line, printable

if TYPE_CHECKING:
    from geoflow.workflow.question_list import Listed
    from geoflow.workflow.stored_questions import Secretary


def walk() -> None:
    """Walk through the questions that wait for this user, at the terminal."""
    from geoflow.cli.ask_parts import open_secretary
    from geoflow.cli.context import find_root_or_fail

    root = find_root_or_fail()
    listed, _ = questions_for(root)
    waiting = [one for one in listed if not one.waits]
    if not waiting:
        print('No open question is for you. Ask one: geoflow ask "What happens when a login fails?"')
        return
    secretary = open_secretary(root)
    for number, one in enumerate(waiting, 1):
        print(printable("\n".join([f"\n{number} of {len(waiting)}", *shown_lines(one), *_choices(one)])))
        if not _walk_one(secretary, one):
            return


def _choices(one: "Listed") -> list[str]:
    return [f"  {number}. {one_line(text)}" for number, text in enumerate(one.question.options, 1)]


def _walk_one(secretary: "Secretary", one: "Listed") -> bool:
    """Take one answer; False where the user wants no more questions."""
    from geoflow.workflow.stored_questions import answer_question, confirm, withdraw

    agents = one.state == "answered"
    hint = "y it is right, " if agents else ""
    typed = typer.prompt(f"Your answer ({hint}Enter to skip, w to withdraw, q to end)", default="", show_default=False)
    said = typed.strip()
    if said == "q":
        return False
    if said == "w":
        withdraw(secretary, one.question.id, "")
    elif agents and said == "y":
        confirm(secretary, one.question.id)
    elif said.isdecimal() and 0 < int(said) <= len(one.question.options):
        answer_question(secretary, one.question.id, one.question.options[int(said) - 1])
    elif said:
        answer_question(secretary, one.question.id, said)
    return True
