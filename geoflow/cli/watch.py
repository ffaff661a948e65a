"""The command `geoflow watch`."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, NamedTuple

import typer

from geoflow.errors import GeoflowError

if TYPE_CHECKING:
    from collections.abc import Callable

    from geoflow.cli.watch_model import ModelLooks
    from geoflow.cli.watch_page import Page
    from geoflow.cli.watch_rules import CurrentRules
    from geoflow.workflow.watch import State

QUIET_SECONDS = 2.0
"""How long nothing was saved when the model begins to look."""
_PATIENCE = 0.2  # seconds: how often it is looked whether the model is done


def watch(
    rules_only: Annotated[bool, typer.Option("--rules-only", help="Ask no model.")] = False,
    budget: Annotated[str, typer.Option(help="What the model may take for one look: 1m, 90s, 10calls.")] = "1m",
    poll: Annotated[bool, typer.Option("--poll", help="Look at the files every second, as on network drives.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Write one JSON document a line, one for each look.")] = False,
) -> None:
    """Watch the specs: after every save, tell which findings are new, which are gone, and what is invalid.

    Rules look at once, the model once nothing was saved for two seconds, and only at what changed. Ctrl-C ends it.

    Example: geoflow watch --rules-only
    """
    from geoflow.adapters.tree_watcher import TreeWatcher
    from geoflow.cli.context import find_root_or_fail, say
    from geoflow.cli.watch_model import open_looks
    from geoflow.cli.watch_page import open_page
    from geoflow.cli.watch_rules import CurrentRules
    from geoflow.workflow.limits import read_limits

    root, limits = find_root_or_fail(), read_limits(budget)
    looks = None if rules_only else open_looks(root, limits)
    # Events that come while the first look is at work are kept, and lead to the next one.
    with TreeWatcher(root, poll=poll) as watcher, open_page(root, as_json=as_json) as page:
        if watcher.note:
            say(watcher.note)
        try:
            _loop(_Watch(root, page, CurrentRules(root)), watcher.wait, looks)
        finally:
            if looks:
                looks.stop()


class _Watch(NamedTuple):
    root: Path
    page: "Page"
    rules: "CurrentRules"


def _loop(watched: _Watch, wait: "Callable[[float | None], bool]", looks: "ModelLooks | None") -> None:
    from geoflow.workflow.watch import NOTHING

    state = _look(watched, NOTHING)
    began, due = state.files, False
    while True:
        if wait(QUIET_SECONDS if due else _PATIENCE if looks and looks.at_work else None):
            if looks:
                looks.stop()
            before, state = state, _look(watched, state)
            due = looks is not None and (due or state is not before)
        elif due and looks:
            due = False
            looks.start(state.files, began)
            watched.page.model_begins()
        if looks and (result := looks.result()) is not None:
            watched.page.model_said(result)


def _look(watched: _Watch, before: "State") -> "State":
    """Look by rule and show it; the state before where nothing changed, or the tree cannot be read at this moment."""
    import time

    from geoflow.openspec.disk import load
    from geoflow.workflow.watch import NOTHING, look_again

    root, page, rules = watched
    began = time.perf_counter()
    try:
        files = dict(load(str(root), archive=False))
    except GeoflowError as error:
        page.note(f"{error.message} {error.fix}".strip())
        return before
    has_new_rules = rules.read(files)
    if rules.note:
        page.note(rules.note)
    if files == before.files and not has_new_rules and before is not NOTHING:
        return before
    state, look = look_again(rules.rules, before, files, whole=has_new_rules)
    page.looked(state, look, time.perf_counter() - began, is_first=before is NOTHING)
    if before is NOTHING:
        rules.keep()
    rules.settle()
    return state
