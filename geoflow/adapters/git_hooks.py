"""Where a repository keeps its hooks, and whether git looks for them there."""

import os
import shlex
from pathlib import Path
from typing import NamedTuple

from geoflow.adapters.git import open_repository
from geoflow.adapters.git_process import GitProcess, failure
from geoflow.errors import GeoflowError

_COMMAND = "geoflow validate --staged"


class HooksPath(NamedTuple):
    """A `core.hooksPath` that leads elsewhere: as it is written, and the scope of the configuration that says so."""

    value: str
    scope: str


class HooksPlace(NamedTuple):
    """The hooks of a repository, which all its work trees share.

    `prefix` is the folder that holds `openspec/`, from the top of the work tree, empty or with a slash at its end.
    """

    folder: Path
    prefix: str
    elsewhere: HooksPath | None


def find_hooks(root: Path) -> HooksPlace:
    """Find the hooks of the repository around the folder that holds `openspec/`.

    Raises:
        GeoflowError: `not-a-repository`, `bare-repository`, `unsafe-repository`, `git-missing`, `hooks-elsewhere`,
            where the folder is a link that leads out of the git folder.
    """
    git = GitProcess(root)
    prefix = _line(git, root, "--show-prefix")
    top = Path(_line(git, root, "--show-toplevel"))
    common = (root / _line(git, root, "--git-common-dir")).resolve()
    folder = common / "hooks"
    if not folder.resolve().is_relative_to(common):
        raise GeoflowError(
            f"{folder} is a link that leads out of the git folder, so these hooks may be shared or tracked.",
            fix=f"Have its pre-commit run `{_COMMAND}`, or replace the link by a folder.",
            code="hooks-elsewhere",
        )
    return HooksPlace(folder, prefix, _elsewhere(git, top, folder))


def refuse_elsewhere(place: HooksPlace) -> None:
    """Raise GeoflowError `hooks-elsewhere` where git looks for hooks in a folder of another tool's."""
    if place.elsewhere is None:
        return
    value, scope = place.elsewhere
    unset = {"local": "--local ", "global": "--global ", "system": "--system ", "worktree": "--worktree "}
    if ".husky" in Path(value).parts:
        fix = f"Add it to husky: echo '{_COMMAND}' >> {shlex.quote(_husky_file(value))}"
    else:
        added = shlex.quote(str(Path(value) / "pre-commit"))
        fix = f"Add `{_COMMAND}` to {added}, or type: git config {unset.get(scope, '')}--unset-all core.hooksPath"
    raise GeoflowError(
        f"core.hooksPath ({scope}) sends git to {value} for its hooks, where another tool keeps them.",
        fix=fix,
        code="hooks-elsewhere",
    )


def _husky_file(value: str) -> str:
    # Husky sends git to a folder of its own (.husky/_), whose scripts call those of people one above.
    path = Path(value)
    return str((path.parent if path.name == "_" else path) / "pre-commit")


def _elsewhere(git: GitProcess, top: Path, folder: Path) -> HooksPath | None:
    finished = git.attempt("config", "-z", "--show-scope", "--type=path", "--get-all", "core.hooksPath")
    words = os.fsdecode(finished.output).split("\0")
    # The last one counts, but the very last is that of the process that was asked.
    pairs = [pair for pair in zip(words[::2], words[1::2], strict=False) if pair != ("command", os.devnull)]
    if not pairs:
        return None
    scope, value = pairs[-1]
    return None if (top / value).resolve() == folder.resolve() else HooksPath(value, scope)


def _line(git: GitProcess, root: Path, option: str) -> str:
    finished = git.attempt("rev-parse", option)
    if finished.status:
        open_repository(root)  # knows the causes by name
        raise failure("rev-parse", finished)
    return os.fsdecode(finished.output).removesuffix("\n")
