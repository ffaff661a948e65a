"""The OpenSpec files of the work tree."""

import errno
import os
import secrets
import shutil
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path

from geoflow.errors import GeoflowError
from geoflow.ports import Part
from geoflow.questions.feedback import FOLDER as FEEDBACK

_FOLDER = "openspec"
_ARCHIVE = "openspec/changes/archive"
_TOPS: Mapping[Part, str] = {"history": _ARCHIVE, "feedback": FEEDBACK}
_STAGE_PREFIX = ".geoflow-new-"


class WorkTreeDocuments:
    """The `Documents` port on the folder that holds `openspec/`.

    Symlinks and nested git repositories below `openspec/` are not read, as in `Repository.read`.
    """

    def __init__(self, root: Path) -> None:
        self._root = root

    def read(self, part: Part = "all") -> dict[str, bytes]:
        """Read every plain file below `openspec/`: {path: bytes}; empty where there is no such folder.

        Args:
            part: `history` reads the archived changes alone, `live` everything but those, `feedback` what was said.

        Raises:
            GeoflowError: `unreadable-file` where the system refuses one.
        """
        if (part == "history" and _leads_elsewhere(self._root)) or (
            part == "feedback" and (self._root / FEEDBACK).is_symlink()
        ):
            return {}
        try:
            return dict(sorted(self._files(_TOPS.get(part, _FOLDER), part)))
        except OSError as error:
            raise GeoflowError(
                f"{error.filename} cannot be read: {error.strerror}.",
                fix="Make it readable for you, or move it out of openspec/.",
                code="unreadable-file",
            ) from error

    def _files(self, folder: str, part: Part) -> list[tuple[str, bytes]]:
        try:
            entries = self._entries(f"{self._root}/{folder}")  # a string: there may be thousands of folders
        except (FileNotFoundError, NotADirectoryError):
            return []
        if folder != _FOLDER and ".git" in [entry.name for entry in entries]:
            return []
        found: list[tuple[str, bytes]] = []
        for entry in entries:
            path = f"{folder}/{entry.name}"
            if entry.is_file(follow_symlinks=False):
                # What is gone since it was listed, such as the draft of another process's write, is not there.
                with suppress(FileNotFoundError):
                    found.append((path, self._content(entry)))
            elif entry.is_dir(follow_symlinks=False) and not (
                entry.name.startswith(_STAGE_PREFIX) or (part == "live" and path == _ARCHIVE)
            ):
                found += self._files(path, part)
        return found

    def _entries(self, folder: str) -> "list[os.DirEntry[str]]":
        with os.scandir(folder) as listing:
            return list(listing)

    def _content(self, entry: "os.DirEntry[str]") -> bytes:
        return self._read_file(entry.path)

    def _read_file(self, path: str) -> bytes:
        return Path(path).read_bytes()

    def create(self, files: Mapping[str, str]) -> None:
        """Write one new file, or several that share a new folder: they appear together, by one rename.

        A run that is killed before it leaves at most a hidden folder `openspec/.geoflow-new-...`, which the next one
        sweeps away.

        Raises:
            GeoflowError: `exists` where something stands at a path or at the folder that the files share;
                `outside-openspec` for a path that leaves `openspec/`, by its parts or through a symlink;
                `not-writable` where the system refuses.
        """
        if not files:
            return
        for path in files:
            self._check(path)
        top = self._first_missing(files)
        try:
            self._publish(files, top)
        except FileExistsError:
            raise _exists(top) from None
        except OSError as error:
            if error.errno in (errno.ENOTEMPTY, errno.ENOTDIR, errno.EISDIR):
                raise _exists(top) from None
            raise GeoflowError(
                f"{error.filename} cannot be written: {error.strerror}.",
                fix="Make openspec/ writable, with room on its disk.",
                code="not-writable",
            ) from error

    def _check(self, path: str) -> None:
        parts = path.split("/")
        if len(parts) < 2 or parts[0] != _FOLDER or not all(_is_plain_name(part) for part in parts):
            raise GeoflowError(f"{path!r} is no file below openspec/.", code="outside-openspec")
        openspec = (self._root / _FOLDER).resolve()
        if not openspec.is_relative_to(self._root.resolve()) or not (self._root / path).resolve().is_relative_to(
            openspec
        ):
            raise GeoflowError(
                f"{path} leaves openspec/ through a symlink.",
                fix="Replace the symlink by a folder.",
                code="outside-openspec",
            )

    def _first_missing(self, files: Mapping[str, str]) -> str:
        for path in files:
            if os.path.lexists(self._root / path):
                raise _exists(path)
        shared = os.path.commonpath(files).replace(os.sep, "/")
        place = ""
        for part in shared.split("/"):
            place = f"{place}/{part}" if place else part
            # The folder openspec/ itself is made beforehand: what is written must have it as its neighbour.
            if place != _FOLDER and not os.path.lexists(self._root / place):
                return place
        raise _exists(shared)

    def _publish(self, files: Mapping[str, str], top: str) -> None:
        openspec = self._root / _FOLDER
        openspec.mkdir(exist_ok=True)
        _sweep(openspec)
        stage = openspec / f"{_STAGE_PREFIX}{os.getpid()}-{secrets.token_hex(4)}"
        try:
            for path, text in files.items():
                _write(stage / path, text.encode("utf-8", "surrogateescape"))
            _move(stage / top, self._root / top)
        finally:
            shutil.rmtree(stage, ignore_errors=True)


def _leads_elsewhere(root: Path) -> bool:
    """Tell whether the way to the archive goes through a symlink or into a nested repository."""
    changes, archive = root / _FOLDER / "changes", root / _ARCHIVE
    return changes.is_symlink() or archive.is_symlink() or os.path.lexists(changes / ".git")


def _is_plain_name(part: str) -> bool:
    return part not in {"", ".", ".."} and part.casefold() != ".git" and not any(sign in part for sign in "\\\0")


def _write(path: Path, content: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("xb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())


def _move(new: Path, place: Path) -> None:
    if new.is_dir():
        # Renaming a folder fails where anything but an empty folder stands.
        new.rename(place)
        return
    try:
        # Unlike a rename, a link never replaces what is there.
        place.hardlink_to(new)
    except FileExistsError:
        raise
    except OSError:
        place.touch(exist_ok=False)
        new.replace(place)


def _sweep(openspec: Path) -> None:
    left_behind = list(openspec.glob(f"{_STAGE_PREFIX}*"))
    if not left_behind:
        return
    import psutil

    for stage in left_behind:
        owner = stage.name.removeprefix(_STAGE_PREFIX).partition("-")[0]
        if not owner.isdecimal() or not psutil.pid_exists(int(owner)):
            shutil.rmtree(stage, ignore_errors=True)


def _exists(path: str) -> GeoflowError:
    return GeoflowError(
        f"{path} exists already, and nothing was written.", fix="Take another name, or remove it.", code="exists"
    )
