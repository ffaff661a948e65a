"""What improve and review work with, joined from the adapters; everything heavy is imported when asked for."""

from contextlib import contextmanager, nullcontext
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from geoflow.cli.context import find_root_or_fail, is_roomy, load_settings, open_repository, open_templates, say
from geoflow.cli.looks import hint

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from geoflow.adapters.git import GitRepository
    from geoflow.cli.calls import Asked
    from geoflow.quality.kept import Kept
    from geoflow.settings import Settings
    from geoflow.workflow.outcomes import Past
    from geoflow.workflow.review import Reviewer
    from geoflow.workflow.role_facts import FactDesk
    from geoflow.workflow.workshop import Workshop


@contextmanager
def improve_workshop(
    replay: Path | None = None, *, with_model: bool = True, dry_run: bool = False, executor: str | None = None
) -> "Iterator[Workshop]":
    """Join what improve works with, the model where it is wanted, and show a progress bar; other runs are kept out.

    A dry run writes nothing, so it keeps nobody out. GeoflowError `improve-at-work`, `git-not-writable`, `no-identity`.
    """
    from dataclasses import replace

    from geoflow.adapters.kept_file import KeptFile
    from geoflow.adapters.one_run import ended_by_kill, only_run
    from geoflow.adapters.run_journal import RunJournal
    from geoflow.cli.calls import Asked, Wish, opened_model
    from geoflow.cli.progress import progress_bar

    root = find_root_or_fail()
    repository = open_repository(quick=True)
    repository.head()  # before a model is started for nothing
    changed = repository.uncommitted()
    if changed:
        hint(
            f"note: {len(changed)} uncommitted file{'s' if len(changed) > 1 else ''} below openspec/ "
            "are left out: improve works on the last commit."
        )
    settings = load_settings()
    file = KeptFile(str(root))
    kept = file.read()
    with nullcontext() if dry_run else only_run(repository.state_folder, root), ended_by_kill():
        if not dry_run:
            repository.check_delivery()  # before a model is asked for minutes
        wish = Wish("Only edits of form are made.", replay, executor)
        with opened_model(settings, wish) if with_model else nullcontext(Asked()) as asked, progress_bar() as progress:
            joined = join_improve(repository, settings, asked, kept)
            journal = None if replay else RunJournal(repository.state_folder, root)
            yield replace(joined, progress=progress, journal=journal)
        file.write(kept)


def join_improve(repository: "GitRepository", settings: "Settings", asked: "Asked", kept: "Kept") -> "Workshop":
    """Join what improve works with around the one who is asked; nothing shows how far it is, and no journal is kept."""
    from functools import cache

    from geoflow.adapters.clock import SystemClock
    from geoflow.adapters.learnt_files import LearntFiles
    from geoflow.adapters.lexicon_file import read_lexicon
    from geoflow.adapters.people import audience_for
    from geoflow.adapters.second_process import second_process
    from geoflow.adapters.templates import JinjaTemplates
    from geoflow.cli.alerting import worse_at
    from geoflow.cli.ask_parts import open_questions
    from geoflow.cli.progress import Silent
    from geoflow.workflow.desk import NOBODY, Desk
    from geoflow.workflow.improve_history import past_texts
    from geoflow.workflow.past_cases import learn
    from geoflow.workflow.workshop import Workshop

    root = repository.root
    owners = cache(lambda path: audience_for(root, path, settings.questions.people))
    return Workshop(
        repository=repository,
        model=asked.model,
        calls=asked.calls,
        templates=open_templates("improve", root) if asked.model else JinjaTemplates(),
        clock=SystemClock(),
        progress=Silent(),
        off=frozenset(settings.rules.off),
        questions=open_questions(root),
        runs=repository.runs,
        allowed=settings.review.allow,
        words=read_lexicon,
        veto=settings.improve.veto,
        past=lambda files: past_texts(open_past(root, repository), files),
        learn=lambda run: learn(open_past(root, repository), run, settings.improve.learn, LearntFiles()),
        desk=Desk(NOBODY.author, owners),
        tell=say,
        kept=kept,
        worse=lambda commit: worse_at(repository, commit),
        aside=second_process,
    )


def open_past(root: Path, repository: "GitRepository") -> "Past":
    """Join what past runs are told from."""
    from geoflow.adapters.clock import SystemClock
    from geoflow.adapters.documents import WorkTreeDocuments
    from geoflow.adapters.event_files import EventFiles
    from geoflow.workflow.outcomes import Past

    events = EventFiles(repository.state_folder)
    return Past(repository, repository.runs, WorkTreeDocuments(root), events, SystemClock())


class Lookers(NamedTuple):
    """Who is to look in a review: rules alone, or a model as well, in which roles, and whose seats agents take.

    `replay` is a transcript that answers in the model's place; `fresh` asks anew what was said about the same text.
    """

    rules_only: bool
    roles: tuple[str, ...] = ("testing",)
    seats: tuple[str, ...] = ()
    replay: Path | None = None
    executor: str | None = None
    fresh: bool = False


@contextmanager
def open_review(
    who: Lookers,
    *,
    dialogue: "Callable[[bool], FactDesk] | None" = None,
    files: "Mapping[str, str] | None" = None,
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
    wish = Wish("Only rules look at it.", who.replay, who.executor)
    opening = nullcontext(Asked()) if who.rules_only else opened_model(settings, wish)
    seating = open_seats(root, settings, who.seats, rules_only=who.rules_only)
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
            roles=who.roles,
            seats=seated,
            memory=None if who.replay or not (model or seated) else open_memory(root, fresh=who.fresh),
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
