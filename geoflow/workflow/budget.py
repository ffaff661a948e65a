"""Budgets: how much time, how many calls or tokens a run may take."""

import re
from dataclasses import dataclass, field

from geoflow.errors import ExitCode, GeoflowError
from geoflow.ports import ChatModel, ChatReply, ChatRequest, Clock

_FORM = re.compile(r"\s*(\d+(?:\.\d+)?)\s*(s|m|h|calls?|tokens?)\s*\Z", re.IGNORECASE)
_SECONDS = {"s": 1.0, "m": 60.0, "h": 3600.0}


@dataclass(frozen=True, slots=True)
class Limits:
    """What a run may take; None means no limit of that kind. Time is in seconds."""

    seconds: float | None = None
    calls: int | None = None
    tokens: int | None = None


def read_limits(text: str) -> Limits:
    """Read a budget such as `10m`, `90s`, `50calls`, `20000tokens`, or several joined by commas.

    Raises:
        GeoflowError: `budget-unreadable`, with the forms that are understood.
    """
    found: dict[str, float] = {}
    for part in text.split(","):
        match = _FORM.match(part)
        if match is None:
            raise GeoflowError(
                f"The budget {text!r} cannot be read.",
                fix="Write it as 10m, 90s, 1h, 50calls or 20000tokens.",
                code="budget-unreadable",
                exit_code=ExitCode.USAGE,
            )
        amount, unit = float(match[1]), match[2].lower()
        if unit in _SECONDS:
            found["seconds"] = amount * _SECONDS[unit]
        else:
            found["tokens" if unit.startswith("token") else "calls"] = amount
    calls, tokens = found.get("calls"), found.get("tokens")
    return Limits(found.get("seconds"), None if calls is None else int(calls), None if tokens is None else int(tokens))


@dataclass
class Meter:
    """Count what a run has taken so far, and tell when it is enough."""

    clock: Clock
    limits: Limits
    started: float = field(init=False)
    calls: int = 0
    prompt_tokens: int = 0
    completion_tokens: int = 0
    cached_tokens: int = 0
    model_seconds: float = 0.0

    def __post_init__(self) -> None:
        """Start counting time."""
        self.started = self.clock.seconds()

    @property
    def seconds(self) -> float:
        """Give the time since the start."""
        return self.clock.seconds() - self.started

    @property
    def out_of_time(self) -> bool:
        """Tell whether the limit of time is reached."""
        return self.limits.seconds is not None and self.seconds >= self.limits.seconds

    @property
    def exhausted(self) -> bool:
        """Tell whether one of the limits is reached."""
        limits = self.limits
        return (
            self.out_of_time
            or (limits.calls is not None and self.calls >= limits.calls)
            or (limits.tokens is not None and self.prompt_tokens + self.completion_tokens >= limits.tokens)
        )

    def complete(self, model: ChatModel, request: ChatRequest) -> ChatReply:
        """Ask the model and count what it took, also where it fails."""
        before = self.clock.seconds()
        self.calls += 1
        try:
            reply = model.complete(request)
        finally:
            self.model_seconds += self.clock.seconds() - before
        self.prompt_tokens += reply.usage.prompt
        self.completion_tokens += reply.usage.completion
        self.cached_tokens += reply.usage.cached or 0
        return reply

    def cost(self) -> dict[str, float | int]:
        """Give what was taken: seconds, calls and tokens."""
        return {
            "seconds": round(self.seconds, 2),
            "model_seconds": round(self.model_seconds, 2),
            "calls": self.calls,
            "prompt_tokens": self.prompt_tokens,
            "completion_tokens": self.completion_tokens,
            "cached_tokens": self.cached_tokens,
        }
