"""The tokens of one call, counted while they come."""

from collections.abc import Callable


class Hearing:
    """Told of each token by whoever reads the stream, so it does next to nothing.

    Args:
        now: Gives seconds that only grow.
        most: How many tokens the call may take, prompt and reply.

    `is_ahead` tells that the call is made before its turn.
    """

    def __init__(self, now: Callable[[], float], most: int) -> None:
        self._now = now
        self._first = 0.0
        self.most = most
        self.tokens = 0
        self.is_ahead = False

    def __call__(self) -> None:
        """Count one more."""
        if not self.tokens:
            self._first = self._now()
        self.tokens += 1

    @property
    def seconds(self) -> float:
        """Give the time since the first token."""
        return self._now() - self._first if self.tokens else 0.0
