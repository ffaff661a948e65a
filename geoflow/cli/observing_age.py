"""Joins what is observed of ages: of the requirements' text, and of the findings that a record has seen."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING

from geoflow.errors import GeoflowError

if TYPE_CHECKING:
    from pathlib import Path

    from geoflow.adapters.git import GitRepository
    from geoflow.openspec import Tree
    from geoflow.quality.finding import Finding


@dataclass
class FindingAges:
    """The findings that rules found while a record was made, and since when they are there.

    Args:
        root: The folder that holds `openspec/`.
        repository: The repository around it.
    """

    root: "Path"
    repository: "GitRepository"
    _ids: set[str] | None = None
    _keep: Callable[[], None] = field(default=lambda: None)

    def saw(self, _commit: str, findings: "Sequence[Finding]") -> None:
        """Take the findings at the commit that is recorded."""
        self._ids = {one.id for one in findings}

    def figures(self) -> dict[str, float]:
        """Tell what came and went since the record before; nothing where the rules did not run."""
        from geoflow import __version__
        from geoflow.adapters.finding_ages import read_seen, write_seen
        from geoflow.adapters.passage_index import root_key
        from geoflow.metrics.age_figures import finding_figures, seen_until

        if self._ids is None:
            return {}
        file = self.repository.state_folder / f"finding-ages-{root_key(self.root)}.json"
        before, (head,), ids = read_seen(file), self.repository.log(1), self._ids
        self._keep = lambda: write_seen(file, head.id, seen_until(before.first_seen, ids, head.time))
        is_next = before.geoflow == __version__ and self._is_before(before.commit)
        return finding_figures(before.first_seen, ids, head.time, is_next=is_next)

    def keep(self) -> None:
        """Keep what was seen for the record after this one."""
        self._keep()

    def _is_before(self, commit: str) -> bool:
        try:
            return bool(commit) and self.repository.merge_base(commit) == commit
        except GeoflowError:
            return False


def text_age(_root: "Path", repository: "GitRepository") -> dict[str, float]:
    """Tell how much of the main requirements is older than 90 days; nothing where a shallow clone hides it."""
    from geoflow.metrics.age_figures import OLD_DAYS, age_figures

    (head,) = repository.log(1)
    then = repository.commits.last_before(head.id, head.time - timedelta(days=OLD_DAYS))
    if not then and repository.commits.cut_off():
        return {}
    return age_figures(_specs_at(repository, head.id), _specs_at(repository, then))


def _specs_at(repository: "GitRepository", commit: str) -> "Tree":
    from geoflow.metrics.ledger import is_main_spec
    from geoflow.openspec import read_tree

    files = (
        {path: blob for path, blob in repository.commits.files(commit).items() if is_main_spec(path)} if commit else {}
    )
    texts = repository.commits.contents(files.values())
    return read_tree({path: texts[blob].decode("utf-8", "surrogateescape") for path, blob in files.items()})
