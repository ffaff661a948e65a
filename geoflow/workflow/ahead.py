"""Ask ahead: what the next units of a run will ask of a model is asked while the run is still at an earlier one.

A run goes through its units one after the other, and each may change what the next one asks. So a unit is first gone
through by a scout, on a copy and in a thread: its calls are made, and their outcomes kept. When it is the unit's turn,
the run itself finds the replies there; what nobody foresaw it asks by itself. What comes out is therefore what a run
without scouts gives, wherever and whenever the calls were answered.
"""

from collections.abc import Callable
from concurrent.futures import Executor, Future
from contextlib import suppress
from dataclasses import dataclass

from geoflow.errors import GeoflowError
from geoflow.ports import ChatModel, ChatReply, ChatRequest
from geoflow.workflow.budget import Meter
from geoflow.workflow.taken import NOTHING_TAKEN, Taken


@dataclass(frozen=True, slots=True)
class Calls:
    """Where units are gone through before their turn: threads, and how many calls of the model run at a time."""

    executor: Executor
    at_a_time: int


class Scout(Meter):
    """The meter of one who goes ahead: its calls are made within the run's budget, and kept for the run."""

    def __init__(self, run: Meter) -> None:
        super().__init__(run.clock, run.limits)
        self._run = run

    @property
    def exhausted(self) -> bool:
        """Tell whether the run has room for no further call."""
        return self._run.has_no_room

    def complete(self, model: ChatModel, request: ChatRequest) -> ChatReply:
        """Ask before its turn; GeoflowError as `Meter.complete` raises it."""
        return self._run.complete_ahead(model, request)

    def taken(self) -> Taken:
        """Give nothing: what a scout takes counts when the run uses it."""
        return NOTHING_TAKEN


Errand = Callable[[Meter], object]
"""Goes through a unit on a copy, with the meter of a scout; a GeoflowError ends it, and the run will meet the same."""


class Ahead:
    """The scouts of a run over its units.

    Args:
        meter: The run's meter.
        calls: Where scouts work; None sends none.
        errand: Gives the errand of the unit at a place, from the state that the run is in when it is sent out.
        count: How many units there are.
    """

    def __init__(self, meter: Meter, calls: Calls | None, errand: Callable[[int], Errand], count: int) -> None:
        self._meter, self._calls, self._errand, self._count = meter, calls, errand, count
        self._sent: list[Future[None]] = []

    def until(self, place: int) -> None:
        """Wait until the scout of a unit is back, with those of the next ones on their way.

        Ctrl-C while it waits stops the run at its next call of the model, as it would in the middle of that call.
        """
        if self._calls is None or self._meter.is_stopped:
            return
        try:
            # Twice as many as work at a time, so that none is idle while the run looks at what they brought.
            while len(self._sent) < min(place + 1 + 2 * self._calls.at_a_time, self._count):
                errand = self._errand(len(self._sent))
                self._sent.append(self._calls.executor.submit(self._go, errand))
            self._sent[place].result()
        except KeyboardInterrupt:
            self._meter.is_stopped = True
            self.close()

    def close(self) -> None:
        """Send no more; those on their way end with their call."""
        for future in self._sent:
            future.cancel()

    def _go(self, errand: Errand) -> None:
        if not (self._meter.is_stopped or self._meter.has_no_room):
            with suppress(GeoflowError):
                errand(Scout(self._meter))
