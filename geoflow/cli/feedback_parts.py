"""Join what `geoflow feedback` works with."""

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from geoflow.errors import GeoflowError

if TYPE_CHECKING:
    from geoflow.adapters.event_files import EventFiles
    from geoflow.ports import Runs
    from geoflow.quality.finding import Finding
    from geoflow.questions.question import Question
    from geoflow.workflow.feedback import FeedbackDesk, Noted
    from geoflow.workflow.feedback_list import Remarks
    from geoflow.workflow.feedback_target import Places


def open_feedback() -> "FeedbackDesk":
    """Join what judgements are written with; without a terminal on stdin the one at work counts as an agent."""
    from geoflow.adapters.clock import SystemClock
    from geoflow.adapters.documents import WorkTreeDocuments
    from geoflow.adapters.git_process import GitProcess
    from geoflow.adapters.people import signature
    from geoflow.cli.context import find_root_or_fail
    from geoflow.workflow.feedback import FeedbackDesk

    root = find_root_or_fail()
    return FeedbackDesk(
        documents=WorkTreeDocuments(root),
        events=_events(root),
        clock=SystemClock(),
        author=signature(GitProcess(root)),
        kind="person" if sys.stdin.isatty() else "agent",
        judge=lambda key, reason: _judge(root, key, reason),
    )


def open_places() -> "Places":
    """Join where what can be judged is found."""
    from geoflow.cli.ask_parts import open_questions
    from geoflow.cli.context import find_root_or_fail
    from geoflow.openspec.disk import load
    from geoflow.workflow.feedback_target import Places

    root = find_root_or_fail()
    files = load(str(root), archive=False)
    return Places(
        files, open_questions(root).read().questions, lambda: _findings(root, files), _events(root), _runs(root)
    )


def told_effects(noted: "Noted", *, dry_run: bool) -> Sequence[str]:
    """Say what a judgement changes; one that is only tried counts as if it was written."""
    from geoflow.cli.context import find_root_or_fail, load_settings, open_repository
    from geoflow.cli.workshops import open_past
    from geoflow.workflow.feedback_effect import effects
    from geoflow.workflow.outcomes import outcomes

    root = find_root_or_fail()
    said = list(_events(root).feedback(_live(root)).feedback)
    if dry_run:
        said.append(noted.feedback)
    try:
        runs = outcomes(open_past(root, open_repository())).runs
    except GeoflowError:
        runs = ()  # outside a repository, or before its first commit
    return effects(noted.target, noted.feedback, runs, said, load_settings().improve.learn)


def listed(target: str) -> "Remarks":
    """List what was said of everything, or of what has an id; a beginning of one is looked up."""
    from geoflow.cli.ask_parts import open_questions
    from geoflow.cli.context import find_root_or_fail
    from geoflow.workflow.feedback_list import what_was_said
    from geoflow.workflow.feedback_target import find_target

    root = find_root_or_fail()
    files, stored = _live(root), open_questions(root).read()
    found = what_was_said(_events(root), files, stored, target)
    if target and not found.remarks:
        found = what_was_said(_events(root), files, stored, find_target(open_places(), target).id)
    return found


def _live(root: Path) -> dict[str, bytes]:
    from geoflow.adapters.documents import WorkTreeDocuments

    return WorkTreeDocuments(root).read("live")


def _events(root: Path) -> "EventFiles":
    from geoflow.adapters.event_files import EventFiles
    from geoflow.adapters.folders import locks_folder
    from geoflow.cli.context import state_folder_or_none

    return EventFiles(state_folder_or_none(root) or locks_folder())


def _runs(root: Path) -> "Runs | None":
    from geoflow.cli.context import history_or_none

    repository = history_or_none(root)
    return repository.runs if repository else None


def _findings(root: Path, files: dict[str, str]) -> "Sequence[Finding]":
    from geoflow.adapters.clock import SystemClock
    from geoflow.adapters.history_when_asked import HistoryWhenAsked
    from geoflow.adapters.kept_file import KeptFile
    from geoflow.adapters.lexicon_file import read_lexicon
    from geoflow.adapters.templates import JinjaTemplates
    from geoflow.cli.context import load_settings
    from geoflow.cli.progress import silent_progress
    from geoflow.workflow.limits import Limits
    from geoflow.workflow.review import Reviewer, review

    settings = load_settings()
    reviewer = Reviewer(
        None,
        JinjaTemplates(),
        SystemClock(),
        silent_progress(),
        HistoryWhenAsked(root),
        frozenset(settings.rules.off),
        allowed=settings.review.allow,
        lexicon=read_lexicon(files),
        kept=KeptFile(str(root)).read(),
    )
    return review(reviewer, files, [], Limits()).findings


def _judge(root: Path, key: str, reason: str | None) -> "Question":
    from geoflow.cli.ask_parts import open_secretary
    from geoflow.workflow.stored_questions import refuse, take

    secretary = open_secretary(root)
    return take(secretary, key) if reason is None else refuse(secretary, key, reason)
