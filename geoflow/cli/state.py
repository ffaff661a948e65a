"""What bare `geoflow` shows: each active change with how far it is and who acts next, and the command that helps on."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from geoflow.cli.root import root_here
from geoflow.errors import GeoflowError

if TYPE_CHECKING:
    from geoflow.workflow.change_cycle import ChangeView

_MOST = 10
_URGENCY = ("to be revised", "draft", "waiting for answers", "in review", "approved")
"""What holds a change up most comes first."""
_LONGEST_NAME = 40


def show_state(*, as_json: bool) -> int:
    """Show the state and give the exit code; GeoflowError `no-openspec` and others of the tree."""
    from geoflow.cli.cycle_parts import open_cycle, state_line, state_row
    from geoflow.cli.unfinished_runs import unfinished_rows
    from geoflow.workflow.change_cycle import look_at_changes

    root = Path(root_here())
    cycle = open_cycle(root, "", "agent")
    views = sorted(look_at_changes(cycle), key=lambda view: (_URGENCY.index(view.standing.state), view.id))
    command, runs = next_command(views), unfinished_rows(root)
    if as_json:
        from geoflow.cli.render import print_json

        rows = [state_row(view) for view in views]
        print_json({"schema": "geoflow.state/1", "changes": rows, "unfinished": runs, "command": command})
        return 0
    from geoflow.cli.json_text import encodable
    from geoflow.cli.render import one_line

    shown = [(one_line(view.id)[:_LONGEST_NAME], state_line(view)) for view in views[:_MOST]]
    width = max((len(name) for name, _ in shown), default=0)
    for name, state in shown:
        print(encodable(f"{name:<{width}}  {state}"))
    if len(views) > _MOST:
        print(f"and {len(views) - _MOST} more: geoflow list")
    if not views:
        print("There is no active change.")
    for run in runs:
        print(encodable(one_line(run["line"])))
    print(encodable(f"next: {one_line(command)}"))
    return 0


def next_command(views: Sequence["ChangeView"]) -> str:
    """Name the command that brings the first of these changes on."""
    if not views:
        return 'geoflow propose "IDEA"'
    first, standing = views[0].id, views[0].standing
    if standing.state == "in review":
        by_person = standing.next.kind == "person"
        return f"geoflow review {first}{' --verdict approve' if by_person else _roles(standing.next.name)}"
    if standing.state == "approved":
        return f"geoflow show {first}" if standing.next.kind == "author" else f"geoflow archive {first}"
    if standing.state == "to be revised" and is_stuck(views[0]):
        return f"geoflow show {first}"  # no revision gets further; what is open and how to go on is told there
    commands = {
        "draft": f"geoflow validate {first}",
        "waiting for answers": "geoflow ask --list",
        "to be revised": f"geoflow propose --revise {first}",
    }
    return commands[standing.state]


def is_stuck(view: "ChangeView") -> bool:
    """Tell whether a revision has said of every open finding why it stays, and there is no new answer."""
    from geoflow.questions.cycle import unheard

    standing = view.standing
    is_told = bool(standing.findings) and all(one.id in standing.reasons for one in standing.findings)
    return is_told and not unheard(view.asked, view.events)


def _roles(names: str) -> str:
    """Give the option that has these roles look again; empty where the one that looks by itself is enough."""
    from geoflow.quality.roles import NAMES, ROLES

    named = [name for name in names.split(", ") if name in NAMES]
    if not named or named == ["testing"]:
        return ""
    return f" --roles {'all' if ROLES.keys() <= {*named} else ','.join(named)}"


def state_fields(root: str, change: str = "") -> dict[str, dict[str, Any]]:
    """Give state and next actor of each active change, or of one, by id."""
    from geoflow.cli.cycle_parts import open_cycle, state_row
    from geoflow.workflow.change_cycle import look_at_changes

    views = look_at_changes(open_cycle(Path(root), "", "agent"), {change} if change else None)
    return {view.id: {name: value for name, value in state_row(view).items() if name != "id"} for view in views}


def state_of_one(root: str, change: str) -> dict[str, Any]:
    """Give state and next actor of one change; nothing where the tree around it cannot be read, which shows less."""
    try:
        return state_fields(root, change).get(change, {})
    except GeoflowError:
        return {}


def tell_state(root: str, change: str) -> None:
    """Say on stderr how far a change is: what goes to stdout is its text and nothing else."""
    from geoflow.cli.context import say
    from geoflow.cli.cycle_parts import open_cycle, state_line
    from geoflow.workflow.change_cycle import look_at_changes

    try:
        views = look_at_changes(open_cycle(Path(root), "", "agent"), {change})
    except GeoflowError:
        return  # a file elsewhere in the tree cannot be read: the text of the change was shown
    for view in views:
        say(f"{view.id}: {state_line(view)}")
        for line in open_lines(view):
            say(line)


def open_lines(view: "ChangeView") -> list[str]:
    """Say what is open about a change, why it is, and how a person settles it without an edit."""
    from geoflow.cli.render import one_line

    found, reasons = view.standing.findings, view.standing.reasons
    lines = []
    for one in found[:_MOST]:
        where = f" “{one.requirement}”" if one.requirement else ""
        lines.append(one_line(f"open {one.id}{where}: {' '.join(one.message.split())}"))
        lines += [one_line(f"    {reasons[one.id]}")] if one.id in reasons else []
    if len(found) > _MOST:
        lines.append(f"and {len(found) - _MOST} more")
    if found:
        lines.append(f'edit it by hand, or decline it: geoflow review {view.id} --decline ID --comment "WHY"')
    return lines
