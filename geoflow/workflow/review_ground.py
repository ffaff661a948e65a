"""What a review stands on: what is asked about, what rules say of it, and in which order roles look at it."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from geoflow.openspec import Spec, Tree
from geoflow.quality.changed import Changed, changed_paths
from geoflow.quality.finding import Finding
from geoflow.quality.findings import documents, requirements_of, wanted
from geoflow.quality.parsed import read_again
from geoflow.quality.since import find_since
from geoflow.quality.waivers import Waiver
from geoflow.workflow.item import Item
from geoflow.workflow.named_items import path_prefixes
from geoflow.workflow.rule_findings import Rules, find_by_rule


@dataclass(frozen=True)
class Ground:
    """What rules found in what is asked about, and the requirements that roles look at, the riskiest first."""

    tree: Tree
    prefixes: tuple[str, ...]
    findings: list[Finding]
    waivers: Sequence[Waiver]
    notes: Sequence[str]
    everything: list[Item]
    items: list[Item]

    @property
    def is_empty(self) -> bool:
        """Tell whether nothing is there that could be looked at, and nothing that should not be."""
        return not (self.tree.specs or self.tree.changes or self.findings)


def looked_by_rule(
    rules: Rules, files: Mapping[str, str], targets: Sequence[str], before: Mapping[str, str] | None
) -> Ground:
    """Look by rule at all, or at the items that are named; with `before`, an earlier state, at what changed since.

    Raises:
        GeoflowError: A target is unknown.
    """
    tree = read_again(files, rules.kept)
    prefixes = path_prefixes(tree, targets)
    within = _in_question(files, prefixes, before)
    changed = _changed(rules, tree, files, before, within) if before is not None else None
    lost = wanted(find_since(tree, changed[1]), rules.off) if changed else []
    found = find_by_rule(rules, tree, files, within, lost, changed[0] if changed else None)
    findings = [finding for finding in found.findings if finding.path.startswith(prefixes)]
    everything = [Item(document, one) for document in documents(tree) for one in requirements_of(document)]
    items = [item for item in everything if item.document.path.startswith(prefixes)]
    if changed:
        findings = changed[0].among(findings)
        items = [item for item in items if changed[0].holds(item.document.path, item.requirement.name)]
    ordered = _riskiest_first(items, findings)
    return Ground(tree, prefixes, findings, found.waivers, found.notes, everything, ordered)


def _in_question(
    files: Mapping[str, str], prefixes: tuple[str, ...], before: Mapping[str, str] | None
) -> frozenset[str] | None:
    """Give the files that are asked about; None for all, so that what belongs to no file is found as well."""
    if before is None and prefixes == ("",):
        return None
    paths = files.keys() if before is None else changed_paths(files, before)
    return frozenset(path for path in paths if path.startswith(prefixes))


def _changed(
    rules: Rules, tree: Tree, files: Mapping[str, str], before: Mapping[str, str], within: frozenset[str] | None
) -> tuple[Changed, Tree]:
    """Give what tells what changed, and the earlier tree, as far as it is in question."""
    earlier = read_again({path: before[path] for path in within or () if path in before}, rules.kept)
    return Changed(tree, files, earlier, before), earlier


def _riskiest_first(items: Iterable[Item], findings: Iterable[Finding]) -> list[Item]:
    # New text first, then what the rules found most in: where one thing is wrong another is likely.
    counts: dict[tuple[str, str], int] = {}
    for finding in findings:
        counts[finding.path, finding.requirement] = counts.get((finding.path, finding.requirement), 0) + 1
    return sorted(
        items,
        key=lambda item: (isinstance(item.document, Spec), -counts.get((item.document.path, item.requirement.name), 0)),
    )
