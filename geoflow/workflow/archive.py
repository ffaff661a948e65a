"""Archive: merge a change into the main specs and move it away, once whoever asked has agreed."""

from typing import TYPE_CHECKING, Protocol

from geoflow.errors import ExitCode, GeoflowError
from geoflow.openspec.archiving import Archive, Options, plan_archive, taken
from geoflow.openspec.layout import ARCHIVE
from geoflow.openspec.spec_updates import Refused
from geoflow.ports import PlanningTree

if TYPE_CHECKING:
    from geoflow.openspec.model import Issue

_USAGE = ("change-name-invalid", "change-not-found")


class ArchiveRefusedError(GeoflowError):
    """A change that cannot be archived; `issues` are the errors that stand against it, if that is the reason."""

    def __init__(self, refused: Refused) -> None:
        exit_code = ExitCode.USAGE if refused.code in _USAGE else ExitCode.NO
        super().__init__(refused.message, fix=refused.fix, code=refused.code, exit_code=exit_code)
        self.issues: tuple[Issue, ...] = refused.issues


class Consent(Protocol):
    """Whoever asked for the archive. Each method raises a GeoflowError where nobody can be asked."""

    def unchecked(self) -> bool:
        """Tell whether to go on without checking that what is written is valid."""
        ...

    def open_tasks(self, archive: Archive) -> bool:
        """Tell whether to archive a change that has open tasks."""
        ...

    def specs(self, archive: Archive) -> bool:
        """Tell whether to update the main specs; without them the change is archived alone."""
        ...


def archive_change(tree: PlanningTree, change: str, options: Options, consent: Consent) -> Archive | None:
    """Archive a change.

    Returns:
        What was done, or None where consent was refused and nothing was.

    Raises:
        ArchiveRefusedError: The change cannot be archived; nothing was changed.
        GeoflowError: The disk refuses, or files changed in between; nothing was changed.
    """
    plan = prepare(tree, change, options)
    if (not options.check and not consent.unchecked()) or (_open_tasks(plan) and not consent.open_tasks(plan)):
        return None
    if plan.updates and not consent.specs(plan):
        plan = prepare(tree, change, options._replace(skip_specs=True))
    tree.carry_out(plan.plan, plan.files)
    return plan


def prepare(tree: PlanningTree, change: str, options: Options) -> Archive:
    """Plan the archive of a change; ArchiveRefusedError where it cannot be."""
    planned = plan_archive(tree.read(), change, options)
    if isinstance(planned, Archive) and tree.holds(f"{ARCHIVE}{planned.name}"):
        planned = taken(planned.name)
    if isinstance(planned, Refused):
        raise ArchiveRefusedError(planned)
    return planned


def _open_tasks(plan: Archive) -> bool:
    return plan.tasks.done < plan.tasks.total
