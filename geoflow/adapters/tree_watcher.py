"""Notices that something below `openspec/` was saved: many events of one save, or of a checkout, are one notice."""

import os
import threading
import time
import warnings
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

if TYPE_CHECKING:
    from watchdog.events import FileSystemEvent
    from watchdog.observers.api import BaseObserver

FOLDER = "openspec"
_ENDINGS = (".md", ".yaml", ".yml")
_STEP = 0.5  # seconds: how often it is looked whether `openspec/` is still the folder that is watched


class TreeWatcher:
    """Watches `openspec/` and the folder that holds it, so that it is noticed when it goes and comes again.

    Args:
        root: The folder that holds `openspec/`.
        quiet: Seconds without an event after which a save is over.
        longest: Seconds after the first event at which it counts as over all the same.
        poll: Look at the files every second, without the system's notices.
    """

    def __init__(self, root: Path, *, quiet: float = 0.08, longest: float = 1.0, poll: bool = False) -> None:
        self._root = root
        self._quiet, self._longest = quiet, longest
        self._changed = threading.Condition()
        self._first = self._last = 0.0
        self._folder: tuple[int, int] | None = None
        self._observer: BaseObserver | None = None
        self.note = ""
        """Why the files are looked at every second, where they are; else empty."""
        self._poll = poll

    def __enter__(self) -> Self:
        """Begin; where the system has no watch left the files are looked at instead."""
        # A new folder within a new folder makes watchdog warn with the name of every folder that it watches.
        warnings.filterwarnings("ignore", category=RuntimeWarning, module=r"watchdog\..*")
        self._begin()
        return self

    def __exit__(self, *_: object) -> None:
        """End; the threads are gone when this returns."""
        self._end()

    def wait(self, timeout: float | None = None) -> bool:
        """Wait until something was saved and nothing more came for a moment; False after `timeout` seconds without."""
        end = None if timeout is None else time.monotonic() + timeout
        with self._changed:
            while True:
                now = time.monotonic()
                if self._first and self._over() <= now:
                    self._first = self._last = 0.0
                    return True
                if end is not None and end <= now and not self._first:
                    return False
                until = self._over() if self._first else end
                self._changed.wait(_STEP if until is None else min(_STEP, max(0.0, until - now)))
                self._follow()

    def dispatch(self, event: "FileSystemEvent") -> None:
        """Take an event from watchdog's thread: it counts where it came from or went to a document or a folder."""
        if any(self._counts(str(path), is_folder=event.is_directory) for path in (event.src_path, event.dest_path)):
            self._note_event()

    def _over(self) -> float:
        return min(self._last + self._quiet, self._first + self._longest)

    def _note_event(self) -> None:
        with self._changed:
            self._last = time.monotonic()
            self._first = self._first or self._last
            self._changed.notify_all()

    def _counts(self, path: str, *, is_folder: bool) -> bool:
        if not path or not self._is_below(path):
            return False
        return is_folder or path.endswith(_ENDINGS)

    def _is_below(self, path: str) -> bool:
        folder = os.path.join(self._root, FOLDER)
        return path == folder or path.startswith(folder + os.sep)

    def _begin(self) -> None:
        self._folder = _identity(self._root / FOLDER)
        from watchdog.observers import Observer
        from watchdog.observers.polling import PollingObserver

        if not self._poll:
            try:
                self._start(Observer())
            except OSError as error:  # ENOSPC, EMFILE: the user's watches are used up
                self._poll = True
                self.note = (
                    f"the system gives no notices of changes ({error.strerror or error}), so files are looked at every "
                    "second; on Linux fs.inotify.max_user_watches raises the limit"
                )
            else:
                return
        self._start(PollingObserver(timeout=1.0))

    def _start(self, observer: Any) -> None:
        """Start an observer; what it began before it failed is ended."""
        kinds = _kinds()
        try:
            observer.schedule(self, str(self._root), recursive=False, event_filter=kinds)
            if self._folder:
                observer.schedule(self, str(self._root / FOLDER), recursive=True, event_filter=kinds)
            observer.start()
        except BaseException:
            if observer.is_alive():
                observer.stop()
                observer.join()
            raise
        self._observer = observer

    def _end(self) -> None:
        if self._observer:
            self._observer.stop()
            self._observer.join()
            self._observer = None

    def _follow(self) -> None:
        """Watch the folder that is there now, where it is another one than before."""
        if _identity(self._root / FOLDER) != self._folder and self._root.is_dir():
            self._end()
            self._begin()
            self._note_event()


def _kinds() -> "list[type[FileSystemEvent]]":
    """Give the kinds of events that a save makes; without the others a read of a file is no event."""
    from watchdog import events

    return [
        events.FileCreatedEvent,
        events.FileModifiedEvent,
        events.FileMovedEvent,
        events.FileDeletedEvent,
        events.DirCreatedEvent,
        events.DirMovedEvent,
        events.DirDeletedEvent,
    ]


def _identity(folder: Path) -> tuple[int, int] | None:
    try:
        found = folder.stat()
    except OSError:
        return None
    return found.st_dev, found.st_ino
