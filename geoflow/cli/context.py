"""Where the parts are joined: commands ask here for what they work on. Everything heavy is imported when asked for."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING

from geoflow.cli.looks import hint
from geoflow.cli.render import printable
from geoflow.cli.root import root_here
from geoflow.errors import GeoflowError

if TYPE_CHECKING:
    from geoflow.adapters.git import GitRepository
    from geoflow.adapters.passage_index import SqlitePassages
    from geoflow.adapters.settings_file import LoadedSettings
    from geoflow.adapters.templates import JinjaTemplates
    from geoflow.ports import ChatModel
    from geoflow.settings import ModelSettings, Settings


def find_root_or_fail() -> Path:
    """Find the folder that holds `openspec/`: here or the nearest one above; GeoflowError `no-openspec`."""
    return Path(root_here())


def open_repository(*, quick: bool = False) -> "GitRepository":
    """Open the git repository around the OpenSpec root that the command was typed in; `quick` as for its adapter."""
    from geoflow.adapters import git

    return git.open_repository(find_root_or_fail(), quick=quick)


def open_passages(root: Path) -> "SqlitePassages":
    """Open the search index of a root: kept in the git folder, in memory outside a repository."""
    from geoflow.adapters.passage_index import SqlitePassages

    folder = state_folder_or_none(root)
    return SqlitePassages.below(folder, root) if folder else SqlitePassages(None)


def state_folder_or_none(root: Path) -> Path | None:
    """Name geoflow's folder in the git folder around a root; None outside a repository."""
    from geoflow.adapters import git

    try:
        return git.open_repository(root, quick=True).state_folder
    except GeoflowError:
        return None


def private_folder(root: Path) -> Path:
    """Name the folder for what is kept of a root: in the git folder, outside a repository among the user's own."""
    from geoflow.adapters.folders import roots_folder
    from geoflow.adapters.passage_index import root_key

    return state_folder_or_none(root) or roots_folder() / root_key(root)


def load_settings() -> "Settings":
    """Read the settings for the folder that the command was typed in; what is ignored is said on stderr."""
    loaded = settings_here()
    for notice in loaded.notices:
        say(notice)
    return loaded.settings


def settings_here() -> "LoadedSettings":
    """Read the settings for the folder that the command was typed in, with their sources and notices."""
    import os

    from geoflow.adapters.folders import trust_folder, user_settings_file
    from geoflow.adapters.setting_values import PROJECT_FILE
    from geoflow.adapters.settings_file import read_settings
    from geoflow.adapters.trust_store import TrustStore, trusts_nothing
    from geoflow.openspec.disk import find_root

    found = find_root(str(Path.cwd()))
    root = Path(found) if found else None
    trusts = TrustStore(trust_folder()).in_repository(root) if root else trusts_nothing
    return read_settings(os.environ, root / PROJECT_FILE if root else None, user_settings_file(), trusts)


def open_model(settings: "Settings | None" = None, replay: Path | None = None) -> "ChatModel":
    """Choose the model that answers, its calls written down in the git folder; with `replay` a transcript answers.

    Raises:
        GeoflowError: `no-model` and others of the backends, `transcript-unreadable`.
    """
    if replay is not None:
        from geoflow.adapters.replay import ReplayedModel

        return ReplayedModel(replay)
    from geoflow.adapters import backends

    llm = (settings or load_settings()).llm
    return transcribed(backends.open_model(llm, _StartNote()), llm)


def transcribed(model: "ChatModel", llm: "ModelSettings") -> "ChatModel":
    """Have the calls of a model written down in the git folder, unless there is none or nobody wants it."""
    from geoflow.adapters import git
    from geoflow.adapters.transcript import Transcribed
    from geoflow.adapters.transcript_file import TranscriptFile
    from geoflow.openspec.disk import find_root

    root = find_root(str(Path.cwd()))
    try:
        folder = git.open_repository(Path(root), quick=True).state_folder if root else None
    except GeoflowError:
        folder = None
    if folder is None or llm.transcript == "off":
        return model
    file = TranscriptFile(folder / "transcript.jsonl", say)
    return Transcribed(model, file, llm.transcript, (llm.api_key,))


def open_templates(verb: str, root: Path) -> "JinjaTemplates":
    """Give the templates for a verb that asks a model (`improve`), a trusted project's own prompts in their place.

    What is not used is said on stderr; GeoflowError `prompt-invalid`.
    """
    from geoflow.adapters.folders import trust_folder
    from geoflow.adapters.prompt_overrides import open_templates as open_for
    from geoflow.adapters.trust_store import TrustStore

    templates, notices = open_for(verb, root, TrustStore(trust_folder()).in_repository(root))
    for notice in notices:
        say(notice)
    return templates


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
            hint(f"geoflow: {printable(label)}, some seconds the first time")
        self._said = True


def optional_model(without: str, settings: "Settings | None" = None, replay: Path | None = None) -> "ChatModel | None":
    """Open the model that answers, and say which; None, with a note and `without`, where there is none.

    A transcript that was asked for and cannot be replayed is a failure all the same.
    """
    try:
        model = open_model(settings, replay)
    except GeoflowError as error:
        if replay is not None:
            raise
        hint(f"note: {printable(error.message.rstrip('.'))}. {without}")
        if error.fix:
            hint(f"  fix: {printable(error.fix)}")
        return None
    say_model(model, replay)
    return model


def is_roomy(settings: "Settings", model: "ChatModel") -> bool:
    """Tell whether a model is used as a large one: as the settings say, or as its last bench found it."""
    from geoflow.adapters.model_profiles import ModelProfiles

    if settings.llm.profile != "bench":
        return settings.llm.profile == "large"
    return ModelProfiles().profile(model.backend, model.name) == "large"


def say_model(model: "ChatModel", replay: Path | None, where: str = "") -> None:
    """Tell on stderr which model answers and where, or which one answered when the transcript was recorded."""
    replayed = f", replayed from {replay}" if replay else ""
    hint(f"model: {printable(model.name)} ({printable(model.backend)}){printable(where or replayed)}")


def history_or_none(root: Path) -> "GitRepository | None":
    """Open the git repository around a root; None outside one."""
    from geoflow.adapters import git

    try:
        return git.open_repository(root)
    except GeoflowError:
        return None
