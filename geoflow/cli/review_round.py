"""A person's own word on a change: a round, or a response that declines findings."""

import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING

from geoflow.cli.render import print_json, printable
from geoflow.errors import ExitCode, GeoflowError

if TYPE_CHECKING:
    from geoflow.questions.review_round import Verdict
    from geoflow.workflow.change_cycle import ChangeView, Cycle


def record_round(targets: Sequence[str], verdict: "Verdict | None", comment: str, *, as_json: bool) -> None:
    """Write the round and say how far the change is then; without a terminal it counts as an agent's.

    Raises:
        GeoflowError: `usage`, `comment-missing`, and those of `submit_review`.
    """
    from geoflow.workflow.submit_review import Review, Said, submit_review

    said = comment.strip()
    _check(targets, verdict, said)
    cycle = _own_cycle()
    approves = verdict == "approve"
    findings = () if approves else (Said(said),)
    review = Review(verdict or "revise", findings=findings, note=said if approves else "")
    view = submit_review(cycle, targets[0], review)
    _tell(view, cycle, "geoflow.review-round/1", "counts as an agent's round", as_json=as_json)


def record_declined(
    targets: Sequence[str], verdict: "Verdict | None", findings: Sequence[str], comment: str, *, as_json: bool
) -> None:
    """Write a response that declines findings; only a person's settles them.

    Raises:
        GeoflowError: `usage`, `comment-missing`, `unknown-finding`, and those of `revise_change`.
    """
    from geoflow.workflow.change_cycle import active_change
    from geoflow.workflow.change_parts import Parts
    from geoflow.workflow.revise_change import Revision, revise_change

    why = " ".join(comment.split())
    if verdict:
        raise GeoflowError(
            "A verdict and a declined finding are two things.",
            fix="Type them one after the other: first --decline, then --verdict.",
            code="usage",
            exit_code=ExitCode.USAGE,
        )
    _check(targets, None, why, 'Say why it is none: --comment "The figure stands in the contract."')
    cycle = _own_cycle()
    found = active_change(cycle, targets[0])
    view = revise_change(cycle, found.id, Revision(found.base, Parts(), declined=dict.fromkeys(findings, why)))
    without = "stays open until a person declines it"
    _tell(view, cycle, "geoflow.review-response/1", without, as_json=as_json)
    about = {(one.code, one.requirement) for one in found.standing.findings if one.id in findings and one.code}
    for question in view.questions if not as_json else ():
        if question.about and (question.about.code, question.about.requirement) in about:
            print(printable(f"  its question still waits; to ask it no more: geoflow ask --withdraw {question.id}"))


def _own_cycle() -> "Cycle":
    from geoflow.adapters.git_process import GitProcess
    from geoflow.adapters.people import signature
    from geoflow.cli.context import find_root_or_fail
    from geoflow.cli.cycle_parts import open_cycle

    root = find_root_or_fail()
    return open_cycle(root, signature(GitProcess(root)), "person" if sys.stdin.isatty() else "agent")


def _tell(view: "ChangeView", cycle: "Cycle", schema: str, without: str, *, as_json: bool) -> None:
    from geoflow.cli.cycle_parts import state_line, state_row

    if as_json:
        print_json({"schema": schema, **state_row(view), "kind": cycle.kind})
        return
    print(printable(f"{view.id}: {state_line(view)}"))
    if cycle.kind == "agent":
        print(f"  {without}, since no terminal tells that a person typed it")


_SAY_IT = 'Say it: --comment "It says nothing of a failed login."'


def _check(targets: Sequence[str], verdict: "Verdict | None", comment: str, fix: str = _SAY_IT) -> None:
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
            fix=fix,
            code="comment-missing",
            exit_code=ExitCode.USAGE,
        )
