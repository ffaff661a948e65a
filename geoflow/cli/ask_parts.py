"""Join what `geoflow ask` and its stored questions work with."""

import sys
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from geoflow.cli.context import (
    find_root_or_fail,
    is_roomy,
    load_settings,
    open_templates,
    optional_model,
    state_folder_or_none,
)
from geoflow.errors import ExitCode, GeoflowError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from geoflow.adapters.mcp_servers import ServerList
    from geoflow.adapters.mcp_toolbox import McpToolBox
    from geoflow.adapters.question_files import QuestionFiles
    from geoflow.cli.questions import Words
    from geoflow.ports import Agents, ChatModel, Meaning
    from geoflow.questions.question import About
    from geoflow.settings import Settings
    from geoflow.workflow.ask_desk import AskDesk, Opener
    from geoflow.workflow.budget import Meter
    from geoflow.workflow.reading import Reader
    from geoflow.workflow.stored_questions import Secretary


def open_desk(
    words: "Words", budget: str, replay: Path | None, *, with_tools: bool = False
) -> "tuple[AskDesk, Meter, Opener]":
    """Join the desk, the meter of its model, and the opener that writes a question down.

    A desk `with_tools` is used inside `tools_closed(desk)`, which ends their servers.
    """
    from geoflow.adapters.clock import SystemClock
    from geoflow.adapters.documents import WorkTreeDocuments
    from geoflow.adapters.passage_index import SqlitePassages
    from geoflow.cli.context import open_passages
    from geoflow.cli.progress import silent_progress
    from geoflow.workflow.ask_desk import AskDesk
    from geoflow.workflow.tool_dialogue import ToolDialogue

    root = find_root_or_fail()
    settings = load_settings()
    reader, meter = _open_reader(root, settings, budget, replay)
    folder = state_folder_or_none(root)
    history = SqlitePassages.of_history(folder, root) if folder else None
    box = open_tools(root, settings) if with_tools else None
    desk = AskDesk(
        documents=WorkTreeDocuments(root),
        passages=open_passages(root),
        reader=reader,
        progress=silent_progress(),
        history=history,
        questions=open_questions(root),
        agents=_open_agents(settings),
        meaning=_open_meaning(root, folder, settings),
        tools=ToolDialogue(box, reader, SystemClock()) if box else None,
    )
    return desk, meter, _opener(root, settings, words)


def open_questions(root: Path) -> "QuestionFiles":
    """Open the question files of a root; their lock and cache lie in the git folder, or among the user's caches."""
    from geoflow.adapters.folders import locks_folder
    from geoflow.adapters.passage_index import root_key
    from geoflow.adapters.question_files import QuestionFiles

    folder = state_folder_or_none(root) or locks_folder()
    return QuestionFiles(root, folder, folder / f"questions-{root_key(root)}.sqlite")


def open_secretary(root: Path) -> "Secretary":
    """Join what stored questions are kept with; without a terminal on stdin the one at work counts as an agent."""
    from geoflow.adapters.clock import SystemClock
    from geoflow.adapters.documents import WorkTreeDocuments
    from geoflow.adapters.git_process import QuickGitProcess
    from geoflow.adapters.people import signature
    from geoflow.workflow.stored_questions import Secretary

    author = signature(QuickGitProcess(root))
    return Secretary(open_questions(root), WorkTreeDocuments(root), SystemClock(), author, sys.stdin.isatty())


def _open_reader(root: Path, settings: "Settings", budget: str, replay: Path | None) -> "tuple[Reader, Meter]":
    """Join what reads the passages; the model is opened when the first question needs it."""
    from geoflow.adapters.clock import SystemClock
    from geoflow.adapters.in_threads import CallThreads
    from geoflow.adapters.templates import JinjaTemplates
    from geoflow.workflow.budget import Meter, Metered
    from geoflow.workflow.limits import read_limits
    from geoflow.workflow.reading import Reader

    meter = Meter(SystemClock(), read_limits(budget))

    def open_model() -> "ChatModel | None":
        model = optional_model("The answer is the documents' own words.", settings, replay)
        if model is None:
            return None
        reader.templates = open_templates("ask", root)
        reader.roomy = is_roomy(settings, model)
        reader.calls = CallThreads(settings.llm.parallel) if settings.llm.parallel > 1 and not replay else None
        return Metered(model, meter)

    reader = Reader(open_model, JinjaTemplates())
    return reader, meter


def _open_agents(settings: "Settings") -> "Agents | None":
    if not settings.questions.agents:
        return None
    from geoflow.adapters.folders import mcp_file
    from geoflow.adapters.mcp_agents import McpAgents
    from geoflow.adapters.mcp_config import read_servers

    return McpAgents(settings.questions.agents, read_servers(mcp_file()), settings.questions.agent_timeout)


@contextmanager
def tools_closed(desk: "AskDesk") -> "Iterator[None]":
    """End the servers of a desk's tools, however the block ends."""
    try:
        yield
    finally:
        if desk.tools:
            desk.tools.close()


def open_tools(root: Path, settings: "Settings") -> "McpToolBox | None":
    """Join the tools that a model may call; None where the settings allow none. Nothing is started before its use."""
    if not settings.tools.allow:
        return None
    from geoflow.adapters.mcp_toolbox import McpToolBox

    return McpToolBox(servers_of(root), settings.tools)


def servers_of(root: Path) -> "ServerList":
    """List the MCP servers that may be used: the user's own, and those that a trusted repository names."""
    from geoflow.adapters.folders import mcp_file, trust_folder
    from geoflow.adapters.mcp_servers import list_servers
    from geoflow.adapters.trust_store import TrustStore

    return list_servers(mcp_file(), root, TrustStore(trust_folder()).in_repository(root))


def _open_meaning(root: Path, folder: Path | None, settings: "Settings") -> "Meaning | None":
    if settings.questions.embeddings == "off":
        return None
    from geoflow.adapters.embedders import choose_embedder
    from geoflow.adapters.meaning import SqliteMeaning
    from geoflow.adapters.passage_index import root_key

    file = folder / f"meaning-{root_key(root)}.sqlite" if folder else None
    return SqliteMeaning(file, lambda: choose_embedder(settings.llm, settings.questions))


def _opener(root: Path, settings: "Settings", words: "Words") -> "Opener":
    from geoflow.adapters.clock import SystemClock
    from geoflow.adapters.git_process import QuickGitProcess
    from geoflow.adapters.people import audience_for, signature
    from geoflow.workflow.ask_desk import Opener

    return Opener(
        signature(QuickGitProcess(root)),
        SystemClock(),
        lambda path: audience_for(root, path, settings.questions.people),
        words.people,
        read_about(root, words.about) if words.about else None,
        words.options,
    )


def read_about(root: Path, place: str) -> "About":
    """Find what `PATH[:LINE]` names: the requirement there, and the finding on that line that nobody could answer.

    Raises:
        GeoflowError: `unknown-place` where no document of `openspec/` is named or no requirement stands there.
    """
    from geoflow.adapters.documents import WorkTreeDocuments
    from geoflow.workflow.about import place_about

    path, _, line = place.rpartition(":") if place.rpartition(":")[2].isdecimal() else (place, "", "")
    files = WorkTreeDocuments(root).read("live")
    found = place_about(files, path, int(line) if line else 0)
    if found is None:
        raise GeoflowError(
            f"{place} is no requirement of a spec or an active change.",
            fix="Name it as in openspec/specs/login/spec.md:12.",
            code="unknown-place",
            exit_code=ExitCode.USAGE,
        )
    return found
