"""Joins what the commands of monitor work with."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from geoflow.adapters.git import GitRepository
    from geoflow.quality.kept import Kept
    from geoflow.workflow.measuring import Recorder
    from geoflow.workflow.rule_findings import Rules

SCHEMA = "geoflow.monitor/1"


def open_recorder(
    root: "Path | None" = None,
    *,
    observing: bool = False,
    patience: float | None = None,
    figures: "Kept | None" = None,
) -> "tuple[GitRepository, Recorder]":
    """Join what snapshots are made with, for a root or the one that the command was typed in.

    `observing` adds what happens now; `patience` is how many seconds to wait at most for others that write records.
    `figures` is what was worked out of contents before.
    """
    from geoflow.adapters import git
    from geoflow.adapters.clock import SystemClock
    from geoflow.cli.context import find_root_or_fail
    from geoflow.workflow.measuring import Recorder

    place = root or find_root_or_fail()
    repository = git.open_repository(place)
    if patience is not None:
        repository.patience = patience

    if not observing:
        return repository, Recorder(repository, repository.commits, SystemClock(), _rules_at, figures=figures)
    from geoflow.cli.observing import observe_now
    from geoflow.cli.observing_age import FindingAges

    ages = FindingAges(place, repository)
    clock, commits = SystemClock(), repository.commits
    return repository, Recorder(
        repository, commits, clock, _rules_at, lambda: observe_now(place, repository, ages), ages.saw, ages.keep
    )


def _rules_at(files: "Mapping[str, str]") -> "Rules":
    from geoflow.adapters.rules_at_commit import rules_at_commit
    from geoflow.workflow.rule_findings import Rules

    return Rules(*rules_at_commit(files))
