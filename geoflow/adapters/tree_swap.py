"""A write plan carried out in one step: the files below `openspec/` are as before or as after, never between.

The whole new folder is built beside the old one, of hard links but for the files that are written; then both change
places in one system call. Killed before it, nothing has happened; killed after it, everything has, and the next run
removes what is left of the old folder. Where that is not possible `tree_steps` takes the steps one by one.
"""

import errno
import os
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path

from geoflow.adapters.archive_claim import ArchiveClaim, clear_dead_claim
from geoflow.adapters.tree_build import TreeBuild
from geoflow.adapters.tree_entries import Entry, arrange, differences, scan
from geoflow.adapters.tree_exchange import exchange
from geoflow.adapters.tree_plan import PlacedPlan, changed_contents, changed_meanwhile, place_plan
from geoflow.adapters.tree_stage import Workshop, remove_tree
from geoflow.adapters.tree_steps import sweep_drafts, take_steps
from geoflow.errors import GeoflowError
from geoflow.openspec.model import WritePlan

# No such call, no hard links, layers or mounts in between, a folder that may not be renamed.
_UNSUITED = frozenset(
    {
        errno.EINVAL,
        errno.ENOSYS,
        errno.EXDEV,
        errno.EBUSY,
        errno.EACCES,
        errno.EPERM,
        errno.EMLINK,
        errno.ENOTSUP,
        errno.EOPNOTSUPP,
    }
)


class _UnsuitedError(Exception):
    """This place cannot be used to exchange folders; nothing has happened yet."""


def carry_out(root: Path, plan: WritePlan, *, scratch: Path | None, expected: Mapping[str, str]) -> None:
    """Carry out a plan, all of it or nothing.

    Killed at any moment, the files are as before or as after. Not so where folders cannot be exchanged: on file systems
    without that call, on Windows, where `openspec` is a mount point or holds one, and when the command was typed inside
    `openspec/`, whose shell would be left in a removed folder. There an error still takes everything back, and a kill
    leaves what the next archive completes.

    Args:
        root: The folder that holds `openspec/`, which may be a link to the real folder.
        plan: What to write, delete and move.
        scratch: A folder of geoflow's own where the new tree is built, such as one in the git folder; None, or on
            another file system: in a hidden folder beside the real one.
        expected: The files that the plan was made from, {path: text} as loaded: at least all that it replaces and
            deletes. A file that it writes and that is not here must not exist.

    Raises:
        GeoflowError: `changed-meanwhile`, `archive-in-progress`, `outside-openspec`, `plan-conflict`, `exists`,
            `not-a-folder`, `special-file`, `not-writable`. Nothing was changed then. `half-done` where taking back
            failed as well.
    """
    try:
        placed = place_plan(root, plan, expected)
        workshop = Workshop(placed.folder, scratch)
        with workshop.lock() as locked:
            clear_dead_claim(os.path.join(placed.folder, placed.claim))
            sweep_drafts(placed)
            entries = scan(placed.folder)
            if changed := changed_contents(placed, placed.folder):
                raise changed_meanwhile(changed)
            if locked:
                workshop.sweep()
            places = workshop.places() if locked and _may_exchange(placed.folder, entries) else []
            _carry_out(placed, entries, places)
    except OSError as error:
        raise GeoflowError(
            f"{error.filename or root} cannot be changed: {error.strerror or error}. Nothing was changed.",
            fix="Make openspec/ writable, with room on its disk.",
            code="not-writable",
        ) from error


def _carry_out(plan: PlacedPlan, entries: Mapping[str, Entry], places: list[str]) -> None:
    for stage in places:
        with suppress(_UnsuitedError):
            _Swap(plan, entries, stage).run()
            return
    claim = ArchiveClaim(os.path.join(plan.folder, plan.claim))
    try:
        claim.take()
        take_steps(plan)
    finally:
        claim.release()


def _may_exchange(folder: str, entries: Mapping[str, Entry]) -> bool:
    device = os.lstat(folder).st_dev
    if os.path.ismount(folder) or any(entry.status.st_dev != device for entry in entries.values()):
        return False
    try:
        here = os.getcwd()
    except OSError:
        return True
    return not f"{here}/".startswith(f"{folder}/")


class _Swap:
    """One try to build the new folder at one place and to exchange it for the old."""

    def __init__(self, plan: PlacedPlan, entries: Mapping[str, Entry], stage: str) -> None:
        self._plan = plan
        self._entries = entries
        self._stage = stage
        self._new = os.path.join(stage, "new")
        self._claim = ArchiveClaim(os.path.join(plan.folder, plan.claim))

    def run(self) -> None:
        """Do it; _UnsuitedError where the place does not allow it.

        Raises:
            GeoflowError: `changed-meanwhile`, `archive-in-progress`.
            OSError: Anything else the system says.
        """
        try:
            known = self._build()
            self._exchange(known)
        except OSError as error:
            remove_tree(self._stage)
            if error.errno in _UNSUITED:
                raise _UnsuitedError from error
            if changed := differences(self._entries, scan(self._plan.folder), ignored=frozenset()):
                raise changed_meanwhile(changed) from error
            raise
        except BaseException:
            remove_tree(self._stage)
            raise
        self._make_sure(known)
        remove_tree(self._stage)

    def _build(self) -> dict[str, Entry]:
        probe = os.path.join(self._stage, "probe")
        for folder in (self._stage, self._new, probe):
            os.mkdir(folder, 0o700)
        exchange(self._new, probe)  # asked before the work is done
        build = TreeBuild(self._plan.folder, self._new, self._entries, arrange(self._entries, self._plan))
        return build.run(self._plan.writes)

    def _exchange(self, known: Mapping[str, Entry]) -> None:
        try:
            self._claim.prepare(self._stage)
            self._check(self._plan.folder, known)
            # The new folder holds no claim, so the exchange gives it back: a kill leaves it behind between two calls
            # only. What another archive did since the check is found when the old folder is looked at again.
            self._claim.take()
            exchange(self._new, self._plan.folder)
        except BaseException:
            self._claim.release()
            raise

    def _make_sure(self, known: Mapping[str, Entry]) -> None:
        """Look for what came into the old folder between check and exchange, and put it back for that."""
        try:
            self._check(self._new, known)
        except BaseException:
            exchange(self._new, self._plan.folder)
            self._claim.release()
            remove_tree(self._stage)
            raise
        with suppress(OSError):
            _settle(os.path.dirname(self._plan.folder))

    def _check(self, folder: str, known: Mapping[str, Entry]) -> None:
        plan = self._plan
        ignored = {*plan.writes, *plan.deletes, plan.claim, *self._claim.made_folders(plan.folder)}
        seen = scan(folder)  # first: no pipe is ever opened
        if changed := changed_contents(plan, folder) or differences(known, seen, ignored=frozenset(ignored)):
            raise changed_meanwhile(changed)


def _settle(folder: str) -> None:
    """Have the disk remember which folder stands here before the other is removed."""
    opened = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(opened)
    finally:
        os.close(opened)
