"""Show the snapshots of recent commits."""

from dataclasses import dataclass

from geoflow.metrics.snapshot import Snapshot, read_note
from geoflow.ports import Repository

# How far to look back, in commits: most repositories have what is asked for in the first step.
_STEPS = (100, 1_000, 10_000)


@dataclass(frozen=True, slots=True)
class RecordedCommit:
    """A commit that has a snapshot: the newest one, and the commit's subject."""

    snapshot: Snapshot
    subject: str


def show_snapshots(repository: Repository, limit: int) -> list[RecordedCommit]:
    """List the newest snapshot of each recorded commit that HEAD reaches, newest commit first.

    Args:
        repository: The repository around the OpenSpec root.
        limit: How many at most.

    Raises:
        GeoflowError: `unborn-branch`.
    """
    found: list[RecordedCommit] = []
    for step in _STEPS:
        commits = repository.log(step)
        notes = repository.notes([commit.id for commit in commits])
        records = ((commit, read_note(commit.id, notes[commit.id])) for commit in commits if commit.id in notes)
        found = [RecordedCommit(snapshots[-1], commit.subject) for commit, snapshots in records if snapshots]
        if len(found) >= limit or len(commits) < step:
            break
    return found[:limit]
