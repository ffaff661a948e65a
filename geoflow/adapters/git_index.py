"""What is staged, in the index that git names to its hooks: in a partial commit it is not `.git/index`."""

import os

from geoflow.adapters.git_process import GitProcess, failure
from geoflow.errors import GeoflowError

_PLAIN_MODES = ("100644", "100755", "100664")


def staged_blobs(git: GitProcess) -> dict[str, str]:
    """List the plain files below `openspec/` as they are staged: {path: id of its blob}; the index is only read.

    It is the index that `GIT_INDEX_FILE` names, where git sets it.

    Args:
        git: Runs in the folder that holds `openspec/`.

    Raises:
        GeoflowError: `unmerged-index`.
    """
    blobs: dict[str, str] = {}
    for record in _records(git, "ls-files", "--stage", "-z", "--", "openspec"):
        mode, blob, stage = record.partition("\t")[0].split(" ")
        path = record.partition("\t")[2]
        if stage != "0":
            raise GeoflowError(
                f"{path} is not merged yet, so nothing whole is staged.",
                fix="Solve the conflicts and `git add` the files.",
                code="unmerged-index",
            )
        if mode in _PLAIN_MODES and path.startswith("openspec/"):
            blobs[path] = blob
    return blobs


def staged_paths(git: GitProcess) -> list[str]:
    """List the paths below `openspec/` in which the index differs from HEAD; all of them before the first commit.

    Args:
        git: Runs in the folder that holds `openspec/`.
    """
    options = ("--cached", "--name-only", "--no-renames", "--no-ext-diff", "--relative", "-z")
    return _records(git, "diff", *options, "--", "openspec")


def _records(git: GitProcess, *arguments: str) -> list[str]:
    finished = git.attempt(*arguments, index=os.environ.get("GIT_INDEX_FILE", ""))
    if finished.status:
        raise failure(arguments[0], finished)
    return [record for record in os.fsdecode(finished.output).split("\0") if record]
