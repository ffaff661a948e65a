"""The measures that are a pure function of `openspec/`."""

import re
from collections.abc import Sequence

from geoflow.metrics.measure import MEASURES
from geoflow.openspec.model import Report, Requirement, Tree
from geoflow.quality.failure import describes_failure
from geoflow.quality.finding import Finding
from geoflow.quality.lexicon import PLACEHOLDERS
from geoflow.quality.prose import masked

_PLACEHOLDER = re.compile(rf"(?<!\w)(?:{'|'.join(PLACEHOLDERS)})(?!\w)")
# Codes from GF200 on are smells; those below are of form, and OS codes are of validity.
_SMELL = re.compile(r"GF2\d\d")


def derive(tree: Tree, reports: Sequence[Report], findings: Sequence[Finding]) -> dict[str, float]:
    """Compute the derived measures: {name: value} in the order of `MEASURES`, units as defined there.

    A share or an average of nothing is left out: unknown is not zero.

    Args:
        tree: The parsed `openspec/`; archived changes are not measured.
        reports: The validation of its specs and active changes.
        findings: What all rules found in its specs and active changes.
    """
    values = _size(tree) | _structure(tree) | _coverage(tree) | _validity(reports) | _quality(tree, findings)
    values |= _work(tree)
    return {measure.name: round(value, 4) for measure in MEASURES if (value := values.get(measure.name)) is not None}


def _size(tree: Tree) -> dict[str, float | None]:
    requirements = _requirements(tree)
    return {
        "size.specs": len(tree.specs),
        "size.requirements": len(requirements),
        "size.scenarios": sum(len(requirement.scenarios) for requirement in requirements),
        "size.words": sum(len(spec.text.split()) for spec in tree.specs),
    }


def _structure(tree: Tree) -> dict[str, float | None]:
    requirements = _requirements(tree)
    words = sum(len(requirement.text.split()) for requirement in requirements)
    return {
        "structure.requirements_per_spec": _ratio(len(requirements), len(tree.specs)),
        "structure.largest_spec": max((len(spec.requirements) for spec in tree.specs), default=0),
        "structure.words_per_requirement": _ratio(words, len(requirements)),
        "structure.specs_without_purpose": sum(not spec.purpose for spec in tree.specs),
    }


def _coverage(tree: Tree) -> dict[str, float | None]:
    requirements = _requirements(tree)
    with_scenario = sum(bool(requirement.scenarios) for requirement in requirements)
    with_failure = sum(any(map(describes_failure, requirement.scenarios)) for requirement in requirements)
    scenarios = sum(len(requirement.scenarios) for requirement in requirements)
    return {
        "coverage.scenarios_per_requirement": _ratio(scenarios, len(requirements)),
        "coverage.with_scenario": _percent(with_scenario, len(requirements)),
        "coverage.with_failure_scenario": _percent(with_failure, len(requirements)),
    }


def _validity(reports: Sequence[Report]) -> dict[str, float | None]:
    levels = [issue.level for report in reports for issue in report.issues]
    return {
        "validity.items": len(reports),
        "validity.valid": _percent(sum(report.valid() for report in reports), len(reports)),
        "validity.valid_strict": _percent(sum(report.valid(strict=True) for report in reports), len(reports)),
        "validity.errors": levels.count("ERROR"),
        "validity.warnings": levels.count("WARNING"),
    }


def _quality(tree: Tree, findings: Sequence[Finding]) -> dict[str, float | None]:
    deltas = [delta for change in tree.changes for delta in change.deltas]
    texts = [spec.text for spec in tree.specs] + [delta.text for delta in deltas]
    judged = len(_requirements(tree)) + sum(len(delta.added) + len(delta.modified) for delta in deltas)
    smells = sum(bool(_SMELL.fullmatch(finding.code)) for finding in findings)
    return {
        "quality.findings": len(findings),
        "quality.smell_density": _percent(smells, judged),
        "quality.placeholders": sum(len(_PLACEHOLDER.findall(masked(text))) for text in texts),
    }


def _work(tree: Tree) -> dict[str, float | None]:
    tasks = [task for change in tree.changes for task in change.tasks]
    done = sum(task.done for task in tasks)
    return {
        "work.active_changes": len(tree.changes),
        "work.open_tasks": len(tasks) - done,
        "work.done_tasks": _percent(done, len(tasks)),
    }


def _requirements(tree: Tree) -> list[Requirement]:
    return [requirement for spec in tree.specs for requirement in spec.requirements]


def _ratio(part: int, whole: int) -> float | None:
    return part / whole if whole else None


def _percent(part: int, whole: int) -> float | None:
    return 100 * part / whole if whole else None
