"""The questions that were written down, as `geoflow ask` lists, answers and walks through them."""

import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import typer

from geoflow.cli.render import one_line, print_json, printable
from geoflow.errors import ExitCode, GeoflowError

if TYPE_CHECKING:
    from pathlib import Path

    from geoflow.ports import BrokenFile
    from geoflow.questions.question import Question
    from geoflow.workflow.question_list import Listed
    from geoflow.workflow.stored_questions import Secretary


@dataclass(frozen=True, slots=True)
class Words:
    """What was typed beside the action: the question or the answer's words, people, place, options, a judgement."""

    question: str = ""
    people: tuple[str, ...] = ()
    about: str = ""
    options: tuple[str, ...] = ()
    accept: bool = False
    reject: str | None = None
    everyone: bool = False


def run(chosen: Sequence[tuple[str, str]], words: Words, *, as_json: bool) -> None:
    """Do what was asked for with the stored questions.

    Raises:
        GeoflowError: `usage` where several things at once were asked for; what the action raises.
    """
    from geoflow.cli.context import find_root_or_fail

    if len(chosen) + words.accept + (words.reject is not None) > 1:
        raise GeoflowError(
            "Several things were asked for at once.",
            fix="Take one of --list, --answer, --confirm, --assign, --withdraw, --accept and --reject.",
            code="usage",
            exit_code=ExitCode.USAGE,
        )
    root = find_root_or_fail()
    action, key = chosen[0] if chosen else ("judge", "")
    if action == "list":
        _list(root, words, as_json=as_json)
        return
    from geoflow.cli.ask_parts import open_secretary

    question = _ACTIONS[action](open_secretary(root), key, words)
    _show_changed(question, action, as_json=as_json)


def _answer(secretary: "Secretary", key: str, words: Words) -> "Question":
    from geoflow.workflow.stored_questions import answer_question

    return answer_question(secretary, key, words.question)


def _confirm(secretary: "Secretary", key: str, _words: Words) -> "Question":
    from geoflow.workflow.stored_questions import confirm

    return confirm(secretary, key)


def _assign(secretary: "Secretary", key: str, words: Words) -> "Question":
    from geoflow.workflow.stored_questions import assign

    return assign(secretary, key, words.people)


def _withdraw(secretary: "Secretary", key: str, words: Words) -> "Question":
    from geoflow.workflow.stored_questions import withdraw

    return withdraw(secretary, key, words.question)


def _judge(secretary: "Secretary", _key: str, words: Words) -> "Question":
    """Ask once more, as the one who judges did, and note what they think of the answer."""
    from geoflow.cli.ask_parts import open_desk, tools_closed
    from geoflow.workflow.ask import ask
    from geoflow.workflow.stored_questions import judge_answer, refuse, take

    reason = None if words.accept else words.reject
    if reason is not None and not reason.strip():
        raise GeoflowError(
            "Without a reason an answer is not refused.",
            fix='Say what is wrong with it: --reject "It is 90 days since May."',
            code="usage",
            exit_code=ExitCode.USAGE,
        )
    if words.question in secretary.questions.read().questions:
        return take(secretary, words.question) if reason is None else refuse(secretary, words.question, reason)
    desk, _, opener = open_desk(words, "2m", None, with_tools=True)
    with tools_closed(desk):
        return judge_answer(secretary, ask([words.question], desk)[0], reason, opener)


_ACTIONS: "dict[str, Callable[[Secretary, str, Words], Question]]" = {
    "answer": _answer,
    "confirm": _confirm,
    "assign": _assign,
    "withdraw": _withdraw,
    "judge": _judge,
}
_DONE = {
    "answer": "Answered",
    "confirm": "Confirmed",
    "assign": "Assigned",
    "withdraw": "Withdrawn",
    "judge": "Noted",
}


def _show_changed(question: "Question", action: str, *, as_json: bool) -> None:
    if as_json:
        document = {"id": question.id, "path": question.path, "question": question.text, "done": action}
        print_json({"schema": "geoflow.question/1", **document})
        return
    print(printable(f"{_DONE[action]}: {one_line(question.text)}\n  {one_line(question.path)}"))
    if action == "assign":
        print(f"  for {one_line(', '.join(question.audience)) or 'anybody'}")
    if action in ("confirm", "judge") and (said := _judged(question)):
        print(f"  {said}")
    if action == "answer" and question.replies[-1].kind == "agent":
        print(f"  counts as an agent's answer until a person confirms it: geoflow ask --confirm {question.id}")


def _judged(question: "Question") -> str:
    """Name the answer that was marked last, so that its judge sees which one that was."""
    marked = [(mark.at, one) for one in question.replies if (mark := one.rejected or one.confirmed)]
    if not marked:
        return ""
    reply = max(reversed(marked), key=lambda pair: pair[0])[1]
    return f"{'wrong' if reply.rejected else 'right'}: {one_line(' '.join(reply.text.split()))}"


def _list(root: "Path", words: Words, *, as_json: bool) -> None:
    listed, broken = _mine(root, words)
    if as_json:
        files = [{"path": one.path, "line": one.line, "reason": one.reason} for one in broken]
        print_json(
            {"schema": "geoflow.questions/1", "questions": [one.document() for one in listed], "unreadable": files}
        )
        return
    for one in listed:
        print(printable("\n".join(_listed(one))))
    if not listed:
        print("No open question is for you." if not words.everyone else "No question was written down.")
    for file in broken:
        sys.stderr.write(f"note: {one_line(file.complaint)}\n")


def _mine(root: "Path", words: Words) -> "tuple[list[Listed], tuple[BrokenFile, ...]]":
    from geoflow.adapters.documents import WorkTreeDocuments
    from geoflow.adapters.git_process import GitProcess
    from geoflow.adapters.people import is_for, me
    from geoflow.cli.ask_parts import open_questions
    from geoflow.cli.context import load_settings
    from geoflow.workflow.question_list import list_questions

    names = words.people or me(GitProcess(root), load_settings().questions.me)
    found, broken = list_questions(
        open_questions(root), WorkTreeDocuments(root), lambda one: words.everyone or is_for(one.audience, names)
    )
    return [one for one in found if words.everyone or _waits_for_someone(one)], broken


def _waits_for_someone(one: "Listed") -> bool:
    """Tell whether a person has something to do: give an answer, or confirm an agent's."""
    unconfirmed = one.state == "answered" and one.reply is not None and not one.reply.is_persons
    return one.state in ("open", "stale") or unconfirmed


def _listed(one: "Listed") -> list[str]:
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


def walk() -> None:
    """Walk through the questions that wait for this user, at the terminal."""
    from geoflow.cli.ask_parts import open_secretary
    from geoflow.cli.context import find_root_or_fail

    root = find_root_or_fail()
    listed, _ = _mine(root, Words())
    waiting = [one for one in listed if not one.waits]
    if not waiting:
        print('No open question is for you. Ask one: geoflow ask "What happens when a login fails?"')
        return
    secretary = open_secretary(root)
    for number, one in enumerate(waiting, 1):
        print(printable("\n".join([f"\n{number} of {len(waiting)}", *_listed(one), *_choices(one)])))
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
