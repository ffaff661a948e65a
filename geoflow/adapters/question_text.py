"""A question as the text of its file, and back. What YAML cannot hold well is U+FFFD there; see `held_text`."""

import re
from collections.abc import Mapping
from dataclasses import replace
from textwrap import indent
from typing import Any, get_args

from geoflow.adapters.question_layout import OFFSET, dumped, held, laid_out, laid_out_reply, round_trip
from geoflow.adapters.question_nodes import NotYamlError, UnreadableQuestionError, Value, compose, document
from geoflow.questions.question import (
    About,
    AuthorKind,
    Evidence,
    Mark,
    Question,
    Reply,
    RouteName,
    Step,
    new_reply_id,
)

SUFFIX = ".yaml"
_NAME = re.compile(r"[A-Za-z0-9._-]{1,80}", re.ASCII)
_FIELDS = ("question", "asked", "about", "for", "options", "route", "withdrawn", "answers", "id")
_MERGED = ("asked", "about", "for", "options", "route", "withdrawn")  # twice where two branches asked the same
_MARK_FIELDS = ("by", "at", "reason")
_ABOUT_FIELDS = ("path", "requirement", "code", "quote")
_STEP_FIELDS = ("route", "who", "came", "why")
_EVIDENCE_FIELDS = ("path", "heading", "hash")
_REPLY_FIELDS = ("text", "by", "kind", "at", "id", "evidence", "confirmed", "rejected")
_BEFORE_TEXT = re.compile(r"\ufeff?(?:(?:[ \t]*(?:#[^\n]*)?\n)*---[ \t]*\n)?")

# More than three lines: what two branches wrote above is merged by itself, and so is what they wrote below.
_HOW = """\
# To answer, type: geoflow ask --answer {id} "TEXT"
# or write it below:
# answers:
#   - text: TEXT
#     by: NAME
#     kind: person
"""


def is_name(name: str) -> bool:
    """Tell whether a question's file may have this name, the suffix left out."""
    return _NAME.fullmatch(name) is not None


def read_question(path: str, content: bytes) -> Question:
    """Read the file at this path; its name is the question's id.

    Raises:
        GeoflowError: `question-unreadable`, an `UnreadableQuestionError` with the line.
    """
    name = path.rpartition("/")[2].removesuffix(SUFFIX)
    if not is_name(name):
        raise UnreadableQuestionError(path, 0, "its name has other signs than letters, digits, `.`, `_` and `-`")
    root = document(path, content)
    found = root.fields(_FIELDS, repeated=_MERGED)
    if "id" in found and found["id"].text() != name:
        raise found["id"].wrong(f"`id` is not the file's name, {name}: rename the file, or remove this line")
    if not _text(found, "question").strip():
        raise root.wrong("it has no `question:` text")
    return Question(
        id=name,
        text=_text(found, "question"),
        asked=_mark(found.get("asked")) or Mark("", ""),
        about=_about(found.get("about")),
        audience=found["for"].texts() if "for" in found else (),
        options=found["options"].texts() if "options" in found else (),
        route=tuple(map(_step, found["route"].items())) if "route" in found else (),
        replies=_replies(found.get("answers"), name),
        withdrawn=_mark(found.get("withdrawn")),
    )


def new_text(question: Question) -> str:
    """Write the file of a new question."""
    fields = laid_out(held(question))
    answers = fields.pop("answers", None)
    how = _HOW.format(id=question.id) if is_name(question.id) else ""
    return dumped(fields) + how + (dumped({"answers": answers}) if answers else "")


def changed_text(old_text: str, old: Question, new: Question) -> str:
    """Change a file's text where these two differ; comments, quotes and the order of the rest are kept.

    Answers that are added go to the end of the text, so that no other line changes.

    Args:
        old_text: The file as it is; line ends and all.
        old: What `read_question` makes of it.
        new: What it shall make of the text that this gives, but for what no file holds.

    Raises:
        GeoflowError: `question-unreadable` where the text is so unusual (aliases) that it cannot be changed in place.
    """
    wanted = held(new)
    if wanted == old:
        return old_text
    text = old_text.replace("\r\n", "\n")
    head = _BEFORE_TEXT.match(text)
    start = head.end() if head else 0
    for change in (_with_replies_at_end, _edited):
        changed = change(text[start:], old, wanted)
        if changed is not None and _says(text[:start] + changed, wanted):
            line_end = "\r\n" if "\r\n" in old_text else "\n"
            return (text[:start] + changed).replace("\n", line_end)
    raise UnreadableQuestionError(old.path, 0, "it cannot be changed without losing something: write it plainly")


def _with_replies_at_end(text: str, old: Question, new: Question) -> str | None:
    count = len(old.replies)
    if replace(new, replies=new.replies[:count]) != old:
        return None
    node = compose(text)
    names = {key.value: value for key, value in node.value}
    answers = names.get("answers")
    if node.flow_style or (answers and (node.value[-1][1] is not answers or answers.flow_style is not False)):
        return None
    column = answers.start_mark.column if answers else OFFSET
    added = "".join(indent(_item(reply), " " * column) for reply in new.replies[count:])
    return text + ("" if text.endswith("\n") else "\n") + ("" if answers else "answers:\n") + added


def _item(reply: Reply) -> str:
    """Write an answer as an item of a list that begins at the left."""
    return "- " + indent(dumped(laid_out_reply(reply)), "  ").lstrip()


def _edited(text: str, old: Question, new: Question) -> str | None:
    yaml = round_trip(_dash_offset(text))
    written = yaml.load(text)
    before, after = laid_out(old), laid_out(new)
    if _ids(new)[: len(old.replies)] == _ids(old) and old.replies:
        for item, old_reply, new_reply in zip(written["answers"], old.replies, new.replies, strict=False):
            # Never behind the last line, where a merge could take it for a part of the answer that follows.
            _change(item, laid_out_reply(old_reply), laid_out_reply(new_reply), place=min(1, len(item) - 1))
        written["answers"].extend(after["answers"][len(old.replies) :])
        del before["answers"], after["answers"]
    names = list(written)
    _change(written, before, after, place=names.index("answers") if "answers" in names else len(names))
    return dumped(written, _dash_offset(text))


def _change(written: Any, before: Mapping[str, Any], after: Mapping[str, Any], place: int) -> None:
    for name in before.keys() - after.keys():
        written.pop(name, None)
    for name, value in after.items():
        old = before.get(name)
        if value == old:
            continue
        if name not in written:
            written.insert(min(place, len(written)), name, value)
        elif isinstance(old, list) and value[: len(old)] == old:
            written[name].extend(value[len(old) :])
        else:
            written[name] = value


def _dash_offset(text: str) -> int:
    """Find how far the file indents the dashes of its lists."""
    lists = (value for _, value in compose(text).value if value.id == "sequence" and not value.flow_style)
    return next((value.start_mark.column for value in lists), OFFSET)


def _says(text: str, question: Question) -> bool:
    try:
        return read_question(question.path, text.encode()) == question
    except (UnreadableQuestionError, NotYamlError):
        return False


def _ids(question: Question) -> list[str]:
    return [reply.id for reply in question.replies]


def _text(found: Mapping[str, Value], name: str) -> str:
    return found[name].text() if name in found else ""


def _mark(value: Value | None) -> Mark | None:
    if value is None or value.is_nothing:
        return None
    found = value.fields(_MARK_FIELDS, repeated=_MARK_FIELDS)
    return Mark(_text(found, "by"), _text(found, "at"), _text(found, "reason"))


def _about(value: Value | None) -> About | None:
    if value is None or value.is_nothing:
        return None
    found = value.fields((*_ABOUT_FIELDS, "parts"), repeated=(*_ABOUT_FIELDS, "parts"))
    parts = found["parts"].texts() if "parts" in found else ()
    path, requirement, code, quote = (_text(found, name) for name in _ABOUT_FIELDS)
    return About(path, requirement, code, quote, parts)


def _step(value: Value) -> Step:
    found = value.fields(_STEP_FIELDS, repeated=_STEP_FIELDS)
    if "route" not in found:
        raise value.wrong("a step of `route` does not say which `route` it was")
    route: Any = found["route"].word(get_args(RouteName))
    return Step(route, _text(found, "who"), _text(found, "came"), _text(found, "why"))


def _replies(value: Value | None, question_id: str) -> tuple[Reply, ...]:
    found: dict[str, Reply] = {}
    for item in value.items() if value else ():
        reply = _reply(item, question_id)
        if reply.id in found:
            raise item.wrong(f"two answers have the id {reply.id}: remove one of them")
        found[reply.id] = reply
    return tuple(found.values())


def _reply(value: Value, question_id: str) -> Reply:
    found = value.fields(_REPLY_FIELDS, repeated=("confirmed", "rejected"))
    text, name, at = (_text(found, field) for field in ("text", "by", "at"))
    if not text.strip():
        raise value.wrong("an answer has no `text`")
    kind: Any = found["kind"].word(get_args(AuthorKind)) if "kind" in found else "unknown"
    return Reply(
        id=_text(found, "id") or new_reply_id(question_id, text, name, at),
        text=text,
        kind=kind,
        name=name,
        at=at,
        evidence=tuple(map(_evidence, found["evidence"].items())) if "evidence" in found else (),
        confirmed=_mark(found.get("confirmed")),
        rejected=_mark(found.get("rejected")),
    )


def _evidence(value: Value) -> Evidence:
    found = value.fields(_EVIDENCE_FIELDS)
    return Evidence(*(_text(found, name) for name in _EVIDENCE_FIELDS))
