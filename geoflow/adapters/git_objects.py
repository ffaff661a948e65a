"""Git objects, read and written in bulk; nothing here knows refs, the index or the work tree."""

import os
from collections.abc import Iterable
from typing import NamedTuple

from geoflow.adapters.git_process import GitProcess
from geoflow.errors import GeoflowError

_FILE_MODES = ("100644", "100755", "100664")


class Entry(NamedTuple):
    """One line of a tree: mode, type (`blob`, `tree`, `commit`), object id and path."""

    mode: str
    type: str
    id: str
    path: str

    @property
    def is_file(self) -> bool:
        """Tell a regular file from a symlink, a submodule and a folder."""
        return self.mode in _FILE_MODES


def list_tree(git: GitProcess, tree: str, *, below: str = "") -> list[Entry]:
    """List a tree; with `below` everything under that path, else only the top level.

    Raises:
        GeoflowError: `bad-object` where `tree` names none.
    """
    if tree.startswith("-"):
        raise no_object(tree)
    options = ("-r", "-z", "--full-tree", tree, "--", below) if below else ("-z", "--full-tree", tree)
    return [_entry(record) for record in git.run("ls-tree", *options).split(b"\0") if record]


def read_blobs(git: GitProcess, ids: Iterable[str]) -> dict[str, bytes]:
    """Read blobs by id with one process: {id: content}; GeoflowError `bad-object` where one is missing."""
    wanted = list(dict.fromkeys(ids))
    if not wanted:
        return {}
    output = git.run("cat-file", "--batch", "--buffer", stdin="".join(f"{name}\n" for name in wanted).encode())
    blobs: dict[str, bytes] = {}
    position = 0
    for name in wanted:
        header_end = output.index(b"\n", position)
        words = output[position:header_end].decode().split()
        if len(words) != 3:
            raise no_object(name)
        start = header_end + 1
        blobs[name] = output[start : start + int(words[2])]
        position = start + int(words[2]) + 1
    return blobs


def tree_ids(git: GitProcess, names: Iterable[str]) -> list[str]:
    """Resolve names such as `COMMIT:folder` to ids of trees with one process; empty where it is none."""
    return _ids(git, names, "tree")


def blob_ids(git: GitProcess, names: Iterable[str]) -> list[str]:
    """Resolve names such as `COMMIT:file` to ids of blobs with one process; empty where it is none."""
    return _ids(git, names, "blob")


def _ids(git: GitProcess, names: Iterable[str], kind: str) -> list[str]:
    question = "".join(f"{name}\n" for name in names)
    if not question:
        return []
    output = git.run("cat-file", "--batch-check=%(objecttype) %(objectname)", "--buffer", stdin=os.fsencode(question))
    lines = os.fsdecode(output).splitlines()
    return [line.removeprefix(f"{kind} ") if line.startswith(f"{kind} ") else "" for line in lines]


def write_blob(git: GitProcess, content: bytes) -> str:
    """Write a blob as it is, unfiltered; its id."""
    return git.line("hash-object", "-w", "--stdin", stdin=content)


def no_object(name: str) -> GeoflowError:
    """Make the error for an object that is not in the repository."""
    return GeoflowError(
        f"The repository has no object {name}.",
        fix="Name a commit that `git log` shows; if it should be there, try `git fsck` or `git fetch --unshallow`.",
        code="bad-object",
    )


def _entry(record: bytes) -> Entry:
    description, _, path = record.partition(b"\t")
    mode, kind, name = description.decode().split()
    return Entry(mode, kind, name, os.fsdecode(path))
