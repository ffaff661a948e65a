"""Record the measures of HEAD."""

from dataclasses import dataclass

from geoflow import __version__
from geoflow.errors import GeoflowError
from geoflow.metrics.derived import derive
from geoflow.metrics.snapshot import Snapshot, read_note, to_line, with_units
from geoflow.openspec import read_tree, validate
from geoflow.ports import Clock, Repository
from geoflow.quality.findings import find_all


@dataclass(frozen=True, slots=True)
class Recorded:
    """What came of it: the snapshot, whether it was written now, and the files below `openspec/` it does not cover."""

    snapshot: Snapshot
    written: bool
    uncommitted: tuple[str, ...]


def record_snapshot(repository: Repository, clock: Clock, *, dry_run: bool = False) -> Recorded:
    """Measure `openspec/` at HEAD and append the snapshot to the commit's note.

    A commit whose inputs this version of geoflow measured before keeps the record it has.

    Args:
        repository: The repository around the OpenSpec root.
        clock: Says when it was recorded.
        dry_run: Measure only.

    Raises:
        GeoflowError: `unborn-branch`; `nothing-to-measure` where HEAD has no `openspec/`.
    """
    head = repository.log(1)[0]
    if not head.openspec_tree:
        raise GeoflowError(
            f"Commit {head.id[:10]} has no openspec/ folder.",
            fix='Commit it: `git add openspec && git commit -m "Add specs"`.',
            code="nothing-to-measure",
        )
    uncommitted = tuple(repository.uncommitted())
    known = _known(repository.notes([head.id]).get(head.id, ""), head.id, head.openspec_tree)
    if known is not None:
        return Recorded(known, written=False, uncommitted=uncommitted)
    snapshot = Snapshot(
        commit=head.id,
        inputs=head.openspec_tree,
        recorded_at=clock.now(),
        geoflow=__version__,
        source="record",
        derived=with_units(_measure(repository.read(head.id))),
    )
    written = not dry_run and repository.append_note(
        head.id,
        to_line(snapshot),
        unless=lambda note: _known(note, head.id, head.openspec_tree) is not None,
    )
    return Recorded(snapshot, written=written, uncommitted=uncommitted)


def _known(note: str, commit: str, inputs: str) -> Snapshot | None:
    same = (
        snapshot
        for snapshot in reversed(read_note(commit, note))
        if (snapshot.inputs, snapshot.geoflow) == (inputs, __version__)
    )
    return next(same, None)


def _measure(contents: dict[str, bytes]) -> dict[str, float]:
    files = {path: content.decode("utf-8", "surrogateescape") for path, content in contents.items()}
    tree = read_tree(files)
    reports = validate(files)
    return derive(tree, reports, find_all(tree, reports, files))
