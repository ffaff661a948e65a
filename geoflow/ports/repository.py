"""Git as the use cases see it: commits, branches, notes."""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, NamedTuple, Protocol

if TYPE_CHECKING:
    from geoflow.metrics.ledger import FileChange  # with all measures of a spec, which reading git has no need of


@dataclass(frozen=True, slots=True)
class Head:
    """Where the user's repository stands. `branch` is None on a detached HEAD."""

    commit: str
    branch: str | None


@dataclass(frozen=True, slots=True)
class CommitInfo:
    """A commit as `log` shows it; `openspec_tree` is the object id of the openspec folder, empty where it has none."""

    id: str
    time: datetime
    subject: str
    openspec_tree: str


@dataclass(frozen=True, slots=True)
class EditCommit:
    """What a commit that names `prompts` in its trailers did to one document: the whole text before and after."""

    path: str
    prompts: tuple[str, ...]
    before: str
    after: str


class NewCommit(NamedTuple):
    """A commit to write: the files that it replaces (None: removes), and its message."""

    changes: Mapping[str, bytes | None]
    message: str


class Repository(Protocol):
    """The git repository around an OpenSpec root. Paths are relative to the root, with forward slashes.

    Nothing here touches the user's work tree, index or checked-out branch.
    """

    def head(self) -> Head:
        """Tell the commit that is checked out; GeoflowError `unborn-branch` where there is none yet."""

    def read(self, commit: str, *, archive: bool = True, only: Collection[str] | None = None) -> dict[str, bytes]:
        """Read every file below `openspec/` at a commit, or all but those of archived changes: {path: bytes}.

        With `only` no other files than those at these paths, and below those that end in a slash.
        """

    def uncommitted(self) -> list[str]:
        """List the paths below `openspec/` that differ from HEAD, untracked ones included."""

    def commit(self, parent: str, changes: Mapping[str, bytes | None], message: str) -> str:
        """Write a commit on top of `parent` with these files replaced (None: removed), from objects alone; its id.

        No ref moves.
        """

    def commit_all(self, parent: str, commits: Sequence[NewCommit]) -> list[str]:
        """Write commits, the first on top of `parent` and each on the one before, as `commit` does; their ids.

        However many they are, it takes about as long as to write two.
        """

    def create_branch(self, name: str, commit: str) -> None:
        """Publish a new branch with one update; GeoflowError `branch-exists` where the name is taken."""

    def log(self, limit: int) -> list[CommitInfo]:
        """List the commits reachable from HEAD, newest first."""

    def edit_commits(self, limit: int) -> list[EditCommit]:
        """List what commits up to HEAD with the trailer `Geoflow-Prompt` changed, the newest first, at most so many.

        Those that a person put into words of their own (`Geoflow-Edited-By`) are left out.
        """

    def append_note(self, commit: str, line: str, *, unless: Callable[[str], bool] | None = None) -> bool:
        """Append one line to the commit's note in `refs/notes/geoflow`, safe against parallel writers.

        `unless` decides on the note as it stands, while nobody else can write: true means that nothing is written.
        Tells whether the line was written.
        """

    def append_notes(self, lines: Mapping[str, str], *, unless: Callable[[str, str], bool] | None = None) -> set[str]:
        """Append a line to the note of each commit, {commit: line}, all at once; the commits that got theirs."""

    def notes(self, commits: Sequence[str]) -> dict[str, str]:
        """Read the notes of these commits; commits without one are absent."""


class CommitChange(NamedTuple):
    """What a commit changed below `openspec/` against its first parent, which is empty where it has none.

    `inputs` is the tree id of `openspec/` at the commit, empty where it has none, None where the parent's stands.
    """

    commit: str
    parent: str
    inputs: str | None
    files: tuple["FileChange", ...]


@dataclass(frozen=True, slots=True)
class LineCommit:
    """A commit of the main line. `edits` counts the edits of improve that came in with it, merged or as they were."""

    id: str
    time: datetime
    subject: str
    openspec_tree: str
    edits: int


class Timeline(Protocol):
    """The main line of a history: first parents."""

    def line(self, head: str, limit: int) -> list[LineCommit]:
        """List the newest commits of the main line up to `head`, oldest first."""


class Commits(Protocol):
    """The commits of the repository around an OpenSpec root, in bulk. Paths are relative to the root."""

    def resolve(self, revision: str) -> str:
        """Give the id of a commit by any name; GeoflowError `unknown-commit`, `unborn-branch`."""

    def listing(self, *, everything: bool = False) -> list[tuple[str, str]]:
        """List commits with their first parents, parents first: those that HEAD reaches, or any branch or tag too."""

    def first_parent(self, commit: str) -> str:
        """Give the first parent of a commit; empty where it has none here."""

    def cut_off(self) -> frozenset[str]:
        """Give the commits whose parents a shallow clone has not."""

    def changes(self, commits: Sequence[tuple[str, str]]) -> Iterator[CommitChange]:
        """Tell what each commit, given with its first parent, changed, in the order given."""

    def inputs(self, commits: Sequence[str]) -> list[str]:
        """Give the tree ids of `openspec/` at commits; empty where there is none."""

    def files(self, commit: str) -> dict[str, str]:
        """List the plain files below `openspec/` at a commit: {path: id}."""

    def file(self, commit: str, path: str) -> bytes:
        """Read one file at a commit; empty where it has no plain file of this path."""

    def contents(self, ids: Iterable[str]) -> Mapping[str, bytes]:
        """Read contents by id."""


class History(Protocol):
    """How the files of the checked-out commit came to be. Paths are relative to the root, with forward slashes."""

    def uncommitted(self) -> list[str]:
        """List the paths below `openspec/` that differ from HEAD, untracked ones included."""

    def last_touched(self, paths: Collection[str]) -> dict[str, str]:
        """Tell for each path the last commit up to HEAD that changed it; paths that none did are absent."""

    def read_at(self, places: Collection[tuple[str, str]]) -> dict[tuple[str, str], bytes]:
        """Read files as they were: {(commit, path): content}; absent where the commit has no such file."""
