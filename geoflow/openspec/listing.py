"""Which files lie below `openspec/`, and in the user's own folder beside it: where each is, what may not be read."""

import os
import stat

from geoflow.errors import UnreadableError
from geoflow.openspec.layout import SCHEMAS, USER_SCHEMAS

CONFIGS = ("config.yaml", "config.yml")
# What has one of these names and is a folder is more than a folder: a file that cannot be read.
_FILES = frozenset((*CONFIGS, "spec.md", "tasks.md", "schema.yaml", ".openspec.yaml"))


class Listed:
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


def list_tree(root: str, skipped: str = "") -> Listed:
    """List everything below `openspec/` but one folder.

    Raises:
        UnreadableError: A folder cannot be read.
    """
    folder = os.path.join(root, "openspec")
    listed = Listed(root, os.path.realpath(folder), skipped)
    if os.path.isdir(folder):
        listed.waiting.append((folder, "openspec/"))
    while listed.waiting:
        _list_folder(listed, *listed.waiting.pop())
    return listed


def data_folder() -> str:
    """Give the folder where OpenSpec keeps what the user has beside projects: schemas, the list of stores."""
    home = os.environ.get("XDG_DATA_HOME") or os.path.join(os.path.expanduser("~"), ".local", "share")
    return os.path.join(home, "openspec")


def user_schemas() -> dict[str, str]:
    """List the user's own schemas: {path in the tree: file}; they count for every tree."""
    listed = Listed("", "", "")
    _list_schemas(listed, os.path.join(data_folder(), "schemas"), USER_SCHEMAS)
    return listed.places


def _list_folder(listed: Listed, folder: str, prefix: str) -> None:
    if prefix == listed.skipped:
        return
    found = _entries(folder, prefix)
    if prefix.startswith("openspec/changes/") and _is_bare_change(prefix, found):
        listed.places[prefix] = ""
    broken = not prefix.isascii() and prefix != prefix.encode("utf-8", "replace").decode("utf-8")
    for entry in found:
        if entry.is_dir(follow_symlinks=False):
            if entry.name in _FILES:
                listed.places[f"{prefix}{entry.name}/"] = ""
            listed.waiting.append((entry.path, f"{prefix}{entry.name}/"))
        elif entry.is_symlink():
            _list_link(listed, entry, f"{prefix}{entry.name}")
        elif entry.is_file():
            name = f"{prefix}{entry.name}"
            listed.places[name] = entry.path
            if broken and _is_spec(name):
                listed.refused[name] = UnreadableError(
                    name, "the name of a folder around it is no UTF-8", code="bad-name"
                )


def _entries(folder: str, prefix: str) -> "list[os.DirEntry[str]]":
    try:
        with os.scandir(folder) as entries:
            return list(entries)
    except FileNotFoundError:
        return []  # gone since it was listed
    except OSError as error:
        raise unreadable(prefix, error) from error


def _is_bare_change(prefix: str, found: "list[os.DirEntry[str]]") -> bool:
    depth = 4 if prefix.startswith("openspec/changes/archive/") else 3
    return prefix.count("/") == depth and all(entry.is_dir(follow_symlinks=False) for entry in found)


def _list_link(listed: Listed, entry: "os.DirEntry[str]", name: str) -> None:
    """List a linked file that stays inside; links to folders are not followed, broken ones are nothing."""
    try:
        is_folder = stat.S_ISDIR(os.stat(entry.path).st_mode)
    except FileNotFoundError:
        return
    except OSError as error:
        if _is_spec(name):
            listed.places[name], listed.refused[name] = entry.path, unreadable(name, error)
        return
    if is_folder:
        _list_linked_folder(listed, entry.path, name)
    elif _is_spec(name) and not _is_inside(entry.path, os.path.join(listed.root, _home(name))):
        listed.places[name] = entry.path
        listed.refused[name] = UnreadableError(name, "it is a link to a file outside the specs", code="outside-root")
    elif _is_inside(entry.path, listed.real_root):
        listed.places[name] = entry.path


def _list_linked_folder(listed: Listed, path: str, name: str) -> None:
    if name in ("openspec/specs", "openspec/changes") and _is_inside(path, listed.root):
        listed.waiting.append((path, f"{name}/"))
    elif name.startswith(SCHEMAS) and name.count("/") == SCHEMAS.count("/"):
        _list_schema(listed, path, f"{name}/")


def _is_spec(name: str) -> bool:
    return name.endswith("/spec.md") and name.startswith(("openspec/specs/", "openspec/changes/"))


def _home(name: str) -> str:
    """Give the folder that a linked spec.md may not leave: all main specs, or the delta specs of one change."""
    parts = name.split("/")
    end = parts.index("specs", 2) + 1 if parts[1] == "changes" and "specs" in parts[2:] else 2
    return "/".join(parts[:end])


def _list_schemas(listed: Listed, folder: str, prefix: str) -> None:
    """List the schemas of a folder; a linked one is followed, since a schema may be shared that way."""
    if os.path.isdir(folder):
        for name in os.listdir(folder):
            _list_schema(listed, os.path.join(folder, name), f"{prefix}{name}/")


def _list_schema(listed: Listed, folder: str, prefix: str) -> None:
    path = os.path.join(folder, "schema.yaml")
    if os.path.exists(path) and _is_inside(path, folder):
        listed.places[f"{prefix}schema.yaml"] = path


def _is_inside(path: str, folder: str) -> bool:
    real, top = os.path.realpath(path), os.path.realpath(folder)
    return real == top or real.startswith(top + os.sep)


def unreadable(name: str, error: OSError) -> UnreadableError:
    """Say of a file or folder what the system says."""
    return UnreadableError(name, (error.strerror or type(error).__name__).lower())
