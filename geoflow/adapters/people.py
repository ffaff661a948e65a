"""Who may answer a question, and whether that is the user at the keyboard."""

import getpass
import re
from collections.abc import Iterable, Sequence
from pathlib import Path

from geoflow.adapters.codeowners import owners_of
from geoflow.adapters.git_process import GitProcess

_ADDRESS = re.compile(r"<([^<>]*)>\s*\Z")


def audience_for(root: Path, path: str, people: Sequence[str]) -> tuple[str, ...]:
    """List who may answer a question about a file: its owners by CODEOWNERS, or these people where it has none.

    Args:
        root: The folder that holds `openspec/`.
        path: The file, relative to the root.
        people: The people of the settings; empty means anybody.
    """
    return owners_of(root, path) or tuple(people)


def me(git: GitProcess, names: Sequence[str]) -> tuple[str, ...]:
    """List the names under which this user may be asked: those of the settings, and git's."""
    name, email = _identity(git)
    return tuple(dict.fromkeys(one for one in (*names, email, name) if one))


def signature(git: GitProcess) -> str:
    """Give the user's name for what they answer: `Name <email>` as in git, or the name of their account."""
    name, email = _identity(git)
    name = name or ("" if email else _account())
    return f"{name} <{email}>".lstrip() if email else name


def is_for(audience: Sequence[str], me: Sequence[str]) -> bool:
    """Tell whether one of these names may answer; an empty audience is everybody.

    Upper and lower case are the same, and `Ada <ada@example.org>` is also `ada@example.org`.
    """
    return not audience or not _keys(audience).isdisjoint(_keys(me))


def _keys(names: Iterable[str]) -> frozenset[str]:
    found = [name.strip() for name in names]
    found += [address[1].strip() for name in found if (address := _ADDRESS.search(name))]
    return frozenset(name.casefold() for name in found if name)


def _identity(git: GitProcess) -> tuple[str, str]:
    name, email = (_configured(git, key) for key in ("user.name", "user.email"))
    return name, email


def _configured(git: GitProcess, key: str) -> str:
    said = git.attempt("config", "--get", key).output.decode("utf-8", "replace")
    return " ".join(said.replace("<", " ").replace(">", " ").split())


def _account() -> str:
    try:
        return getpass.getuser()
    except (OSError, KeyError, ImportError):
        return "unknown"
