"""A person's own round of a change, as `geoflow review CHANGE --verdict approve` writes it."""

import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING

from geoflow.cli.render import print_json, printable
from geoflow.errors import ExitCode, GeoflowError

if TYPE_CHECKING:
    from geoflow.questions.review_round import Verdict


def record_round(targets: Sequence[str], verdict: "Verdict | None", comment: str, *, as_json: bool) -> None:
    """Write the round and say how far the change is then; without a terminal it counts as an agent's.

    Raises:
        GeoflowError: `usage`, `comment-missing`, and those of `submit_review`.
    """
    from geoflow.adapters.git_process import GitProcess
    from geoflow.adapters.people import signature
    from geoflow.cli.context import find_root_or_fail
    from geoflow.cli.cycle_parts import open_cycle, state_line, state_row
    from geoflow.workflow.submit_review import Review, Said, submit_review

    said = comment.strip()
    _check(targets, verdict, said)
    root = find_root_or_fail()
    cycle = open_cycle(root, signature(GitProcess(root)), "person" if sys.stdin.isatty() else "agent")
    approves = verdict == "approve"
    findings = () if approves else (Said(said),)
    review = Review(verdict or "revise", findings=findings, note=said if approves else "")
    view = submit_review(cycle, targets[0], review)
    if as_json:
        print_json({"schema": "geoflow.review-round/1", **state_row(view), "kind": cycle.kind})
        return
    print(printable(f"{view.id}: {state_line(view)}"))
    if cycle.kind == "agent":
        print("  counts as an agent's round, since no terminal tells that a person typed it")


def _check(targets: Sequence[str], verdict: "Verdict | None", comment: str) -> None:
    if len(targets) != 1:
        raise GeoflowError(
            "A round is about one change.",
            fix="Name it: geoflow review CHANGE --verdict approve",
            code="usage",
            exit_code=ExitCode.USAGE,
        )
    if verdict != "approve" and not comment:
        raise GeoflowError(
            "Without a comment nobody knows what to change.",
            fix='Say it: --comment "It says nothing of a failed login."',
            code="comment-missing",
            exit_code=ExitCode.USAGE,
        )
