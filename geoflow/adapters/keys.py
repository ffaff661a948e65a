"""Keys as they are typed, on a terminal that is as it was before when the block ends."""

import os
import signal
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import Any

_MOST = 64


class Keys:
    """Waits for keys; where stdin is no terminal, or has none to give, for time alone."""

    def __init__(self, descriptor: int | None) -> None:
        self._descriptor = descriptor

    def wait(self, seconds: float) -> str:
        """Give what was typed as soon as something is; empty where nothing was within so many seconds."""
        if self._descriptor is None:
            time.sleep(seconds)
            return ""
        import select

        ready, _, _ = select.select([self._descriptor], [], [], seconds)
        if not ready:
            return ""
        typed = os.read(self._descriptor, _MOST)
        if not typed:  # the terminal has hung up
            self._descriptor = None
        return typed.decode("utf-8", "replace")


def _nothing() -> None:
    """Do nothing."""


@contextmanager
def open_keys(on_stop: Callable[[], None] = _nothing, on_going_on: Callable[[], None] = _nothing) -> Iterator[Keys]:
    """Read single keys without echo while the block runs; Ctrl-C stays what it is.

    Stopped by Ctrl-Z, the terminal is given back first, and taken again when the process goes on.

    Args:
        on_stop: Called before the terminal is given back.
        on_going_on: Called when it was taken again.
    """
    settings = _settings()
    if settings is None:
        yield Keys(None)
        return
    import termios
    import tty

    descriptor = sys.stdin.fileno()

    def give_back() -> None:
        with suppress(termios.error):
            termios.tcsetattr(descriptor, termios.TCSADRAIN, settings)

    def pause(*_: object) -> None:
        on_stop()
        give_back()
        signal.signal(signal.SIGTSTP, signal.SIG_DFL)
        os.kill(os.getpid(), signal.SIGTSTP)  # goes on below when the shell lets it
        signal.signal(signal.SIGTSTP, pause)
        with suppress(termios.error):
            tty.setcbreak(descriptor)
        on_going_on()

    before = signal.signal(signal.SIGTSTP, pause)
    try:
        tty.setcbreak(descriptor)
        yield Keys(descriptor)
    finally:
        signal.signal(signal.SIGTSTP, before)
        give_back()


def _settings() -> "list[Any] | None":
    """Give the settings of the terminal that keys come from; None where there is none, or no such thing."""
    try:
        import termios
    except ImportError:
        return None
    try:
        return termios.tcgetattr(sys.stdin.fileno())
    except (termios.error, ValueError, OSError, AttributeError):
        return None
