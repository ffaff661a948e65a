"""Write the tasks of a change as checkboxes, from headings such as `### Task 1.1: Title` or from YAML."""

import re
from collections.abc import Sequence

from geoflow.improvement.adopt_page import Page, Place
from geoflow.improvement.adopt_text import Document, Piece, bare, cells
from geoflow.improvement.adopt_yaml import YamlTask
from geoflow.openspec.tasks import checkboxes

_TASK = re.compile(r"^(?:Task|Step)?\s*(?P<id>\d+(?:\.\d+)*[a-z]?)[:.)]?\s+(?P<title>\S.*)$", re.IGNORECASE)
_TASK_WORD = re.compile(r"^Task\b", re.IGNORECASE)
_DONE = frozenset({"done", "complete", "completed", "finished"})
_OPEN = frozenset({"pending", "todo", "open", "planned", "proposed", "in_progress", "in progress", "not started"})


def has_boxes(text: str) -> bool:
    """Tell whether a task file has checkboxes already."""
    return bool(checkboxes(text))


def write_tasks(document: Document) -> tuple[Page, list[Place]] | None:
    """Write a task file with a checkbox for every heading that names a task, what stands below it indented.

    Gives the lines of tasks of which nothing says whether they are done, too; None where no heading names a task.
    """
    found = {index for index, section in enumerate(document.sections) if _is_task(section.title, section.heading)}
    if not found:
        return None
    known = _states(document)
    page, unknown = Page(), list[Place]()
    page.keep(document.path, document.above)
    for index, section in enumerate(document.sections):
        place = Place(document.path, section.heading.line)
        task = _TASK.match(section.title) if index in found else None
        if task is None:
            page.gap()
            page.add(section.heading.raw, [place], "heading")
            page.keep(document.path, section.own)
            continue
        state = known.get(task["id"])
        unknown += [] if state else [place]
        page.gap()
        title = bare(section.heading.words).partition(task["id"])[2].lstrip(":.) ")
        page.add(f"- [{'x' if state == 'done' else ' '}] {task['id']} {title}", [place], "task")
        _indented(page, document.path, section.own)
    return page, unknown


def _is_task(title: str, heading: Piece) -> bool:
    return heading.level > 1 and bool(_TASK_WORD.match(title)) and _TASK.match(title) is not None


def _indented(page: Page, path: str, pieces: Sequence[Piece]) -> None:
    for piece in pieces:
        if piece.kind == "blank":
            page.gap()
        else:
            text = piece.raw if piece.kind in ("rule", "comment") else f"  {piece.raw}"
            page.add(text, [Place(path, piece.line)])


def _states(document: Document) -> dict[str, str]:
    """Read a table of tasks with their states, if the document has one: {number of the task: `done` or `open`}."""
    found: dict[str, str] = {}
    for section in document.sections:
        for piece in section.own:
            row = [bare(cell) for cell in cells(piece.words)] if piece.kind == "row" else []
            number = re.match(r"^\d+(?:\.\d+)*", row[0]) if row else None
            state = next((state_of(cell) for cell in row[1:] if state_of(cell)), "")
            if number and state:
                found[number.group()] = state
    return found


def state_of(words: str) -> str:
    """Tell what a word says of a task: `done`, `open`, or nothing."""
    plain = bare(words).lower()
    return "done" if plain in _DONE else "open" if plain in _OPEN else ""


def write_yaml_tasks(tasks: Sequence[YamlTask]) -> Page:
    """Write a task file from the tasks of a YAML document, each with what it says of its state."""
    page = Page()
    page.add("# Tasks", role="heading")
    page.gap()
    for task in tasks:
        done = "x" if state_of(task.state) == "done" else " "
        page.add(f"- [{done}] {task.id + ' ' if task.id else ''}{' '.join(task.title.split())}", task.places, "task")
    return page
