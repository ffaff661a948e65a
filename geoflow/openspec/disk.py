"""The room's one door to the disk: find the root, read the files below `openspec/`."""

import os

from geoflow.errors import GeoflowError

_CONFIGS = ("config.yaml", "config.yml")


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
    files: dict[str, str] = {}
    folder = os.path.join(root, "openspec")
    if os.path.isdir(folder):
        skipped = "" if archive else "openspec/changes/archive/"
        _read_folder(_Walk(root, os.path.realpath(folder), files, skipped), folder, "openspec/")
    return files


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
    """What stays the same while a tree is read."""

    __slots__ = ("files", "real_root", "root", "skipped")

    def __init__(self, root: str, real_root: str, files: dict[str, str], skipped: str) -> None:
        self.root = root
        self.real_root = real_root
        self.files = files
        self.skipped = skipped


def _read_folder(walk: _Walk, folder: str, prefix: str) -> None:
    if prefix == walk.skipped:
        return
    try:
        with os.scandir(folder) as entries:
            found = list(entries)
    except OSError as error:
        raise _unreadable(prefix, error) from error
    if not found and prefix.startswith("openspec/changes/") and prefix.count("/") == 3:
        walk.files[prefix] = ""
    for entry in found:
        if entry.is_dir(follow_symlinks=False):
            _read_folder(walk, entry.path, f"{prefix}{entry.name}/")
        elif entry.is_symlink():
            _read_link(walk, entry, f"{prefix}{entry.name}")
        elif entry.is_file():
            walk.files[f"{prefix}{entry.name}"] = _read(entry.path, f"{prefix}{entry.name}")


def _read_link(walk: _Walk, entry: "os.DirEntry[str]", name: str) -> None:
    """Read a linked file that stays inside; links to folders are not followed, broken ones are nothing."""
    if not os.path.isfile(entry.path):
        top = name in ("openspec/specs", "openspec/changes") and os.path.isdir(entry.path)
        if top and _is_inside(entry.path, os.path.realpath(walk.root)):
            _read_folder(walk, entry.path, f"{name}/")
        return
    if _is_inside(entry.path, walk.real_root):
        walk.files[name] = _read(entry.path, name)
    elif entry.name == "spec.md":
        message = f"{name} is a link to a file outside openspec/"
        raise GeoflowError(message, fix="Replace the link by the file itself.", code="outside-root")


def _is_inside(path: str, folder: str) -> bool:
    real = os.path.realpath(path)
    return real == folder or real.startswith(folder + os.sep)


def _read(path: str, name: str) -> str:
    try:
        with open(path, "rb") as file:
            return file.read().decode("utf-8", "surrogateescape")
    except OSError as error:
        raise _unreadable(name, error) from error


def _unreadable(name: str, error: OSError) -> GeoflowError:
    reason = error.strerror or type(error).__name__
    return GeoflowError(f"{name} cannot be read: {reason}", fix="Make it readable for you.", code="unreadable")
