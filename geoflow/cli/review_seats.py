"""Join the agents that take seats in a review."""

from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from geoflow.settings import Settings
    from geoflow.workflow.role_seats import Seats


@contextmanager
def open_seats(
    root: Path, settings: "Settings", given: "Sequence[str]", *, rules_only: bool
) -> "Iterator[Seats | None]":
    """Open the seats that were given, or else those of the settings; None where there are none.

    Who wants only rules gets no seat of the settings, but the one that was asked for all the same.
    """
    from geoflow.workflow.role_seats import Seats, read_seats

    taken = read_seats(given or (() if rules_only else settings.review.seats))
    if not taken:
        yield None
        return
    from geoflow.adapters.mcp_seats import SeatedAgents
    from geoflow.cli.ask_parts import servers_of

    agents = SeatedAgents(tuple(taken.values()), servers_of(root).servers, settings.tools)
    try:
        yield Seats(taken, agents)
    finally:
        agents.close()
