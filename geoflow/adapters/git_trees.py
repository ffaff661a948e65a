"""Trees that differ from others in some files, worked out here; no folder is read twice."""

import os
import re
from collections.abc import Collection, Iterable, Iterator, Mapping
from typing import NamedTuple

from geoflow.adapters.git_new_objects import NewObjects
from geoflow.adapters.git_objects import Entry, list_tree, no_object
from geoflow.adapters.git_process import GitProcess
from geoflow.errors import GeoflowError

_NEW_FILE_MODE = "100644"
_FOLDER_MODE = "040000"
_KINDS = {"040000": "tree", "160000": "commit"}
_FOUND = re.compile(rb"([0-9a-f]{40}|[0-9a-f]{64}) (commit|tree|blob|tag) (\d+)")
_NO_LINE = re.compile("[\n\r]")


class Ground(NamedTuple):
    """A commit by its id, and the tree that it has."""

    commit: str
    tree: str


class TreeWriter:
    """Works out trees, and adds what is new in them to the objects that are about to be written.

    An id stands for the same tree for ever, so what is remembered is never stale. Of each folder that was touched
    the first and the newest state are kept, however many trees are made.
    """

    def __init__(self, git: GitProcess) -> None:
        self._git = git
        self._known: dict[str, dict[str, Entry]] = {}
        self._read: dict[str, bytes] = {}
        self._looked: set[str] = set()

    def look(self, revision: str, paths: Iterable[str]) -> Ground:
        """Read a commit and every folder in it on the way to these paths, with one process.

        Raises:
            GeoflowError: `bad-object` where there is no such commit.
        """
        folders = _folders(paths)
        self._looked |= folders
        # What is on more than one line cannot be asked for; such a folder is listed when it is come to.
        asked = [f"{revision}:{folder}" for folder in sorted(folders) if not _NO_LINE.search(folder)]
        if _NO_LINE.search(revision):
            raise no_object(revision)
        commit, root, *others = _read(self._git, [f"{revision}^{{commit}}", f"{revision}^{{tree}}", *asked])
        if commit is None or root is None:
            raise no_object(revision)
        for one in (root, *others):
            if one and one.kind == "tree":
                self._read[one.id] = one.content
        return Ground(commit.id, root.id)

    def knows(self, paths: Iterable[str]) -> bool:
        """Tell whether every folder on the way to these paths was looked for."""
        return _folders(paths) <= self._looked

    def make(self, base: str, blobs: Mapping[str, str], new: NewObjects) -> str:
        """Work out a tree that is `base` with these blobs at these paths; its id.

        Modes stay as they are, new files become 100644. A path with an empty id is removed. Only touched folders are
        made anew.

        Raises:
            GeoflowError: `not-a-file` where a symlink, submodule or folder stands at a path or in the way of it.
        """
        return self._add(self._changed(base, blobs, new), new)

    def _changed(self, base: str, blobs: Mapping[str, str], new: NewObjects) -> dict[str, Entry]:
        entries = self._taken(base, new)
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
            folder = self._changed(_folder_id(entries.get(name), name), inner, new)
            if not folder:
                entries.pop(name, None)  # git keeps no empty folder
                continue
            entries[name] = Entry(_FOLDER_MODE, "tree", self._add(folder, new), name)
        return entries

    def _add(self, folder: dict[str, Entry], new: NewObjects) -> str:
        tree = new.add("tree", _content(folder.values()))
        self._known[tree] = folder
        return tree

    def _taken(self, tree: str, new: NewObjects) -> dict[str, Entry]:
        # Taken out: it is about to be changed, and the state before will hardly be asked for again.
        known = self._known.pop(tree, None)
        if known is not None or not tree:
            return known or {}
        # Two folders may be equal, so one that is taken out may be asked for again.
        content = new.content(tree) or self._read.get(tree)
        if content is not None:
            return _entries(content, len(tree))
        return {entry.path: entry for entry in list_tree(self._git, tree)}


class _Object(NamedTuple):
    id: str
    kind: str
    content: bytes


def _read(git: GitProcess, names: Iterable[str]) -> Iterator[_Object | None]:
    """Read objects by names such as `COMMIT:folder` with one process, in their order; None where there is none."""
    output = git.run("cat-file", "--batch", "--buffer", stdin=os.fsencode("".join(f"{name}\n" for name in names)))
    position = 0
    while position < len(output):
        end = output.index(b"\n", position)
        found = _FOUND.fullmatch(output, position, end)
        position = end + 1
        if not found:
            yield None
            continue
        size = int(found[3])
        yield _Object(found[1].decode(), found[2].decode(), output[position : position + size])
        position += size + 1


def _folders(paths: Iterable[str]) -> set[str]:
    found: set[str] = set()
    for path in paths:
        folder = path.rpartition("/")[0]
        while folder and folder not in found:
            found.add(folder)
            folder = folder.rpartition("/")[0]
    return found


def _entries(content: bytes, digits: int) -> dict[str, Entry]:
    """Read a tree as git stores it."""
    found: dict[str, Entry] = {}
    position, width = 0, digits // 2
    while position < len(content):
        space = content.index(b" ", position)
        end = content.index(b"\0", space)
        mode, path = content[position:space].decode().zfill(6), os.fsdecode(content[space + 1 : end])
        position = end + 1 + width
        found[path] = Entry(mode, _KINDS.get(mode, "blob"), content[end + 1 : position].hex(), path)
    return found


def _content(entries: Collection[Entry]) -> bytes:
    """Write a tree as git stores it."""
    lines: list[tuple[bytes, bytes]] = []
    for mode, kind, name, path in entries:
        encoded = os.fsencode(path)
        # Git sorts a folder as if its name ended in a slash.
        place = encoded + b"/" if kind == "tree" else encoded
        lines.append((place, b"%s %s\0%s" % (mode.lstrip("0").encode(), encoded, bytes.fromhex(name))))
    return b"".join(line for _, line in sorted(lines))


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


def _not_a_file(name: str) -> GeoflowError:
    return GeoflowError(
        f"{name} is a symlink, a submodule or a folder in the commit, and geoflow replaces only plain files.",
        fix=f"Commit {name} as a plain file first.",
        code="not-a-file",
    )
