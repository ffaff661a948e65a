"""Cases done once more: past edits and mutants, through prompt, model and gate, to see whether they come out right."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from geoflow.errors import GeoflowError
from geoflow.improvement.contract import contract_of
from geoflow.improvement.edit import Candidate, SpanEdit
from geoflow.improvement.gate import judge
from geoflow.improvement.lesson import NO_LESSONS, Lessons
from geoflow.improvement.outcome import stands_in
from geoflow.improvement.proposal import requirement_named
from geoflow.improvement.span_strategy import span_question
from geoflow.improvement.template_strategy import from_template
from geoflow.openspec import parse_spec, read_tree
from geoflow.ports import ChatModel, Progress, Repository, Templates
from geoflow.quality.finding import Finding
from geoflow.quality.kept import Kept
from geoflow.quality.mutation.mutant import Mutant
from geoflow.quality.mutation.operators import OPERATORS, mutants
from geoflow.quality.project_lexicon import NO_WORDS, ProjectLexicon
from geoflow.workflow.budget import SPENT, Meter
from geoflow.workflow.improve_result import BUDGET_SPENT
from geoflow.workflow.improve_session import Session
from geoflow.workflow.model_failures import INTERRUPTED
from geoflow.workflow.outcomes import EditOutcome, RunOutcome
from geoflow.workflow.past_cases import Learning
from geoflow.workflow.workbench import Workbench

MENDED = frozenset({"A1", "A2", "A3", "A6", "N1"})
"""Operators whose mutants the model can restore: what they put in is a word or two that may go, or SHALL."""
_MUST = re.compile(r"\bMUST\b")
_ARCHIVE = "openspec/changes/archive/"


@dataclass(frozen=True)
class Instance:
    """One thing to mend of which it is known what is right.

    Args:
        key: Names it: an edit's id, or a mutant's key.
        files: The documents, {path: text}: the one that is mended, and what it is judged with.
        finding: What is to be mended.
        wanted: The target's text as a person merged it or as it was before a mutation; empty where nobody said.
        unwanted: The target's text that a person rejected.
        is_clean: Whether it was right as proposed, or is a mutant: it teaches nothing.
        is_mutant: Whether it is a mutant: what no lesson may spoil.
        said: What a person said about it.
    """

    key: str
    files: Mapping[str, str]
    finding: Finding
    wanted: str = ""
    unwanted: str = ""
    is_clean: bool = False
    said: str = ""
    is_mutant: bool = False

    def is_met_by(self, old: str, new: str) -> bool:
        """Tell whether a new text of the target is right.

        A mutant is restored to the letter, but for SHALL and MUST, which oblige to the same (RFC 2119, section 1). A
        person may have changed more than the edit was about, so that only its own place has to read as they merged it.
        """
        if not self.wanted:
            return not _same(new, self.unwanted)
        if self.is_mutant:
            return _same(_MUST.sub("SHALL", new), _MUST.sub("SHALL", self.wanted))
        return _same(new, self.wanted) or stands_in(old, new, self.wanted)

    @property
    def group(self) -> str:
        """Name its requirement: cases of one are much alike."""
        return f"{self.finding.path} {self.finding.requirement}"


@dataclass(frozen=True, slots=True)
class Tried:
    """How a case came out: whether it is right, whether the gate took it, the new text, what is wrong, the tokens."""

    right: bool
    kept: bool
    text: str
    why: str
    tokens: int


class _Quiet:
    """Progress of a session inside another one, which nobody watches."""

    def update(self, label: str, done: int, total: int) -> None:
        """Show nothing."""


@dataclass(frozen=True)
class Rehearsal:
    """Does cases once more, as improve would: with the same prompts, model, gate, rules and words.

    `obligation` is the word that people let stand where edits brought SHALL or MUST in. `kept` is what rules worked out
    before.
    """

    model: ChatModel
    templates: Templates
    meter: Meter
    off: frozenset[str] = frozenset()
    words: ProjectLexicon = NO_WORDS
    progress: Progress = field(default_factory=_Quiet)
    obligation: str = ""
    kept: Kept | None = None

    def run(self, instance: Instance, lessons: Lessons = NO_LESSONS) -> Tried:
        """Do one case; GeoflowError `budget-spent`, `interrupted` or what the model raises."""
        bench = Workbench(instance.files, self.off, (), self.words, self.kept)
        before = self.meter.tokens
        session = Session(self, bench, self.meter, Learning("", lessons=lessons, obligation=self.obligation))
        session.work([instance.finding])
        self._must_have_ended(session)
        tokens = self.meter.tokens - before
        if not session.kept:
            last = session.refused[-1] if session.refused else None
            why = f"refused: {last.reason}" if last else "nothing was proposed"
            return Tried(right=False, kept=False, text=last.new if last else "", why=why, tokens=tokens)
        new = session.kept[0][1].new
        right = instance.is_met_by(session.kept[0][1].old, new)
        wrong = f"it should read: {instance.wanted}" if instance.wanted else f"a person rejected it: {instance.said}"
        return Tried(right=right, kept=True, text=new, why="" if right else wrong, tokens=tokens)

    def _must_have_ended(self, session: Session) -> None:
        if session.stopped:
            raise GeoflowError("Stopped by Ctrl-C.", code=INTERRUPTED)
        if any(one.why == BUDGET_SPENT for one in session.left):
            raise GeoflowError("The budget was spent.", fix="Give it more: --budget 30m", code=SPENT)


def from_outcome(run: RunOutcome, one: EditOutcome, base: Mapping[str, str]) -> Instance | None:
    """Make the case of a past edit; None where it is not known what was right, or other edits touched its target.

    Args:
        run: The run.
        one: The edit and what became of it.
        base: The documents of the run's base commit.
    """
    edit = one.edit
    same = [other for other in run.edits if (other.edit.path, other.edit.place) == (edit.path, edit.place)]
    text = base.get(edit.path, "")
    if len(same) > 1 or text[slice(*edit.place)] != edit.old:
        return None
    reasons = [said.reason for said in one.said if said.kind == "person" and said.reason]
    rejected = one.outcome == "rejected" and bool(reasons)
    if one.outcome not in {"merged", "merged-edited"} and not rejected:
        return None
    files = _around(edit.path, base)
    found = next((found for found in Workbench(files).findings if found.id == edit.id), None)
    if found is None:
        return None
    said = reasons[-1] if reasons else ""
    if rejected:
        return Instance(f"{run.run.name}/{edit.id}", files, found, unwanted=edit.new, said=said)
    clean = one.outcome == "merged"
    wanted = edit.new if clean else one.now
    return Instance(f"{run.run.name}/{edit.id}", files, found, wanted, is_clean=clean, said=said)


def from_mutants(files: Mapping[str, str], seed: int, per_operator: int, codes: frozenset[str]) -> Iterator[Instance]:
    """Make cases of mutants of the main specs that a model can restore, a case a mutant; no codes: of every rule."""
    operators = [one for one in OPERATORS if one.id in MENDED]
    known: dict[str, frozenset[str]] = {}
    for mutant in mutants(read_tree(files), seed, per_operator, operators):
        path, before = mutant.path, mutant.before
        if mutant.half != "first":
            continue
        if path not in known:
            known[path] = frozenset(one.id for one in Workbench({path: before}).findings)
        if made := _of_mutant(mutant, seed, codes, known[path]):
            yield made


def _of_mutant(mutant: Mutant, seed: int, codes: frozenset[str], known: frozenset[str]) -> Instance | None:
    path = mutant.path
    bench = Workbench({path: mutant.after})
    span = SpanEdit(mutant.edit.start, mutant.edit.start + len(mutant.bad), mutant.good)
    target = requirement_named(parse_spec("", path, mutant.before), mutant.requirement, mutant.edit.start)
    for finding in bench.findings:
        if finding.id in known or not mutant.holds(finding) or (codes and finding.code not in codes):
            continue
        document = bench.document(path)
        by_model = contract_of(finding).maker == "model" and not from_template(document, finding)
        if not by_model or span_question(document, finding) is None or target is None:
            continue
        # Only what can be restored through the gate tells one prompt from another.
        if judge(bench.propose(Candidate(finding, (span,), "restored"))).kept:
            wanted = mutant.before[target.start : target.end]
            return Instance(
                f"{seed}:{mutant.key}", {path: mutant.after}, finding, wanted, is_clean=True, is_mutant=True
            )
    return None


def past_instances(repository: Repository, told: Sequence[RunOutcome]) -> list[Instance]:
    """Make the cases of past edits that a model made, the newest run first."""
    found: list[Instance] = []
    bases: dict[str, Mapping[str, str]] = {}
    for run in told:
        edits = [one for one in run.edits if one.edit.prompt]
        if edits and run.run.base not in bases:
            bases[run.run.base] = live_texts(repository.read(run.run.base))
        found += (made for one in edits if (made := from_outcome(run, one, bases[run.run.base])))
    return found


def live_texts(files: Mapping[str, bytes]) -> dict[str, str]:
    """Decode the files that are not archived."""
    return {
        path: text.decode("utf-8", "surrogateescape") for path, text in files.items() if not path.startswith(_ARCHIVE)
    }


def _around(path: str, files: Mapping[str, str]) -> dict[str, str]:
    if not path.startswith("openspec/changes/"):
        return {path: files[path]}
    change = "/".join(path.split("/")[:3]) + "/"
    return {name: text for name, text in files.items() if name.startswith((change, "openspec/specs/"))}


def _same(one: str, other: str) -> bool:
    return one.split() == other.split()
