"""`geoflow validate --staged`: the items that a commit is about to change, as it will hold them."""

from collections.abc import Callable
from typing import TYPE_CHECKING

from geoflow.cli.judge import Judge
from geoflow.openspec.items import Item, touched_items
from geoflow.openspec.layout import Layout, layout

if TYPE_CHECKING:
    from geoflow.cli.validation_report import Checked
    from geoflow.openspec.model import Report


def check_staged(
    root: str,
    named: Callable[[Layout], list[Item]] | None,
    timed: "Callable[[Item, Callable[[Item], Report]], Checked]",
) -> "list[Checked]":
    """Judge the items of the index that were named, or those that have a staged file.

    Raises:
        GeoflowError: `unmerged-index`, `not-a-repository` and others of git.
    """
    from geoflow.adapters.staged_files import open_staged

    with open_staged(root) as staged:
        found = layout(staged.files)
        judge = Judge(root, staged.files, found)
        chosen = named(found) if named else touched_items(found, staged.changed)
        checked = [timed(item, judge.judge) for item in chosen]
    judge.remember(whole=False)
    return checked
