"""Where the parts are joined: commands ask here for what they work on. Everything heavy is imported when asked for."""

import sys
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from geoflow.cli.render import printable
from geoflow.cli.root import root_here
from geoflow.errors import GeoflowError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from geoflow.adapters.git import GitRepository
    from geoflow.adapters.passage_index import SqlitePassages
    from geoflow.ports import ChatModel
    from geoflow.settings import Settings
    from geoflow.workflow.improve_session import Workshop
    from geoflow.workflow.review import Reviewer


def find_root_or_fail() -> Path:
    """Find the folder that holds `openspec/`: here or the nearest one above; GeoflowError `no-openspec`."""
    return Path(root_here())


def open_repository() -> "GitRepository":
    """Open the git repository around the OpenSpec root that the command was typed in."""
    from geoflow.adapters import git

    return git.open_repository(find_root_or_fail())


def open_passages(root: Path) -> "SqlitePassages":
    """Open the search index of a root: kept in the git folder, in memory outside a repository."""
    from geoflow.adapters import git
    from geoflow.adapters.passage_index import SqlitePassages

    try:
        return SqlitePassages.below(git.open_repository(root).state_folder, root)
    except GeoflowError:
        return SqlitePassages(None)


def load_settings() -> "Settings":
    """Read the settings for the folder that the command was typed in; what is ignored is said on stderr."""
    import os

    from geoflow.adapters.folders import user_settings_file
    from geoflow.adapters.settings_file import read_settings
    from geoflow.openspec.disk import find_root

    root = find_root(str(Path.cwd()))
    loaded = read_settings(os.environ, Path(root) / "openspec" / "geoflow.yaml" if root else None, user_settings_file())
    for notice in loaded.notices:
        say(notice)
    return loaded.settings


def open_model(settings: "Settings | None" = None) -> "ChatModel":
    """Choose the model that answers, its calls written down in the git folder; GeoflowError `no-model` and others."""
    from geoflow.adapters import backends, git
    from geoflow.adapters.transcript import Transcribed, Transcript
    from geoflow.openspec.disk import find_root

    model = backends.open_model((settings or load_settings()).llm, _StartNote())
    root = find_root(str(Path.cwd()))
    try:
        folder = git.open_repository(Path(root)).state_folder if root else None
    except GeoflowError:
        folder = None
    return Transcribed(model, Transcript(folder / "transcript.jsonl", say)) if folder else model


def say(text: str) -> None:
    """Tell something on stderr, one line."""
    sys.stderr.write(f"geoflow: {printable(text)}\n")


class _StartNote:
    """Says once that the embedded model is being loaded."""

    def __init__(self) -> None:
        self._said = False

    def update(self, label: str, done: int, total: int) -> None:  # noqa: ARG002 - the port names them
        """Say it at the first sign."""
        if not self._said:
            say(f"{label}, some seconds the first time")
        self._said = True


def optional_model(without: str, settings: "Settings | None" = None) -> "ChatModel | None":
    """Open the model that answers, and say which; None, with a note and `without`, where there is none."""
    try:
        model = open_model(settings)
    except GeoflowError as error:
        sys.stderr.write(f"note: {printable(error.message.rstrip('.'))}. {without}\n")
        if error.fix:
            sys.stderr.write(f"  fix: {printable(error.fix)}\n")
        return None
    sys.stderr.write(f"model: {printable(model.name)} ({printable(model.backend)})\n")
    return model


@contextmanager
def improve_workshop() -> "Iterator[Workshop]":
    """Join what improve works with, and show a progress bar while it does."""
    from geoflow.adapters.clock import SystemClock
    from geoflow.adapters.templates import JinjaTemplates
    from geoflow.cli.progress import progress_bar
    from geoflow.workflow.improve_session import Workshop

    repository = open_repository()
    repository.head()  # before a model is started for nothing
    changed = repository.uncommitted()
    if changed:
        sys.stderr.write(
            f"note: {len(changed)} uncommitted file{'s' if len(changed) > 1 else ''} below openspec/ "
            "are left out: improve works on the last commit.\n"
        )
    settings = load_settings()
    model = optional_model("Only edits of form are made.", settings)
    with progress_bar() as progress:
        yield Workshop(repository, model, JinjaTemplates(), SystemClock(), progress, frozenset(settings.rules.off))


@contextmanager
def open_review(*, rules_only: bool) -> "Iterator[tuple[Reviewer, dict[str, str]]]":
    """Join what review works with: the model unless only rules are wanted, and the files of the work tree."""
    from geoflow.adapters.clock import SystemClock
    from geoflow.adapters.templates import JinjaTemplates
    from geoflow.cli.progress import progress_bar
    from geoflow.openspec.disk import load
    from geoflow.workflow.review import Reviewer

    root = find_root_or_fail()
    files = load(str(root))
    settings = load_settings()
    off = frozenset(settings.rules.off)
    model = None if rules_only else optional_model("Only rules look at it.", settings)
    with progress_bar() as progress:
        yield Reviewer(model, JinjaTemplates(), SystemClock(), progress, _history(root), off), files


def _history(root: Path) -> "GitRepository | None":
    from geoflow.adapters import git

    try:
        return git.open_repository(root)
    except GeoflowError:
        return None
