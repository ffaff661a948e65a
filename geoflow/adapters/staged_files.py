"""The tree below `openspec/` as it is staged, each file read from git when it is first asked for."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from geoflow.adapters.git_index import staged_blobs, staged_paths
from geoflow.adapters.git_objects import no_object
from geoflow.adapters.git_process import QuickGitProcess
from geoflow.openspec.disk import Files
from geoflow.openspec.layout import ARCHIVE
from geoflow.openspec.listing import user_schemas

if TYPE_CHECKING:
    import subprocess


class Staged(NamedTuple):
    """What is staged: the files without archived changes, and the paths in which they differ from HEAD."""

    files: Files
    changed: list[str]


@contextmanager
def open_staged(root: str) -> Iterator[Staged]:
    """Open the index for the folder that holds `openspec/`; its files can be read inside the context.

    Raises:
        GeoflowError: `unmerged-index`, `not-a-repository`, `git-missing` and others of git.
    """
    git = QuickGitProcess(Path(root))
    blobs = {path: blob for path, blob in staged_blobs(git).items() if not path.startswith(ARCHIVE)}
    reader = _BlobReader(git)
    try:
        yield Staged(_StagedFiles(blobs, reader), staged_paths(git))
    finally:
        reader.close()


class _BlobReader:
    """Reads blobs one by one from one process: a commit touches few of a tree's files, but which is seen late."""

    def __init__(self, git: QuickGitProcess) -> None:
        self._git = git
        self._process: subprocess.Popen[bytes] | None = None

    def read(self, blob: str) -> bytes:
        """Give the content of a blob; GeoflowError `bad-object` where it is missing."""
        if self._process is None:
            self._process = self._git.start("cat-file", "--batch")
        asking, answer = self._process.stdin, self._process.stdout
        if asking is None or answer is None:
            raise no_object(blob)
        asking.write(f"{blob}\n".encode())
        asking.flush()
        words = answer.readline().split()
        if len(words) != 3:
            raise no_object(blob)
        return answer.read(int(words[2]) + 1)[:-1]

    def close(self) -> None:
        """End the process."""
        if self._process is not None:
            with self._process as process:
                process.kill()


class _StagedFiles(Files):
    """Files whose content stands in git; the user's own schemas are on the disk."""

    __slots__ = ("_blobs", "_contents", "_reader")

    def __init__(self, blobs: dict[str, str], reader: _BlobReader) -> None:
        super().__init__({**blobs, **user_schemas()}, {})
        self._blobs = blobs
        self._contents: dict[str, bytes] = {}
        self._reader = reader

    def raw(self, path: str) -> bytes:
        """Give a file's bytes as they are staged; KeyError where it is not."""
        if path not in self._blobs:
            return super().raw(path)
        if path not in self._contents:
            self._contents[path] = self._reader.read(self._blobs[path])
        return self._contents[path]
