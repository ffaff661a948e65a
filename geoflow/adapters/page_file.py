"""A page of geoflow's own as a file: written whole or not at all, and never over something else unasked."""

from pathlib import Path

from geoflow.adapters.whole_file import replace_file
from geoflow.errors import ExitCode, GeoflowError

_HEAD = 2000  # bytes


def check_page(place: Path, command: str, *, force: bool) -> None:
    """Make sure that a page may be written here, before the work that it takes.

    Args:
        place: Where the page goes.
        command: Whose page it is, as its head says (`bench review`): such a page may be written anew.
        force: Write over whatever file is there.

    Raises:
        GeoflowError: `no-folder`; `file-exists` where something other than such a page is there, and not `force`;
            `not-a-file` whatever was forced.
    """
    if not place.parent.is_dir():
        raise GeoflowError(
            f"There is no folder {place.parent}.",
            fix=f"Make it: mkdir -p {place.parent}",
            code="no-folder",
            exit_code=ExitCode.USAGE,
        )
    if place.is_dir() or (place.exists() and not place.is_file()):
        raise GeoflowError(
            f"{place} is no file.", fix="Name a file: page.html", code="not-a-file", exit_code=ExitCode.USAGE
        )
    if not force and (place.is_symlink() or place.exists()) and not _is_page(place, command):
        raise GeoflowError(
            f"{place} is there already and no page of this command.",
            fix="Name another file, or overwrite it with --force.",
            code="file-exists",
            exit_code=ExitCode.USAGE,
        )


def write_page(place: Path, text: str, command: str, *, force: bool) -> None:
    """Write a page; what was found by `check_page` is looked at again, since the work took its time.

    Raises:
        GeoflowError: Those of `check_page`, and `cannot-write` with what the system says.
    """
    check_page(place, command, force=force)
    try:
        replace_file(place, text.encode("utf-8", "replace"), mode=0o644)
    except OSError as error:
        raise GeoflowError(
            f"{place} cannot be written: {error.strerror}.",
            fix="Name a file in a folder that you may write to.",
            code="cannot-write",
        ) from None


def _is_page(place: Path, command: str) -> bool:
    if place.is_symlink():
        return False  # what it leads to would stay, and the link would go
    try:
        with place.open("rb") as file:
            return f'<meta name="generator" content="geoflow {command}">'.encode() in file.read(_HEAD)
    except OSError:
        return False
