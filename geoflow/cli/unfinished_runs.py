"""Runs of improve that have not ended, as bare `geoflow` shows them."""

from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from geoflow.ports import Unfinished


def unfinished_rows(root: Path) -> list[dict[str, Any]]:
    """Give the unfinished runs of a root, the newest first, each with its line for people."""
    from geoflow.cli.context import state_folder_or_none

    folder = state_folder_or_none(root)
    if folder is None or not (folder / "improve").is_dir():
        return []
    from geoflow.adapters.run_journal import RunJournal

    found = RunJournal(folder, root).unfinished()
    head = _head(root) if found else ""
    return [_row(one) | {"line": _line(one, head)} for one in found]


def _row(one: "Unfinished") -> dict[str, Any]:
    return {
        "run": one.run,
        "base": one.base,
        "targets": list(one.targets),
        "started": f"{one.started:%Y-%m-%dT%H:%M:%SZ}",
        "done": one.done,
        "total": one.total,
        "pid": one.pid,
    }


def _line(one: "Unfinished", head: str) -> str:
    far = f", {one.done} of {one.total} findings done" if one.total else ""
    if one.pid:
        return f"at work: the run {one.run}{far}, process {one.pid}"
    command = " ".join(["geoflow improve", *one.targets])
    ends = f"goes on with: {command}" if one.base == head else "the commit has moved, and the next run removes it"
    return f"unfinished: the run {one.run}{far}; {ends}"


def _head(root: Path) -> str:
    from geoflow.adapters import git
    from geoflow.errors import GeoflowError

    try:
        return git.open_repository(root).head().commit
    except GeoflowError:
        return ""
