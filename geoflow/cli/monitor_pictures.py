"""Joins what the pictures of the monitor are made from."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

    from geoflow.adapters.git import GitRepository
    from geoflow.workflow.monitor_report import Ground

LAST = 1_000
"""How many commits of the main line are shown unless told."""
MOST = 100_000


def open_ground(root: "Path") -> "tuple[GitRepository, Ground]":
    """Open the repository around a root, and join what a report is gathered from."""
    from geoflow.adapters.recent_calls import calls_since
    from geoflow.cli.monitor_parts import open_recorder
    from geoflow.cli.workshops import open_past
    from geoflow.workflow.monitor_report import Ground

    repository, recorder = open_recorder(root)
    past = open_past(root, repository)
    return repository, Ground(recorder, repository.timeline, past, lambda: calls_since(repository.state_folder, None))
