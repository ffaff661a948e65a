"""The room's one door to the disk: find the root, read the files below `openspec/`."""

import os
from collections.abc import Iterator, Mapping

from geoflow.errors import UnreadableError
from geoflow.openspec.listing import CONFIGS, list_tree, unreadable, user_schemas

_METADATA = os.path.join(".openspec-store", "store.yaml")
_READ = os.O_RDONLY | getattr(os, "O_BINARY", 0)
_PIECE = 1 << 18


def find_root(start: str) -> str | None:
    """Find the nearest folder, from `start` upwards, whose `openspec/` has specs, changes or a config file.

    Args:
        start: A folder.

    Returns:
        The folder that holds `openspec/`, absolute, or None.

    Raises:
        GeoflowError: That `openspec/` holds nothing but a config that names a store (`store-not-supported`), or one
            that cannot be read, so that it might (`unreadable-config`).
    """
    folder = os.path.abspath(start)
    while True:
        planning = os.path.join(folder, "openspec")
        if any(_is_planning_folder(os.path.join(planning, name)) for name in ("specs", "changes")):
            return folder
        if any(os.path.exists(os.path.join(planning, name)) for name in CONFIGS):
            from geoflow.openspec.stores import refuse_store

            refuse_store(folder)
            return folder
        parent = os.path.dirname(folder)
        if parent == folder:
            return None
        folder = parent


def _is_planning_folder(folder: str) -> bool:
    """Tell whether a folder holds specs or changes, and is not a store that happens to have this name."""
    return os.path.isdir(folder) and not os.path.exists(os.path.join(folder, _METADATA))


class Files(Mapping[str, str]):
    """The files below `openspec/`, listed at once and each read when first asked for, so `{path: text}` as from `load`.

    Asking for a file may raise UnreadableError. `asked` are the paths asked for so far, there or not.
    """

    __slots__ = ("_places", "_raw", "_refused", "_texts", "asked")

    def __init__(self, places: Mapping[str, str], refused: Mapping[str, UnreadableError]) -> None:
        self._places = places
        self._refused = refused
        self._raw: dict[str, bytes] = {}
        self._texts: dict[str, str] = {}
        self.asked: set[str] = set()

    def __getitem__(self, path: str) -> str:
        self.asked.add(path)
        if path not in self._texts:
            self._texts[path] = self.raw(path).decode("utf-8", "surrogateescape")
        return self._texts[path]

    def __contains__(self, path: object) -> bool:
        if isinstance(path, str):
            self.asked.add(path)
        return path in self._places

    def __iter__(self) -> Iterator[str]:
        return iter(self._places)

    def __len__(self) -> int:
        return len(self._places)

    def raw(self, path: str) -> bytes:
        """Give a file's bytes; KeyError where it is not there, UnreadableError where it cannot be read."""
        if path in self._refused:
            raise self._refused[path]
        if path not in self._raw:
            place = self._places[path]
            self._raw[path] = _read(place, path) if place else b""
        return self._raw[path]


def open_files(root: str, *, archive: bool = True) -> Files:
    """List everything below `openspec/` as `load` does, but read a file only when it is asked for.

    Raises:
        UnreadableError: A folder cannot be read.
    """
    listed = list_tree(root, "" if archive else "openspec/changes/archive/")
    return Files(listed.places | user_schemas(), listed.refused)


def load(root: str, *, archive: bool = True) -> dict[str, str]:
    """Read everything below `openspec/`.

    Args:
        root: The folder that holds `openspec/`.
        archive: Whether to read archived changes, which are most of an old tree.

    Returns:
        {path: text}, paths relative to the root with forward slashes. Bytes that are no UTF-8 become lone surrogates,
        so that writing the text back with `surrogateescape` gives the same bytes. The folder of a change that holds no
        file of its own is a path that ends in a slash, as is a folder where a file should be. The user's own schemas
        stand under `~/openspec/schemas/`.

    Raises:
        UnreadableError: A file or folder cannot be read (`unreadable`), or a `spec.md` is a link that leaves the specs
            (`outside-root`). What goes away meanwhile, such as an editor's draft, is left out.
    """
    files = open_files(root, archive=archive)
    found: dict[str, str] = {}
    for path in files:
        try:
            found[path] = files[path]
        except UnreadableError as error:
            if not isinstance(error.__cause__, FileNotFoundError):
                raise
    return found


def last_modified(root: str, folder: str) -> float:
    """Give the time of the newest file below a folder (path relative to the root), in seconds since 1970.

    Where there is no file it is the folder's own time.
    """
    top = os.path.join(root, folder)
    newest: list[float] = []
    waiting = [top]
    while waiting:
        with os.scandir(waiting.pop()) as entries:
            for entry in entries:
                if entry.is_dir(follow_symlinks=False):
                    waiting.append(entry.path)
                elif os.path.exists(entry.path):
                    newest.append(os.stat(entry.path).st_mtime)
    return max(newest, default=os.stat(top).st_mtime)


def _read(path: str, name: str) -> bytes:
    try:
        descriptor = os.open(path, _READ)
        try:
            # Half the cost of a file object, which matters where a tree has thousands of small files.
            parts = iter(lambda: os.read(descriptor, _PIECE), b"")
            return b"".join(parts)
        finally:
            os.close(descriptor)
    except OSError as error:
        raise unreadable(name, error) from error
