"""The marks in a change's `.openspec.yaml` that allow something, and whether they count."""

from typing import NamedTuple

from geoflow.openspec.metadata import FILE, RETIRE, SKIP, Metadata, read_metadata
from geoflow.openspec.nesting import Folder


class Marks(NamedTuple):
    """Whether a change may have no delta (`skip_specs`) and may retire a capability (`retire`).

    A mark that is set and does not count has a reason in `skip_problem` or `retire_problem`, which are empty otherwise.
    """

    skip_specs: bool = False
    retire: bool = False
    skip_problem: str = ""
    retire_problem: str = ""


def honoured(change: Folder) -> Marks:
    """Read a change's marks; they count only where the whole metadata is valid and its schema can be read."""
    if FILE not in change.names:
        return Marks()
    text = change.files[change.names[FILE]]
    if SKIP not in text and RETIRE not in text and "\\" not in text:
        return Marks()  # most changes, without the cost of reading YAML (a backslash may spell a letter)
    metadata = read_metadata(text)
    if not (metadata.marked or metadata.retire_marked):
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
