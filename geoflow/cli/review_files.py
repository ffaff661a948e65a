"""Which state of the files a review looks at, and which one it compares them with."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, NamedTuple

from geoflow.cli.context import find_root_or_fail, history_or_none, open_repository
from geoflow.errors import GeoflowError

if TYPE_CHECKING:
    from pathlib import Path

    from geoflow.adapters.git import GitRepository

Files = Mapping[str, str]


class Looked(NamedTuple):
    """The files of a review; where it looks at what changed, the files before; the root's path in its repository.

    The path is known where a report needs it, or git was asked anyway; to ask for it alone costs a tenth of a review.
    """

    files: Files
    before: Files | None
    prefix: str


def files_to_review(since: str, *, staged: bool, prefixed: bool) -> Looked:
    """Read the work tree, or what is staged, and what it is compared with; archived changes are not looked at.

    With `prefixed` the root's path in its repository is told as well.

    Raises:
        GeoflowError: `unknown-commit`, `no-merge-base`, `unmerged-index`, `not-a-repository` and others of git.
    """
    from geoflow.openspec.disk import load

    root = find_root_or_fail()
    if staged:
        return _staged(open_repository(quick=True))
    if since:
        repository = open_repository(quick=True)
        before = _decoded(repository.read(repository.merge_base(since), archive=False))
        return Looked(load(str(root), archive=False), before, repository.prefix())
    return Looked(load(str(root), archive=False), None, _prefix(root) if prefixed else "")


def _staged(repository: "GitRepository") -> Looked:
    try:
        before = _decoded(repository.read(repository.head().commit, archive=False))
    except GeoflowError as error:
        if error.code != "unborn-branch":
            raise
        before = {}  # the first commit: everything that is staged is new
    return Looked(_decoded(repository.read_staged(archive=False)), before, repository.prefix())


def _decoded(files: Mapping[str, bytes]) -> Files:
    return {path: content.decode("utf-8", "surrogateescape") for path, content in files.items()}


def _prefix(root: "Path") -> str:
    repository = history_or_none(root)
    return repository.prefix() if repository else ""
