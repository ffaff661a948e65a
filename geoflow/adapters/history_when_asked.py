"""The history of a root's files, asked for only by what needs it: to start git costs more than most reviews by rule."""

from collections.abc import Collection
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from geoflow.errors import GeoflowError

if TYPE_CHECKING:
    from geoflow.adapters.git import GitRepository


class HistoryWhenAsked:
    """The `History` port on the repository around a root, which is opened at the first question.

    Every question raises GeoflowError `no-history` where there is no repository that can be opened.
    """

    def __init__(self, root: Path) -> None:
        self._root = root

    def uncommitted(self) -> list[str]:
        """List the paths below `openspec/` that differ from HEAD, untracked ones included."""
        return self._repository.uncommitted()

    def last_touched(self, paths: Collection[str]) -> dict[str, str]:
        """Tell for each path the last commit up to HEAD that changed it; paths that none did are absent."""
        return self._repository.last_touched(paths)

    def read_at(self, places: Collection[tuple[str, str]]) -> dict[tuple[str, str], bytes]:
        """Read files as they were: {(commit, path): content}; absent where the commit has no such file."""
        return self._repository.read_at(places)

    @cached_property
    def _repository(self) -> "GitRepository":
        from geoflow.adapters.git import open_repository

        try:
            return open_repository(self._root, quick=True)
        except GeoflowError as error:
            raise GeoflowError("this is no git repository", fix=error.fix, code="no-history") from error
