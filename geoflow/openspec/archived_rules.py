"""The rules of an archived change: its work is done."""

from collections.abc import Iterator

from geoflow.openspec.layout import ARCHIVE
from geoflow.openspec.model import Issue, Span
from geoflow.openspec.nesting import Folder
from geoflow.openspec.progress import task_files, task_text
from geoflow.openspec.rules import Where, issue
from geoflow.openspec.tasks import Checkbox, checkboxes


def check_finished(change: Folder) -> Iterator[Issue]:
    """Check that no task of an archived change is open, and that each of its task files can be read."""
    boxes: list[tuple[str, Checkbox]] = []
    for name in task_files(change):
        path = f"{ARCHIVE}{change.id}/{name}"
        text = task_text(change, name)
        if text is None:
            yield _unreadable_issue(path)
        else:
            boxes += ((path, box) for box in checkboxes(text))
    still = [(path, box) for path, box in boxes if not box.done]
    if still:
        yield _open_issue(change, *still[0], still=len(still), of=len(boxes))


def _unreadable_issue(path: str) -> Issue:
    fix = "Make it a file that you may read."
    return issue(
        "A1", Where(path, path), "The task file cannot be read, so nobody knows whether its tasks are done.", fix
    )


def _open_issue(change: Folder, path: str, first: Checkbox, *, still: int, of: int) -> Issue:
    line = change.files[path].split("\n")[first.line].rstrip("\r")
    span = Span(first.line + 1, 1, first.line + 1, len(line) + 1)
    verb = "is" if still == 1 else "are"
    return issue(
        "A2",
        Where("tasks.md", path, span),
        f"{still} of {of} tasks {verb} open in a change that was archived; the first is: {first.text}",
        "Tick what was done, remove what was dropped, or propose the rest as a change of its own.",
    )
