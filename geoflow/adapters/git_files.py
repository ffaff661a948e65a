"""The files below `openspec/` as they are at a commit."""

import re
from collections.abc import Collection
from typing import NamedTuple

from geoflow.adapters.git_objects import list_tree, read_blobs
from geoflow.adapters.git_process import GitProcess
from geoflow.openspec.layout import ARCHIVE

_ID = re.compile("[0-9a-f]{40}|[0-9a-f]{64}")
_OPENSPEC = "openspec"


class CommitFiles:
    """Reads plain files at commits; what was read last is remembered, since a run asks for its base several times.

    Args:
        git: Runs git in the repository.
        prefix: The root's path in the repository, empty or with a slash at its end.
    """

    def __init__(self, git: GitProcess, prefix: str) -> None:
        self._git = git
        self._prefix = prefix
        self._held: _Held | None = None

    def read(self, commit: str, *, archive: bool, only: Collection[str] | None) -> dict[str, bytes]:
        """Read as `Repository.read` says."""
        if only is not None and not only:
            return {}
        wanted = _Wanted(only, archive=archive)
        if self._held is None or self._held.commit != commit or (archive and not self._held.archive):
            files = self._read(commit, wanted)
            if only is not None or not _ID.fullmatch(commit):  # a name may be another commit's in a moment
                return files
            self._held = _Held(commit, archive, files)
        return {path: content for path, content in self._held.files.items() if wanted.has(path)}

    def _read(self, commit: str, wanted: "_Wanted") -> dict[str, bytes]:
        entries = {
            entry.path.removeprefix(self._prefix): entry.id
            for entry in list_tree(self._git, commit, below=f"{self._prefix}{wanted.top}")
            if entry.is_file and entry.path.startswith(f"{self._prefix}{_OPENSPEC}/")
        }
        asked = {path: blob for path, blob in entries.items() if wanted.has(path)}
        blobs = read_blobs(self._git, asked.values())
        return {path: blobs[blob] for path, blob in asked.items()}


class _Wanted:
    def __init__(self, only: Collection[str] | None, *, archive: bool) -> None:
        self._archive = archive
        self._only = None if only is None else frozenset(only)
        self._folders = tuple(one for one in only or () if one.endswith("/"))

    @property
    def top(self) -> str:
        """Give a folder in which all of it lies."""
        one_folder = self._only is not None and len(self._only) == len(self._folders) == 1
        return self._folders[0].rstrip("/") if one_folder else _OPENSPEC

    def has(self, path: str) -> bool:
        if path.startswith(ARCHIVE) and not self._archive:
            return False
        return self._only is None or path in self._only or path.startswith(self._folders)


class _Held(NamedTuple):
    commit: str
    archive: bool
    files: dict[str, bytes]
