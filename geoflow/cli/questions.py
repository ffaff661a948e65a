"""The questions that were written down, as `geoflow ask` answers, assigns, withdraws and judges them."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from geoflow.cli.render import one_line, print_json, printable
from geoflow.errors import ExitCode, GeoflowError

if TYPE_CHECKING:
    from geoflow.questions.question import Question
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
        from geoflow.cli.question_listing import show_list

        show_list(root, words.people, everyone=words.everyone, as_json=as_json)
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
