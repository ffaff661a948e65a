"""The questions that were written down, as `geoflow ask --list` shows them."""

import sys
from typing import TYPE_CHECKING

from geoflow.cli.render import one_line, print_json, printable

if TYPE_CHECKING:
    from pathlib import Path

    from geoflow.ports import BrokenFile
    from geoflow.workflow.question_list import Listed


def show_list(root: "Path", people: tuple[str, ...], *, everyone: bool, as_json: bool) -> None:
    """Show the questions that wait for these people, the user unless told; of everyone also those that are answered."""
    listed, broken = questions_for(root, people, everyone=everyone)
    if as_json:
        files = [{"path": one.path, "line": one.line, "reason": one.reason} for one in broken]
        print_json(
            {"schema": "geoflow.questions/1", "questions": [one.document() for one in listed], "unreadable": files}
        )
        return
    for one in listed:
        print(printable("\n".join(shown_lines(one))))
    if not listed:
        print("No open question is for you." if not everyone else "No question was written down.")
    for file in broken:
        sys.stderr.write(f"note: {one_line(file.complaint)}\n")


def questions_for(
    root: "Path", people: tuple[str, ...] = (), *, everyone: bool = False
) -> "tuple[list[Listed], tuple[BrokenFile, ...]]":
    """Give the questions that wait for these people, the user unless told, and the files that cannot be read."""
    from geoflow.adapters.documents import WorkTreeDocuments
    from geoflow.adapters.git_process import GitProcess
    from geoflow.adapters.people import is_for, me
    from geoflow.cli.ask_parts import open_questions
    from geoflow.cli.context import load_settings
    from geoflow.workflow.question_list import list_questions

    names = people or me(GitProcess(root), load_settings().questions.me)
    found, broken = list_questions(
        open_questions(root), WorkTreeDocuments(root), lambda one: everyone or is_for(one.audience, names)
    )
    return [one for one in found if everyone or _waits_for_someone(one)], broken


def _waits_for_someone(one: "Listed") -> bool:
    """Tell whether a person has something to do: give an answer, or confirm an agent's."""
    unconfirmed = one.state == "answered" and one.reply is not None and not one.reply.is_persons
    return one.state in ("open", "stale") or unconfirmed


def shown_lines(one: "Listed") -> list[str]:
    """Say of a question how far it is, whom and what it is about, and what was answered."""
    state = "waits" if one.waits else one.state
    lines = [f"{one.question.id}  {state}  {one_line(one.question.text)}"]
    about, audience = one.question.about, one.question.audience
    told = [f"for {one_line(', '.join(audience))}"] if audience else []
    told += [f"about {one_line(about.path)} “{one_line(about.requirement)}”"] if about else []
    told.append(f"asked {one_line(one.question.asked.at[:10])} by {one_line(one.question.asked.by) or 'someone'}")
    if one.reply:
        trust = "" if one.reply.is_persons else " (no person has confirmed it)"
        told.append(f"{one_line(one.reply.name) or one.reply.kind}: {one_line(one.reply.text)}{trust}")
    return [*lines, *(f"  {line}" for line in told)]
