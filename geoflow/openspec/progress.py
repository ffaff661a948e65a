"""How far a change is: its task files, as its schema names them, and their checkboxes."""

from typing import NamedTuple

from geoflow.openspec.metadata import FILE, Metadata, read_metadata
from geoflow.openspec.nesting import Folder
from geoflow.openspec.schemas import Schema, outputs
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


def progress(change: Folder) -> Progress:
    """Count the tasks of a change; where its schema names no file that is there, tasks.md counts."""
    metadata = read_metadata(change.files[change.names[FILE]]) if FILE in change.names else None
    names = tracked_tasks(change, change_schema(change, metadata)) or ["tasks.md"]
    boxes = [box for name in names if name in change.names for box in checkboxes(change.files[change.names[name]])]
    return Progress(sum(box.done for box in boxes), len(boxes))
