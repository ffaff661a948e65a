"""The marks in a change's `.openspec.yaml` that allow something, and whether they count."""

from typing import NamedTuple

from geoflow.errors import UnreadableError
from geoflow.openspec.metadata import FILE, Metadata, read_metadata
from geoflow.openspec.nesting import Folder


class Marks(NamedTuple):
    """Whether a change may have no delta (`skip_specs`) and may retire a capability (`retire`).

    A mark that is set and does not count has a reason in `skip_problem` or `retire_problem`, which are empty otherwise.
    """

    skip_specs: bool = False
    retire: bool = False
    skip_problem: str = ""
    retire_problem: str = ""


_UNREADABLE = Metadata("", skip_specs=False, marked=True, problem="it cannot be read", retire=False, retire_marked=True)


def change_metadata(change: Folder) -> Metadata | None:
    """Read a change's metadata; None where there is none. In a file that cannot be read every mark may be set."""
    if f"{FILE}/" in change.names:
        return _UNREADABLE
    try:
        return read_metadata(change.files[change.names[FILE]]) if FILE in change.names else None
    except UnreadableError:
        return _UNREADABLE


def honoured(change: Folder, metadata: Metadata | None = None) -> Marks:
    """Tell which marks of a change count: those in metadata that is valid as a whole, with a schema that can be read.

    Args:
        change: The folder of the change.
        metadata: What was read of its metadata, where that was done.
    """
    metadata = metadata or change_metadata(change)
    if metadata is None or not (metadata.marked or metadata.retire_marked):
        return Marks()
    problem = metadata.problem or _schema_problem(change, metadata)
    return Marks(
        skip_specs=metadata.marked and not problem,
        retire=metadata.retire_marked and not problem,
        skip_problem=problem if metadata.marked else "",
        retire_problem=problem if metadata.retire_marked else "",
    )


def _schema_problem(change: Folder, metadata: Metadata) -> str:
    if metadata.schema not in change.schemas.names:
        return f"there is no schema {metadata.schema}"
    if change.schemas.get(metadata.schema) is None:
        return f"the schema {metadata.schema} cannot be read"
    return ""
