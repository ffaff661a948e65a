"""The question files of the work tree, `openspec/questions/*.yaml`."""

import difflib
import os
import re
import stat
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

from geoflow.adapters.documents import WorkTreeDocuments
from geoflow.adapters.question_cache import QuestionCache
from geoflow.adapters.question_nodes import LARGEST
from geoflow.adapters.question_text import SUFFIX, changed_text, is_name, new_text, read_question
from geoflow.adapters.whole_file import replace_file
from geoflow.adapters.write_lock import only_writer
from geoflow.errors import ExitCode, GeoflowError
from geoflow.ports import BrokenFile, StoredQuestions
from geoflow.questions.question import FOLDER, Question

ATTRIBUTES = f"{FOLDER}/.gitattributes"
_MERGING = "# Answers that were given on two branches are both kept by a merge.\n*.yaml merge=union\n"
_SHORTEST_BEGINNING = 4
_LOCK_SECONDS = 10.0
_DRAFT = re.compile(rf"\..+{re.escape(SUFFIX)}\.[0-9a-f]{{8}}\.new")


class QuestionFiles:
    """The `QuestionStore` port: a question a file.

    Args:
        root: The folder that holds `openspec/`.
        lock_folder: Where the lock lies under which files are changed; made if need be.
        cache: File that remembers what was read; None remembers nothing.
        lock_seconds: How long a change waits for another process.
    """

    def __init__(
        self, root: Path, lock_folder: Path, cache: Path | None = None, *, lock_seconds: float = _LOCK_SECONDS
    ) -> None:
        self._root = root
        self._lock_folder = lock_folder
        self._cache = QuestionCache(cache)
        self._lock_seconds = lock_seconds

    def read(self) -> StoredQuestions:
        """Read the plain files of the folder; none where there is no folder."""
        files: dict[str, bytes] = {}
        refused: list[BrokenFile] = []
        for name in self._names():
            path = f"{FOLDER}/{name}"
            try:
                files[path] = self._content(path)
            except FileNotFoundError:
                continue
            except OSError as error:
                refused.append(BrokenFile(path, 0, f"it cannot be read: {error.strerror}"))
        found = self.read_from(files)
        return StoredQuestions(found.questions, tuple(sorted((*found.broken, *refused), key=lambda one: one.path)))

    def read_from(self, files: Mapping[str, bytes]) -> StoredQuestions:
        """Read the question files among these: {path: bytes}."""
        wanted = {path: content for path, content in sorted(files.items()) if _is_question_file(path)}
        found = self._cache.read_all(wanted, read_question).values()
        return StoredQuestions(
            {one.id: one for one in found if isinstance(one, Question)},
            tuple(one for one in found if isinstance(one, BrokenFile)),
        )

    def create(self, question: Question) -> Question:
        """Write a new question, and with the first one how git merges them; it is given as its file holds it.

        Where a question of its id is there already, that one is given and nothing is written.

        Raises:
            GeoflowError: `question-unreadable` where the file that is there is broken, or the new one would be;
                `outside-openspec`, `not-writable`; `exists` where something else than a file is in the way.
        """
        if not is_name(question.id) or question.id.startswith("."):
            raise GeoflowError(f'"{question.id}" is no name for a question.', code="bad-name")
        text = new_text(question)
        written = read_question(question.path, text.encode())
        try:
            self._write_new(question.path, text)
        except GeoflowError as error:
            if error.code != "exists" or Path(question.path).name not in self._names():
                raise
            return read_question(question.path, self._content_or_fail(question.path))
        return written

    def new_files(self, questions: Sequence[Question]) -> dict[str, str]:
        """Give the files of those among these that are not there yet, and with the first one how git merges them."""
        new = {one.path: new_text(one) for one in questions if not os.path.lexists(self._root / one.path)}
        return new | ({ATTRIBUTES: _MERGING} if new and not os.path.lexists(self._root / ATTRIBUTES) else {})

    def change(self, question_id: str, change: Callable[[Question], Question]) -> Question:
        """Change a question as it is at this moment, comments in its file kept; it is given as its file holds it.

        Args:
            question_id: Its id, or a beginning of at least 4 signs that no other one has.
            change: Makes the new question from the one that the file holds; called while no other process writes.

        Raises:
            GeoflowError: `unknown-question`, `question-unreadable`, `questions-locked`, `outside-openspec`,
                `not-writable`.
        """
        with only_writer(self._lock_folder, "questions", self._lock_seconds):
            names = [name.removesuffix(SUFFIX) for name in self._names(links=True)]
            path = f"{FOLDER}/{known_id(question_id, names)}{SUFFIX}"
            self._refuse_links(path)
            content = self._content_or_fail(path)
            old = read_question(path, content)
            text = changed_text(content.decode(), old, change(old))
            new = read_question(path, text.encode())
            if text.encode() != content:
                self._replace(path, text)
        return new

    def _names(self, *, links: bool = False) -> list[str]:
        """List the files of questions; links only where they shall be refused by name."""
        folder = self._root / FOLDER
        if folder.is_symlink() and not links:
            return []
        try:
            with os.scandir(folder) as listing:
                entries = [entry for entry in listing if _is_question_file(f"{FOLDER}/{entry.name}")]
                return sorted(
                    entry.name
                    for entry in entries
                    if entry.is_file(follow_symlinks=False) or (links and entry.is_symlink())
                )
        except (FileNotFoundError, NotADirectoryError):
            return []
        except OSError as error:
            raise GeoflowError(
                f"{FOLDER} cannot be read: {error.strerror}.",
                fix="Make it readable for you.",
                code="unreadable-file",
            ) from error

    def _content_or_fail(self, path: str) -> bytes:
        with _told(path):
            return self._content(path)

    def _content(self, path: str) -> bytes:
        """Read a file as far as it is looked at: a larger one is told by one byte too many."""
        with (self._root / path).open("rb") as file:
            return file.read(LARGEST + 1)

    def _write_new(self, path: str, text: str) -> None:
        documents = WorkTreeDocuments(self._root)
        if not os.path.lexists(self._root / FOLDER):
            # The folder appears with both files at once. If another process was quicker, it is there now.
            with _unless_there():
                documents.create({path: text, ATTRIBUTES: _MERGING})
                return
        with _unless_there():
            documents.create({ATTRIBUTES: _MERGING})
        documents.create({path: text})

    def _refuse_links(self, path: str) -> None:
        top, openspec = self._root.resolve(), (self._root / "openspec").resolve()
        real = (self._root / path).resolve()
        if not openspec.is_relative_to(top) or real != openspec / "questions" / Path(path).name:
            raise GeoflowError(
                f"{path} is reached through a link, which could lead out of openspec/.",
                fix="Replace the link by the file itself.",
                code="outside-openspec",
            )

    def _replace(self, path: str, text: str) -> None:
        place = self._root / path
        with _told(place):
            for draft in place.parent.glob(".*.new"):
                if _DRAFT.fullmatch(draft.name):  # left behind by a process that was killed: no other one writes now
                    draft.unlink(missing_ok=True)
            replace_file(place, text.encode(), mode=stat.S_IMODE(place.stat().st_mode))


def known_id(given: str, ids: Collection[str]) -> str:
    """Find the id that was meant: the whole, or a beginning of at least 4 signs that only one has.

    Raises:
        GeoflowError: `unknown-question`, with the nearest ones.
    """
    if given in ids:
        return given
    meant = sorted(one for one in ids if given and one.startswith(given))
    if len(meant) == 1 and len(given) >= _SHORTEST_BEGINNING:
        return meant[0]
    near = meant or difflib.get_close_matches(given, ids)
    hint = f" Did you mean {' or '.join(near[:3])}?" if near else ""
    raise GeoflowError(
        f'There is no question "{given}".{hint}',
        fix="See them all: geoflow ask --list",
        code="unknown-question",
        exit_code=ExitCode.USAGE,
    )


def _is_question_file(path: str) -> bool:
    folder, _, name = path.rpartition("/")
    return folder == FOLDER and name.endswith(SUFFIX) and not name.startswith(".")


@contextmanager
def _unless_there() -> Iterator[None]:
    """Go on where another process made the file first."""
    try:
        yield
    except GeoflowError as error:
        if error.code != "exists":
            raise


@contextmanager
def _told(place: Path | str) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise GeoflowError(
            f"{place} cannot be read and written: {error.strerror or error}.",
            fix="Make it and its folder readable and writable, with room on the disk.",
            code="not-writable",
        ) from error
