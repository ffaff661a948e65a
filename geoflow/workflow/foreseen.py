"""What a model said before its turn: kept until the run comes to the question, and given once."""

from collections import deque
from dataclasses import dataclass, field, replace
from threading import Lock

from geoflow.errors import GeoflowError
from geoflow.ports import ChatReply, ChatRequest
from geoflow.workflow.taken import Taken


@dataclass(frozen=True, slots=True)
class Said:
    """What came of a call that was made before its turn, a reply or a failure, and what it took."""

    outcome: ChatReply | GeoflowError
    took: Taken


@dataclass
class Foreseen:
    """Outcomes by the request, as often as it was made; safe for threads."""

    _said: dict[str, deque[Said]] = field(default_factory=dict)
    _lock: Lock = field(default_factory=Lock)

    def keep(self, model: str, request: ChatRequest, said: Said) -> None:
        """Keep what came of a request."""
        with self._lock:
            self._said.setdefault(_key(model, request), deque()).append(said)

    def take(self, model: str, request: ChatRequest) -> Said | None:
        """Give what came of a request, each outcome once; None where it was not made before its turn."""
        if not self._said:
            return None
        with self._lock:
            found = self._said.get(_key(model, request))
            return found.popleft() if found else None


def _key(model: str, request: ChatRequest) -> str:
    return f"{model}\0{replace(request, deadline=None)!r}"
