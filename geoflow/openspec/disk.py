"""The room's one door to the disk: find the root, read the files below `openspec/`."""

import os
import stat
from collections.abc import Iterator, Mapping

from geoflow.errors import UnreadableError
from geoflow.openspec.layout import SCHEMAS, USER_SCHEMAS

CONFIGS = ("config.yaml", "config.yml")
_METADATA = os.path.join(".openspec-store", "store.yaml")
# What has one of these names and is a folder is more than a folder: a file that cannot be read.
_FILES = frozenset((*CONFIGS, "spec.md", "tasks.md", "schema.yaml", ".openspec.yaml"))
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


def data_folder() -> str:
    """Give the folder where OpenSpec keeps what the user has beside projects: schemas, the list of stores."""
    home = os.environ.get("XDG_DATA_HOME") or os.path.join(os.path.expanduser("~"), ".local", "share")
    return os.path.join(home, "openspec")


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
    folder = os.path.join(root, "openspec")
    walk = _Walk(root, os.path.realpath(folder), "" if archive else "openspec/changes/archive/")
    if os.path.isdir(folder):
        walk.waiting.append((folder, "openspec/"))
    while walk.waiting:
        _list_folder(walk, *walk.waiting.pop())
    return Files(walk.places | user_schemas(), walk.refused)


def user_schemas() -> dict[str, str]:
    """List the user's own schemas: {path in the tree: file}; they count for every tree."""
    walk = _Walk("", "", "")
    _list_schemas(walk, os.path.join(data_folder(), "schemas"), USER_SCHEMAS)
    return walk.places


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


class _Walk:
    """A tree that is being listed: folders that wait, and where each file was found (empty: a folder).

    `refused` are the files that are there and must not or cannot be read.
    """

    __slots__ = ("places", "real_root", "refused", "root", "skipped", "waiting")

    def __init__(self, root: str, real_root: str, skipped: str) -> None:
        self.root = root
        self.real_root = real_root
        self.skipped = skipped
        self.places: dict[str, str] = {}
        self.refused: dict[str, UnreadableError] = {}
        self.waiting: list[tuple[str, str]] = []


def _list_folder(walk: _Walk, folder: str, prefix: str) -> None:
    if prefix == walk.skipped:
        return
    found = _entries(folder, prefix)
    if prefix.startswith("openspec/changes/") and _is_bare_change(prefix, found):
        walk.places[prefix] = ""
    broken = not prefix.isascii() and prefix != prefix.encode("utf-8", "replace").decode("utf-8")
    for entry in found:
        if entry.is_dir(follow_symlinks=False):
            if entry.name in _FILES:
                walk.places[f"{prefix}{entry.name}/"] = ""
            walk.waiting.append((entry.path, f"{prefix}{entry.name}/"))
        elif entry.is_symlink():
            _list_link(walk, entry, f"{prefix}{entry.name}")
        elif entry.is_file():
            name = f"{prefix}{entry.name}"
            walk.places[name] = entry.path
            if broken and _is_spec(name):
                walk.refused[name] = UnreadableError(
                    name, "the name of a folder around it is no UTF-8", code="bad-name"
                )


def _entries(folder: str, prefix: str) -> "list[os.DirEntry[str]]":
    try:
        with os.scandir(folder) as entries:
            return list(entries)
    except FileNotFoundError:
        return []  # gone since it was listed
    except OSError as error:
        raise _unreadable(prefix, error) from error


def _is_bare_change(prefix: str, found: "list[os.DirEntry[str]]") -> bool:
    depth = 4 if prefix.startswith("openspec/changes/archive/") else 3
    return prefix.count("/") == depth and all(entry.is_dir(follow_symlinks=False) for entry in found)


def _list_link(walk: _Walk, entry: "os.DirEntry[str]", name: str) -> None:
    """List a linked file that stays inside; links to folders are not followed, broken ones are nothing."""
    try:
        is_folder = stat.S_ISDIR(os.stat(entry.path).st_mode)
    except FileNotFoundError:
        return
    except OSError as error:
        if _is_spec(name):
            walk.places[name], walk.refused[name] = entry.path, _unreadable(name, error)
        return
    if is_folder:
        _list_linked_folder(walk, entry.path, name)
    elif _is_spec(name) and not _is_inside(entry.path, os.path.join(walk.root, _home(name))):
        walk.places[name] = entry.path
        walk.refused[name] = UnreadableError(name, "it is a link to a file outside the specs", code="outside-root")
    elif _is_inside(entry.path, walk.real_root):
        walk.places[name] = entry.path


def _list_linked_folder(walk: _Walk, path: str, name: str) -> None:
    if name in ("openspec/specs", "openspec/changes") and _is_inside(path, walk.root):
        walk.waiting.append((path, f"{name}/"))
    elif name.startswith(SCHEMAS) and name.count("/") == SCHEMAS.count("/"):
        _list_schema(walk, path, f"{name}/")


def _is_spec(name: str) -> bool:
    return name.endswith("/spec.md") and name.startswith(("openspec/specs/", "openspec/changes/"))


def _home(name: str) -> str:
    """Give the folder that a linked spec.md may not leave: all main specs, or the delta specs of one change."""
    parts = name.split("/")
    end = parts.index("specs", 2) + 1 if parts[1] == "changes" and "specs" in parts[2:] else 2
    return "/".join(parts[:end])


def _list_schemas(walk: _Walk, folder: str, prefix: str) -> None:
    """List the schemas of a folder; a linked one is followed, since a schema may be shared that way."""
    if os.path.isdir(folder):
        for name in os.listdir(folder):
            _list_schema(walk, os.path.join(folder, name), f"{prefix}{name}/")


def _list_schema(walk: _Walk, folder: str, prefix: str) -> None:
    path = os.path.join(folder, "schema.yaml")
    if os.path.exists(path) and _is_inside(path, folder):
        walk.places[f"{prefix}schema.yaml"] = path


def _is_inside(path: str, folder: str) -> bool:
    real, top = os.path.realpath(path), os.path.realpath(folder)
    return real == top or real.startswith(top + os.sep)


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


def _unreadable(name: str, error: OSError) -> UnreadableError:
    return UnreadableError(name, (error.strerror or type(error).__name__).lower())
