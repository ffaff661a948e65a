"""Record the measures of a commit."""

from dataclasses import dataclass, replace

from geoflow.metrics.snapshot import Snapshot, to_line, with_units
from geoflow.metrics.standing import has_history, is_complete, joined
from geoflow.workflow.measuring import Recorder, inputs_at, known_snapshot, measure_commit


@dataclass(frozen=True, slots=True)
class Recorded:
    """What came of it: the snapshot, whether it was written now, and the files below `openspec/` it does not cover."""

    snapshot: Snapshot
    written: bool
    uncommitted: tuple[str, ...]


def record_snapshot(
    recorder: Recorder, *, revision: str = "HEAD", complete: bool = True, dry_run: bool = False
) -> Recorded:
    """Measure `openspec/` at a commit and append the snapshot to the commit's note.

    A commit whose inputs this version of geoflow measured before keeps the record it has.

    Args:
        recorder: What snapshots are made with.
        revision: The commit, by any name.
        complete: Whether the measures that take reading every sentence are wanted too.
        dry_run: Measure only.

    Raises:
        GeoflowError: `unborn-branch`, `unknown-commit`; `nothing-to-measure` where the commit has no `openspec/`.
    """
    commit = recorder.commits.resolve(revision)
    inputs = inputs_at(recorder, commit)
    uncommitted = tuple(recorder.repository.uncommitted()) if complete else ()
    enough = is_complete if complete else has_history
    known = known_snapshot(commit, inputs, recorder.repository.notes([commit]).get(commit, ""))
    if known is not None and enough(known):
        return Recorded(known, written=False, uncommitted=uncommitted)
    made = measure_commit(recorder, commit, inputs, known, complete=complete)
    made = replace(made, source="record" if complete else "hook", observed=with_units(recorder.observe()))
    written = not dry_run and recorder.repository.append_note(
        commit, to_line(made), unless=lambda note: enough(known_snapshot(commit, inputs, note))
    )
    if written:
        recorder.wrote()
    whole = joined([known, made]) if known else made
    return Recorded(whole or made, written=written, uncommitted=uncommitted)
