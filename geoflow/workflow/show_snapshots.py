"""Show the snapshots of recent commits."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from geoflow.metrics.snapshot import Snapshot
from geoflow.metrics.standing import standing
from geoflow.ports import Repository

# How far to look back, in commits: most repositories have what is asked for in the first step.
_STEPS = (100, 1_000, 10_000, 100_000)


@dataclass(frozen=True, slots=True)
class RecordedCommit:
    """A commit that has a snapshot: what stands of its records, the commit's subject and time."""

    snapshot: Snapshot
    subject: str
    time: datetime

    def document(self) -> dict[str, Any]:
        """Give the record as scripts see it, with what git knows of the commit."""
        time = self.time.isoformat(timespec="seconds").replace("+00:00", "Z")
        return {**self.snapshot.document(), "committed_at": time, "subject": self.subject}


def show_snapshots(repository: Repository, limit: int) -> list[RecordedCommit]:
    """List what stands of each recorded commit that HEAD reaches, newest commit first.

    Args:
        repository: The repository around the OpenSpec root.
        limit: How many at most.

    Raises:
        GeoflowError: `unborn-branch`.
    """
    found: list[RecordedCommit] = []
    for step in _STEPS:
        commits = repository.log(max(step, limit))
        notes = repository.notes([commit.id for commit in commits])
        records = (
            (commit, standing(commit.id, notes[commit.id], commit.openspec_tree))
            for commit in commits
            if commit.id in notes
        )
        found = [RecordedCommit(one, commit.subject, commit.time) for commit, one in records if one]
        if len(found) >= limit or len(commits) < max(step, limit):
            break
    return found[:limit]
