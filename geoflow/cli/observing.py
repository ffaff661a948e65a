"""Joins what is observed when a record is made: questions, edits, model calls, the machine."""

from collections.abc import Mapping
from contextlib import suppress
from typing import TYPE_CHECKING

from geoflow.errors import GeoflowError

if TYPE_CHECKING:
    from datetime import datetime
    from pathlib import Path

    from geoflow.adapters.git import GitRepository
    from geoflow.cli.observing_age import FindingAges


def observe_now(root: "Path", repository: "GitRepository", ages: "FindingAges") -> Mapping[str, float]:
    """Give the observed measures, {name: value}; what cannot be observed is left out, and stops nothing."""
    from geoflow.cli.observing_age import text_age

    found: dict[str, float] = {}
    for part in (_questions, _edits, _calls, _machine, text_age, lambda *_: ages.figures()):
        with suppress(GeoflowError, OSError):
            found |= part(root, repository)
    return found


def _questions(root: "Path", repository: "GitRepository") -> dict[str, float]:
    from geoflow.adapters.documents import WorkTreeDocuments
    from geoflow.adapters.question_files import QuestionFiles
    from geoflow.metrics.observed import question_figures, waiting_figures
    from geoflow.questions.question import best_reply, state_of, waited
    from geoflow.workflow.passages_of import passages_in

    files = WorkTreeDocuments(root).read("live")
    stored = QuestionFiles(root, repository.state_folder).read_from(files).questions.values()
    of = passages_in(files)
    replies = [reply for one in stored if not one.withdrawn and (reply := best_reply(one, of))]
    waits = {kind: [wait for one in stored if (wait := waited(one, kind)) is not None] for kind in ("person", "agent")}
    counted = question_figures([state_of(one, of) for one in stored], sum(reply.is_persons for reply in replies))
    return counted | waiting_figures(waits)


def _edits(root: "Path", repository: "GitRepository") -> dict[str, float]:
    from geoflow.cli.workshops import open_past
    from geoflow.improvement.outcome import STALE_AFTER
    from geoflow.metrics.observed import edit_figures, rework_figures
    from geoflow.workflow.outcomes import counted, outcomes

    runs = outcomes(open_past(root, repository)).runs
    edited = [(one.edit.new, one.now) for run in runs for one in run.edits if one.outcome == "merged-edited"]
    return rework_figures(edited, repository.reverted_edits(STALE_AFTER.days) if runs else None) | edit_figures(
        {str(name): count for name, count in counted(runs).items()},
        sum(len(one.run.refused) for one in runs),
        len(runs),
    )


def _calls(_root: "Path", repository: "GitRepository") -> dict[str, float]:
    from geoflow.adapters.recent_calls import calls_since
    from geoflow.metrics.observed import call_figures

    return call_figures(calls_since(repository.state_folder, _last_look(repository)))


def _last_look(repository: "GitRepository") -> "datetime | None":
    """Give the time of the last record that counted model calls, so that each call counts once."""
    from geoflow.workflow.show_snapshots import show_snapshots

    recent = (one.snapshot for one in show_snapshots(repository, 200))
    return max((one.recorded_at for one in recent if "llm.calls" in one.observed), default=None)


def _machine(_root: "Path", repository: "GitRepository") -> dict[str, float]:
    from geoflow.adapters.folders import embedded_folder
    from geoflow.adapters.machine import machine_figures

    return machine_figures(repository.state_folder, embedded_folder())
