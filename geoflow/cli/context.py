"""Where the parts are joined: commands ask here for what they work on. Everything heavy is imported when asked for."""

from pathlib import Path
from typing import TYPE_CHECKING

from geoflow.errors import GeoflowError

if TYPE_CHECKING:
    from geoflow.adapters.git import GitRepository
    from geoflow.adapters.passage_index import SqlitePassages


def find_root_or_fail() -> Path:
    """Find the folder that holds `openspec/`: here or the nearest one above; GeoflowError `no-openspec`."""
    from geoflow.openspec.load import find_root

    try:
        here = Path.cwd()
    except FileNotFoundError:
        raise GeoflowError(
            "The folder you are in was deleted.", fix="Go to a folder that exists.", code="no-folder"
        ) from None
    root = find_root(str(here))
    if root is None:
        raise GeoflowError(
            f"There is no openspec/ folder in {here} or above it.",
            fix="Go to a folder that has one, or make it: `mkdir -p openspec/specs`.",
            code="no-openspec",
        )
    return Path(root)


def open_repository() -> "GitRepository":
    """Open the git repository around the OpenSpec root that the command was typed in."""
    from geoflow.adapters import git

    return git.open_repository(find_root_or_fail())


def open_passages(root: Path) -> "SqlitePassages":
    """Open the search index of a root: kept in the git folder, in memory outside a repository."""
    from geoflow.adapters import git
    from geoflow.adapters.passage_index import SqlitePassages

    try:
        return SqlitePassages.below(git.open_repository(root).state_folder, root)
    except GeoflowError:
        return SqlitePassages(None)
