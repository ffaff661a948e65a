"""Whether a review is stored with its change, and what is written then."""

import os
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from geoflow.errors import ExitCode, GeoflowError

if TYPE_CHECKING:
    from geoflow.cli.review_files import Looked
    from geoflow.workflow.review_result import Review

_NOT_IN_CI = {"", "0", "false"}


class Recording:
    """What was asked for about storing a review.

    Args:
        wanted: What `--record` or `--no-record` says; None where neither is given.
        targets: What is reviewed.
        looked: The files.
        apart: The option that makes this a review of something else than the change as it stands; empty without.
        quiet: Whether this is a review that is stored only where that was asked for.
    """

    def __init__(
        self, wanted: "bool | None", targets: Sequence[str], looked: "Looked", *, apart: str, quiet: bool
    ) -> None:
        self.change = _change(targets, looked.files)
        self._wanted = wanted
        self._by_itself = not (apart or quiet) and os.environ.get("CI", "").strip().lower() in _NOT_IN_CI
        if wanted and apart:
            raise _refused(f"--record and {apart} do not go together: a round is about the whole change as it stands.")
        if wanted and not self.change:
            raise _refused("--record stores a review of one active change, and another thing is reviewed.")

    def is_on(self, *, somebody_looks: bool) -> bool:
        """Tell whether the review is stored, once it is known whether a model or an agent looks."""
        wanted = self._by_itself and somebody_looks if self._wanted is None else self._wanted
        return wanted and bool(self.change)

    def store(self, result: "Review", files: Mapping[str, str], *, write: bool) -> "tuple[Review, str]":
        """Store the review; it with what came of earlier findings, and how far the change is then, on one line."""
        from geoflow.adapters.git_process import GitProcess
        from geoflow.adapters.people import signature
        from geoflow.cli.context import find_root_or_fail
        from geoflow.cli.cycle_parts import open_cycle, state_line
        from geoflow.workflow.change_cycle import look_at_change
        from geoflow.workflow.record_review import record_review

        root = find_root_or_fail()
        cycle = open_cycle(root, signature(GitProcess(root)), "agent")
        stored = record_review(cycle, self.change, files, result, write=write)
        return stored, f"{self.change}: {state_line(look_at_change(cycle, self.change))}"


def _change(targets: Sequence[str], files: Mapping[str, str]) -> str:
    """Name the one active change that is reviewed; empty where it is something else, or more than that."""
    if len(targets) != 1:
        return ""
    folder = f"openspec/changes/{targets[0]}/"
    is_change = targets[0] != "archive" and any(path.startswith(folder) for path in files)
    return targets[0] if is_change else ""


def _refused(message: str) -> GeoflowError:
    return GeoflowError(
        message, fix="Write: geoflow review CHANGE --record", code="bad-options", exit_code=ExitCode.USAGE
    )
