"""Lines in `refs/notes/geoflow`, appended under a lock with compare-and-swap."""

import os
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import NamedTuple

from geoflow.adapters.git_objects import read_blobs
from geoflow.adapters.git_process import GitProcess, failure
from geoflow.errors import GeoflowError

NOTES_REF = "refs/notes/geoflow"
_FEW = 1_000
_ATTEMPTS = 12
_STALE_SECONDS = 10
PATIENCE = 60.0
"""Seconds that a writer waits for others unless told."""


class Turn(NamedTuple):
    """Where the lock of geoflow's writers lies, in the state folder, and how many seconds one waits for it."""

    folder: Path
    patience: float = PATIENCE


def read_notes(git: GitProcess, commits: Sequence[str]) -> dict[str, str]:
    """Read the notes of these commits with one process, or two where there are many; those without one are absent."""
    if len(commits) <= _FEW:
        return _looked_up(git, commits)
    wanted = set(commits)
    return _contents(git, {commit: blob for commit, blob in list_notes(git).items() if commit in wanted})


def read_all_notes(git: GitProcess) -> dict[str, str]:
    """Read every note, those of commits too that are not here."""
    return _contents(git, list_notes(git))


def list_notes(git: GitProcess) -> dict[str, str]:
    """List all notes: {commit: id of the note's content}."""
    lines = git.run("notes", f"--ref={NOTES_REF}", "list").decode().splitlines()
    return {commit: blob for blob, commit in (line.split() for line in lines)}


def _contents(git: GitProcess, blobs: Mapping[str, str]) -> dict[str, str]:
    contents = read_blobs(git, blobs.values())
    return {commit: contents[blob].decode("utf-8", "replace") for commit, blob in blobs.items()}


def _looked_up(git: GitProcess, commits: Sequence[str]) -> dict[str, str]:
    """Read a few notes among however many: git opens only those folders of notes in which they lie."""
    if not commits:
        return {}
    output = git.run(
        *("log", "--no-walk=unsorted", "--stdin", "-z", "--no-notes", f"--notes={NOTES_REF}", "--format=%H%x01%N"),
        *("--no-show-signature", "--no-color", "--encoding=UTF-8"),
        stdin="".join(f"{commit}\n" for commit in dict.fromkeys(commits)).encode(),
    )
    rows = (record.partition("\x01") for record in output.decode("utf-8", "replace").split("\0"))
    return {commit.strip(): note for commit, _, note in rows if note}


def append_notes(
    git: GitProcess, turn: Turn, lines: Mapping[str, str], *, unless: Callable[[str, str], bool] | None = None
) -> set[str]:
    """Append a line to the note of each commit, all in one step; what others append at the same time is kept.

    The lock keeps geoflow's own writers in a row. Anyone else who moves the ref (`git notes`, a fetch) makes the
    compare-and-swap fail, and the notes are read again.

    Args:
        git: Runs git in the repository.
        turn: Where and how long writers wait for each other.
        lines: The line of each commit, {commit: line}, without line feeds.
        unless: Decides on a commit and its note as it stands, inside the lock: true means that nothing is written.

    Returns:
        The commits that got their line.

    Raises:
        GeoflowError: `notes-locked` where others held the lock or kept winning the race.
    """

    def appended() -> dict[str, bytes]:
        notes = read_notes(git, list(lines)) if len(lines) > 1 else {one: read_note(git, one) for one in lines}
        found = {}
        for commit, line in lines.items():
            note = notes.get(commit, "")
            if unless is not None and unless(commit, note):
                continue
            end = "\n" if note and not note.endswith("\n") else ""
            found[commit] = f"{note}{end}{line}\n".encode("utf-8", "replace")
        return found

    return set(replace_notes(git, turn, appended))


def replace_notes(git: GitProcess, turn: Turn, decide: Callable[[], Mapping[str, bytes]]) -> Mapping[str, bytes]:
    """Put new notes in place of old ones in one step, an empty one for none; what was decided at last.

    `decide` reads and decides while the lock is held, and anew each time that someone else was faster. Errors as for
    `append_notes`.
    """
    with notes_lock(turn):
        for attempt in range(_ATTEMPTS):
            # The order matters: a ref that moves after this makes the import fail, so nothing newer is overwritten.
            tip = notes_tip(git)
            notes = decide()
            if not notes or _import(git, tip, notes):
                return notes
            time.sleep(0.01 * (attempt + 1))
    raise _locked()


@contextmanager
def notes_lock(turn: Turn) -> Iterator[None]:
    """Keep geoflow's other writers of notes out; GeoflowError `notes-locked`, `git-not-writable`."""
    import filelock

    lock = filelock.FileLock(turn.folder / "notes.lock", timeout=turn.patience)
    try:
        turn.folder.mkdir(parents=True, exist_ok=True)
        lock.acquire()
    except filelock.Timeout:
        raise _locked() from None
    except OSError as error:
        raise GeoflowError(
            f"{turn.folder} cannot be written: {error.strerror}.",
            fix="Make the repository's git folder writable.",
            code="git-not-writable",
        ) from error
    try:
        _remove_stale_lock(turn.folder.parent / f"{NOTES_REF}.lock")
        yield
    finally:
        lock.release()


def notes_tip(git: GitProcess) -> str:
    """Give the newest commit of the notes; empty where there are none."""
    return git.attempt("rev-parse", "--quiet", "--verify", NOTES_REF).output.decode().strip()


def _import(git: GitProcess, tip: str, notes: Mapping[str, bytes]) -> bool:
    """Write notes on top of a tip; False where the ref is no longer there, and then nothing has changed."""
    paths = _paths(git, tip) if tip and not all(notes.values()) else {}
    stream = _import_stream(_identity(git), tip, notes, paths)
    # fast-import knows how notes are spread over folders, and moves the ref only forward from the tip it was given.
    finished = git.attempt("-c", "core.compression=1", "fast-import", "--quiet", "--done", stdin=stream)
    if finished.status and "Not updating" not in finished.error and "lock" not in finished.error:
        raise failure("fast-import", finished)
    return not finished.status


def read_note(git: GitProcess, commit: str) -> str:
    """Read one commit's note; empty where it has none."""
    finished = git.attempt("notes", f"--ref={NOTES_REF}", "list", commit)
    if finished.status:
        return ""
    blob = finished.output.decode().strip()
    return read_blobs(git, [blob])[blob].decode("utf-8", "replace")


def _paths(git: GitProcess, tip: str) -> dict[str, str]:
    """Tell where each note lies in the tree of notes: {commit: path}; git spreads them over folders by their number."""
    listed = git.run("ls-tree", "-r", "-z", "--name-only", "--full-tree", tip).decode().split("\0")
    return {path.replace("/", ""): path for path in listed}


def _import_stream(identity: bytes, tip: str, notes: Mapping[str, bytes], paths: Mapping[str, str]) -> bytes:
    message = b"geoflow: measures"
    parts = [
        f"commit {NOTES_REF}\n".encode(),
        b"committer " + identity + b"\n",
        f"data {len(message)}\n".encode() + message + b"\n",
        f"from {tip}\n".encode() if tip else b"",
    ]
    for commit, note in notes.items():
        if note:
            parts += (f"N inline {commit}\ndata {len(note)}\n".encode(), note, b"\n")
        elif commit in paths:
            # By its path: fast-import knows no note of a commit that is not here.
            parts.append(f"D {paths[commit]}\n".encode())
    return b"".join((*parts, b"done\n"))


def _identity(git: GitProcess) -> bytes:
    # A measure is recorded even where nobody told git a name: a hook must never fail for that.
    finished = git.attempt("var", "GIT_COMMITTER_IDENT")
    if finished.status:
        return os.fsencode(f"geoflow <geoflow@localhost> {int(time.time())} +0000")
    return finished.output.strip()


def _remove_stale_lock(lock: Path) -> None:
    # Git holds this file for milliseconds; one that stays was left by a git that was killed. Should its owner live
    # after all, its update fails and nothing is lost.
    with suppress(OSError):
        if time.time() - lock.stat().st_mtime > _STALE_SECONDS:
            lock.unlink()


def _locked() -> GeoflowError:
    return GeoflowError(f"Others kept writing {NOTES_REF}.", fix="Try again when they are done.", code="notes-locked")
