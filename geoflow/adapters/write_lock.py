"""One writer at a time, among all processes of this machine."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from geoflow.errors import GeoflowError


@contextmanager
def only_writer(folder: Path, what: str, seconds: float) -> Iterator[None]:
    """Keep other writers of `what` (`questions`) out meanwhile.

    Args:
        folder: Where the lock lies; made if need be.
        what: What is written to.
        seconds: How long another process is waited for.

    Raises:
        GeoflowError: `<what>-locked`, `not-writable`.
    """
    from filelock import FileLock, Timeout

    lock = FileLock(folder / f"{what}.lock")
    try:
        folder.mkdir(parents=True, exist_ok=True)
        lock.acquire(timeout=seconds)
    except Timeout:
        raise GeoflowError(
            f"Another process has been writing to {what} for {seconds:g} s.",
            fix="Try again; if it hangs, end it.",
            code=f"{what}-locked",
        ) from None
    except OSError as error:
        raise GeoflowError(
            f"{folder} cannot be written to: {error.strerror or error}.",
            fix="Make it writable, with room on its disk.",
            code="not-writable",
        ) from error
    try:
        yield
    finally:
        lock.release()
