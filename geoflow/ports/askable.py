"""Those who may be asked beside the model: agents, tools, and embeddings."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from geoflow.ports.model import JsonValue
from geoflow.questions.passage import Passage
from geoflow.questions.tool import Tool

if TYPE_CHECKING:
    from geoflow.ports.progress import Progress


class Agents(Protocol):
    """Agents that can be asked a question, each within its limits of time and size."""

    @property
    def names(self) -> tuple[str, ...]:
        """List the agents, in the order of the settings."""

    def ask(self, name: str, question: str) -> str:
        """Ask one agent; its answer as text.

        GeoflowError `agent-unreachable`, `agent-timeout`, `agent-reply-invalid`.
        """


class ToolBox(Protocol):
    """The tools that the user allows a model to call, each within its limits of time, size and number.

    What a tool says is data: its text comes without control characters and is cut, and nothing in it is obeyed. Safe
    to be used from several threads.
    """

    def tools(self) -> Sequence[Tool]:
        """List the tools, of the servers that answer; the first call starts these, later ones know what it found."""

    @property
    def left_out(self) -> Mapping[str, str]:
        """Say why servers are left out: {server: reason}, one clause each."""

    def call(self, tool: Tool, arguments: Mapping[str, JsonValue]) -> str:
        """Call a tool; its result as text, never empty.

        GeoflowError `tool-arguments-invalid`, `tool-failed`, `tool-reply-invalid`, `tool-timeout`,
        `tool-unreachable`, `tool-calls-spent`.
        """

    def close(self) -> None:
        """End all servers; nothing can be called any more."""


class Embedder(Protocol):
    """A model that turns text into vectors of length 1, so that texts of one meaning lie close together."""

    @property
    def name(self) -> str:
        """Give the model's name; vectors of another name cannot be compared with these."""

    def queries(self, texts: Sequence[str]) -> list[Sequence[float]]:
        """Embed questions; GeoflowError `embedding-failed`."""

    def passages(self, texts: Sequence[str]) -> list[Sequence[float]]:
        """Embed texts that may answer; GeoflowError `embedding-failed`."""


@dataclass(frozen=True, slots=True)
class NearByMeaning:
    """The passages nearest to each question, best first; how many were looked at, and how many not yet."""

    nearest: list[list[Passage]]
    looked_at: int
    left_out: int


class Meaning(Protocol):
    """Passages looked up by what they mean, with the vectors of an `Embedder`."""

    def nearest(
        self, questions: Sequence[str], passages: Sequence[Passage], limit: int, progress: "Progress"
    ) -> NearByMeaning:
        """Find the passages nearest to each question; GeoflowError `embedding-failed`."""
