"""Ask in the name of a role and remember what was said: a text is asked about once, whatever stops the review."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any

from geoflow.errors import ExitCode, GeoflowError
from geoflow.ports import ChatModel, ChatRequest, RoleMemory
from geoflow.workflow.budget import SPENT, Meter


@dataclass(slots=True)
class Asking:
    """The way to a model: what it said before is recalled, what is new is metered and kept.

    Args:
        model: The model.
        meter: Its budget.
        memory: What was said before; None remembers nothing.
        closed: Whether nothing new is asked any more, because the budget is spent.
        asked: How many replies came from the model and not from memory.
        heard: What scouts have heard and kept in this run: that is no memory of an earlier one.
        is_scout: Whether this is the way of one who goes ahead.
    """

    model: ChatModel
    meter: Meter
    memory: RoleMemory | None = None
    closed: bool = False
    asked: int = 0
    heard: set[str] = field(default_factory=set)
    is_scout: bool = False
    _prompts: set[str] = field(default_factory=set)

    def ahead(self, meter: Meter) -> "Asking":
        """Give the way for a scout, who asks only what is not remembered."""
        return Asking(self.model, meter, self.memory, heard=self.heard, is_scout=True)

    @property
    def prompts(self) -> tuple[str, ...]:
        """Name the prompts that were used, with their versions."""
        return tuple(sorted(self._prompts))

    def value(self, request: ChatRequest) -> Mapping[str, Any]:
        """Give the object that the model answers with; an empty one where it gave none.

        Raises:
            GeoflowError: `budget-spent` also where nothing new is asked any more; what the meter and the model raise.
        """
        self._prompts.add(request.prompt)
        key = _key(self.model, request)
        if not self.is_scout and key in self.heard:
            self.heard.discard(key)
            self.asked += 1
            return self.meter.complete(self.model, request).value or {}
        kept = _read(self.memory.recall(key)) if self.memory else None
        if kept is not None:
            return kept
        if self.closed:
            raise GeoflowError("The budget is spent.", code=SPENT, exit_code=ExitCode.NO)
        value = self.meter.complete(self.model, request).value or {}
        self.asked += 1
        if self.memory:
            self.memory.keep(key, json.dumps(dict(value)))
        if self.is_scout:
            self.heard.add(key)
        return value


def key_of(*parts: str) -> str:
    """Hash what was asked of whom."""
    return sha256("\0".join(parts).encode("utf-8", "surrogatepass")).hexdigest()


def _key(model: ChatModel, request: ChatRequest) -> str:
    messages = [part for one in request.messages for part in (one.role, one.content)]
    sample = f"{request.temperature} {request.seed} {request.max_tokens}"
    form = json.dumps(request.schema, sort_keys=True)
    return key_of(model.name, model.backend, request.prompt, form, sample, *messages)


def _read(text: str | None) -> Mapping[str, Any] | None:
    """Read what was kept; None where it is no object, since anybody may have written to the file."""
    try:
        value = json.loads(text) if text else None
    except (ValueError, RecursionError):
        return None
    return value if isinstance(value, dict) else None
