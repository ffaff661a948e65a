"""What improve works with, joined once for a run."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from geoflow.improvement.gate import Verdict, judge
from geoflow.improvement.past_texts import NO_PAST, PastTexts
from geoflow.improvement.proposal import Proposal
from geoflow.metrics.alert import Alert
from geoflow.ports import ChatModel, Clock, Journal, Progress, QuestionStore, Repository, RunProgress, Runs, Templates
from geoflow.quality.beside import Aside
from geoflow.quality.kept import Kept
from geoflow.quality.project_lexicon import NO_WORDS, ProjectLexicon
from geoflow.settings import Allowed
from geoflow.workflow.ahead import Calls
from geoflow.workflow.desk import NOBODY, Desk
from geoflow.workflow.past_cases import Learning

Gate = Callable[[Proposal], Verdict]
"""Says of a proposal whether it is kept, and why not."""


class Workplace(Protocol):
    """What a session works with, whoever runs it."""

    @property
    def model(self) -> ChatModel | None:
        """Give the model; None where none answers."""

    @property
    def templates(self) -> Templates:
        """Give the prompts."""

    @property
    def progress(self) -> Progress:
        """Give what is told how far it is."""

    @property
    def off(self) -> frozenset[str]:
        """Give the codes of rules that are off."""


@dataclass(frozen=True)
class Workshop:
    """What improve works with. Without a model only code makes edits; findings of rules that are `off` are none.

    `questions` reads the question files of the base commit; without it no answer licenses anything. In `runs` the run
    is kept; `learn` derives what past runs teach, for a run's name. `allowed` are findings that the settings let stand;
    `words` reads the project's lexicon from the files of the base commit, and `past` tells what past runs did to them.
    In the `journal` a run writes itself down, so that a killed one goes on; `tell` says something at once.
    With `veto` the model reads each of its edits of words a second time. `desk` tells who asks whom.
    Every edit goes through `gate`; only an experiment that shows what the gate is good for gives another one than that
    of `improvement.gate`.
    `kept` is what rules worked out before, `aside` begins a part of their work in another process. `worse` tells which
    measures got worse at a commit.
    With `calls` the model is asked about several requirements at a time.
    """

    repository: Repository
    model: ChatModel | None
    templates: Templates
    clock: Clock
    progress: RunProgress
    off: frozenset[str] = frozenset()
    questions: QuestionStore | None = None
    runs: Runs | None = None
    learn: Callable[[str], Learning] = Learning
    allowed: tuple[Allowed, ...] = ()
    words: Callable[[Mapping[str, str]], ProjectLexicon] = lambda _: NO_WORDS
    journal: Journal | None = None
    tell: Callable[[str], None] = lambda _: None
    past: Callable[[Mapping[str, str]], PastTexts] = lambda _: NO_PAST
    veto: bool = False
    desk: Desk = NOBODY
    gate: Gate = judge
    kept: Kept | None = None
    worse: Callable[[str], Sequence[Alert]] = lambda _: ()
    aside: Aside | None = None
    calls: Calls | None = None
