"""Files of which each holds one event, so that what is written on two branches never conflicts."""

import secrets
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from geoflow.adapters.feedback_text import feedback_text, read_feedback
from geoflow.adapters.question_nodes import UnreadableQuestionError
from geoflow.adapters.review_text import event_text, read_event
from geoflow.adapters.write_lock import only_writer
from geoflow.ports import BrokenFile, SaidOfChange, SaidOfWork
from geoflow.questions.feedback import FOLDER as FEEDBACK
from geoflow.questions.feedback import Feedback
from geoflow.questions.review_round import FOLDER as REVIEWS
from geoflow.questions.review_round import Event

_SUFFIX = ".yaml"
_LOCK_SECONDS = 10.0


class EventFiles:
    """The `Events` port.

    Args:
        lock_folder: Where the lock lies under which a change is written to; made if need be.
        lock_seconds: How long a write waits for another process.
    """

    def __init__(self, lock_folder: Path, *, lock_seconds: float = _LOCK_SECONDS) -> None:
        self._lock_folder = lock_folder
        self._lock_seconds = lock_seconds

    def read(self, files: Mapping[str, str]) -> SaidOfChange:
        """Read what was said about a change from its files ({path: text}), oldest first by their names."""
        events: list[Event] = []
        broken: list[BrokenFile] = []
        for path in sorted(path for path in files if _is_event(path)):
            try:
                events.append(read_event(path, files[path].encode("utf-8", "surrogateescape")))
            except UnreadableQuestionError as error:
                broken.append(BrokenFile(error.path, error.line, error.reason))
        return SaidOfChange(tuple(events), tuple(broken))

    def new_file(self, change_folder: str, event: Event) -> dict[str, str]:
        """Give the file of a new event, {path: text}; nobody else has its name."""
        moment = event.signed.at.translate(str.maketrans("", "", "-:")).replace(".", "-")
        return {f"{change_folder}{REVIEWS}/{moment}-{secrets.token_hex(4)}{_SUFFIX}": event_text(event)}

    def feedback_file(self, feedback: Feedback) -> dict[str, str]:
        """Give the file of a judgement, {path: text}; its name is its id."""
        return {f"{FEEDBACK}/{secrets.token_hex(6)}{_SUFFIX}": feedback_text(feedback)}

    def feedback(self, files: Mapping[str, bytes]) -> SaidOfWork:
        """Read all judgements among these files ({path: content}), oldest first."""
        found: list[Feedback] = []
        broken: list[BrokenFile] = []
        for path in sorted(path for path in files if path.startswith(f"{FEEDBACK}/") and path.endswith(_SUFFIX)):
            try:
                found.append(read_feedback(path, files[path]))
            except UnreadableQuestionError as error:
                broken.append(BrokenFile(error.path, error.line, error.reason))
        return SaidOfWork(tuple(sorted(found, key=lambda one: one.at)), tuple(broken))

    @contextmanager
    def alone(self) -> Iterator[None]:
        """Keep other writers of changes out meanwhile; GeoflowError `changes-locked`, `not-writable`."""
        with only_writer(self._lock_folder, "changes", self._lock_seconds):
            yield


def _is_event(path: str) -> bool:
    folder, _, name = path.rpartition("/")
    return folder.endswith(f"/{REVIEWS}") and name.endswith(_SUFFIX) and not name.startswith(".")
