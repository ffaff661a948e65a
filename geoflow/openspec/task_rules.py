"""The rules of a change's task files: are there checkboxes, and do their numbers say one thing."""

import re
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from geoflow.openspec.lines import BOM, WHITE
from geoflow.openspec.model import Issue, Span
from geoflow.openspec.rules import Where, issue
from geoflow.openspec.tasks import checkboxes

_HEADING = r" {0,3}##(?!#)(?:[ \t]+|[ \t]*\r?\Z)"
_GROUP = r" {0,3}##[ \t]+(\d+)\.(?:[ \t]|\r?\Z)"
_ID = r"\d+(?:\.\d+)+[A-Za-z]*"
_FENCE = r" {0,3}(`{3,}|~{3,})(.*)"
_CODE_COLUMN = 4


class TaskFile(NamedTuple):
    """A task file. `place` is its path inside the change, `path` relative to the root."""

    place: str
    path: str
    text: str


def check_checkboxes(files: Sequence[TaskFile]) -> Iterator[Issue]:
    """Report task files that list work without a single checkbox in any of them."""
    if any(checkboxes(file.text) for file in files):
        return
    for file in files:
        line = _first_list_item(file.text)
        if line is not None:
            yield issue(
                "T1",
                Where(file.place, file.path, _span(file.text.split("\n")[line], line)),
                "The tasks are a list without checkboxes, so this change counts as having none.",
                "Write each task as `- [ ] 1.1 What to do`.",
            )


def check_numbers(files: Sequence[TaskFile]) -> Iterator[Issue]:
    """Report task numbers that stand in another group or were used before; only groups `## 1. Name` count."""
    first: dict[str, tuple[str, int]] = {}
    for file in files:
        lines = file.text.split("\n")
        boxes = {box.line: box for box in checkboxes(file.text)}
        group = None
        for index, line in enumerate(lines):
            if "##" in line and re.match(_HEADING, line):
                matched = re.match(_GROUP, line, re.ASCII)
                group = matched[1] if matched else None
            elif group is not None and index in boxes:
                yield from _number_issues(file, _span(line, index), group, _task_id(boxes[index].text), first)


def _task_id(text: str) -> str:
    found = re.match(_ID, text, re.ASCII)
    if not found or (text[found.end() :] and text[found.end()] not in WHITE):
        return ""
    return found[0]


def _number_issues(
    file: TaskFile, span: Span, group: str, task: str, first: dict[str, tuple[str, int]]
) -> Iterator[Issue]:
    if not task:
        return
    own = task.partition(".")[0]
    if _number(own) != _number(group):
        message = f"Task {task} stands in group {group}, yet its number belongs to group {own}."
        fix = f"Move it to group {own} or number it anew."
        yield issue("T2", Where(file.place, file.path, span), message, fix)
    if task in first:
        place, line = first[task]
        where = f"line {line}" if place == file.place else f"{place} line {line}"
        message = f"Task number {task} was used before, on {where}."
        yield issue("T3", Where(file.place, file.path, span), message, "Give each task a number of its own.")
    else:
        first[task] = (file.place, span.line)


def _number(digits: str) -> str:
    return digits.lstrip("0") or "0"


def _span(line: str, index: int) -> Span:
    return Span(index + 1, 1, index + 1, len(line.rstrip("\r")) + 1)


def _first_list_item(text: str) -> int | None:
    """Find the first list item that a reader would see: not in front matter, a fence, a comment or indented code."""
    lines = text.split("\n")
    fence, length, in_comment = "", 0, False
    for index in range(_behind_front_matter(lines), len(lines)):
        line = lines[index]
        if in_comment:
            in_comment = "-->" not in line
            continue
        found = re.match(_FENCE, line, re.DOTALL)
        if found:
            if not fence:
                fence, length = found[1][0], len(found[1])
            elif found[1][0] == fence and len(found[1]) >= length and not found[2].strip(WHITE):
                fence = ""
            continue
        if fence:
            continue
        if line.lstrip(WHITE).startswith("<!--"):
            in_comment = "-->" not in line[line.index("<!--") + 4 :]
            continue
        if _is_list_item(line) and _indent(line) < _CODE_COLUMN:
            return index
    return None


def _behind_front_matter(lines: list[str]) -> int:
    if lines[0].removeprefix(BOM).rstrip(WHITE) != "---":
        return 0
    return next((index + 1 for index in range(1, len(lines)) if lines[index].rstrip(WHITE) == "---"), 0)


def _is_list_item(line: str) -> bool:
    bare = line.lstrip(WHITE)
    digits = len(bare) - len(bare.lstrip("0123456789"))
    if bare[:1] in ("-", "*", "+"):
        rest = bare[1:]
    elif 0 < digits <= 9 and bare[digits : digits + 1] in (".", ")"):
        rest = bare[digits + 1 :]
    else:
        return False
    return bool(rest) and rest[0] in WHITE and bool(rest.strip(WHITE))


def _indent(line: str) -> int:
    column = 0
    for character in line:
        if character == " ":
            column += 1
        elif character == "\t":
            column += _CODE_COLUMN - column % _CODE_COLUMN
        else:
            break
    return column
