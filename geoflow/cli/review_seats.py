"""Join who takes part in a review beside the model: agents in seats, what was said before, and those who know."""

from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from geoflow.adapters.mcp_toolbox import McpToolBox
    from geoflow.adapters.role_memory import SqliteRoleMemory
    from geoflow.settings import Settings
    from geoflow.workflow.role_facts import FactDesk
    from geoflow.workflow.role_seats import Seats


@contextmanager
def open_seats(
    root: Path, settings: "Settings", given: "Sequence[str]", *, rules_only: bool
) -> "Iterator[Seats | None]":
    """Open the seats that were given, or else those of the settings; None where there are none.

    Who wants only rules gets no seat of the settings, but the one that was asked for all the same.
    """
    wanted = given or (() if rules_only else settings.review.seats)
    if not wanted:
        yield None
        return
    from geoflow.adapters.mcp_seats import SeatedAgents
    from geoflow.cli.ask_parts import servers_of
    from geoflow.workflow.role_seats import Seats, read_seats

    taken = read_seats(wanted)

    agents = SeatedAgents(tuple(taken.values()), servers_of(root).servers, settings.tools)
    try:
        yield Seats(taken, agents)
    finally:
        agents.close()


@contextmanager
def opened_tools(root: Path, settings: "Settings", *, wanted: bool) -> "Iterator[McpToolBox | None]":
    """Open the tools with which a model looks up what a role misses, and end their servers behind it."""
    if not wanted:
        yield None
        return
    from geoflow.cli.ask_parts import open_tools

    box = open_tools(root, settings)
    try:
        yield box
    finally:
        if box:
            box.close()


def open_memory(root: Path, *, fresh: bool) -> "SqliteRoleMemory":
    """Open what roles said before on a root, kept in the git folder; outside a repository nothing is remembered."""
    from geoflow.adapters.passage_index import root_key
    from geoflow.adapters.role_memory import SqliteRoleMemory
    from geoflow.cli.context import state_folder_or_none

    folder = state_folder_or_none(root)
    return SqliteRoleMemory(folder / f"roles-{root_key(root)}.sqlite" if folder else None, fresh=fresh)


def open_facts(*, may_ask: bool, dry: bool) -> "FactDesk":
    """Join those to whom objections are put: the documents, the stored answers, and people."""
    from geoflow.adapters.clock import SystemClock
    from geoflow.adapters.git_process import GitProcess
    from geoflow.adapters.people import audience_for, signature
    from geoflow.cli.ask_parts import open_questions
    from geoflow.cli.context import find_root_or_fail, open_passages, settings_here
    from geoflow.workflow.role_facts import FactDesk

    root, people = find_root_or_fail(), settings_here().settings.questions.people
    return FactDesk(
        open_passages(root),
        open_questions(root),
        SystemClock(),
        signature(GitProcess(root)) if may_ask else "",
        lambda path: audience_for(root, path, people),
        may_ask=may_ask,
        dry=dry,
    )
