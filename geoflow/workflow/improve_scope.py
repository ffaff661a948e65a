"""What a run of improve looks at: the documents of a commit, and the findings of the items that were named."""

from collections.abc import Mapping, Sequence

from geoflow.errors import ExitCode, GeoflowError
from geoflow.metrics.alert import Alert
from geoflow.metrics.behind import is_behind
from geoflow.quality.finding import SEVERITY_ORDER, Finding
from geoflow.workflow.workbench import Workbench


def live_files(found: Mapping[str, bytes]) -> dict[str, str]:
    """Decode the documents that a run looks at."""
    # Archived changes are history: nothing there is improved, and in an old tree they are most of it.
    return {
        path: data.decode("utf-8", "surrogateescape")
        for path, data in found.items()
        if not path.startswith("openspec/changes/archive/")
    }


def chosen_findings(bench: Workbench, targets: tuple[str, ...]) -> list[Finding]:
    """Give the findings of the named items, or of all, the worst first; GeoflowError `unknown-item`."""
    prefixes = path_prefixes(bench, targets)
    findings = [finding for finding in bench.findings if finding.path.startswith(prefixes)]
    return sorted(findings, key=lambda finding: (SEVERITY_ORDER[finding.severity], finding.path, finding.start))


def worst_first(findings: Sequence[Finding], worse: Sequence[Alert]) -> list[Finding]:
    """Put the findings behind measures that got worse before the others, each in the order that they had."""
    return sorted(findings, key=lambda finding: not any(is_behind(one.measure, finding) for one in worse))


def path_prefixes(bench: Workbench, targets: tuple[str, ...]) -> tuple[str, ...]:
    """Give how the paths of the named items begin, of all where none is named; GeoflowError `unknown-item`."""
    known = {spec.id: spec.path for spec in bench.tree.specs}
    known |= {change.id: change.path + "/" for change in bench.tree.changes}
    unknown = [target for target in targets if target not in known]
    if unknown:
        raise GeoflowError(
            f"There is no spec or active change named {unknown[0]} at this commit.",
            fix="See the names with: geoflow list --specs, or geoflow list",
            code="unknown-item",
            exit_code=ExitCode.USAGE,
        )
    return tuple(known[target] for target in targets) or ("",)
