"""Records and other teams' clones: `refs/notes/geoflow` to and from a remote, merged so that no line is lost."""

import os
import time
from typing import NamedTuple

from geoflow.adapters.git_notes import NOTES_REF, Turn, notes_lock, notes_tip
from geoflow.adapters.git_process import Finished, GitProcess
from geoflow.adapters.git_remote import choose_remote
from geoflow.errors import GeoflowError

_ATTEMPTS = 8
_THEIRS = "refs/notes/geoflow-remotes/"
_MERGING = "refs/notes/geoflow-merging"
_LOST_RACE = ("fetch first", "non-fast-forward", "cannot lock ref", "failed to update ref", "stale info")
_WHO = ("-c", "user.name=geoflow", "-c", "user.email=geoflow@localhost")


class Exchanged(NamedTuple):
    """What an exchange did: the remote, whether records came from it, and whether any went to it."""

    remote: str
    pulled: bool
    pushed: bool


class GitExchange:
    """Pulls and pushes what geoflow keeps in refs of its own.

    Each kind of ref is one part: the records of commits here; runs of improve may stand beside them.

    Args:
        git: Runs git in the repository.
        turn: Where and how long writers of notes wait for each other.
    """

    def __init__(self, git: GitProcess, turn: Turn) -> None:
        self._git = git
        self._turn = turn

    def remote(self, name: str = "") -> str:
        """Choose a remote: the one that is named, the checked-out branch's own, `origin`, or the only one.

        Raises:
            GeoflowError: `no-remote`.
        """
        return choose_remote(self._git, name)

    def pull(self, remote: str) -> bool:
        """Fetch the records of a remote and merge them with those here; whether anything came.

        Raises:
            GeoflowError: `remote-failed`, `notes-locked`.
        """
        theirs = self._fetch(remote)
        return bool(theirs) and self._merge(theirs)

    def push(self, remote: str) -> Exchanged:
        """Bring the records of both together, and push them; what others push meanwhile is fetched and merged first.

        Raises:
            GeoflowError: `remote-failed`, `notes-locked`.
        """
        pulled = False
        for attempt in range(_ATTEMPTS):
            pulled = self.pull(remote) or pulled
            tip = notes_tip(self._git)
            if not tip or tip == self._tip(self._ref_of(remote)):
                return Exchanged(remote, pulled, pushed=False)
            # Never forced: a remote that has moved on refuses, and is pulled once more.
            finished = self._git.attempt("push", "--quiet", "--no-verify", remote, f"{tip}:{NOTES_REF}")
            if not finished.status:
                self._git.run("update-ref", self._ref_of(remote), tip)
                return Exchanged(remote, pulled, pushed=True)
            if not any(words in finished.error for words in _LOST_RACE):
                raise _failed(remote, finished)
            time.sleep(0.05 * (attempt + 1))
        raise GeoflowError(f"Others kept pushing records to {remote}.", fix="Try again later.", code="notes-locked")

    def _fetch(self, remote: str) -> str:
        """Fetch a remote's records; the id of their tip, empty where it has none."""
        listed = self._git.attempt("ls-remote", remote, NOTES_REF)
        if listed.status:
            raise _failed(remote, listed)
        if not listed.output.strip():
            self._git.attempt("update-ref", "-d", self._ref_of(remote))
            return ""
        fetched = self._git.attempt(
            *("fetch", "--quiet", "--no-tags", "--no-write-fetch-head", "--no-auto-maintenance"),
            *("--no-recurse-submodules", "--refmap=", remote, f"+{NOTES_REF}:{self._ref_of(remote)}"),
        )
        if fetched.status:
            raise _failed(remote, fetched)
        return self._tip(self._ref_of(remote))

    def _merge(self, theirs: str) -> bool:
        """Merge fetched records, with a compare-and-swap of our own: `git notes merge` would overwrite later ones."""
        with notes_lock(self._turn):
            for attempt in range(_ATTEMPTS):
                ours = notes_tip(self._git)
                merged = self._merged(ours, theirs) if ours else theirs
                if merged == ours:
                    return False
                swapped = self._git.attempt(
                    "update-ref", "-m", "geoflow: pull", NOTES_REF, merged, ours or "0" * len(merged)
                )
                if not swapped.status:
                    return True
                time.sleep(0.01 * (attempt + 1))
        raise GeoflowError(
            f"Others kept writing {NOTES_REF}.", fix="Try again when they are done.", code="notes-locked"
        )

    def _merged(self, ours: str, theirs: str) -> str:
        """Merge two tips aside; lines that both sides added to one note are all kept, sorted."""
        aside = f"{_MERGING}-{os.getpid()}"
        self._git.run("update-ref", aside, ours)
        try:
            self._git.run(*_WHO, "notes", f"--ref={aside}", "merge", "--quiet", "--strategy=cat_sort_uniq", theirs)
            return self._tip(aside)
        finally:
            self._git.attempt("update-ref", "-d", aside)

    def _tip(self, ref: str) -> str:
        return self._git.attempt("rev-parse", "--quiet", "--verify", ref).output.decode().strip()

    def _ref_of(self, remote: str) -> str:
        return f"{_THEIRS}{remote}"


def _failed(remote: str, finished: Finished) -> GeoflowError:
    said = " ".join(finished.error.split()) or f"exit status {finished.status}"
    return GeoflowError(
        f"The remote {remote} did not take part: {said}",
        fix=f"See whether you can reach it: `git ls-remote {remote}`; pushing needs the right to write.",
        code="remote-failed",
    )
