"""Runs of improve: those that are kept, and one that is at work."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from geoflow.ports.model import ChatReply, ChatRequest


class Runs(Protocol):
    """The runs of improve that are kept, and the branches that they made."""

    def publish(self, run: str, branch: str, tip: str, record: bytes) -> None:
        """Publish a run's branch (none where it is empty), and then its record; GeoflowError `branch-exists`."""

    def records(self) -> dict[str, bytes]:
        """Read the records that are kept, the newest first: {run: JSON}; anybody may have pushed them."""

    def branches_there(self, names: Collection[str]) -> set[str]:
        """Tell which of these branches exist, here or at a remote."""

    def tip(self, branch: str) -> str:
        """Give the commit of a branch; empty where there is none."""

    def is_in(self, commit: str, tip: str) -> bool:
        """Tell whether a commit is among those that another one stands on; false for what is no commit here."""

    def is_kept(self, run: str) -> bool:
        """Tell whether a run of this name is kept."""


class RunExchange(Protocol):
    """Kept runs here and at a remote, by name; nothing that is there is moved, replaced or deleted."""

    @property
    def remote(self) -> str:
        """Give the remote's name."""

    def here(self) -> dict[str, str]:
        """List the runs that are kept here: {name: commit}."""

    def there(self) -> dict[str, str]:
        """List the runs that the remote has: {name: commit}; GeoflowError `remote-unreachable`."""

    def fetch(self, names: Mapping[str, str]) -> None:
        """Fetch runs: {name there: name here}."""

    def push(self, names: Mapping[str, str]) -> dict[str, str]:
        """Push runs, {name here: name there}; of those that are refused why, by their name here."""


@dataclass(frozen=True, slots=True)
class Unfinished:
    """A run of improve that has not ended: what it is for, since when, and how many findings of how many are done.

    `pid` is the process that is at work on it, 0 where it was killed. `branch`, `tip` and `record` are there once it
    was about to publish.
    """

    run: str
    base: str
    targets: tuple[str, ...]
    started: datetime
    done: int = 0
    total: int = 0
    replies: int = 0
    pid: int = 0
    branch: str = ""
    tip: str = ""
    record: bytes = b""


class Journal(Protocol):
    """What runs of improve write down while they work, so that the next one goes on. Disposable; it never fails."""

    def unfinished(self) -> list[Unfinished]:
        """List the runs of this root that have not ended, the newest first."""

    def begin(self, run: str, base: str, targets: Sequence[str]) -> None:
        """Begin to write a run down, or go on with it."""

    def recall(self, model: str, request: ChatRequest) -> ChatReply | None:
        """Give what a model said to a request before the kill, each reply once and in its order; None without."""

    def keep(self, model: str, request: ChatRequest, reply: ChatReply) -> None:
        """Write a reply down before this returns."""

    def at(self, done: int, total: int) -> None:
        """Write down how many findings of how many are done."""

    def deliver(self, branch: str, tip: str, record: bytes) -> None:
        """Write down what is about to be published, before this returns."""

    def forget(self, run: str) -> None:
        """Remove what was written of a run."""
