"""`geoflow list`: what specs and changes there are."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import typer

if TYPE_CHECKING:
    from geoflow.openspec.nesting import Folder
    from geoflow.openspec.validity import OpenTree


def list_(
    specs: bool = typer.Option(False, "--specs", help="List the specs."),
    _anyway: bool = typer.Option(False, "--changes", help="List the active changes (what is listed anyway)."),
    order: bool = typer.Option(
        False, "--order", help="Show which changes conflict, and in which order the rest archive."
    ),
    sort: str = typer.Option("recent", "--sort", metavar="recent|name", help="Say what comes first among changes."),
    as_json: bool = typer.Option(False, "--json", help="Print one JSON document, in the shape of the npm CLI."),
    store: str = typer.Option("", "--store", metavar="ID", help="Stores are not supported: says where to go instead."),
) -> None:
    """List the active changes with their tasks, newest first, or the specs with their requirements.

    Example: geoflow list --specs
    """
    from geoflow.cli.render import print_json
    from geoflow.cli.root import root_here
    from geoflow.errors import ExitCode, GeoflowError
    from geoflow.openspec.disk import open_files
    from geoflow.openspec.validity import open_tree

    root = root_here(store)
    if order:
        from geoflow.cli.order import refuse_specs, show_order

        refuse_specs(asked=specs)
        show_order(root, as_json=as_json)
        return
    if sort not in ("recent", "name"):
        raise GeoflowError(
            f"{sort} is no order of changes.",
            fix="Write --sort recent or --sort name.",
            code="unknown-order",
            exit_code=ExitCode.USAGE,
        )
    tree = open_tree(open_files(root, archive=False))
    name = "specs" if specs else "changes"
    rows = _specs(tree) if specs else _changes(root, tree, by_name=sort == "name")
    if as_json:
        about = {"root": {"path": root, "source": "nearest"}, "schema": "geoflow.list/1"}
        print_json({name: rows, **_warnings(rows), **about})
        return
    _print_rows(rows, name)


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
    return f"{tasks:<14}  {row['lastModified'][:16].replace('T', ' ')} UTC"
