"""Where the parts are joined: commands ask here for what they work on. Everything heavy is imported when asked for."""

import sys
from contextlib import contextmanager, nullcontext
from pathlib import Path
from typing import TYPE_CHECKING

from geoflow.cli.looks import hint
from geoflow.cli.render import printable
from geoflow.cli.root import root_here
from geoflow.errors import GeoflowError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from geoflow.adapters.git import GitRepository
    from geoflow.adapters.passage_index import SqlitePassages
    from geoflow.adapters.settings_file import LoadedSettings
    from geoflow.adapters.templates import JinjaTemplates
    from geoflow.ports import ChatModel
    from geoflow.settings import ModelSettings, Settings
    from geoflow.workflow.outcomes import Past
    from geoflow.workflow.review import Reviewer
    from geoflow.workflow.role_facts import FactDesk
    from geoflow.workflow.workshop import Workshop


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
        return git.open_repository(root).state_folder
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
    from geoflow.adapters.settings_file import PROJECT_FILE, read_settings
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
        folder = git.open_repository(Path(root)).state_folder if root else None
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


@contextmanager
def improve_workshop(
    replay: Path | None = None, *, with_model: bool = True, dry_run: bool = False, executor: str | None = None
) -> "Iterator[Workshop]":
    """Join what improve works with, the model where it is wanted, and show a progress bar; other runs are kept out.

    A dry run writes nothing, so it keeps nobody out. GeoflowError `improve-at-work`, `git-not-writable`, `no-identity`.
    """
    from geoflow.adapters.clock import SystemClock
    from geoflow.adapters.kept_file import KeptFile
    from geoflow.adapters.learnt_files import LearntFiles
    from geoflow.adapters.lexicon_file import read_lexicon
    from geoflow.adapters.one_run import ended_by_kill, only_run
    from geoflow.adapters.people import audience_for
    from geoflow.adapters.run_journal import RunJournal
    from geoflow.adapters.second_process import second_process
    from geoflow.adapters.templates import JinjaTemplates
    from geoflow.cli.alerting import worse_at
    from geoflow.cli.ask_parts import open_questions
    from geoflow.cli.calls import Asked, Wish, opened_model
    from geoflow.cli.progress import progress_bar
    from geoflow.workflow.desk import NOBODY, Desk
    from geoflow.workflow.improve_history import past_texts
    from geoflow.workflow.past_cases import learn
    from geoflow.workflow.workshop import Workshop

    root = find_root_or_fail()
    repository = open_repository()
    repository.head()  # before a model is started for nothing
    changed = repository.uncommitted()
    if changed:
        hint(
            f"note: {len(changed)} uncommitted file{'s' if len(changed) > 1 else ''} below openspec/ "
            "are left out: improve works on the last commit."
        )
    settings = load_settings()
    off = frozenset(settings.rules.off)
    file = KeptFile(str(root))
    kept = file.read()
    with nullcontext() if dry_run else only_run(repository.state_folder, root), ended_by_kill():
        if not dry_run:
            repository.check_delivery()  # before a model is asked for minutes
        wish = Wish("Only edits of form are made.", replay, executor)
        with opened_model(settings, wish) if with_model else nullcontext(Asked()) as asked, progress_bar() as progress:
            templates = open_templates("improve", root) if asked.model else JinjaTemplates()
            yield Workshop(
                repository=repository,
                model=asked.model,
                calls=asked.calls,
                templates=templates,
                clock=SystemClock(),
                progress=progress,
                off=off,
                questions=open_questions(root),
                runs=repository.runs,
                allowed=settings.review.allow,
                words=read_lexicon,
                veto=settings.improve.veto,
                past=lambda files: past_texts(open_past(root, repository), files),
                learn=lambda run: learn(open_past(root, repository), run, settings.improve.learn, LearntFiles()),
                desk=Desk(NOBODY.author, lambda path: audience_for(root, path, settings.questions.people)),
                journal=None if replay else RunJournal(repository.state_folder, root),
                tell=say,
                kept=kept,
                worse=lambda commit: worse_at(repository, commit),
                aside=second_process,
            )
        file.write(kept)


def open_past(root: Path, repository: "GitRepository") -> "Past":
    """Join what past runs are told from."""
    from geoflow.adapters.clock import SystemClock
    from geoflow.adapters.documents import WorkTreeDocuments
    from geoflow.adapters.event_files import EventFiles
    from geoflow.workflow.outcomes import Past

    events = EventFiles(repository.state_folder)
    return Past(repository, repository.runs, WorkTreeDocuments(root), events, SystemClock())


@contextmanager
def open_review(
    *,
    rules_only: bool,
    replay: Path | None = None,
    roles: tuple[str, ...] = ("testing",),
    seats: tuple[str, ...] = (),
    fresh: bool = False,
    dialogue: "Callable[[bool], FactDesk] | None" = None,
    files: "Mapping[str, str] | None" = None,
    executor: str | None = None,
) -> "Iterator[Reviewer]":
    """Join what review works with, the model unless only rules are wanted, and show a progress bar.

    `dialogue` gives those to whom objections are put, once it is known whether a model or an agent looks. The words of
    the project are those among `files`, which are looked at.
    """
    from geoflow.adapters.clock import SystemClock
    from geoflow.adapters.history_when_asked import HistoryWhenAsked
    from geoflow.adapters.kept_file import KeptFile
    from geoflow.adapters.lexicon_file import read_lexicon
    from geoflow.adapters.second_process import second_process
    from geoflow.adapters.templates import JinjaTemplates
    from geoflow.cli.calls import Asked, Wish, opened_model
    from geoflow.cli.progress import progress_bar
    from geoflow.cli.review_seats import open_memory, open_seats, opened_tools
    from geoflow.workflow.review import Reviewer

    root = find_root_or_fail()
    settings = load_settings()
    off = frozenset(settings.rules.off)
    wish = Wish("Only rules look at it.", replay, executor)
    opening = nullcontext(Asked()) if rules_only else opened_model(settings, wish)
    seating = open_seats(root, settings, seats, rules_only=rules_only)
    file = KeptFile(str(root))
    kept = file.read()
    with (
        opening as (model, calls),
        seating as seated,
        opened_tools(root, settings, wanted=model is not None) as tools,
        progress_bar() as progress,
    ):
        templates = open_templates("review", root) if model else JinjaTemplates()
        yield Reviewer(
            model=model,
            templates=templates,
            clock=SystemClock(),
            progress=progress,
            history=HistoryWhenAsked(root),
            off=off,
            roles=roles,
            seats=seated,
            memory=None if replay or not (model or seated) else open_memory(root, fresh=fresh),
            facts=dialogue(bool(model or seated)) if dialogue else None,
            allowed=settings.review.allow,
            lexicon=read_lexicon(files or {}),
            tools=tools,
            roomy=bool(model and tools and is_roomy(settings, model)),
            kept=kept,
            aside=second_process,
            calls=calls,
        )
    file.write(kept)


def history_or_none(root: Path) -> "GitRepository | None":
    """Open the git repository around a root; None outside one."""
    from geoflow.adapters import git

    try:
        return git.open_repository(root)
    except GeoflowError:
        return None
