"""What stands of the records of a commit: one snapshot."""

from collections.abc import Sequence
from dataclasses import replace

from geoflow.metrics.measure import ASKED, HISTORY
from geoflow.metrics.snapshot import Quantity, Snapshot, read_note

_IN_HISTORY = next(name for name in HISTORY if name.startswith("size."))
_IN_ASKED = next(name for name in ASKED if name.startswith("quality."))


def standing(commit: str, note: str, inputs: str) -> Snapshot | None:
    """Join the records in a commit's note that were made of these inputs into one snapshot; None where there is none.

    The newest record rules. Derived measures also come from others of the same inputs that the same geoflow made, since
    what costs more is added later; observed ones from all, since what happened stays true.
    """
    return joined([record for record in read_note(commit, note) if record.inputs == inputs])


def joined(records: Sequence[Snapshot]) -> Snapshot | None:
    """Join records of one commit, oldest first."""
    if not records:
        return None
    newest = records[-1]
    derived: dict[str, Quantity] = {}
    observed: dict[str, Quantity] = {}
    for record in records:
        observed |= record.observed
        if (record.inputs, record.geoflow) == (newest.inputs, newest.geoflow):
            derived |= record.derived
    return replace(newest, derived=derived, observed=observed)


def made_by(records: Sequence[Snapshot], inputs: str, geoflow: str) -> Snapshot | None:
    """Join those records that a version of geoflow made of these inputs; None where it made none."""
    return joined([record for record in records if (record.inputs, record.geoflow) == (inputs, geoflow)])


def has_history(snapshot: Snapshot | None) -> bool:
    """Tell whether the measures that every commit has are there."""
    return snapshot is not None and _IN_HISTORY in snapshot.derived


def is_complete(snapshot: Snapshot | None) -> bool:
    """Tell whether all derived measures are there, those too that are computed when asked for."""
    return has_history(snapshot) and snapshot is not None and _IN_ASKED in snapshot.derived
