"""What measures commits, whoever asks: record, backfill, compare, check."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from geoflow import __version__
from geoflow.errors import GeoflowError
from geoflow.metrics.snapshot import Snapshot, read_note, to_line, with_units
from geoflow.metrics.standing import has_history, is_complete, made_by
from geoflow.ports import Clock, Commits, Progress, Repository
from geoflow.workflow.measure_history import measure_history

if TYPE_CHECKING:
    from geoflow.openspec import Tree
    from geoflow.quality.finding import Finding
    from geoflow.quality.kept import Kept
    from geoflow.quality.waivers import Split
    from geoflow.workflow.rule_findings import Rules

RulesAt = Callable[[Mapping[str, str]], "Rules"]
"""Gives the rules that hold at a commit, from its own files: settings and words of the project as they were then."""


@dataclass(frozen=True, slots=True)
class Recorder:
    """What snapshots are made with. `observe` tells what happens now, by the names of measures; {} where nothing is.

    `saw` is told what rules found at a commit that nobody lets stand, and `wrote` that a record was written. `figures`
    is what was worked out of contents before.
    """

    repository: Repository
    commits: Commits
    clock: Clock
    rules_at: RulesAt
    observe: Callable[[], Mapping[str, float]] = dict
    saw: Callable[[str, Sequence["Finding"]], None] = lambda _commit, _findings: None
    wrote: Callable[[], None] = lambda: None
    figures: "Kept | None" = None


def known_snapshot(commit: str, inputs: str, note: str) -> Snapshot | None:
    """Give what this version of geoflow has recorded of a commit."""
    return made_by(read_note(commit, note), inputs, __version__)


def inputs_at(recorder: Recorder, commit: str) -> str:
    """Give the tree id of `openspec/` at a commit; GeoflowError `nothing-to-measure` where it has none."""
    (inputs,) = recorder.commits.inputs([commit])
    if not inputs:
        raise GeoflowError(
            f"Commit {commit[:10]} has no openspec/ folder.",
            fix='Commit it: `git add openspec && git commit -m "Add specs"`.',
            code="nothing-to-measure",
        )
    return inputs


def measure_commit(recorder: Recorder, commit: str, inputs: str, known: Snapshot | None, *, complete: bool) -> Snapshot:
    """Measure what is not known of a commit yet: the measures that every commit has, and with `complete` the others."""
    values: dict[str, float] = {}
    if not has_history(known):
        parent = recorder.commits.first_parent(commit)
        values |= next(measure_history(recorder.commits, [(commit, parent)], recorder.figures)).values
    if complete and not is_complete(known):
        values |= measure_quality(recorder, commit)
    return Snapshot(commit, inputs, recorder.clock.now(), __version__, "record", with_units(values))


def measure_quality(recorder: Recorder, commit: str) -> dict[str, float]:
    """Run all rules over a commit as it is, with its own settings, words and waivers."""
    # The rules take as long to load as all of a hook may take.
    from geoflow.metrics.quality_figures import quality_figures

    tree, parted = findings_at(recorder, commit)
    recorder.saw(commit, parted.kept)
    return quality_figures(tree, parted.kept, [one.finding for one in parted.waived])


def findings_at(recorder: Recorder, commit: str) -> "tuple[Tree, Split]":
    """Give what rules find at a commit, with its own settings, words and waivers, and the tree that they looked at."""
    from geoflow.openspec import read_tree
    from geoflow.quality.waivers import split
    from geoflow.workflow.rule_findings import MOVED, Rules, find_by_rule

    files = {
        path: content.decode("utf-8", "surrogateescape") for path, content in recorder.repository.read(commit).items()
    }
    rules = recorder.rules_at(files)
    # What was the base of a delta lies in other commits, and the measures are those of this one alone.
    alone = Rules(rules.off | {MOVED}, rules.allowed, rules.lexicon)
    tree = read_tree(files)
    found = find_by_rule(alone, tree, files, None)
    return tree, split(found.findings, found.waivers)


def complete(recorder: Recorder, commits: Sequence[str], progress: Progress) -> dict[str, Snapshot]:
    """Measure what these commits still lack, keep it, and give their snapshots; those without `openspec/` are absent.

    What is measured once for a state of `openspec/` holds for each commit that has it.
    """
    trees = dict(zip(commits, recorder.commits.inputs(list(commits)), strict=True))
    notes = recorder.repository.notes(list(commits))
    known = {one: known_snapshot(one, tree, notes.get(one, "")) for one, tree in trees.items() if tree}
    lacking = [commit for commit, snapshot in known.items() if not is_complete(snapshot)]
    qualities: dict[str, dict[str, float]] = {}
    lines: dict[str, str] = {}
    for index, commit in enumerate(lacking):
        progress.update("Measuring", index, len(lacking))
        tree = trees[commit]
        if tree not in qualities:
            qualities[tree] = measure_quality(recorder, commit)
        basis = measure_commit(recorder, commit, tree, known[commit], complete=False)
        made = Snapshot(
            commit,
            tree,
            basis.recorded_at,
            __version__,
            "asked",
            {**basis.derived, **with_units(qualities[tree])},
        )
        lines[commit] = to_line(made)
    if lines:
        recorder.repository.append_notes(
            lines, unless=lambda commit, note: is_complete(known_snapshot(commit, trees[commit], note))
        )
        notes |= recorder.repository.notes(list(lines))
    found = {one: known_snapshot(one, tree, notes.get(one, "")) for one, tree in trees.items() if tree}
    return {one: snapshot for one, snapshot in found.items() if snapshot is not None}
