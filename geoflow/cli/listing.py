"""What `geoflow list` does, for Typer and for the short way that answers before Typer is imported."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

from geoflow.cli.root import root_here
from geoflow.errors import ExitCode, GeoflowError

if TYPE_CHECKING:
    from geoflow.openspec.nesting import Folder
    from geoflow.openspec.validity import OpenTree


class Request(NamedTuple):
    """What was asked for on the command line."""

    specs: bool = False
    order: bool = False
    sort: str = "recent"
    as_json: bool = False
    store: str = ""


SWITCHES = ("--specs", "--changes", "--order", "--json")


def read_arguments(arguments: Sequence[str]) -> Request | None:
    """Read the arguments behind `list`; None for anything but switches, which Typer then reads."""
    if any(argument not in SWITCHES for argument in arguments):
        return None
    return Request(specs="--specs" in arguments, order="--order" in arguments, as_json="--json" in arguments)


def run(request: Request) -> int:
    """List what was asked for, and give the exit code."""
    root = root_here(request.store)
    if request.order:
        from geoflow.cli.order import refuse_specs, show_order

        refuse_specs(asked=request.specs)
        show_order(root, as_json=request.as_json)
        return int(ExitCode.OK)
    if request.sort not in ("recent", "name"):
        raise GeoflowError(
            f"{request.sort} is no order of changes.",
            fix="Write --sort recent or --sort name.",
            code="unknown-order",
            exit_code=ExitCode.USAGE,
        )
    _show(root, request)
    return int(ExitCode.OK)


def _show(root: str, request: Request) -> None:
    from geoflow.openspec.disk import open_files
    from geoflow.openspec.validity import open_tree

    tree = open_tree(open_files(root, archive=False))
    name = "specs" if request.specs else "changes"
    rows = _specs(tree) if request.specs else _changes(root, tree, by_name=request.sort == "name")
    if request.as_json:
        from geoflow.cli.render import print_json

        if not request.specs and tree.found.changes:
            fields = _fields(root)
            rows = [row | fields.get(row["name"], {}) for row in rows]

        about = {"root": {"path": root, "source": "nearest"}, "schema": "geoflow.list/1"}
        print_json({name: rows, **_warnings(rows), **about})
        return
    if not request.specs:
        states = _states(root, tree)
        rows = [row | {"state": states[row["name"]]} if row["name"] in states else row for row in rows]
    _print_rows(rows, name)


def _fields(root: str) -> dict[str, dict[str, Any]]:
    """Give what the JSON says of changes beyond the npm CLI's; a setting that is wrong does not take its list away."""
    from geoflow.cli.state import state_fields

    try:
        return state_fields(root)
    except GeoflowError as error:
        from geoflow.cli.context import say

        say(f"no state is given: {error.message}")
        return {}


def _states(root: str, tree: "OpenTree") -> dict[str, str]:
    """Say how far the changes are that somebody has said something about; the others cost nothing."""
    talked = {name for name, files in tree.found.changes.items() if any(one.startswith("reviews/") for one in files)}
    if not talked:
        return {}
    from pathlib import Path

    from geoflow.cli.cycle_parts import open_cycle, state_line
    from geoflow.workflow.change_cycle import look_at_changes

    return {view.id: state_line(view) for view in look_at_changes(open_cycle(Path(root), "", "agent"), talked)}


def _specs(tree: "OpenTree") -> list[dict[str, Any]]:
    from geoflow.openspec.collate import collation_key

    names = sorted(tree.found.specs, key=collation_key)
    return [{"id": name, "requirementCount": _count(tree, name)} for name in names]


def _count(tree: "OpenTree", name: str) -> int:
    from geoflow.errors import UnreadableError
    from geoflow.openspec.spec_rules import count_requirements

    try:
        return count_requirements(tree.files[tree.found.specs[name]])
    except UnreadableError:
        return 0


def _changes(root: str, tree: "OpenTree", *, by_name: bool) -> list[dict[str, Any]]:
    from geoflow.openspec.collate import collation_key
    from geoflow.openspec.disk import last_modified
    from geoflow.openspec.layout import CHANGES

    # The npm CLI lists hidden folders as well, though nothing else takes them for changes.
    names = sorted(
        {path.split("/")[2] for path in tree.files if path.startswith(CHANGES) and path.count("/") > 2} - {"archive"}
    )
    times = {name: _milliseconds(last_modified(root, CHANGES + name)) for name in names}
    shown = sorted(names, key=collation_key) if by_name else sorted(names, key=lambda name: -times[name])
    return [_change(tree, name, times[name]) for name in shown]


def _milliseconds(seconds: float) -> int:
    from math import floor

    return floor(seconds * 1000 + 0.5)


def _change(tree: "OpenTree", name: str, modified: int) -> dict[str, Any]:
    from datetime import UTC, datetime, timedelta

    from geoflow.openspec.nesting import nested_changes
    from geoflow.openspec.progress import progress

    folder = _folder(tree, name)
    tasks, nested = progress(folder), [] if name.startswith(".") else nested_changes(folder)
    moment = (datetime.fromtimestamp(0, UTC) + timedelta(milliseconds=modified)).isoformat(timespec="milliseconds")
    complete = "complete" if tasks.done == tasks.total else "in-progress"
    row: dict[str, Any] = {
        "name": name,
        "completedTasks": tasks.done,
        "totalTasks": tasks.total,
        "lastModified": moment.replace("+00:00", "Z"),
        "status": complete if tasks.total else "no-tasks",
    }
    return row | ({"nested": nested} if nested else {})


def _folder(tree: "OpenTree", name: str) -> "Folder":
    from geoflow.openspec.layout import CHANGES
    from geoflow.openspec.nesting import Folder

    names = tree.found.changes.get(name)
    if names is None:
        prefix = f"{CHANGES}{name}/"
        names = {path[len(prefix) :]: path for path in tree.files if path.startswith(prefix)}
    return Folder(name, names, tree.files, tree.schemas, tree.mains)


def _warnings(rows: Sequence[dict[str, Any]]) -> dict[str, Any]:
    found = [
        {
            "code": "nested_change_directory",
            "name": row["name"],
            "nested": row["nested"],
            "message": f"{row['name']} is a folder around other changes, which nothing reads there.",
        }
        for row in sorted(rows, key=lambda row: str(row.get("name")))
        if "nested" in row
    ]
    return {"warnings": found} if found else {}


def _print_rows(rows: Sequence[dict[str, Any]], name: str) -> None:
    from geoflow.cli.json_text import encodable
    from geoflow.cli.render import printable

    if not rows:
        print(f"There are no {name}.")
        return
    names = [printable(row.get("id") or row["name"]) for row in rows]
    width = max(map(len, names))
    for shown, row in zip(names, rows, strict=True):
        print(encodable(f"{shown:<{width}}  {_summary(row)}"))


def _summary(row: dict[str, Any]) -> str:
    if "requirementCount" in row:
        count = row["requirementCount"]
        return f"{count} requirement" if count == 1 else f"{count} requirements"
    if "nested" in row:
        return "a folder around other changes: " + ", ".join(row["nested"])
    tasks = "no tasks" if not row["totalTasks"] else f"{row['completedTasks']}/{row['totalTasks']} tasks"
    state = f"  {row['state']}" if "state" in row else ""
    return f"{tasks:<14}  {row['lastModified'][:16].replace('T', ' ')} UTC{state}"
