"""What `geoflow doctor` says of git around a root: the one who commits, what is cut off, hooks and records."""

import os
from pathlib import Path
from typing import NamedTuple

from geoflow.adapters.checkup import Check, failed
from geoflow.adapters.git_notes import NOTES_REF, list_notes, notes_tip
from geoflow.adapters.git_process import GitProcess, QuickGitProcess, failure
from geoflow.errors import GeoflowError

HOOKS = ("pre-commit", "post-commit", "post-merge", "post-rewrite", "pre-push")
"""The hooks that `geoflow hooks install` makes."""
INSTALL = "geoflow hooks install"
_MARK = b"geoflow"
_READ = 65_536  # bytes of a hook
_RECENT = 20
_REMOTES = "refs/notes/geoflow-remotes/"


class _Hooks(NamedTuple):
    folder: Path
    is_elsewhere: bool


def check_git(root: Path) -> list[Check]:
    """Tell whether git knows who commits, and whether history is cut off."""
    git = QuickGitProcess(root)
    return [_identity(git), *_shallow(git)]


def _identity(git: GitProcess) -> Check:
    said = git.attempt("var", "GIT_COMMITTER_IDENT")
    if said.status:
        return failed("git", "warn", failure("var", said))
    return Check("git", "ok", "git knows who commits", facts={"identity": True})


def _shallow(git: GitProcess) -> list[Check]:
    if git.attempt("rev-parse", "--is-shallow-repository").output.strip() != b"true":
        return []
    text = "a shallow clone: measures of older commits, and what changed since a branch was left, may be missing"
    return [Check("git", "warn", text, "Type: git fetch --unshallow", {"shallow": True})]


def check_hooks(root: Path) -> Check:
    """Tell which hooks of geoflow are there, in the folder where git looks for them; none is run."""
    git = QuickGitProcess(root)
    place = _hooks(git)
    there = {name: _read(place.folder / name) for name in HOOKS}
    installed = [name for name, content in there.items() if _MARK in content]
    idle = [name for name in installed if not os.access(place.folder / name, os.X_OK)]
    missing = [name for name in HOOKS if name not in installed]
    where = f"{place.folder}{' (core.hooksPath)' if place.is_elsewhere else ''}"
    facts = {"installed": installed, "missing": missing, "elsewhere": place.is_elsewhere}
    if not installed:
        others = [name for name, content in there.items() if content]
        text = f"none of geoflow's in {where}" + (f", {', '.join(others)} of others" if others else "")
        return Check("hooks", "skipped", text, f"To check and measure each commit, type: {INSTALL}", facts)
    if idle:
        text = f"{', '.join(idle)} in {where} may not be executed, so git passes it over"
        return Check("hooks", "warn", text, f"Type: {INSTALL}", facts)
    if missing:
        return Check("hooks", "warn", f"{', '.join(missing)} missing in {where}", f"Type: {INSTALL}", facts)
    return Check("hooks", "ok", f"{', '.join(installed)} in {where}", facts=facts)


def _hooks(git: GitProcess) -> _Hooks:
    """Find the folder where git looks; the last setting is that of the process that is asked, and does not count."""
    said = git.attempt("config", "-z", "--type=path", "--get-all", "core.hooksPath").output
    own = [os.fsdecode(one) for one in said.split(b"\0")[:-1]][:-1]
    if own and own[-1]:
        top = git.attempt("rev-parse", "--show-toplevel").output
        return _Hooks(Path(os.fsdecode(top.removesuffix(b"\n"))) / own[-1], is_elsewhere=True)
    common = os.fsdecode(git.run("rev-parse", "--git-common-dir").removesuffix(b"\n"))
    return _Hooks((git.folder / common).resolve() / "hooks", is_elsewhere=False)


def _read(file: Path) -> bytes:
    try:
        with file.open("rb") as hook:
            return hook.read(_READ)
    except OSError:
        return b""


def check_records(root: Path) -> list[Check]:
    """Tell whether recent commits have their records, and whether a remote has them too, as far as is known here."""
    git = QuickGitProcess(root)
    commits = git.attempt("log", f"-{_RECENT}", "--format=%H", "--", "openspec").output.decode().split()
    if not commits:
        return [Check("records", "skipped", "no commit has openspec/ yet")]
    if not notes_tip(git):
        facts = {"records": 0, "lacking": len(commits), "unpushed": False}
        text = f"no commit has a record in {NOTES_REF}"
        return [Check("records", "skipped", text, "To measure history, type: geoflow monitor backfill", facts)]
    try:
        noted = list_notes(git)
    except (GeoflowError, ValueError):
        return [
            Check("records", "warn", f"{NOTES_REF} cannot be read", f"Look at it: git notes --ref={NOTES_REF} list")
        ]
    lacking = sum(commit not in noted for commit in commits)
    unpushed = _is_unpushed(git)
    facts = {"records": len(noted), "lacking": lacking, "unpushed": unpushed}
    text = f"{len(noted)} commits have a record"
    if lacking:
        lacks = f"{text}; {lacking} of the last {len(commits)} that touched openspec/ lack one"
        return [Check("records", "warn", lacks, "Type: geoflow monitor backfill", facts)]
    if unpushed:
        return [Check("records", "warn", f"{text}; not all are on the remote", "Type: geoflow monitor push", facts)]
    return [Check("records", "ok", text, facts=facts)]


def _is_unpushed(git: GitProcess) -> bool:
    """Tell whether records here are not on a remote that has some; nobody is asked over the network."""
    theirs = git.attempt("for-each-ref", "--format=%(objectname)", _REMOTES).output.decode().split()
    tip = notes_tip(git)
    return bool(theirs) and all(git.attempt("merge-base", "--is-ancestor", tip, one).status for one in theirs)
