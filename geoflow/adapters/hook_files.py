"""One hook put in its place, or taken away; the one that was there is moved aside and comes back as it was."""

import os
from contextlib import suppress
from pathlib import Path
from typing import Literal, NamedTuple

from geoflow.adapters.hook_text import hook_text, is_managed, is_ours
from geoflow.adapters.whole_file import replace_file
from geoflow.errors import GeoflowError

State = Literal["missing", "installed", "outdated", "other", "called"]
KEPT = ".geoflow-kept"
LEGACY = ".legacy"
"""What pre-commit and prek append to the name of a hook that they find, and go on to call."""
_EXECUTABLE = 0o111


class HookFound(NamedTuple):
    """A hook as it is.

    `state`: none there, geoflow's, geoflow's of another version or command, another's, or another's that calls
    geoflow's. `kept` names the hook that was there before, and `runs` tells whether git would have run it.
    """

    name: str
    state: State
    kept: str = ""
    runs: bool = False


def look(folder: Path, name: str, prefix: str) -> HookFound:
    """Look at one hook of a folder; nothing is written."""
    content, kept = _content(folder / name), folder / f"{name}{KEPT}"
    state: State = "missing"
    if content is not None and is_ours(content):
        is_new = content == _text(folder, name, prefix) and _is_executable(folder / name)
        state = "installed" if is_new else "outdated"
    elif content is not None:
        state = "called" if is_ours(_content(folder / f"{name}{LEGACY}") or b"") else "other"
    if not os.path.lexists(kept):
        return HookFound(name, state)
    return HookFound(name, state, kept.name, _is_executable(kept))


def check_place(folder: Path, name: str) -> None:
    """Raise GeoflowError where a hook cannot be put beside what is there.

    Raises:
        GeoflowError: `hook-kept-twice`, `hook-in-the-way`.
    """
    place, kept = folder / name, folder / f"{name}{KEPT}"
    content = _content(place)
    if place.is_dir() and not place.is_symlink():
        raise GeoflowError(f"{place} is a folder.", fix="Move it away and try again.", code="hook-in-the-way")
    is_other = content is not None and not is_ours(content)
    if is_other and os.path.lexists(kept) and not _same(place, kept):
        raise GeoflowError(
            f"{place} is not geoflow's, and {kept.name} beside it holds another hook that was there before.",
            fix=f"Put what you want of {kept.name} into {name}, delete {kept.name}, and try again.",
            code="hook-kept-twice",
        )


def put(folder: Path, name: str, prefix: str) -> None:
    """Put geoflow's hook into its place; killed at any moment, what was there still runs, or runs as the kept one.

    Raises:
        GeoflowError: `hook-kept-twice`, `hook-in-the-way`.
        OSError: The folder cannot be written.
    """
    check_place(folder, name)
    place = folder / name
    folder.mkdir(parents=True, exist_ok=True)
    content = _content(place)
    if content is not None and not is_ours(content):
        _keep(place, folder / f"{name}{KEPT}")
    replace_file(place, _text(folder, name, prefix), mode=0o755)


def take_away(folder: Path, name: str) -> bool:
    """Take geoflow's hook away and put back the one before, with its bytes and its mode; tell whether there was one.

    Raises:
        OSError: The folder cannot be written.
    """
    place, kept = folder / name, folder / f"{name}{KEPT}"
    legacy = folder / f"{name}{LEGACY}"
    for ours in (place, legacy):
        if not is_ours(_content(ours) or b""):
            continue
        if ours == legacy and os.path.lexists(kept) and _content(kept) == _content(place):
            kept.unlink()  # the manager was kept, and has put itself in place again
        if os.path.lexists(kept):
            kept.replace(ours)
        else:
            ours.unlink()
        return True
    return False


def _text(folder: Path, name: str, prefix: str) -> bytes:
    content = _content(folder / name) or b""
    before = _content(folder / f"{name}{KEPT}") or b"" if is_ours(content) or not content else content
    return hook_text(name, prefix, managed=is_managed(before))


def _keep(place: Path, kept: Path) -> None:
    """Give a hook its second name; it loses the first one when geoflow's takes it."""
    with suppress(FileExistsError):
        try:
            os.link(place, kept, follow_symlinks=False)
        except FileExistsError:
            raise
        except (OSError, NotImplementedError):  # a file system without hard links
            if not os.path.lexists(kept):
                place.rename(kept)


def _content(place: Path) -> bytes | None:
    """Give what a hook holds; None where there is none, nothing where it cannot be read."""
    if not os.path.lexists(place):
        return None
    try:
        return place.read_bytes()
    except OSError:
        return b""


def _same(one: Path, other: Path) -> bool:
    is_same = os.path.samestat(one.lstat(), other.lstat())
    return is_same or (not one.is_symlink() and not other.is_symlink() and _content(one) == _content(other))


def _is_executable(place: Path) -> bool:
    return place.is_file() and os.access(place, os.X_OK)
