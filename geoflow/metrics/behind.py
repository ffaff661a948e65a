"""Which findings stand behind a measure: mending them is what makes it better."""

import re

from geoflow.metrics.quality_figures import SETS, SMELL
from geoflow.quality.finding import Finding

_NO_SCENARIO = frozenset({"OS-S4", "OS-D7"})
_NO_PURPOSE = frozenset({"OS-S10", "OS-S11"})
_LONG = frozenset({"GF205", "GF208"})
_CODES: dict[str, frozenset[str]] = {
    **SETS,
    "quality.placeholders": frozenset({"GF211"}),
    "coverage.with_scenario": _NO_SCENARIO,
    "coverage.with_failure_scenario": _NO_SCENARIO,
    "coverage.scenarios_per_requirement": _NO_SCENARIO,
    "structure.specs_without_purpose": _NO_PURPOSE,
    "structure.words_per_requirement": _LONG,
    "readability.sentence_words": _LONG,
}
_VALIDITY = re.compile(r"OS-")
_SEVERITIES = {"quality.errors": "error", "quality.warnings": "warning", "validity.errors": "error"}


def is_behind(measure: str, finding: Finding) -> bool:
    """Tell whether a finding stands behind a measure; of measures that count all findings none does."""
    if measure in _CODES:
        return finding.code in _CODES[measure]
    if measure == "quality.smell_density":
        return bool(SMELL.fullmatch(finding.code))
    if measure.startswith("validity."):
        is_issue = bool(_VALIDITY.match(finding.code))
        return is_issue and finding.severity == _SEVERITIES.get(measure, finding.severity)
    return finding.severity == _SEVERITIES.get(measure)
