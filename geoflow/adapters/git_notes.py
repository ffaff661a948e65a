"""Lines in `refs/notes/geoflow`, appended under a lock with compare-and-swap."""

import os
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path

from geoflow.adapters.git_objects import read_blobs
from geoflow.adapters.git_process import GitProcess, failure
from geoflow.errors import GeoflowError

NOTES_REF = "refs/notes/geoflow"
_LOCK_SECONDS = 60
_ATTEMPTS = 12
_STALE_SECONDS = 10


def read_notes(git: GitProcess, commits: Sequence[str]) -> dict[str, str]:
    """Read the notes of these commits with two processes, however many; commits without one are absent."""
    wanted = set(commits)
    lines = git.run("notes", f"--ref={NOTES_REF}", "list").decode().splitlines()
    blobs = {commit: blob for blob, commit in (line.split() for line in lines) if commit in wanted}
    contents = read_blobs(git, blobs.values())
    return {commit: contents[blob].decode("utf-8", "replace") for commit, blob in blobs.items()}


def append_note(
    git: GitProcess, state_folder: Path, commit: str, line: str, *, unless: Callable[[str], bool] | None = None
) -> bool:
    """Append one line to a commit's note; what others append at the same time is kept.

    The lock keeps geoflow's own writers in a row. Anyone else who moves the ref (`git notes`, a fetch) makes the
    compare-and-swap fail, and the note is read again.

    Args:
        git: Runs git in the repository.
        state_folder: Where the lock file lies.
        commit: The id of the commit.
        line: The line, without a line feed.
        unless: Decides on the note as it stands, inside the lock: true means that nothing is written.

    Returns:
        Whether the line was written.

    Raises:
        GeoflowError: `notes-locked` where others held the lock or kept winning the race.
    """
    import filelock

    try:
        state_folder.mkdir(parents=True, exist_ok=True)
        with filelock.FileLock(state_folder / "notes.lock", timeout=_LOCK_SECONDS):
            _remove_stale_lock(state_folder.parent / f"{NOTES_REF}.lock")
            return _append(git, commit, line, unless)
    except filelock.Timeout:
        raise _locked() from None
    except OSError as error:
        raise GeoflowError(
            f"{state_folder} cannot be written: {error.strerror}.",
            fix="Make the repository's git folder writable.",
            code="git-not-writable",
        ) from error


def _append(git: GitProcess, commit: str, line: str, unless: Callable[[str], bool] | None) -> bool:
    for attempt in range(_ATTEMPTS):
        # The order matters: a ref that moves after this line makes the import fail, so nothing newer is overwritten.
        tip = git.attempt("rev-parse", "--quiet", "--verify", NOTES_REF).output.decode().strip()
        note = read_note(git, commit)
        if unless is not None and unless(note):
            return False
        if note and not note.endswith("\n"):
            note += "\n"
        stream = _import_stream(_identity(git), tip, commit, f"{note}{line}\n".encode("utf-8", "replace"))
        # fast-import knows how notes are spread over folders, and moves the ref only forward from the tip it was given.
        finished = git.attempt("fast-import", "--quiet", "--done", stdin=stream)
        if not finished.status:
            return True
        if "Not updating" not in finished.error and "lock" not in finished.error:
            raise failure("fast-import", finished)
        time.sleep(0.01 * (attempt + 1))
    raise _locked()


def read_note(git: GitProcess, commit: str) -> str:
    """Read one commit's note; empty where it has none."""
    finished = git.attempt("notes", f"--ref={NOTES_REF}", "list", commit)
    if finished.status:
        return ""
    blob = finished.output.decode().strip()
    return read_blobs(git, [blob])[blob].decode("utf-8", "replace")


def _import_stream(identity: bytes, tip: str, commit: str, note: bytes) -> bytes:
    message = b"geoflow: measures"
    return b"".join(
        (
            f"commit {NOTES_REF}\n".encode(),
            b"committer " + identity + b"\n",
            f"data {len(message)}\n".encode() + message + b"\n",
            f"from {tip}\n".encode() if tip else b"",
            f"N inline {commit}\n".encode(),
            f"data {len(note)}\n".encode() + note + b"\n",
            b"done\n",
        )
    )


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
