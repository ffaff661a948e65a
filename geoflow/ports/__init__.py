"""What the use cases need from the outside, as Protocols, and the plain values that cross the border.

A name is loaded when it is first used: a review by rule, which git hooks wait for, needs few of them.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from geoflow.ports.askable import Agents, Embedder, Meaning, NearByMeaning, ToolBox
    from geoflow.ports.documents import (
        BrokenFile,
        Documents,
        Part,
        Passages,
        PlanningTree,
        QuestionStore,
        StoredQuestions,
    )
    from geoflow.ports.events import Events, LearntFiles, PromptSearch, RoleMemory, SaidOfChange, SaidOfWork, Scored
    from geoflow.ports.model import (
        AroundModel,
        ChatModel,
        ChatReply,
        ChatRequest,
        FunctionCall,
        JsonValue,
        Message,
        Prompt,
        Templates,
        Usage,
    )
    from geoflow.ports.progress import Clock, Progress, RunProgress, Spent
    from geoflow.ports.repository import (
        CommitChange,
        CommitInfo,
        Commits,
        EditCommit,
        Head,
        History,
        LineCommit,
        NewCommit,
        Repository,
        Timeline,
    )
    from geoflow.ports.runs import Journal, RunExchange, Runs, Unfinished

_HOMES = {
    "Agents": "askable",
    "AroundModel": "model",
    "BrokenFile": "documents",
    "ChatModel": "model",
    "ChatReply": "model",
    "ChatRequest": "model",
    "Clock": "progress",
    "CommitChange": "repository",
    "CommitInfo": "repository",
    "Commits": "repository",
    "Documents": "documents",
    "EditCommit": "repository",
    "Embedder": "askable",
    "Events": "events",
    "FunctionCall": "model",
    "Head": "repository",
    "History": "repository",
    "Journal": "runs",
    "JsonValue": "model",
    "LearntFiles": "events",
    "Meaning": "askable",
    "LineCommit": "repository",
    "Message": "model",
    "NearByMeaning": "askable",
    "NewCommit": "repository",
    "Part": "documents",
    "Passages": "documents",
    "PlanningTree": "documents",
    "Progress": "progress",
    "Prompt": "model",
    "PromptSearch": "events",
    "QuestionStore": "documents",
    "Repository": "repository",
    "RoleMemory": "events",
    "RunExchange": "runs",
    "RunProgress": "progress",
    "Runs": "runs",
    "SaidOfChange": "events",
    "SaidOfWork": "events",
    "Scored": "events",
    "Spent": "progress",
    "StoredQuestions": "documents",
    "Templates": "model",
    "Timeline": "repository",
    "ToolBox": "askable",
    "Unfinished": "runs",
    "Usage": "model",
}

__all__ = [
    "Agents",
    "AroundModel",
    "BrokenFile",
    "ChatModel",
    "ChatReply",
    "ChatRequest",
    "Clock",
    "CommitChange",
    "CommitInfo",
    "Commits",
    "Documents",
    "EditCommit",
    "Embedder",
    "Events",
    "FunctionCall",
    "Head",
    "History",
    "Journal",
    "JsonValue",
    "LearntFiles",
    "LineCommit",
    "Meaning",
    "Message",
    "NearByMeaning",
    "NewCommit",
    "Part",
    "Passages",
    "PlanningTree",
    "Progress",
    "Prompt",
    "PromptSearch",
    "QuestionStore",
    "Repository",
    "RoleMemory",
    "RunExchange",
    "RunProgress",
    "Runs",
    "SaidOfChange",
    "SaidOfWork",
    "Scored",
    "Spent",
    "StoredQuestions",
    "Templates",
    "Timeline",
    "ToolBox",
    "Unfinished",
    "Usage",
]


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        message = f"module {__name__!r} has no attribute {name!r}"
        raise AttributeError(message)
    return getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)
