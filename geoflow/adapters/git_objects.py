"""Git objects, read and written in bulk; nothing here knows refs, the index or the work tree."""

import os
from collections.abc import Collection, Iterable, Mapping
from hashlib import sha1, sha256
from typing import NamedTuple

from geoflow.adapters.git_process import GitProcess
from geoflow.errors import GeoflowError

_FILE_MODES = ("100644", "100755", "100664")
_NEW_FILE_MODE = "100644"
_FOLDER_MODE = "040000"
_SHA256_DIGITS = 64


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


class TreeWriter:
    """Writes trees that differ from others in some files, and lists no folder that it listed or wrote before.

    An id stands for the same tree for ever, so what is remembered is never stale. Of each folder that was touched
    the newest state is kept, however many trees are written.
    """

    def __init__(self, git: GitProcess) -> None:
        self._git = git
        self._known: dict[str, dict[str, Entry]] = {}

    def write(self, base: str, blobs: Mapping[str, str]) -> str:
        """Write a tree that is `base` with these blobs at these paths, with one process for all its folders; its id.

        Modes stay as they are, new files become 100644, and `base` may be empty. A path with an empty id is removed.
        Only touched folders are rewritten.

        Raises:
            GeoflowError: `not-a-file` where a symlink, submodule or folder stands at a path or in the way of it.
        """
        inner: dict[str, dict[str, Entry]] = {}
        root = self._changed(base, blobs, inner)
        folders = [*inner.values(), root]
        # What is not there (a partial clone) need not be fetched to be referred to again.
        output = self._git.run("mktree", "-z", "--missing", "--batch", stdin=b"".join(map(_lines, folders)))
        ids = output.decode().split()
        if ids[:-1] != list(inner):
            # A folder's id is worked out before git writes it, and a tree that names another would be broken.
            raise GeoflowError(
                "git mktree failed: it gave a folder another id than its content has.",
                fix="Try `git fsck` in this repository.",
                code="git-failed",
            )
        self._known.update(zip(ids, folders, strict=True))
        return ids[-1]

    def _changed(self, base: str, blobs: Mapping[str, str], folders: dict[str, dict[str, Entry]]) -> dict[str, Entry]:
        """Change the entries of `base`; the folders in it that change are added by their id, inner before outer."""
        entries = self._taken(base)
        below: dict[str, dict[str, str]] = {}
        for path, blob in blobs.items():
            name, slash, rest = path.partition("/")
            if slash:
                below.setdefault(name, {})[rest] = blob
            elif not blob:
                entries.pop(name, None)
            else:
                entries[name] = _replaced(entries.get(name), name, blob)
        for name, inner in below.items():
            folder = self._changed(_folder_id(entries.get(name), name), inner, folders)
            if not folder:
                entries.pop(name, None)  # git keeps no empty folder
                continue
            tree = _tree_id(folder.values())
            folders[tree] = folder
            entries[name] = Entry(_FOLDER_MODE, "tree", tree, name)
        return entries

    def _taken(self, tree: str) -> dict[str, Entry]:
        # Taken out: it is about to be changed, and the state before will hardly be asked for again.
        known = self._known.pop(tree, None)
        if known is not None or not tree:
            return known or {}
        return {entry.path: entry for entry in list_tree(self._git, tree)}


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


def _replaced(old: Entry | None, name: str, blob: str) -> Entry:
    if old is None:
        return Entry(_NEW_FILE_MODE, "blob", blob, name)
    if not old.is_file:
        raise _not_a_file(name)
    return old._replace(id=blob)


def _folder_id(old: Entry | None, name: str) -> str:
    if old is None:
        return ""
    if old.type != "tree":
        raise _not_a_file(name)
    return old.id


def _lines(entries: Mapping[str, Entry]) -> bytes:
    lines = [f"{entry.mode} {entry.type} {entry.id}\t{entry.path}\0" for entry in entries.values()]
    return os.fsencode("".join([*lines, "\0"]))


def _tree_id(entries: Collection[Entry]) -> str:
    lines: list[tuple[bytes, bytes]] = []
    for mode, kind, name, path in entries:
        encoded = os.fsencode(path)
        # Git sorts a folder as if its name ended in a slash.
        place = encoded + b"/" if kind == "tree" else encoded
        lines.append((place, b"%s %s\0%s" % (mode.lstrip("0").encode(), encoded, bytes.fromhex(name))))
    content = b"".join(line for _, line in sorted(lines))
    algorithm = sha256 if any(len(entry.id) == _SHA256_DIGITS for entry in entries) else sha1
    return algorithm(b"tree %d\0%s" % (len(content), content), usedforsecurity=False).hexdigest()


def _not_a_file(name: str) -> GeoflowError:
    return GeoflowError(
        f"{name} is a symlink, a submodule or a folder in the commit, and geoflow replaces only plain files.",
        fix=f"Commit {name} as a plain file first.",
        code="not-a-file",
    )
