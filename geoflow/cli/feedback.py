"""`geoflow feedback`: say what you think of geoflow's work, see what that changes, and list what was said."""

import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated

import typer

from geoflow.cli.completing import complete_target
from geoflow.cli.options import JsonAnswer
from geoflow.cli.render import one_line, print_json
from geoflow.errors import ExitCode, GeoflowError

if TYPE_CHECKING:
    from geoflow.workflow.feedback import Noted, Said
    from geoflow.workflow.feedback_list import Remark, Remarks

_LIST = "list"
_SHOWN_ID = 40


def feedback(
    target: Annotated[
        str,
        typer.Argument(
            metavar="ID",
            help="The id of a finding, edit, run, question or change; `list`: what was said.",
            autocompletion=complete_target,
        ),
    ] = _LIST,
    accept: Annotated[bool, typer.Option("--accept", help="It is right.")] = False,
    reject: Annotated[
        str | None, typer.Option("--reject", metavar="REASON", help="It is wrong, or not wanted: say why.")
    ] = None,
    comment: Annotated[str | None, typer.Option("--comment", metavar="TEXT", help="Say something of it.")] = None,
    rate: Annotated[
        int | None, typer.Option("--rate", metavar="1..5", help="How satisfied you are; 1 is no use at all.")
    ] = None,
    reason: Annotated[str, typer.Option("--reason", metavar="TEXT", help="Why, with --accept or --rate.")] = "",
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Say what would be written, and write nothing.")] = False,
    as_json: JsonAnswer = False,
) -> None:
    """Say what you think of a finding, an edit, an answer, a run or a change, and see what that changes.

    With an id alone it lists what was said of that; with `list` or nothing what was said of everything, also in a
    triage, a review or an answer. Without a terminal you count as an agent.

    Example: geoflow feedback 3f2a --reject "This list is meant to be open"
    """
    said = _said(accept, reject, comment, rate, reason)
    if said is None:
        _list("" if target == _LIST else target, as_json=as_json)
        return
    if target == _LIST:
        raise GeoflowError(
            "It is not said of what.",
            fix="Name an id first: geoflow feedback ID --accept",
            code="usage",
            exit_code=ExitCode.USAGE,
        )
    noted, told = _give(target, said, dry_run=dry_run)
    if as_json:
        print_json({"schema": "geoflow.feedback/1", **noted.document(), "written": not dry_run, "effects": list(told)})
        return
    _show(noted, told, dry_run=dry_run)


def _said(accept: bool, reject: str | None, comment: str | None, rate: int | None, reason: str) -> "Said | None":
    from geoflow.workflow.feedback import Said

    if accept + (reject is not None) + (comment is not None) > 1 or (reason and (reject or comment)):
        raise GeoflowError(
            "Several things were said at once.",
            fix="Take one of --accept, --reject and --comment; --reason goes with --accept and --rate.",
            code="usage",
            exit_code=ExitCode.USAGE,
        )
    if rate == 0:
        rate = -1  # nobody rates so; 0 stands for no rating
    if reject is not None:
        return Said("reject", reject, rate or 0)
    if comment is not None:
        return Said("comment", comment, rate or 0)
    if accept:
        return Said("accept", reason, rate or 0)
    return Said("comment", reason, rate or 0) if rate or reason else None


def _give(name: str, said: "Said", *, dry_run: bool) -> "tuple[Noted, Sequence[str]]":
    from geoflow.cli.feedback_parts import open_feedback, open_places, told_effects
    from geoflow.workflow.feedback import give_feedback
    from geoflow.workflow.feedback_target import find_target

    desk = open_feedback()
    noted = give_feedback(desk, find_target(open_places(), name), said, dry_run=dry_run)
    return noted, told_effects(noted, dry_run=dry_run)


def _show(noted: "Noted", told: Sequence[str], *, dry_run: bool) -> None:
    verb = "Would be noted" if dry_run else "Noted" if noted.is_new else "Said before"
    rating = f", {noted.feedback.satisfaction} of 5" if noted.feedback.satisfaction else ""
    print(f"{verb}: {noted.feedback.verdict}{rating} of {one_line(noted.target.text)}")
    if noted.path:
        print(f"  {one_line(noted.path)}")
    for line in told:
        print(f"  {one_line(line)}")


def _list(target: str, *, as_json: bool) -> None:
    from geoflow.cli.feedback_parts import listed

    found = listed(target)
    for broken in found.broken:
        sys.stderr.write(f"note: {one_line(broken.complaint)}\n")
    if as_json:
        unreadable = [{"path": one.path, "line": one.line, "reason": one.reason} for one in found.broken]
        rows = [one.document() for one in found.remarks]
        print_json({"schema": "geoflow.feedback-list/1", "said": rows, "unreadable": unreadable})
        return
    _show_list(found, target)


def _show_list(found: "Remarks", target: str) -> None:
    for one in found.remarks:
        print(one_line(_line(one)))
        if one.reason:
            print(f"    {one_line(one.reason)}")
    if not found.remarks:
        print(f"Nothing was said {'of this ' if target else ''}yet.")


def _line(one: "Remark") -> str:
    rating = f" {one.satisfaction} of 5" if one.satisfaction else ""
    about = f"  {one.code}" if one.code else ""
    who = f"{one.by}{' (agent)' if one.kind == 'agent' else ''}"
    return f"{one.at[:10]}  {one.verdict}{rating}  {one.target[:_SHOWN_ID]}{about}  {who}"
