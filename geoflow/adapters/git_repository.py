"""The repository around an OpenSpec root. Nothing here touches the work tree, the index or the checked-out branch."""

import os
from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path

from geoflow.adapters.git_commit_writer import CommitWriter
from geoflow.adapters.git_commits import GitCommits
from geoflow.adapters.git_exchange import GitExchange
from geoflow.adapters.git_files import CommitFiles
from geoflow.adapters.git_history import edit_commits, last_touched, read_at, reverted_edits
from geoflow.adapters.git_index import staged_blobs
from geoflow.adapters.git_notes import PATIENCE, Turn, append_notes, read_notes
from geoflow.adapters.git_objects import read_blobs, tree_ids, write_blob
from geoflow.adapters.git_process import GitProcess
from geoflow.adapters.git_prune import Decide, Pruned, prune_notes
from geoflow.adapters.git_runs import GitRuns, check_branch_name, create_refs
from geoflow.adapters.git_timeline import GitTimeline
from geoflow.errors import ExitCode, GeoflowError
from geoflow.openspec.layout import ARCHIVE
from geoflow.ports import CommitInfo, EditCommit, Head, NewCommit

_LAST_SECOND = int(datetime(9999, 12, 31, tzinfo=UTC).timestamp())


class GitRepository:
    """The `Repository` port on a real repository.

    Args:
        git: Runs git in the root, the folder that holds `openspec/`.
        prefix: The root's path in the repository, empty or with a slash at its end.
        common_folder: The git folder that all work trees of the repository share.
    """

    def __init__(self, git: GitProcess, prefix: str, common_folder: Path) -> None:
        self._git = git
        self._prefix = prefix
        self._openspec = f"{prefix}openspec"
        self._common_folder = common_folder
        self.patience = PATIENCE
        self._writer = CommitWriter(git)
        self._files = CommitFiles(git, prefix)

    @property
    def root(self) -> Path:
        """Give the folder that holds `openspec/`."""
        return self._git.folder

    @property
    def state_folder(self) -> Path:
        """Give the folder for caches, transcripts and locks, inside the git folder; it may not exist yet."""
        return self._common_folder / "geoflow"

    @property
    def runs(self) -> GitRuns:
        """Give the runs of improve that are kept here."""
        return GitRuns(self._git)

    @property
    def commits(self) -> GitCommits:
        """Give the commits of the repository, for what looks at many of them."""
        return GitCommits(self._git, self._prefix, self._common_folder)

    @property
    def timeline(self) -> GitTimeline:
        """Give the main line of the history."""
        return GitTimeline(self._git, self._openspec)

    @property
    def exchange(self) -> GitExchange:
        """Give what pulls and pushes geoflow's own refs."""
        return GitExchange(self._git, self._turn)

    def head(self) -> Head:
        """Tell the commit that is checked out; GeoflowError `unborn-branch` where there is none yet."""
        finished = self._git.attempt("rev-parse", "HEAD", "--symbolic-full-name", "HEAD")
        if finished.status:
            raise GeoflowError(
                "This repository has no commit yet.",
                fix='Commit first: `git add openspec && git commit -m "Add specs"`.',
                code="unborn-branch",
            )
        commit, name = os.fsdecode(finished.output).splitlines()
        return Head(commit, name.removeprefix("refs/heads/") if name.startswith("refs/heads/") else None)

    def read(self, commit: str, *, archive: bool = True, only: Collection[str] | None = None) -> dict[str, bytes]:
        """Read every plain file below `openspec/` at a commit: {path: bytes}; symlinks and submodules are left out.

        Without `archive` neither are archived changes read, which are most of an old tree; with `only` no other files
        than those at these paths, and below those that end in a slash.
        """
        return self._files.read(commit, archive=archive, only=only)

    def prefix(self) -> str:
        """Give the root's path in the repository, empty or with a slash at its end."""
        return self._prefix

    def reverted_edits(self, within_days: int) -> int:
        """Count edits of improve that were reverted within so many days of their commit or merge."""
        return reverted_edits(self._git, self.head().commit, within_days * 86_400)

    def merge_base(self, revision: str) -> str:
        """Find the commit where HEAD and a revision part; GeoflowError `unknown-commit`, `no-merge-base`."""
        known = self._git.attempt("rev-parse", "--verify", "--quiet", "--end-of-options", f"{revision}^{{commit}}")
        if known.status:
            raise GeoflowError(
                f"There is no commit {revision!r} in this repository.",
                fix="Name a branch, a tag or a commit; in a shallow clone: `git fetch --unshallow`.",
                code="unknown-commit",
                exit_code=ExitCode.USAGE,
            )
        found = self._git.attempt("merge-base", self.head().commit, os.fsdecode(known.output).strip())
        if found.status:
            raise GeoflowError(
                f"HEAD and {revision!r} have no commit in common here.",
                fix="In a shallow clone: `git fetch --unshallow`.",
                code="no-merge-base",
            )
        return os.fsdecode(found.output).strip()

    def read_staged(self, *, archive: bool = True) -> dict[str, bytes]:
        """Read every plain file below `openspec/` as it is staged: {path: bytes}; the index is only read.

        It is the index that `GIT_INDEX_FILE` names, as in the hook of a partial commit. GeoflowError `unmerged-index`.
        """
        listed = staged_blobs(self._git).items()
        blobs = {path: blob for path, blob in listed if archive or not path.startswith(ARCHIVE)}
        contents = read_blobs(self._git, blobs.values())
        return {path: contents[blob] for path, blob in blobs.items()}

    def uncommitted(self) -> list[str]:
        """List the paths below `openspec/` that differ from HEAD, untracked ones included."""
        output = self._git.run(
            "status",
            "--porcelain=v2",
            "-z",
            "--untracked-files=all",
            "--ignore-submodules=all",
            "--no-renames",
            "--",
            "openspec",
        )
        records = [os.fsdecode(record) for record in output.split(b"\0") if record]
        return sorted(_status_path(record).removeprefix(self._prefix) for record in records)

    def commit(self, parent: str, changes: Mapping[str, bytes | None], message: str) -> str:
        """Write a commit on top of `parent` with these files replaced (None: removed), from objects alone; its id.

        No ref moves.

        Raises:
            GeoflowError: `no-identity`, `signing-failed`, `not-a-file`, `outside-openspec`, `bad-object`.
        """
        return self.commit_all(parent, [NewCommit(changes, message)])[0]

    def commit_all(self, parent: str, commits: Sequence[NewCommit]) -> list[str]:
        """Write commits, the first on top of `parent` and each on the one before, as `commit` does; their ids."""
        placed = [
            NewCommit({self._path(path): content for path, content in one.changes.items()}, one.message)
            for one in commits
        ]
        return self._writer.write(parent, placed)

    def check_delivery(self) -> None:
        """Find out before any work that a delivery would fail; GeoflowError `no-identity`, `git-not-writable`."""
        for who in ("GIT_AUTHOR_IDENT", "GIT_COMMITTER_IDENT"):
            self._git.line("var", who)
        write_blob(self._git, b"")  # the empty blob, which belongs to no one

    def create_branch(self, name: str, commit: str) -> None:
        """Publish a new branch with one update; GeoflowError `branch-exists` where the name is taken."""
        check_branch_name(self._git, name)
        create_refs(self._git, {f"refs/heads/{name}": commit})

    def log(self, limit: int) -> list[CommitInfo]:
        """List the commits reachable from HEAD, newest first; as far as they are there in a shallow clone."""
        head = self.head()
        output = self._git.run(
            *("log", "-z", f"--max-count={max(limit, 0)}", "--no-show-signature", "--no-color", "--encoding=UTF-8"),
            *("--format=%H %ct %s", head.commit),
        )
        records = [record.decode("utf-8", "replace") for record in output.split(b"\0") if record]
        commits = [record.split(" ", 2) for record in records]
        trees = tree_ids(self._git, (f"{commit[0]}:{self._openspec}" for commit in commits))
        return [
            CommitInfo(name, _time(seconds), subject, tree)
            for (name, seconds, subject), tree in zip(commits, trees, strict=True)
        ]

    def edit_commits(self, limit: int) -> list[EditCommit]:
        """List what commits up to HEAD with the trailer `Geoflow-Prompt` changed, the newest first, at most so many."""
        return edit_commits(self._git, self.head().commit, self._prefix, limit)

    def last_touched(self, paths: Collection[str]) -> dict[str, str]:
        """Tell for each path the last commit up to HEAD that changed it; paths that none did are absent."""
        return last_touched(self._git, self.head().commit, self._prefix, paths)

    def read_at(self, places: Collection[tuple[str, str]]) -> dict[tuple[str, str], bytes]:
        """Read files as they were: {(commit, path): content}; absent where the commit has no such file."""
        found = read_at(self._git, [(commit, self._path(path)) for commit, path in places])
        return {(commit, path.removeprefix(self._prefix)): content for (commit, path), content in found.items()}

    def append_note(self, commit: str, line: str, *, unless: Callable[[str], bool] | None = None) -> bool:
        """Append one line to the commit's note in `refs/notes/geoflow`, safe against parallel writers."""
        decide = (lambda _, note: unless(note)) if unless else None
        return bool(self.append_notes({commit: line}, unless=decide))

    def append_notes(self, lines: Mapping[str, str], *, unless: Callable[[str, str], bool] | None = None) -> set[str]:
        """Append a line to the note of each commit, {commit: line}, all at once; the commits that got theirs."""
        return append_notes(self._git, self._turn, lines, unless=unless)

    def notes(self, commits: Sequence[str]) -> dict[str, str]:
        """Read the notes of these commits; commits without one are absent."""
        return read_notes(self._git, commits)

    def prune_notes(self, decide: Decide, *, missing: bool = False, dry_run: bool = False) -> Pruned:
        """Replace notes as it is decided from all of them and the commits that nothing reaches any more."""
        return prune_notes(self._git, self._turn, decide, missing=missing, dry_run=dry_run)

    @property
    def _turn(self) -> Turn:
        return Turn(self.state_folder, self.patience)

    def _path(self, path: str) -> str:
        parts = path.split("/")
        harmless = all(part not in {"", ".", ".."} and part.casefold() != ".git" for part in parts)
        if len(parts) < 2 or parts[0] != "openspec" or not harmless or "\0" in path:
            raise GeoflowError(f"{path!r} is no file below openspec/.", code="outside-openspec")
        return f"{self._prefix}{path}"


def _status_path(record: str) -> str:
    if record[0] in "?!":
        return record[2:]
    return record.split(" ", 10 if record[0] == "u" else 8)[-1]


def _time(seconds: str) -> datetime:
    return datetime.fromtimestamp(min(max(int(seconds or 0), 0), _LAST_SECOND), UTC)
