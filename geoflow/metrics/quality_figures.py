"""The derived measures that take reading every sentence: findings, set quality and readability."""

import re
from collections.abc import Collection, Sequence

from geoflow.metrics.measure import ASKED
from geoflow.metrics.reading import reading_figures
from geoflow.openspec.model import Requirement, Tree
from geoflow.quality.finding import Finding
from geoflow.quality.lexicon import PLACEHOLDERS
from geoflow.quality.prose import masked

_PLACEHOLDER = re.compile(rf"(?<!\w)(?:{'|'.join(PLACEHOLDERS)})(?!\w)")
# Codes from GF200 on are smells; those below are of form, and OS codes are of validity.
SMELL = re.compile(r"GF2\d\d")
SETS: dict[str, frozenset[str]] = {
    "set.duplicates": frozenset({"GF311", "GF315"}),
    "set.conflicts": frozenset({"GF218", "GF312", "GF316"}),
    "set.dangling_references": frozenset({"GF215", "GF314"}),
    "set.delta_collisions": frozenset({"GF301", "GF302", "GF303"}),
    "set.terms": frozenset({"GF313"}),
}
"""The codes of findings that each measure of the set counts."""


def quality_figures(tree: Tree, findings: Sequence[Finding], waived: Collection[Finding] = ()) -> dict[str, float]:
    """Compute the measures of quality: {name: value}; a share or an average of nothing is left out.

    Args:
        tree: The parsed `openspec/`; archived changes are not measured.
        findings: What all rules found in its specs and active changes and nobody lets stand.
        waived: The findings that are let stand.
    """
    values: dict[str, float | None] = {
        "quality.findings": len(findings),
        "quality.errors": sum(one.severity == "error" for one in findings),
        "quality.warnings": sum(one.severity == "warning" for one in findings),
        "quality.waived": len(waived),
        **_density(tree, findings),
        **{name: sum(one.code in codes for one in findings) for name, codes in SETS.items()},
        **reading_figures([requirement.text for requirement in _requirements(tree)]),
    }
    return {name: round(value, 4) for name in ASKED if (value := values.get(name)) is not None}


def _density(tree: Tree, findings: Sequence[Finding]) -> dict[str, float | None]:
    deltas = [delta for change in tree.changes for delta in change.deltas]
    texts = [spec.text for spec in tree.specs] + [delta.text for delta in deltas]
    judged = len(_requirements(tree)) + sum(len(delta.added) + len(delta.modified) for delta in deltas)
    smells = sum(bool(SMELL.fullmatch(finding.code)) for finding in findings)
    return {
        "quality.smell_density": 100 * smells / judged if judged else None,
        "quality.placeholders": sum(len(_PLACEHOLDER.findall(masked(text))) for text in texts),
    }


def _requirements(tree: Tree) -> list[Requirement]:
    return [requirement for spec in tree.specs for requirement in spec.requirements]
