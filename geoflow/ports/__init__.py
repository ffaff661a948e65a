"""What the use cases need from the outside, as Protocols, and the plain values that cross the border."""

from geoflow.ports.askable import Agents, Embedder, Meaning, NearByMeaning, ToolBox
from geoflow.ports.documents import BrokenFile, Documents, Part, Passages, PlanningTree, QuestionStore, StoredQuestions
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
from geoflow.ports.repository import CommitChange, CommitInfo, Commits, EditCommit, Head, History, Repository
from geoflow.ports.runs import Journal, RunExchange, Runs, Unfinished

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
    "Meaning",
    "Message",
    "NearByMeaning",
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
    "ToolBox",
    "Unfinished",
    "Usage",
]
