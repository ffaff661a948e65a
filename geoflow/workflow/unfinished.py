"""What killed runs of improve have left: one that is gone on with, and others that are cleaned up."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from geoflow.errors import GeoflowError
from geoflow.ports import Journal, RunProgress, Runs, Spent, Unfinished


@dataclass(frozen=True, slots=True)
class Place:
    """Where a run works: its commit and items, and whether it is to start anew."""

    base: str
    targets: tuple[str, ...]
    fresh: bool = False


def take_up(journal: Journal, runs: Runs | None, place: Place) -> tuple[Unfinished | None, list[str]]:
    """Find the killed run that this one goes on with, and clean up after others; what there is to say of these.

    Whoever calls it has kept other runs out, so what is unfinished is dead.
    """
    chosen: Unfinished | None = None
    notes: list[str] = []
    for one in journal.unfinished():
        wanted = (one.base, one.targets) == (place.base, place.targets)
        if said := _finished(one, runs):
            notes.append(said)
        elif one.base != place.base:
            notes.append(f"The run {one.run} was killed on another commit ({one.base[:12]}); what it left is removed.")
        elif wanted and chosen is None and not place.fresh:
            chosen = one
            continue
        elif not wanted:
            continue  # for other items: whoever names them again goes on there
        journal.forget(one.run)
    return chosen, notes


def _finished(one: Unfinished, runs: Runs | None) -> str:
    """Say that a run had published all there was; what it published last is added where it is missing."""
    if runs is None:
        return ""
    if runs.is_kept(one.run):
        return f"The run {one.run} was killed when all was delivered{f': {one.branch}' if one.branch else ''}."
    if not (one.record and one.branch and runs.tip(one.branch)):
        return ""
    try:
        runs.publish(one.run, "", one.tip, one.record)
    except GeoflowError as error:  # such as objects that git has thrown away since
        return f"The run {one.run} was killed while it delivered {one.branch}, and cannot be kept: {error.message}"
    return f"The run {one.run} was killed while it delivered {one.branch}; it is kept now."


class Noted:
    """A run's progress that is written down as well.

    Args:
        progress: What shows it.
        journal: Where it is written down.
    """

    def __init__(self, progress: RunProgress, journal: Journal) -> None:
        self._progress, self._journal = progress, journal

    def update(self, label: str, done: int, total: int) -> None:
        """Say what is being done, and how many of how many are finished."""
        self._journal.at(done, total)
        self._progress.update(label, done, total)

    def follow(self, spent: Callable[[], Spent]) -> None:
        """Show what the run has taken."""
        self._progress.follow(spent)


def going_on(one: Unfinished, targets: Sequence[str]) -> str:
    """Say which run is gone on with."""
    far = f", {one.done} of {one.total} findings done" if one.total else ""
    command = " ".join(["geoflow improve --fresh", *targets])
    return f"goes on with the run {one.run}, which was killed{far}; to start anew: {command}"
