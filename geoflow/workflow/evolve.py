"""Evolve: other texts for the prompt that mends spans, tried on cases of which it is known what is right."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

from geoflow.errors import ExitCode, GeoflowError
from geoflow.metrics.compared import p_no_better
from geoflow.workflow.budget import SPENT
from geoflow.workflow.evolve_cases import SEEDS, cases_of
from geoflow.workflow.evolve_trial import FILE, EvolveDesk, Trial
from geoflow.workflow.learn import live_texts_of, offered_of
from geoflow.workflow.learn_delivery import Gathered, LearnDesk, LearnResult, deliver
from geoflow.workflow.learn_record import Offer
from geoflow.workflow.limits import Limits
from geoflow.workflow.model_failures import INTERRUPTED
from geoflow.workflow.outcomes import outcomes
from geoflow.workflow.replayed import past_instances

P_AT_MOST = 0.05


@dataclass(frozen=True)
class Evolved:
    """What came of it: what is delivered, if anything, and the figures of the comparison on sealed cases."""

    delivered: LearnResult
    tried: int
    train: int
    choice: int
    sealed: int
    before: float = 0.0
    after: float = 0.0
    p: float = 1.0
    why: str = ""

    def document(self) -> dict[str, Any]:
        """Give the whole as scripts see it (`geoflow.evolve/1`); `before` and `after` are shares that are right."""
        names = ("tried", "train", "choice", "sealed", "before", "after", "p", "why")
        return (
            self.delivered.document() | {"schema": "geoflow.evolve/1"} | {name: getattr(self, name) for name in names}
        )


def evolve(desk: EvolveDesk, limits: Limits, *, dry_run: bool = False) -> Evolved:
    """Search for a better text, and deliver it where it is better on sealed cases.

    Raises:
        GeoflowError: `no-model`, `too-few-mutants`, `gepa-missing`, what the model raises.
    """
    if desk.learn.workshop.model is None:
        raise GeoflowError(
            "Trying other texts of a prompt needs a model, and none answers.",
            fix="See what is there: geoflow doctor",
            code="no-model",
            exit_code=ExitCode.ENVIRONMENT,
        )
    gathered, past = Gathered(desk.learn, limits), desk.learn.past
    cases = cases_of(live_texts_of(gathered.files), past_instances(past.repository, outcomes(past).runs))
    trial = Trial(desk, desk.learn.workshop.model, gathered.meter, cases)
    numbers = range(len(trial.shown))
    split = len(cases.train)
    texts = desk.search.search(
        desk.present, (numbers[:split], numbers[split:]), trial.judge, trial.propose, trial.go_on
    )
    offered = offered_of(desk.learn.past).keys
    new = [text for text in texts if text != desk.present and _key(text) not in offered and trial.is_usable(text)]
    found = _decided(trial, new[0]) if new else _Decision(why="no other text did better while it was searched")
    if found.wins:
        gathered.add(_offer(desk.learn, new[0], found))
    gathered.stopped = trial.stopped
    result = deliver(desk.learn, gathered, dry_run=dry_run)
    sealed = sum(map(len, cases.sealed))
    sizes = (trial.tried, len(cases.train), len(cases.choice), sealed)
    return Evolved(result, *sizes, before=found.before, after=found.after, p=found.p, why=found.why)


@dataclass(frozen=True, slots=True)
class _Decision:
    before: float = 0.0
    after: float = 0.0
    p: float = 1.0
    why: str = ""

    @property
    def wins(self) -> bool:
        return not self.why


def _decided(trial: Trial, text: str) -> _Decision:
    """Compare a text with the present one on sealed cases, pair by pair."""
    present = trial.present
    before: dict[str, list[float]] = {}
    after: dict[str, list[float]] = {}
    try:
        for seed, sealed in zip(SEEDS, trial.cases.sealed, strict=True):
            for instance in sealed:
                pair = trial.right(present, instance, seed), trial.right(text, instance, seed)
                before.setdefault(instance.group, []).append(pair[0])
                after.setdefault(instance.group, []).append(pair[1])
    except GeoflowError as error:
        if error.code not in {SPENT, INTERRUPTED}:
            raise
        trial.stopped |= error.code == INTERRUPTED
        return _Decision(why="the budget was spent before it was decided")
    p = p_no_better(before, after)
    shares = _mean(before), _mean(after)
    why = "" if p < P_AT_MOST else "it is not better on the sealed cases"
    return _Decision(*shares, p=p, why=why)


def _mean(scores: Mapping[str, Sequence[float]]) -> float:
    every = [one for group in scores.values() for one in group]
    return round(sum(every) / len(every), 4) if every else 0.0


def _key(text: str) -> str:
    return f"prompt:{FILE}:{sha256(text.encode('utf-8', 'replace')).hexdigest()[:16]}"


def _offer(desk: LearnDesk, text: str, found: _Decision) -> Offer:
    reason = (
        f"{found.after:.0%} of the sealed cases come out right with it, {found.before:.0%} without; p = {found.p:.4f}"
    )
    path = desk.stored.prompt_path(FILE)
    fields = {"before": found.before, "after": found.after, "p": found.p}
    return Offer(_key(text), "prompt", f"another text for {FILE}", reason, (), path, text, fields)
