"""The experiment: arm by arm and round by round, improve and its reviewer at work, then what is learnt measured."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from geoflow.errors import GeoflowError
from geoflow.improvement.gate import CHECKS, Verdict, judge
from geoflow.improvement.learning import Case
from geoflow.improvement.proposal import Proposal
from geoflow.openspec import read_tree
from geoflow.workflow.improve import ImproveOptions, improve
from geoflow.workflow.limits import Limits
from geoflow.workflow.proof.arms import STUDIED, Arm
from geoflow.workflow.proof.ground import Ground, Stage, WeekClock, Works
from geoflow.workflow.proof.house import make_house
from geoflow.workflow.proof.measure import Measured, measure
from geoflow.workflow.proof.result import Curve, Experiment, Setting, Skipped
from geoflow.workflow.proof.reviewer import Proposed, Reviewer, dealt_out, proposed
from geoflow.workflow.proof.seeding import Field, Key, sow
from geoflow.workflow.proof.split import Split, split_by_capability
from geoflow.workflow.triage import Table, deliver_triage
from geoflow.workflow.triage_decisions import Decision, find_run

STORED = "openspec/workflow/"
"""What is merged of learn branches lies here, and this alone is taken to the sealed repository."""
LEARN_BRANCHES = "geoflow/learn/"
_AUTHOR = "Scripted Reviewer <reviewer@geoflow.invalid>"
# What improve demands of the whole: without these nothing would be delivered, and nothing could be shown.
_LEAST = tuple((name, check) for name, check in CHECKS if name in {"changes-something", "validity-kept"})


class StoppedError(Exception):
    """Ctrl-C; what was measured so far stands."""


def open_gate(proposal: Proposal) -> Verdict:
    """Let everything through that changes something and leaves a valid document valid; for the experiment alone."""
    return judge(proposal, _LEAST)


@dataclass
class Course:
    """One arm with one seed."""

    stage: Stage
    setting: Setting
    arm: Arm
    seed: int
    split: Split
    sealed: Field
    clock: WeekClock = field(default_factory=WeekClock)
    merged_studies: set[str] = field(default_factory=set)

    def run(self, curve: Curve) -> None:
        """Measure, and after each round again; what is measured is added to the curve as it comes.

        Raises:
            StoppedError: The user has stopped it.
        """
        name = f"{self.arm.name}-{self.seed}"
        self.past = self.stage.ground(name, self.split.seen)
        self.place = self.stage.ground(f"{name}-sealed", self.sealed.files)
        self.house = make_house(self.seed)
        curve.points.append(self._measure())
        for number in range(1, self.setting.rounds + 1):
            self.clock.week = number
            self._round(number)
            curve.points.append(self._measure())
            rate = curve.points[-1].document()["merge_rate"]
            self.stage.ended(
                f"seed {self.seed}, arm {self.arm.name}, round {number} of {self.setting.rounds}: "
                f"first-proposal merge rate {'none' if rate is None else f'{rate:.0%}'}"
            )

    def _works(self, place: Ground) -> Works:
        learners = self.arm.switches(self.stage.known)
        gate = judge if self.arm.gated else open_gate
        retold = self._dealt_out if self.arm.shuffled else list[Case]
        return Works(self.past, place, self.stage.model(self.seed), self.clock, learners, gate, retold)

    def _dealt_out(self, cases: list[Case]) -> list[Case]:
        # The reviewer has dealt out what was delivered; what the gate refused would tell of edits all the same.
        return dealt_out(cases, f"{self.seed}")

    def _options(self, defects: int, *, dry_run: bool) -> ImproveOptions:
        return ImproveOptions(Limits(tokens=defects * self.setting.tokens_each), dry_run=dry_run)

    def _round(self, number: int) -> None:
        """Put defects in, let improve work, and merge what the reviewer takes."""
        sown = sow(self.split.seen, f"{self.seed}:{number}", self.setting.mutants)
        self.past.branch_off(f"round-{number:02}", sown.files, f"Round {number}")
        works = self._works(self.past)
        result = improve(self.stage.workshop(works), self._options(self.setting.mutants, dry_run=False))
        if result.stopped:
            raise StoppedError
        if result.edits:
            self._review(result.run, Reviewer(self.house, sown.sown, self.setting.noise), f"{self.seed}:{number}")
        self.past.back_to_main()
        self.past.write({}, f"Feedback of round {number}")
        if self.stage.study is not None and STUDIED & set(works.learners):
            tokens = self.setting.mutants * self.setting.tokens_each
            if self.stage.study(works, replays=self.arm.replayed, tokens=tokens):
                raise StoppedError
        for branch in self.past.branches(LEARN_BRANCHES):
            if branch not in self.merged_studies:
                self.past.merge(branch)
                self.merged_studies.add(branch)

    def _review(self, name: str, reviewer: Reviewer, seed: str) -> None:
        run = find_run(self.past.runs, name)
        edits = [proposed(edit) for edit in run.edits]
        made = reviewer.decide(edits, seed, shuffled=self.arm.shuffled)
        ground = self.past
        table = Table(ground.repository, ground.runs, ground.documents, ground.events, self.clock, _AUTHOR)
        try:
            triaged = deliver_triage(table, run, made)
        except GeoflowError as error:
            if error.code not in {"edits-depend", "edits-together-invalid"}:
                raise
            triaged = deliver_triage(table, run, _apart(edits, made))
        if triaged.branch:
            ground.merge(triaged.branch)

    def _measure(self) -> Measured:
        """Mend the sealed defects with what is learnt by now; nothing of it is kept."""
        stored = {
            path: content.decode("utf-8", "surrogateescape")
            for path, content in self.past.documents.read("live").items()
            if path.startswith(STORED)
        }
        self.place.write(stored, "What is stored")
        works = self._works(self.place)
        result = improve(self.stage.workshop(works), self._options(self.setting.sealed, dry_run=True))
        if result.stopped:
            raise StoppedError
        return measure(result, self.sealed, Reviewer(self.house, self.sealed.sown), _keys(self.split.sealed))


def _apart(edits: Sequence[Proposed], made: Mapping[str, Decision]) -> dict[str, Decision]:
    """Reject what shares a requirement with another edit of the run: a person would not puzzle it out either."""
    places = [(edit.path, edit.requirement) for edit in edits]
    alone = {edit.id for edit, place in zip(edits, places, strict=True) if places.count(place) == 1}
    return {name: one if name in alone else Decision("reject", "not with the other one") for name, one in made.items()}


def _keys(files: Mapping[str, str]) -> list[Key]:
    return [(spec.path, one.name) for spec in read_tree(files).specs for one in spec.requirements]


def run_experiment(stage: Stage, setting: Setting, files: Mapping[str, str], arms: Sequence[Arm]) -> Experiment:
    """Run the arms with each seed; stopped by Ctrl-C, what was measured by then is given.

    Raises:
        GeoflowError: `too-few-specs`, `nothing-to-sow`; what the model raises.
    """
    skipped, runnable = [], []
    for arm in arms:
        why = arm.why_not(stage.known, can_skip_replay=stage.can_skip_replay)
        if why:
            skipped.append(Skipped(arm, why))
        else:
            runnable.append(arm)
    experiment = Experiment(setting, tuple(stage.known), tuple(skipped), stage.model(setting.first_seed).name)
    total, done = len(setting.seeds) * len(runnable), 0
    for seed in setting.seeds:
        split = split_by_capability(files, seed)
        sealed = sow(split.sealed, f"{seed}:sealed", setting.sealed)
        if not sealed.sown or not sow(split.seen, f"{seed}:1", setting.mutants).sown:
            raise GeoflowError(
                "No requirement of these specs lends itself to a defect that improve could mend.",
                fix="Run it on another tree: geoflow bench improve --tree FOLDER",
                code="nothing-to-sow",
            )
        experiment.note(split, sealed)
        for arm in runnable:
            stage.progress.update(f"seed {seed}, {arm.name}", done, total)
            curve = Curve(arm, seed)
            experiment.curves.append(curve)
            try:
                Course(stage, setting, arm, seed, split, sealed).run(curve)
            except (StoppedError, KeyboardInterrupt):
                experiment.stopped = True
                return experiment
            done += 1
    stage.progress.update("done", total, total)
    return experiment
