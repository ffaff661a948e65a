"""Time as it passes."""

import time
from datetime import UTC, datetime


class SystemClock:
    """The `Clock` port on the system's clocks."""

    def now(self) -> datetime:
        """Give the time of day, in UTC."""
        return datetime.now(UTC)

    def seconds(self) -> float:
        """Give seconds that only grow, for measuring."""
        return time.monotonic()
