"""How far a change is: its task files, as its schema names them, and their checkboxes."""

from typing import NamedTuple

from geoflow.errors import UnreadableError
from geoflow.openspec.marks import change_metadata
from geoflow.openspec.metadata import Metadata
from geoflow.openspec.nesting import Folder
from geoflow.openspec.schema_file import Schema
from geoflow.openspec.schemas import outputs
from geoflow.openspec.tasks import checkboxes


class Progress(NamedTuple):
    """How many tasks a change has, and how many of them are done."""

    done: int
    total: int


def change_schema(change: Folder, metadata: Metadata | None) -> Schema | None:
    """Give the schema of a change; None where its metadata (None: it has no such file) is not valid or names none."""
    if metadata is None:
        return change.schemas.get(change.schemas.default())
    known = not metadata.problem and metadata.schema in change.schemas.names
    return change.schemas.get(metadata.schema) if known else None


def tracked_tasks(change: Folder, schema: Schema | None) -> list[str]:
    """List the task files of a change (paths inside it) that its schema names."""
    return outputs(schema.tasks, change.names) if schema and schema.tasks else []


def task_files(change: Folder) -> list[str]:
    """List the files whose tasks count (paths inside the change): tasks.md where the schema names none that is there.

    Such a file may be missing, or be a folder.
    """
    return tracked_tasks(change, change_schema(change, change_metadata(change))) or ["tasks.md"]


def task_text(change: Folder, name: str) -> str | None:
    """Read a task file of a change; None where it cannot be read, nothing where it is not there."""
    if f"{name}/" in change.names:
        return None
    try:
        return change.files[change.names[name]] if name in change.names else ""
    except UnreadableError:
        return None


def progress(change: Folder) -> Progress:
    """Count the tasks of a change; a file that cannot be read holds none."""
    texts = (task_text(change, name) for name in task_files(change))
    boxes = [box for text in texts if text for box in checkboxes(text)]
    return Progress(sum(box.done for box in boxes), len(boxes))
