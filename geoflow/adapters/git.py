"""The door to git: finds the repository around an OpenSpec root."""

import os
from pathlib import Path

from geoflow.adapters.git_process import Finished, GitProcess, QuickGitProcess, failure
from geoflow.adapters.git_repository import GitRepository
from geoflow.errors import GeoflowError

__all__ = ["GitRepository", "open_repository"]


def open_repository(root: Path, *, quick: bool = False) -> GitRepository:
    """Open the repository around the folder that holds `openspec/`.

    Works in a subfolder, a linked work tree, on a detached HEAD, in shallow, partial and SHA-256 repositories.
    With `quick` git itself is started.

    Raises:
        GeoflowError: `not-a-repository`, `bare-repository`, `unsafe-repository`, `git-missing`, `no-folder`.
    """
    git = QuickGitProcess(root) if quick else GitProcess(root)
    finished = git.attempt("rev-parse", "--show-prefix", "--git-common-dir", "--is-inside-work-tree")
    lines = os.fsdecode(finished.output).split("\n")
    if finished.status:
        raise _not_opened(root, finished)
    if len(lines) != 4:
        raise GeoflowError(f"The path of {root} holds a line break.", fix="Rename the folder.", code="unsupported-path")
    prefix, common_folder, inside, _ = lines
    if inside != "true":
        raise GeoflowError(
            f"{root} lies in a bare repository or inside a git folder, where there is no work tree.",
            fix="Clone it, or `git worktree add FOLDER`, and run geoflow there.",
            code="bare-repository",
        )
    # Git answers relative to the folder it ran in.
    return GitRepository(git, prefix, (root / common_folder).resolve())


def _not_opened(root: Path, finished: Finished) -> GeoflowError:
    if "not a git repository" in finished.error:
        return GeoflowError(
            f"{root} is not in a git repository.",
            fix='`git init`, then commit: `git add openspec && git commit -m "Add specs"`.',
            code="not-a-repository",
        )
    return failure("rev-parse", finished)
