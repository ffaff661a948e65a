"""The checkbox lines of a task file."""

from typing import NamedTuple

from geoflow.openspec.lines import WHITE
from geoflow.openspec.model import Task

_DIGITS = "0123456789"


class Checkbox(NamedTuple):
    """A task line: what stands in the box (one character or none), the text behind it, the line index."""

    marker: str
    text: str
    line: int

    @property
    def done(self) -> bool:
        """Tell whether the box is ticked; any mark but x counts as open."""
        return self.marker in ("x", "X")


def checkboxes(text: str) -> list[Checkbox]:
    """Find the task lines of a file; fences and comments hide none."""
    found = []
    for index, line in enumerate(text.split("\n")):
        if "[" in line:
            box = _checkbox(line, index)
            if box:
                found.append(box)
    return found


def _checkbox(line: str, index: int) -> Checkbox | None:
    rest = _behind_marker(line.lstrip(WHITE))
    if rest is None:
        return None
    rest = rest.lstrip(WHITE)
    if rest[:1] != "[":
        return None
    inner = rest[1:].lstrip(WHITE)
    marker = inner[:1] if inner[:1] != "]" else ""
    closing = inner[len(marker) :].lstrip(WHITE)
    if closing[:1] != "]":
        return None
    # A bracket that a link follows is a task only where the box holds nothing but blanks.
    if closing[1:2] in ("(", "[") and (marker or rest[1:2] == "]"):
        return None
    return Checkbox(marker, _first_line(closing[1:].lstrip(WHITE)), index)


def _behind_marker(bare: str) -> str | None:
    if bare[:1] in ("-", "*", "+"):
        return bare[1:]
    digits = len(bare) - len(bare.lstrip(_DIGITS))
    if 0 < digits <= 9 and bare[digits : digits + 1] in (".", ")"):
        return bare[digits + 1 :]
    return None


def _first_line(text: str) -> str:
    for mark in "\r\u2028\u2029":
        text = text.split(mark, 1)[0]
    return text.strip(WHITE)


def task_id(text: str) -> str:
    """Give the leading number of a task's text, such as `1.2` or `1.2b`; empty where there is none."""
    end, dots = 0, 0
    while text[end : end + 1] and text[end] in _DIGITS:
        end += 1
        if text[end : end + 1] == "." and text[end + 1 : end + 2] and text[end + 1] in _DIGITS:
            dots, end = dots + 1, end + 1
    if not dots:
        return ""
    while text[end : end + 1].isascii() and text[end : end + 1].isalpha():
        end += 1
    return text[:end]


def parse_tasks(text: str) -> tuple[Task, ...]:
    """Read the tasks of a task file."""
    return tuple(
        Task(id=task_id(box.text), text=box.text, done=box.done, line=box.line + 1) for box in checkboxes(text)
    )
