"""The line about measures that got worse, kept in the git folder until it was told.

Light, as the hot commands come through here: no pathlib, no git, one small file.
"""

import os

from geoflow.adapters.git_folder import git_folder

_NAME, _LARGEST = "alert", 4_000


def take_alert(start: str) -> str:
    """Give the line that waits to be told in the work tree around a folder, once; empty where none does.

    Where the file cannot be written nothing is told: it would be told again and again.
    """
    place = _place(start)
    if not place:
        return ""
    try:
        with open(place, "r+b") as file:
            about, _, line = file.read(_LARGEST).partition(b"\n")
            if line:
                file.truncate(len(about))
    except OSError:
        return ""
    return line.decode("utf-8", "replace").strip()


def keep_alert(start: str, about: str, line: str) -> bool:
    """Have a line told by the next command; False where one about the same was kept before, told or not.

    Raises:
        OSError: The file cannot be written.
    """
    place = _place(start)
    if not place or _about(place) == about:
        return False
    os.makedirs(os.path.dirname(place), exist_ok=True)
    growing = f"{place}.{os.getpid()}.new"
    with open(growing, "wb") as file:
        file.write(f"{about}\n{line}".encode("utf-8", "replace"))
    os.replace(growing, place)
    return True


def _about(place: str) -> str:
    try:
        with open(place, "rb") as file:
            return file.read(_LARGEST).partition(b"\n")[0].decode("utf-8", "replace")
    except OSError:
        return ""


def _place(start: str) -> str:
    """Name the file; each work tree has its own, since each has its own commit."""
    found = git_folder(start)
    if found is None:
        return ""
    folder = os.path.join(found[1], "geoflow")
    return "" if os.path.islink(folder) else os.path.join(folder, _NAME)
