"""The folder `openspec/` of a work tree for use cases that rewrite several files of it at once."""

from collections.abc import Mapping
from pathlib import Path

from geoflow.adapters.git_folder import git_folder
from geoflow.adapters.tree_swap import carry_out
from geoflow.openspec.disk import load
from geoflow.openspec.model import WritePlan


class WorkTree:
    """The `PlanningTree` port on the disk.

    Args:
        root: The folder that holds `openspec/`.
    """

    def __init__(self, root: Path) -> None:
        self._root = root

    def read(self) -> Mapping[str, str]:
        """Read what is not archived."""
        return load(str(self._root), archive=False)

    def holds(self, path: str) -> bool:
        """Tell whether anything stands at a path."""
        place = self._root / path
        return place.is_symlink() or place.exists()

    def carry_out(self, plan: WritePlan, made_from: Mapping[str, str]) -> None:
        """Carry out a plan; what is under way lies in the git folder where there is one."""
        found = git_folder(str(self._root))
        scratch = Path(found[1]) / "geoflow" / "archive" if found else None
        carry_out(self._root, plan, scratch=scratch, expected=made_from)
