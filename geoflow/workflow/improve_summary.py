"""What a run of improve made of a tree, in figures, and the last check that nothing got worse."""

from collections.abc import Mapping, Sequence

from geoflow.errors import ExitCode, GeoflowError
from geoflow.openspec import Report, Spec
from geoflow.quality.finding import Finding
from geoflow.workflow.adopted_item import AdoptedItem
from geoflow.workflow.workbench import Workbench
from geoflow.workflow.workshop import Workshop


def summary(specs: Sequence[Spec], reports: Sequence[Report], findings: Sequence[Finding]) -> dict[str, float | int]:
    """Measure a tree in a few figures: items, valid ones, requirements, scenarios, findings."""
    requirements = [requirement for spec in specs for requirement in spec.requirements]
    smells = [finding for finding in findings if finding.code.startswith("GF")]
    return {
        "items": len(reports),
        "valid": sum(report.valid() for report in reports),
        "valid_strict": sum(report.valid(strict=True) for report in reports),
        "requirements": len(requirements),
        "scenarios": sum(len(requirement.scenarios) for requirement in requirements),
        "findings": len(findings),
        "smells": len(smells),
        "smells_per_100_requirements": round(100 * len(smells) / len(requirements), 1) if requirements else 0,
    }


def must_not_be_worse(before: Sequence[Report], after: Sequence[Report]) -> None:
    """Raise GeoflowError `edits-together-invalid` where an item that was valid is so no more."""
    valid = {(report.type, report.id) for report in before if report.valid()}
    worse = [report.id for report in after if (report.type, report.id) in valid and not report.valid()]
    if worse:
        raise GeoflowError(
            f"The edits together would make {worse[0]} invalid, so nothing was written.",
            fix="Name the other items meanwhile, as in: geoflow improve ITEM",
            code="edits-together-invalid",
            exit_code=ExitCode.NO,
        )


def with_adopted(files: Mapping[str, str], adopted: Sequence[AdoptedItem]) -> dict[str, str]:
    """Give the documents with those of adopted items in their place."""
    kept = [one.adopted for one in adopted if one.kept]
    gone = {path for one in kept for path in one.removed}
    left = {path: text for path, text in files.items() if path not in gone}
    return left | {path: text for one in kept for path, text in one.texts.items()}


def measured(workshop: Workshop, bench: Workbench, live: Mapping[str, str]) -> tuple[list[Spec], list[Finding]]:
    """Give the specs and findings as they are after the run."""
    if live != bench.files:
        bench = Workbench(live, workshop.off, workshop.allowed, workshop.words(live), workshop.kept)
    return bench.specs, bench.findings
