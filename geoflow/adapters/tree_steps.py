"""A write plan carried out file by file, for where folders cannot be exchanged.

An error or Ctrl-C takes everything back from memory. A kill cannot be taken back: specs before that moment are written,
those after it are not, and the change is still active, since its folder moves last. Archiving once more completes it,
because merging what is merged already changes nothing.
"""

import os
import secrets
import shutil
import stat
from contextlib import suppress
from typing import TYPE_CHECKING

from geoflow.adapters.tree_entries import emptied_folders
from geoflow.adapters.tree_plan import DRAFT_PREFIX, PlacedPlan, changed_meanwhile, holds
from geoflow.errors import GeoflowError

if TYPE_CHECKING:
    from collections.abc import Callable


def take_steps(plan: PlacedPlan) -> None:
    """Write the files in order, then delete, then move.

    Raises:
        GeoflowError: `changed-meanwhile` where a file is not what the plan was made from; nothing is changed then.
        OSError: The system refuses; nothing is changed then.
    """
    steps = _Steps(plan)
    try:
        for path, content in plan.writes.items():
            steps.write(path, content)
        for path in sorted(plan.deletes):
            steps.delete(path)
        for source, target in plan.moves:
            steps.move(source, target)
    except BaseException as error:
        if left := steps.take_back():
            raise _half_done(left) from error
        raise


def sweep_drafts(plan: PlacedPlan) -> None:
    """Remove drafts of killed runs beside what the plan writes; only for a run that is alone."""
    for folder in {os.path.dirname(os.path.join(plan.folder, path)) for path in plan.writes}:
        names = os.listdir(folder) if os.path.isdir(folder) else []
        for name in names:
            if name.startswith(DRAFT_PREFIX) and os.path.isfile(os.path.join(folder, name)):
                _remove(os.path.join(folder, name))


class _Steps:
    def __init__(self, plan: PlacedPlan) -> None:
        self._plan = plan
        self._undo: list[Callable[[], None]] = []

    def take_back(self) -> list[str]:
        """Undo all steps, last first; what could not be undone."""
        left: list[str] = []
        for undo in reversed(self._undo):
            try:
                undo()
            except OSError as error:
                left.append(str(error))
        return left

    def write(self, path: str, content: bytes) -> None:
        place = os.path.join(self._plan.folder, path)
        before = self._expected(path, place)
        if before is None:
            self._make_folders(os.path.dirname(place))
            self._undo.append(lambda: _remove(place))
        else:
            self._undo.append(lambda: _put_back(place, before))
        _replace(place, content)

    def delete(self, path: str) -> None:
        place = os.path.join(self._plan.folder, path)
        if os.path.islink(place):
            target = os.readlink(place)
            self._undo.append(lambda: _link_back(target, place))
        else:
            content = self._expected(path, place)
            status = os.stat(place)
            self._undo.append(lambda: _put_back(place, content or b"", mode=status.st_mode))
        os.unlink(place)
        for folder in emptied_folders(path):
            self._remove_if_empty(os.path.join(self._plan.folder, folder))

    def move(self, source: str, target: str) -> None:
        old, new = os.path.join(self._plan.folder, source), os.path.join(self._plan.folder, target)
        self._make_folders(os.path.dirname(new))
        self._undo.append(lambda: _move_back(new, old))
        os.rename(old, new)

    def _expected(self, path: str, place: str) -> bytes | None:
        try:
            with open(place, "rb") as file:
                found = file.read()
        except FileNotFoundError:
            found = None
        if found != self._plan.contents.get(path):
            raise changed_meanwhile([path])
        return found

    def _make_folders(self, folder: str) -> None:
        if os.path.isdir(folder):
            return
        self._make_folders(os.path.dirname(folder))
        self._undo.append(lambda: _remove_folder(folder))
        os.mkdir(folder)

    def _remove_if_empty(self, folder: str) -> None:
        status = os.stat(folder) if os.path.isdir(folder) else None
        if status is None or os.listdir(folder):
            return

        def remake() -> None:
            os.makedirs(folder, exist_ok=True)
            os.chmod(folder, status.st_mode)

        self._undo.append(remake)
        os.rmdir(folder)


def _replace(place: str, content: bytes) -> None:
    """Put a file in the place of another, or where none is, whole or not at all."""
    draft = os.path.join(os.path.dirname(place), f"{DRAFT_PREFIX}{os.getpid()}-{secrets.token_hex(4)}")
    try:
        with open(draft, "xb") as file:
            if os.path.exists(place):
                shutil.copystat(place, draft)
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        os.replace(draft, place)
    except OSError as error:
        _remove(draft)
        error.filename = place  # a draft means nothing to anybody
        raise
    except BaseException:
        _remove(draft)
        raise


def _put_back(place: str, content: bytes, *, mode: int | None = None) -> None:
    # A step that failed may have changed nothing, and what refused it refuses this as well.
    if holds(place, content):
        return
    _replace(place, content)
    if mode is not None:
        os.chmod(place, stat.S_IMODE(mode))


def _link_back(target: str, place: str) -> None:
    if not os.path.lexists(place):
        os.symlink(target, place)


def _move_back(new: str, old: str) -> None:
    if os.path.isdir(new) and not os.path.lexists(old):
        os.rename(new, old)


def _remove(place: str) -> None:
    with suppress(FileNotFoundError):
        os.unlink(place)


def _remove_folder(folder: str) -> None:
    if os.path.isdir(folder):
        os.rmdir(folder)


def _half_done(left: list[str]) -> GeoflowError:
    return GeoflowError(
        f"Archiving failed, and not everything could be put back: {'; '.join(left)}.",
        fix="Look at `git status openspec`, put those right, and run it again.",
        code="half-done",
    )
