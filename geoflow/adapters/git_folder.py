"""Where the git folder is, found without git: the hot commands cannot pay for a process."""

import os

_LINE = 4096


def git_folder(start: str) -> tuple[str, str] | None:
    """Find the work tree around a folder and its git folder; None where there is none that is this user's own.

    A linked work tree and a submodule have theirs elsewhere: a `.git` file names it.
    """
    folder = start
    while True:
        git = os.path.join(folder, ".git")
        if os.path.isfile(git):
            git = os.path.join(folder, _named_in(git))
            return (folder, git) if _is_usable(git) else None
        if _is_usable(git):
            return folder, git
        above = os.path.dirname(folder)
        if above == folder:
            return None
        folder = above


def _is_usable(folder: str) -> bool:
    """Tell whether a folder is a git folder of this user: what another wrote there is not believed, as by git."""
    user = getattr(os, "geteuid", None)
    try:
        return os.path.isfile(os.path.join(folder, "HEAD")) and (user is None or os.stat(folder).st_uid == user())
    except OSError:
        return False


def _named_in(file: str) -> str:
    try:
        with open(file, encoding="utf-8", errors="surrogateescape") as opened:
            line = opened.read(_LINE).rstrip("\r\n")
    except OSError:
        return ""
    return line.removeprefix("gitdir: ") if line.startswith("gitdir: ") else ""
