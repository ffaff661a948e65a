"""The file by which the npm CLI keeps two archives in a row; geoflow claims it in the same place."""

import json
import os
import platform
import secrets
from contextlib import suppress

from geoflow.errors import GeoflowError


class ArchiveClaim:
    """The claim of this run on `changes/archive/`. Its text says whose it is, so that a dead run's can be recognised.

    Args:
        path: Where the npm CLI looks for it.
    """

    def __init__(self, path: str) -> None:
        self.path = path
        self._made: list[str] = []
        self._draft = ""
        self._text = json.dumps(
            {"pid": os.getpid(), "nonce": secrets.token_hex(16), "host": platform.node(), "tool": "geoflow"}
        )

    def prepare(self, stage: str) -> None:
        """Write it in a folder on the same file system, so that taking it is one step: it appears with its text."""
        self._make_folders(os.path.dirname(self.path))
        self._draft = os.path.join(stage, "claim")
        _write_new(self._draft, self._text)

    def take(self) -> None:
        """Claim it.

        Raises:
            GeoflowError: `archive-in-progress` where somebody else has it.
        """
        try:
            if self._draft:
                os.link(self._draft, self.path)
            else:
                self._make_folders(os.path.dirname(self.path))
                _write_new(self.path, self._text)
        except FileExistsError:
            raise _in_progress(self.path) from None

    def release(self) -> None:
        """Give it back, and remove empty folders that were made for it; another's claim is left alone."""
        with suppress(OSError):
            if _text_of(self.path) == self._text:
                os.unlink(self.path)
            for folder in reversed(self._made):
                os.rmdir(folder)

    def made_folders(self, top: str) -> list[str]:
        """List the folders that were made for it, relative to a folder above."""
        return [os.path.relpath(folder, top).replace(os.sep, "/") for folder in self._made]

    def _make_folders(self, folder: str) -> None:
        if not os.path.isdir(folder):
            self._make_folders(os.path.dirname(folder))
            os.mkdir(folder)
            self._made.append(folder)


def clear_dead_claim(path: str) -> None:
    """Remove a claim that a killed geoflow left on this computer.

    Raises:
        GeoflowError: `archive-in-progress` for every other claim that stands.
    """
    text = _text_of(path)
    if text is None:
        return
    if not _is_dead(text, path):
        raise _in_progress(path)
    os.unlink(path)


def _is_dead(text: str, path: str) -> bool:
    try:
        claim = json.loads(text)
        ours = claim["tool"] == "geoflow" and claim["host"] == platform.node()
        number = int(claim["pid"])
    except (ValueError, TypeError, KeyError):
        return False
    return ours and not _was_alive(number, os.lstat(path).st_mtime)


def _was_alive(number: int, moment: float) -> bool:
    """Tell whether a process of this number lives that was there at that moment; numbers are used again."""
    import psutil

    try:
        return bool(psutil.Process(number).create_time() <= moment + 1)
    except psutil.NoSuchProcess:
        return False
    except psutil.Error:
        return True


def _text_of(path: str) -> str | None:
    try:
        with open(path, encoding="utf-8", errors="replace") as file:
            return file.read(4096)
    except FileNotFoundError:
        return None


def _write_new(path: str, text: str) -> None:
    with open(path, "x", encoding="utf-8") as file:
        file.write(text)


def _in_progress(path: str) -> GeoflowError:
    return GeoflowError(
        f"Another archive is being made: {path} stands.",
        fix="Wait for it; if none runs, remove that file and run this again.",
        code="archive-in-progress",
    )
