"""One decision of a triage, asked at a terminal: the same keys for an edit and for an adopted item."""

from collections.abc import Callable
from typing import TYPE_CHECKING

import typer

if TYPE_CHECKING:
    from geoflow.workflow.triage_decisions import Decision


def ask_decision(
    asked: str, key: str, edited: "Callable[[], Decision | None]", view: Callable[[], None] | None = None
) -> "dict[str, Decision] | None":
    """Ask for one decision: none for a skip, None for the end of the walk.

    Args:
        asked: What is asked, the keys included.
        key: The id of what is decided on.
        edited: Has it edited; None where nothing came of that, and it is asked again.
        view: Shows all of it, where the key `v` is offered.
    """
    from geoflow.workflow.triage_decisions import Decision

    while True:
        typed = typer.prompt(asked, default="s", show_default=False).strip().lower()[:1]
        if typed == "q":
            return None
        if typed == "s":
            return {}
        if typed == "a":
            return {key: Decision("accept")}
        if typed == "v" and view:
            view()
        if typed == "r" and (reason := typer.prompt("Why", default="", show_default=False).strip()):
            return {key: Decision("reject", " ".join(reason.split()))}
        if typed == "e" and (made := edited()):
            return {key: made}
