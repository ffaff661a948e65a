"""`geoflow list`: what specs and changes there are."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import typer

if TYPE_CHECKING:
    from geoflow.openspec.validity import OpenTree


def list_(
    specs: bool = typer.Option(False, "--specs", help="List the specs."),
    changes: bool = typer.Option(False, "--changes", help="List the active changes (what is listed anyway)."),
    order: bool = typer.Option(
        False, "--order", help="Show which changes conflict, and in which order the rest archive."
    ),
    as_json: bool = typer.Option(False, "--json", help="Print one JSON document, in the shape of the npm CLI."),
) -> None:
    """List the active changes with their tasks, newest first, or the specs with their requirements.

    Example: geoflow list --specs
    """
    from geoflow.cli.render import print_json
    from geoflow.cli.root import root_here
    from geoflow.openspec.disk import load
    from geoflow.openspec.validity import open_tree

    root = root_here()
    if order:
        from geoflow.cli.order import refuse_specs, show_order

        refuse_specs(asked=specs)
        show_order(root, as_json=as_json)
        return
    tree = open_tree(load(root, archive=False))
    rows = _specs(tree) if specs and not changes else _changes(root, tree)
    name = "specs" if specs and not changes else "changes"
    if as_json:
        about = {"root": {"path": root, "source": "nearest"}, "schema": "geoflow.list/1"}
        print_json({name: rows, **about})
        return
    _print_rows(rows, name)


def _specs(tree: "OpenTree") -> list[dict[str, Any]]:
    from geoflow.openspec.collate import collation_key
    from geoflow.openspec.spec_rules import count_requirements

    names = sorted(tree.found.specs, key=collation_key)
    return [{"id": name, "requirementCount": count_requirements(tree.files[tree.found.specs[name]])} for name in names]


def _changes(root: str, tree: "OpenTree") -> list[dict[str, Any]]:
    from geoflow.openspec.layout import CHANGES
    from geoflow.openspec.disk import last_modified

    times = {name: last_modified(root, CHANGES + name) for name in tree.found.changes}
    newest = sorted(times, key=lambda name: -times[name])
    return [_change(tree, name, times[name]) for name in newest]


def _change(tree: "OpenTree", name: str, modified: float) -> dict[str, Any]:
    from datetime import UTC, datetime

    from geoflow.openspec.nesting import nested_changes
    from geoflow.openspec.progress import progress
    from geoflow.openspec.validity import folder_of

    folder = folder_of(tree, name)
    tasks, nested = progress(folder), nested_changes(folder)
    moment = datetime.fromtimestamp(modified, UTC).isoformat(timespec="milliseconds")
    complete = "complete" if tasks.done == tasks.total else "in-progress"
    row: dict[str, Any] = {
        "name": name,
        "completedTasks": tasks.done,
        "totalTasks": tasks.total,
        "lastModified": moment.replace("+00:00", "Z"),
        "status": complete if tasks.total else "no-tasks",
    }
    return row | ({"nested": nested} if nested else {})


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
