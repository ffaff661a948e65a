"""Compare the measures of two commits, both worked out by the same geoflow."""

from dataclasses import dataclass

from geoflow.metrics.comparison import Difference, differences
from geoflow.metrics.snapshot import Snapshot
from geoflow.ports import Progress
from geoflow.workflow.measuring import Recorder, complete, inputs_at


@dataclass(frozen=True, slots=True)
class Comparison:
    """Two snapshots, and each measure at both."""

    before: Snapshot
    after: Snapshot
    differences: tuple[Difference, ...]


def compare_snapshots(recorder: Recorder, before: str, after: str, progress: Progress) -> Comparison:
    """Compare two commits, given by any name; what either lacks is measured and kept.

    Raises:
        GeoflowError: `unknown-commit`, `unborn-branch`, `nothing-to-measure`.
    """
    ids = [recorder.commits.resolve(revision) for revision in (before, after)]
    for commit in ids:
        inputs_at(recorder, commit)
    found = complete(recorder, list(dict.fromkeys(ids)), progress)
    first, last = (found[commit] for commit in ids)
    return Comparison(first, last, tuple(differences(first, last)))
