"""Watch: what a save changed, by rule, and what a model makes of it once it is quiet."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from geoflow.openspec import validate
from geoflow.quality.finding import Finding, by_place
from geoflow.quality.parsed import read_again
from geoflow.quality.waivers import split
from geoflow.workflow.rule_findings import Rules, find_by_rule


@dataclass(frozen=True)
class State:
    """What is known of a tree: its files, the findings of each file that let something stand left out, what is invalid.

    `broken` are the items that OpenSpec refuses, each as its kind and its id.
    """

    files: Mapping[str, str]
    findings: Mapping[str, tuple[Finding, ...]]
    broken: tuple[tuple[str, str], ...]

    @property
    def all_findings(self) -> list[Finding]:
        """Give every finding, in reading order."""
        return sorted((one for found in self.findings.values() for one in found), key=by_place)


@dataclass(frozen=True, slots=True)
class Look:
    """What one look found: the files that changed, the findings in them, and which of these are new or gone."""

    paths: tuple[str, ...]
    findings: tuple[Finding, ...]
    new: tuple[Finding, ...]
    gone: tuple[Finding, ...]
    broken: tuple[tuple[str, str], ...]

    def document(self) -> dict[str, Any]:
        """Give the fields that scripts see."""
        return {
            "paths": list(self.paths),
            "findings": [one.document() for one in self.findings],
            "new": [one.id for one in self.new],
            "gone": [one.document() for one in self.gone],
            "invalid": [f"{kind}/{name}" for kind, name in self.broken],
        }


NOTHING = State({}, {}, ())


def look_again(rules: Rules, before: State, files: Mapping[str, str], *, whole: bool = False) -> tuple[State, Look]:
    """Look at the documents that changed since `before`; with `whole` at all, as after a change of the settings.

    Findings between documents are told where a changed document is one side; the other side is told when it changes.
    """
    changed = frozenset(
        path for path in files.keys() | before.files.keys() if files.get(path) != before.files.get(path)
    )
    within = None if whole or before is NOTHING else _with_siblings(changed, files)
    tree = read_again(files, rules.kept)
    by_rule = find_by_rule(rules, tree, files, within)
    kept, _ = split(by_rule.findings, by_rule.waivers)
    found: dict[str, list[Finding]] = {}
    for finding in kept:
        found.setdefault(finding.path, []).append(finding)
    looked = frozenset(files) if within is None else within
    stays = {path: one for path, one in before.findings.items() if path in files and path not in looked}
    now = {**stays, **{path: tuple(one) for path, one in found.items()}}
    known: set[tuple[str, str]] = {
        *(("spec", one.id) for one in tree.specs),
        *(("change", one.id) for one in tree.changes),
    }
    valid: dict[tuple[str, str], bool] = {}
    for report in validate(files, within=within):
        valid[(report.type, report.id)] = report.valid()
    stay = {item for item in before.broken if item in known and item not in valid}
    broken = tuple(sorted(stay | {item for item, is_valid in valid.items() if not is_valid}))
    look = _compared(before, now, looked | (before.files.keys() - files.keys()), changed, broken)
    return State(dict(files), now, broken), look


def _with_siblings(changed: frozenset[str], files: Mapping[str, str]) -> frozenset[str]:
    """Name the changed files that are there, and for one that is gone those that lie in the same item's folder."""
    homes = {"/".join(path.split("/")[:3]) + "/" for path in changed if path not in files}
    return frozenset(path for path in files if path in changed or any(path.startswith(home) for home in homes))


def _compared(
    before: State,
    now: Mapping[str, tuple[Finding, ...]],
    looked: frozenset[str],
    changed: frozenset[str],
    broken: tuple[tuple[str, str], ...],
) -> Look:
    old = {one.id: one for path in looked for one in before.findings.get(path, ())}
    here = sorted((one for path in looked for one in now.get(path, ())), key=by_place)
    ids = {one.id for one in here}
    new = tuple(one for one in here if one.id not in old)
    gone = tuple(sorted((one for one in old.values() if one.id not in ids), key=by_place))
    return Look(tuple(sorted(changed)), tuple(here), new, gone, broken)
