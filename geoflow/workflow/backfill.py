"""Give every commit of the history its record."""

from collections.abc import Sequence
from dataclasses import dataclass

from geoflow import __version__
from geoflow.metrics.snapshot import about_lines, quick_line
from geoflow.metrics.standing import has_history
from geoflow.ports import Progress
from geoflow.workflow.measure_history import measure_history
from geoflow.workflow.measuring import Recorder, complete, known_snapshot

_AT_A_TIME = 10_000
_FEW_STARTS = 20


@dataclass(frozen=True, slots=True)
class Backfilled:
    """How many commits there are, how many of them hold `openspec/`, lacked a record, and got one now."""

    commits: int
    with_openspec: int
    lacking: int
    written: int


def backfill(
    recorder: Recorder,
    progress: Progress,
    *,
    everything: bool = False,
    with_quality: bool = False,
    dry_run: bool = False,
) -> Backfilled:
    """Record the measures that every commit has for each commit that lacks them, oldest first.

    What is written is kept when the run is stopped, and the next one goes on from there.

    Args:
        recorder: What snapshots are made with.
        progress: Told how far it is.
        everything: Look at all branches and tags, not only at what HEAD reaches.
        with_quality: Then add the measures that take reading every sentence; that takes time for each state.
        dry_run: Only tell how many lack a record.

    Raises:
        GeoflowError: `unborn-branch`, `notes-locked`.
    """
    listing = recorder.commits.listing(everything=everything)
    names = [commit for commit, _ in listing]
    trees = dict(zip(names, recorder.commits.inputs(names), strict=True))
    notes = recorder.repository.notes(names)
    lacking = {
        commit
        for commit, tree in trees.items()
        if tree and not has_history(known_snapshot(commit, tree, notes.get(commit, "")))
    }
    notes.clear()
    written = 0 if dry_run else _record(recorder, progress, listing, lacking)
    if with_quality and not dry_run:
        complete(recorder, [commit for commit in names if trees[commit]], progress)
    return Backfilled(len(listing), sum(map(bool, trees.values())), len(lacking), written)


def _record(recorder: Recorder, progress: Progress, listing: Sequence[tuple[str, str]], lacking: set[str]) -> int:
    lines: dict[str, str] = {}
    inputs: dict[str, str] = {}
    written = 0

    def write() -> None:
        nonlocal written
        added = recorder.repository.append_notes(
            lines, unless=lambda commit, note: has_history(known_snapshot(commit, inputs[commit], note))
        )
        written += len(added)
        progress.update("Recording", written, len(lacking))
        lines.clear()

    about = about_lines(recorder.clock.now(), __version__, "backfill")
    for one in measure_history(recorder.commits, _to_walk(listing, lacking)):
        if one.commit in lacking:
            inputs[one.commit] = one.inputs
            lines[one.commit] = quick_line(one.commit, one.inputs, one.values, about)
            if len(lines) >= _AT_A_TIME:
                write()
    if lines:
        write()
    return written


def _to_walk(listing: Sequence[tuple[str, str]], lacking: set[str]) -> list[tuple[str, str]]:
    """Choose the commits to go through: those that lack a record, or all where the gaps are too many to jump over."""
    wanted = [(commit, parent) for commit, parent in listing if commit in lacking]
    starts = sum(parent not in lacking for _, parent in wanted)
    return list(listing) if starts > max(_FEW_STARTS, len(listing) // 100) else wanted
