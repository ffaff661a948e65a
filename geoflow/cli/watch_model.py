"""The model's look while somebody watches: in a thread of its own, ended at once when something is saved."""

import threading
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from queue import Empty, SimpleQueue

from geoflow.adapters.stop import Stop
from geoflow.errors import GeoflowError
from geoflow.workflow.limits import Limits
from geoflow.workflow.review import Reviewer, review
from geoflow.workflow.review_result import Review

JOIN_SECONDS = 5.0


@dataclass(frozen=True, slots=True)
class ModelResult:
    """What came of a look: the review, or why there is none."""

    review: Review | None
    note: str = ""


class ModelLooks:
    """One look at a time.

    Args:
        reviewer: What looks.
        limits: What one look may take.
    """

    def __init__(self, reviewer: Reviewer, limits: Limits) -> None:
        self._reviewer, self._limits = reviewer, limits
        self._stop, self._thread = Stop(), None  # type: tuple[Stop, threading.Thread | None]
        self._results: SimpleQueue[tuple[Stop, ModelResult]] = SimpleQueue()

    @property
    def at_work(self) -> bool:
        """Tell whether a look has not ended yet, or its result was not taken."""
        return bool(self._thread)

    def start(self, files: Mapping[str, str], before: Mapping[str, str]) -> None:
        """Begin to look at what changed since `before`, after ending the look that is at work."""
        self.stop()
        self._stop = stop = Stop()
        self._thread = threading.Thread(target=self._run, args=(stop, files, before), name="geoflow-look", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """End the look that is at work; what it said is remembered, what it would have said is not waited for."""
        self._stop.set()
        if self._thread:
            self._thread.join(JOIN_SECONDS)
            self._thread = None

    def result(self) -> ModelResult | None:
        """Give what came of the look, once; None while it is at work, and of one that was ended."""
        try:
            stop, result = self._results.get_nowait()
        except Empty:
            return None
        if stop is not self._stop or self._thread is None:
            return None
        self._thread = None
        return result

    def _run(self, stop: Stop, files: Mapping[str, str], before: Mapping[str, str]) -> None:
        with stop.over():
            try:
                result = ModelResult(review(self._reviewer, files, (), self._limits, before))
            except GeoflowError as error:
                result = ModelResult(None, f"{error.message} {error.fix}".strip())
        self._results.put((stop, result))


def open_looks(root: Path, limits: Limits) -> ModelLooks | None:
    """Open the model that answers, as `review` does; None, with a note on stderr, where there is none."""
    from geoflow.adapters.clock import SystemClock
    from geoflow.cli.context import load_settings, open_templates, optional_model
    from geoflow.cli.progress import silent_progress
    from geoflow.cli.review_seats import open_memory

    settings = load_settings()
    model = optional_model("Only rules look at it.", settings)
    if model is None:
        return None
    reviewer = Reviewer(
        model=model,
        templates=open_templates("review", root),
        clock=SystemClock(),
        progress=silent_progress(),
        off=frozenset(settings.rules.off),
        memory=open_memory(root, fresh=False),
        allowed=settings.review.allow,
    )
    return ModelLooks(reviewer, limits)
