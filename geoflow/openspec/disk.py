"""The room's one door to the disk: find the root, read the files below `openspec/`."""

import os
from collections.abc import Iterator, Mapping

from geoflow.errors import GeoflowError

_CONFIGS = ("config.yaml", "config.yml")
_READ = os.O_RDONLY | getattr(os, "O_BINARY", 0)
_PIECE = 1 << 18


def find_root(start: str) -> str | None:
    """Find the nearest folder, from `start` upwards, whose `openspec/` has specs, changes or a config file.

    Args:
        start: A folder.

    Returns:
        The folder that holds `openspec/`, absolute, or None.
    """
    folder = os.path.abspath(start)
    while True:
        if _is_planning_folder(os.path.join(folder, "openspec")):
            return folder
        parent = os.path.dirname(folder)
        if parent == folder:
            return None
        folder = parent


def _is_planning_folder(folder: str) -> bool:
    return any(os.path.isdir(os.path.join(folder, name)) for name in ("specs", "changes")) or any(
        os.path.isfile(os.path.join(folder, name)) for name in _CONFIGS
    )


class Files(Mapping[str, str]):
    """The files below `openspec/`, listed at once and each read when first asked for, so `{path: text}` as from `load`.

    Asking for a file may raise GeoflowError (`unreadable`). `asked` are the paths asked for so far, there or not.
    """

    __slots__ = ("_places", "_raw", "_texts", "asked")

    def __init__(self, places: Mapping[str, str]) -> None:
        self._places = places
        self._raw: dict[str, bytes] = {}
        self._texts: dict[str, str] = {}
        self.asked: set[str] = set()

    def __getitem__(self, path: str) -> str:
        self.asked.add(path)
        if path not in self._texts:
            self._texts[path] = self.raw(path).decode("utf-8", "surrogateescape")
        return self._texts[path]

    def __contains__(self, path: object) -> bool:
        return path in self._places

    def __iter__(self) -> Iterator[str]:
        return iter(self._places)

    def __len__(self) -> int:
        return len(self._places)

    def raw(self, path: str) -> bytes:
        """Give a file's bytes; KeyError where it is not there, GeoflowError where it cannot be read."""
        if path not in self._raw:
            place = self._places[path]
            self._raw[path] = _read(place, path) if place else b""
        return self._raw[path]


def open_files(root: str, *, archive: bool = True) -> Files:
    """List everything below `openspec/` as `load` does, but read a file only when it is asked for.

    Raises:
        GeoflowError: A folder cannot be read (`unreadable`), or a `spec.md` is a link that leaves its folder and the
            root (`outside-root`).
    """
    folder = os.path.join(root, "openspec")
    walk = _Walk(root, os.path.realpath(folder), "" if archive else "openspec/changes/archive/")
    if os.path.isdir(folder):
        walk.waiting.append((folder, "openspec/"))
    while walk.waiting:
        _list_folder(walk, *walk.waiting.pop())
    return Files(walk.places)


def load(root: str, *, archive: bool = True) -> dict[str, str]:
    """Read everything below `openspec/`.

    Args:
        root: The folder that holds `openspec/`.
        archive: Whether to read archived changes, which are most of an old tree.

    Returns:
        {path: text}, paths relative to the root with forward slashes. Bytes that are no UTF-8 become lone surrogates,
        so that writing the text back with `surrogateescape` gives the same bytes. An empty folder of a change is a path
        that ends in a slash.

    Raises:
        GeoflowError: A file or folder cannot be read (`unreadable`), or a `spec.md` is a link that leaves its folder
            and the root (`outside-root`).
    """
    return dict(open_files(root, archive=archive))


def last_modified(root: str, folder: str) -> float:
    """Give the time of the newest file below a folder (path relative to the root), in seconds since 1970.

    Where there is no file it is the folder's own time.
    """
    top = os.path.join(root, folder)
    newest = [
        os.stat(path).st_mtime
        for inner, _, names in os.walk(top)
        for path in (os.path.join(inner, name) for name in names)
        if os.path.exists(path)
    ]
    return max(newest, default=os.stat(top).st_mtime)


class _Walk:
    """A tree that is being listed: folders that wait, and where each file was found (empty: an empty folder)."""

    __slots__ = ("places", "real_root", "root", "skipped", "waiting")

    def __init__(self, root: str, real_root: str, skipped: str) -> None:
        self.root = root
        self.real_root = real_root
        self.skipped = skipped
        self.places: dict[str, str] = {}
        self.waiting: list[tuple[str, str]] = []


def _list_folder(walk: _Walk, folder: str, prefix: str) -> None:
    if prefix == walk.skipped:
        return
    try:
        with os.scandir(folder) as entries:
            found = list(entries)
    except OSError as error:
        raise _unreadable(prefix, error) from error
    if not found and prefix.startswith("openspec/changes/") and prefix.count("/") == 3:
        walk.places[prefix] = ""
    for entry in found:
        if entry.is_dir(follow_symlinks=False):
            walk.waiting.append((entry.path, f"{prefix}{entry.name}/"))
        elif entry.is_symlink():
            _list_link(walk, entry, f"{prefix}{entry.name}")
        elif entry.is_file():
            walk.places[f"{prefix}{entry.name}"] = entry.path


def _list_link(walk: _Walk, entry: "os.DirEntry[str]", name: str) -> None:
    """List a linked file that stays inside; links to folders are not followed, broken ones are nothing."""
    if not os.path.isfile(entry.path):
        top = name in ("openspec/specs", "openspec/changes") and os.path.isdir(entry.path)
        if top and _is_inside(entry.path, os.path.realpath(walk.root)):
            walk.waiting.append((entry.path, f"{name}/"))
        return
    if _is_inside(entry.path, walk.real_root):
        walk.places[name] = entry.path
    elif entry.name == "spec.md":
        message = f"{name} is a link to a file outside openspec/"
        raise GeoflowError(message, fix="Replace the link by the file itself.", code="outside-root")


def _is_inside(path: str, folder: str) -> bool:
    real = os.path.realpath(path)
    return real == folder or real.startswith(folder + os.sep)


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
        raise _unreadable(name, error) from error


def _unreadable(name: str, error: OSError) -> GeoflowError:
    reason = error.strerror or type(error).__name__
    return GeoflowError(f"{name} cannot be read: {reason}", fix="Make it readable for you.", code="unreadable")
