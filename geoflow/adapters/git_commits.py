"""The commits of a history and what each changed below `openspec/`, from git objects in bulk."""

import os
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from datetime import datetime
from pathlib import Path

from geoflow.adapters.git_objects import Entry, list_tree, read_blobs, tree_ids
from geoflow.adapters.git_process import GitProcess
from geoflow.errors import ExitCode, GeoflowError
from geoflow.metrics.ledger import FileChange
from geoflow.ports import CommitChange

_EVERYTHING = ("--branches", "--tags", "--remotes")
_FOLDER_MODE = "040000"
_PLAIN = frozenset({"100644", "100755", "100664"})
_PART = 4_000
_COMMIT = re.compile(r"[0-9a-f]{40,64}")


class GitCommits:
    """The `Commits` port on a real repository.

    Args:
        git: Runs git in the root, the folder that holds `openspec/`.
        prefix: The root's path in the repository, empty or with a slash at its end.
        common_folder: The git folder that all work trees share.
    """

    def __init__(self, git: GitProcess, prefix: str, common_folder: Path) -> None:
        self._git = git
        self._prefix = prefix
        self._common_folder = common_folder

    def resolve(self, revision: str) -> str:
        """Give the id of a commit by any name that git knows; GeoflowError `unknown-commit`, `unborn-branch`."""
        known = self._git.attempt("rev-parse", "--verify", "--quiet", "--end-of-options", f"{revision}^{{commit}}")
        if not known.status:
            return os.fsdecode(known.output).strip()
        if revision == "HEAD":
            raise GeoflowError(
                "This repository has no commit yet.",
                fix='Commit first: `git add openspec && git commit -m "Add specs"`.',
                code="unborn-branch",
            )
        raise GeoflowError(
            f"There is no commit {revision!r} in this repository.",
            fix="Name a branch, a tag or a commit; in a shallow clone: `git fetch --unshallow`.",
            code="unknown-commit",
            exit_code=ExitCode.USAGE,
        )

    def listing(self, *, everything: bool = False) -> list[tuple[str, str]]:
        """List commits with their first parents, parents first: those that HEAD reaches, or any branch or tag too."""
        tips = ("HEAD", *_EVERYTHING) if everything else ("HEAD",)
        self.resolve("HEAD")
        output = self._git.run("rev-list", "--topo-order", "--reverse", "--parents", *tips).decode()
        rows = (line.split(" ", 2) for line in output.splitlines())
        return [(row[0], row[1] if len(row) > 1 else "") for row in rows]

    def first_parent(self, commit: str) -> str:
        """Give the first parent of a commit; empty where it has none here."""
        return self._git.line("rev-list", "--parents", "--max-count=1", commit).partition(" ")[2].partition(" ")[0]

    def last_before(self, commit: str, moment: datetime) -> str:
        """Give the newest commit up to one that is not newer than a time; empty where there is none here."""
        return (
            self._git.run("rev-list", "--max-count=1", f"--before={int(moment.timestamp())}", commit).decode().strip()
        )

    def cut_off(self) -> frozenset[str]:
        """Give the commits whose parents a shallow clone has not."""
        with suppress(OSError):
            return frozenset((self._common_folder / "shallow").read_text("ascii").split())
        return frozenset()

    def changes(self, commits: Sequence[tuple[str, str]]) -> Iterator[CommitChange]:
        """Tell what each commit changed against its first parent, in the order given."""
        for start in range(0, len(commits), _PART):
            part = commits[start : start + _PART]
            question = "".join(f"{commit} {parent}\n" if parent else f"{commit}\n" for commit, parent in part)
            output = self._git.run(
                *("diff-tree", "--stdin", "--root", "-r", "-t", "-z", "--raw", "--numstat", "--no-abbrev"),
                *("--no-renames", "--no-ext-diff", "--no-textconv", "--diff-algorithm=myers", "--", "openspec"),
                stdin=question.encode(),
            )
            found = self._read(os.fsdecode(output))
            for commit, parent in part:
                inputs, files = found.get(commit, (None, ()))
                yield CommitChange(commit, parent, inputs, files)

    def inputs(self, commits: Sequence[str]) -> list[str]:
        """Give the tree ids of `openspec/` at commits; empty where there is none."""
        return tree_ids(self._git, (f"{commit}:{self._prefix}openspec" for commit in commits))

    def files(self, commit: str) -> dict[str, str]:
        """List the plain files below `openspec/` at a commit: {path: id}."""
        entries = list_tree(self._git, commit, below=f"{self._prefix}openspec")
        return {entry.path.removeprefix(self._prefix): entry.id for entry in entries if self._is_ours(entry)}

    def file(self, commit: str, path: str) -> bytes:
        """Read one file at a commit; empty where it has no plain file of this path."""
        entry = next((one for one in list_tree(self._git, commit, below=f"{self._prefix}{path}") if one.is_file), None)
        return read_blobs(self._git, [entry.id])[entry.id] if entry else b""

    def is_there(self, revision: str) -> bool:
        """Tell whether a name is that of a commit here."""
        known = self._git.attempt("rev-parse", "--verify", "--quiet", "--end-of-options", f"{revision}^{{commit}}")
        return not known.status

    def contents(self, ids: Iterable[str]) -> Mapping[str, bytes]:
        """Read contents by id with one process."""
        return read_blobs(self._git, ids)

    def _is_ours(self, entry: Entry) -> bool:
        return entry.is_file and entry.path.startswith(f"{self._prefix}openspec/")

    def _read(self, output: str) -> dict[str, tuple[str | None, tuple[FileChange, ...]]]:
        """Read what diff-tree says: a line a commit, then `:modes ids letter`, path, and `added removed path`."""
        found: dict[str, tuple[str | None, tuple[FileChange, ...]]] = {}
        records = iter(output.split("\0"))
        commit, inputs = "", None
        raw: dict[str, tuple[str, str]] = {}
        lines: dict[str, tuple[int, int]] = {}
        openspec, inside = f"{self._prefix}openspec", f"{self._prefix}openspec/"

        def close() -> None:
            if commit:
                files = (
                    FileChange(path.removeprefix(self._prefix), *ids, *lines.get(path, (0, 0)))
                    for path, ids in raw.items()
                )
                found[commit] = inputs, tuple(files)

        for record in records:
            if record.startswith(":"):
                old_mode, new_mode, old, new, _ = record[1:].split(" ")
                path = next(records)
                if path == openspec:
                    inputs = (
                        (new if new_mode == _FOLDER_MODE else "") if _FOLDER_MODE in (old_mode, new_mode) else inputs
                    )
                elif path.startswith(inside):
                    old, new = old if old_mode in _PLAIN else "", new if new_mode in _PLAIN else ""
                    before = raw.get(path, ("", ""))  # a file in the place of a link is told in two records
                    if old or new:
                        raw[path] = old or before[0], new or before[1]
            elif "\t" in record:
                added, removed, path = record.split("\t", 2)
                lines[path] = (int(added), int(removed)) if added != "-" else (0, 0)
            elif _COMMIT.fullmatch(record):
                close()
                commit, inputs, raw, lines = record, None, {}, {}
        close()
        return found
