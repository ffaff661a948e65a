"""What the experiment of `bench improve` works with, joined: scratch repositories, the workshop, and the model."""

import tempfile
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from geoflow.cli.context import say

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from geoflow.ports import ChatModel
    from geoflow.quality.kept import Kept
    from geoflow.workflow.ahead import Calls
    from geoflow.workflow.proof.ground import Ground, Stage, Works
    from geoflow.workflow.workshop import Workshop


@dataclass(frozen=True, slots=True)
class Model:
    """Which model is asked: the one that answers or the stand-in, and where replies are kept (None: where usual).

    `executor` is where it is called; None where the settings say it.
    """

    real: bool = False
    cache: Path | None = None
    executor: str | None = None


@contextmanager
def open_stage(model: Model) -> "Iterator[Stage]":
    """Join what the experiment works with; its repositories are gone behind the block."""
    from geoflow.adapters.scratch_repository import ScratchRepository
    from geoflow.cli.progress import progress_bar
    from geoflow.quality.kept import Kept
    from geoflow.settings import LEARNERS
    from geoflow.workflow.proof.arms import teachable
    from geoflow.workflow.proof.ground import Stage

    def ground(name: str, files: "Mapping[str, str]") -> "Ground":
        return ScratchRepository(Path(folder) / name, files)

    with (
        _asked(model) as (asked, calls),
        tempfile.TemporaryDirectory(prefix="geoflow-bench-") as folder,
        progress_bar() as progress,
    ):
        ended = say if model.real else _nobody
        known = teachable(LEARNERS, studies=True)
        # Each round looks at the same specs but for a few defects, in all arms.
        kept = Kept()

        def workshop(works: "Works") -> "Workshop":
            return replace(join_workshop(works, kept), calls=calls)

        yield Stage(ground, workshop, asked, known, progress, ended, partial(study, kept=kept), can_skip_replay=True)


def _nobody(_: str) -> None:
    pass


@contextmanager
def _asked(model: Model) -> "Iterator[tuple[Callable[[int], ChatModel], Calls | None]]":
    if not model.real:
        from geoflow.workflow.proof.stand_in import StandIn

        yield StandIn, None
        return
    from geoflow.adapters.kept_replies import KeptReplies
    from geoflow.adapters.role_memory import SqliteRoleMemory
    from geoflow.cli.calls import needed_model
    from geoflow.cli.context import find_root_or_fail, load_settings, private_folder

    with needed_model(load_settings(), model.executor) as (behind, calls):
        file = model.cache or private_folder(find_root_or_fail()) / "bench-improve.sqlite"
        kept = KeptReplies(behind, SqliteRoleMemory(file))
        yield (lambda _: kept), calls


def join_workshop(works: "Works", kept: "Kept | None" = None) -> "Workshop":
    """Join the workshop as `geoflow improve` does; only what is past, the clock and the gate are the experiment's."""
    from geoflow.adapters.learnt_files import LearntFiles
    from geoflow.adapters.lexicon_file import read_lexicon
    from geoflow.adapters.templates import JinjaTemplates
    from geoflow.cli.progress import silent_progress
    from geoflow.workflow.outcomes import Past
    from geoflow.workflow.past_cases import learn
    from geoflow.workflow.workshop import Workshop

    past, place = works.past, works.place
    known = Past(past.repository, past.runs, past.documents, past.events, works.clock)
    return Workshop(
        repository=place.repository,
        model=works.model,
        templates=JinjaTemplates(),
        clock=works.clock,
        progress=silent_progress(),
        runs=place.runs,
        words=read_lexicon,
        learn=lambda run: learn(known, run, works.learners, LearntFiles(), works.retold),
        gate=works.gate,
        kept=kept,
    )


def study(works: "Works", *, replays: bool, tokens: int, kept: "Kept | None" = None) -> bool:
    """Deliver what outcomes teach, as `geoflow improve --learn` does; tells whether Ctrl-C ended it."""
    from geoflow.adapters.learnt_files import LearntFiles
    from geoflow.workflow.learn import LearnOptions, learn_from_outcomes
    from geoflow.workflow.learn_delivery import LearnDesk
    from geoflow.workflow.limits import Limits
    from geoflow.workflow.outcomes import Past

    past = works.past
    known = Past(past.repository, past.runs, past.documents, past.events, works.clock)
    desk = LearnDesk(join_workshop(works, kept), known, LearntFiles())
    options = LearnOptions(Limits(tokens=tokens), tuple(works.learners), replays=replays)
    return learn_from_outcomes(desk, options).stopped
