"""Budgets: how much time, how many calls or tokens a run may take."""

from dataclasses import dataclass, field, replace
from typing import Protocol

from geoflow.errors import ExitCode, GeoflowError
from geoflow.ports import AroundModel, ChatModel, ChatReply, ChatRequest, Clock, Spent
from geoflow.quality.prompt_size import message_tokens
from geoflow.workflow.foreseen import Foreseen, Said
from geoflow.workflow.hearing import Hearing
from geoflow.workflow.limits import Limits
from geoflow.workflow.model_failures import INTERRUPTED
from geoflow.workflow.taken import Taken
from geoflow.workflow.tally import Tally

SPENT = "budget-spent"
"""The code of the error that ends a run when its budget does."""
_ASKED_ANEW = frozenset({SPENT, INTERRUPTED, "model-context-exceeded"})
"""Codes of failures that cost no call, or say nothing of the request: it is asked anew when it is its turn."""


class ReplyMemory(Protocol):
    """What a model said in the part of a run that was killed."""

    def recall(self, model: str, request: ChatRequest) -> ChatReply | None:
        """Give what a model said to a request, each reply once and in the order in which they came; None without."""

    def keep(self, model: str, request: ChatRequest, reply: ChatReply) -> None:
        """Write a reply down before this returns."""


@dataclass
class Meter:
    """Count what a run takes, from any number of threads, and begin no call that its budget has no room for.

    With a `memory` a request that it knows is answered from there, and takes nothing of the budget. What was asked
    ahead counts for the budget when it is asked, and as taken when it is used. `is_stopped` tells that Ctrl-C came.
    """

    clock: Clock
    limits: Limits
    started: float = field(init=False)
    memory: ReplyMemory | None = None
    last_prompt: str = ""
    is_stopped: bool = False
    _foreseen: Foreseen = field(default_factory=Foreseen)
    _tally: Tally = field(default_factory=Tally)

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
    def calls(self) -> int:
        """Give the calls that were begun, those ahead of their turn included."""
        return self._tally.calls

    @property
    def tokens(self) -> int:
        """Give the tokens that were taken, those of calls ahead of their turn included."""
        return self._tally.tokens

    @property
    def exhausted(self) -> bool:
        """Tell whether one of the limits is reached by what the run has used."""
        return self.limits.reached(self.seconds, *self._tally.used())

    @property
    def has_no_room(self) -> bool:
        """Tell whether one of the limits is reached by what was asked, what was asked ahead included."""
        return self.limits.reached(self.seconds, self.calls, self.tokens)

    def complete(self, model: ChatModel, request: ChatRequest) -> ChatReply:
        """Ask the model within what is left of the budget, and count what it took, also where it fails.

        Raises:
            GeoflowError: `budget-spent` where the call would not end within the budget, or did not;
                `model-context-exceeded` where prompt and reply are larger than the context; `interrupted` after Ctrl-C,
                so that a verb can give what it has so far; what the model raises.
        """
        self.last_prompt = request.prompt
        if said := self._foreseen.take(model.name, request):
            self._tally.come_to(said.took)
            if isinstance(said.outcome, GeoflowError):
                raise said.outcome
            return said.outcome
        if known := self._recall(model, request):
            return known
        if self.is_stopped:
            raise _stopped()
        return self._ask(model, request)

    def complete_ahead(self, model: ChatModel, request: ChatRequest) -> ChatReply:
        """Ask before its turn; the outcome is kept for `complete`. Raises GeoflowError as `complete` does."""
        if self.is_stopped:
            raise _stopped()
        if known := self._recall(model, request, ahead=True):
            self._foreseen.keep(model.name, request, Said(known, _took(known, known.seconds)))
            return known
        try:
            reply = self._ask(model, request, ahead=True)
        except GeoflowError as error:
            if error.code not in _ASKED_ANEW:
                self._foreseen.keep(model.name, request, Said(error, Taken(1)))
            raise
        self._foreseen.keep(model.name, request, Said(reply, _took(reply)))
        return reply

    def _recall(self, model: ChatModel, request: ChatRequest, *, ahead: bool = False) -> ChatReply | None:
        with self._tally.lock:  # each reply is given once, whoever asks
            known = self.memory.recall(model.name, request) if self.memory else None
            if known:
                self._tally.recall(_took(known, known.seconds), ahead=ahead)
        return known

    def _ask(self, model: ChatModel, request: ChatRequest, *, ahead: bool = False) -> ChatReply:
        prompt = sum(message_tokens(message.content) for message in request.messages)
        if prompt + request.max_tokens > model.context_tokens:
            raise _too_long(request, model)
        hearing = Hearing(self.clock.seconds, prompt + request.max_tokens)
        hearing.is_ahead = ahead
        if not self._begin(request, prompt, hearing):
            raise self._spent()
        before = self.clock.seconds()
        try:
            reply = model.complete(replace(request, deadline=self._deadline(), heard=hearing))
        except GeoflowError as error:
            self._tally.fail(hearing, self.clock.seconds() - before)
            if error.code == SPENT:
                raise self._spent() from error
            raise
        except KeyboardInterrupt:
            self._tally.fail(hearing, self.clock.seconds() - before)
            raise _stopped() from None
        except BaseException:
            self._tally.fail(hearing, self.clock.seconds() - before)
            raise
        self._tally.end(request, reply, hearing, self.clock.seconds() - before)
        with self._tally.lock:
            if self.memory:
                self.memory.keep(model.name, request, reply)
        return reply

    def forget(self) -> None:
        """Recall and keep nothing more: the run is over, whatever is still under way."""
        with self._tally.lock:
            self.memory = None

    def count_call(self) -> None:
        """Count a call of something that is no model, such as an agent; GeoflowError `budget-spent` before it."""
        with self._tally.lock:
            if not self.has_no_room:
                self._tally.calls += 1
                return
        raise self._spent()

    def _begin(self, request: ChatRequest, prompt: int, hearing: Hearing) -> bool:
        with self._tally.lock:
            if self.has_no_room or not self._has_room(request, prompt):
                return False
            self._tally.begin(hearing)
            return True

    def _deadline(self) -> float | None:
        return None if self.limits.seconds is None else self.started + self.limits.seconds

    def _has_room(self, request: ChatRequest, prompt: int) -> bool:
        limits = self.limits
        if limits.tokens is not None and self._tally.promised + prompt + request.max_tokens > limits.tokens:
            return False
        # No call of this prompt was faster than the fastest so far, so one more would be cut off in the middle.
        return limits.seconds is None or self.seconds + self._tally.fastest(request.prompt) < limits.seconds

    def taken(self) -> Taken:
        """Give what was taken so far, what was recalled included."""
        return self._tally.taken(self.seconds)

    def spent(self) -> Spent:
        """Give what was taken so far, tokens that are just coming included."""
        written, seconds = self._tally.writing()
        tokens = self._tally.prompt_tokens + written
        rate = written / seconds if seconds > 0 else 0.0
        return Spent(self.calls, tokens, rate, self.limits.left(self.seconds, self.calls, tokens))

    def _spent(self) -> GeoflowError:
        cost = self.spent()
        calls = f"{cost.calls} call{'' if cost.calls == 1 else 's'}"
        return GeoflowError(
            f"The budget is spent: {calls}, {cost.tokens} tokens, {self.seconds:.0f} s.",
            fix="Give the run more, such as: --budget 20m (or 50calls, 20000tokens)",
            code=SPENT,
            exit_code=ExitCode.NO,
        )

    def cost(self) -> dict[str, float | int]:
        """Give what was taken: seconds, calls and tokens."""
        return {
            "seconds": round(self.seconds, 2),
            "model_seconds": round(self._tally.model_seconds, 2),
            "calls": self.calls,
            "prompt_tokens": self._tally.prompt_tokens,
            "completion_tokens": self._tally.completion_tokens,
            "cached_tokens": self._tally.cached_tokens,
            "recalled_calls": self._tally.recalled.calls,
        }


def _took(reply: ChatReply, seconds: float = 0.0) -> Taken:
    return Taken(1, reply.usage.prompt, reply.usage.completion, seconds)


def _stopped() -> GeoflowError:
    return GeoflowError("Stopped by Ctrl-C.", code=INTERRUPTED, exit_code=ExitCode.INTERRUPTED)


class Metered(AroundModel):
    """A `ChatModel` whose every call goes through a meter, for verbs that know nothing of budgets."""

    def __init__(self, model: ChatModel, meter: Meter) -> None:
        super().__init__(model)
        self._meter = meter

    def complete(self, request: ChatRequest) -> ChatReply:
        """Answer one request within the budget; GeoflowError as `Meter.complete` raises it."""
        return self._meter.complete(self._model, request)


def _too_long(request: ChatRequest, model: ChatModel) -> GeoflowError:
    return GeoflowError(
        f"The prompt {request.prompt} does not fit into the model's context of {model.context_tokens} tokens.",
        fix="Load the model with a longer context (LM Studio: lms load MODEL --context-length 16384).",
        code="model-context-exceeded",
    )
