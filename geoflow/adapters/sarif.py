"""Findings as SARIF 2.1.0, which code scanners and editors read (OASIS, sarif-v2.1.0-os)."""

from collections.abc import Iterable, Mapping
from typing import Any
from urllib.parse import quote

from geoflow.quality.finding import Finding
from geoflow.quality.roles import ROLES
from geoflow.quality.rules import RULES
from geoflow.quality.waivers import Waived

SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
MOST_RESULTS = 25_000
"""More than so many results in a run are refused by GitHub's code scanning (docs: SARIF support, upload limits)."""
_LEVELS = {"error": "error", "warning": "warning", "info": "note"}


def sarif(
    findings: Iterable[Finding], texts: Mapping[str, str], prefix: str, version: str, waived: Iterable[Waived] = ()
) -> dict[str, Any]:
    """Make the log of one run.

    Args:
        findings: The worst first, since what is above the limit is left out.
        texts: The documents, {path: text}.
        prefix: Path of the OpenSpec root in the repository, empty or with a slash at its end.
        version: geoflow's own.
        waived: Findings that are let stand; they are results with a suppression.
    """
    shown = list(findings)[:MOST_RESULTS]
    suppressed = list(waived)[: MOST_RESULTS - len(shown)]
    codes = sorted({finding.code for finding in shown} | {one.finding.code for one in suppressed})
    driver = {"name": "geoflow", "version": version, "rules": [_rule(code) for code in codes]}
    results = [_result(finding, codes.index(finding.code), texts, prefix) for finding in shown]
    results += [
        _result(one.finding, codes.index(one.finding.code), texts, prefix) | {"suppressions": [_suppression(one)]}
        for one in suppressed
    ]
    run = {"tool": {"driver": driver}, "columnKind": "utf16CodeUnits", "results": results}
    return {"$schema": SCHEMA, "version": "2.1.0", "runs": [run]}


def _suppression(one: Waived) -> dict[str, str]:
    return {"kind": "inSource" if one.kind == "comment" else "external", "justification": one.reason}


def _rule(code: str) -> dict[str, Any]:
    role = next((f"an objection of the role {role.name}" for role in ROLES.values() if role.code == code), "")
    says = RULES.get(code) or role or "a rule of OpenSpec's validation"
    return {"id": code, "shortDescription": {"text": says[0].upper() + says[1:]}}


def _result(finding: Finding, rule: int, texts: Mapping[str, str], prefix: str) -> dict[str, Any]:
    fix = f" Fix: {finding.fix}" if finding.fix else ""
    place = {
        "artifactLocation": {"uri": quote(f"{prefix}{finding.path}", errors="surrogateescape")},
        "region": _region(finding, texts.get(finding.path, "")),
    }
    return {
        "ruleId": finding.code,
        "ruleIndex": rule,
        "level": _LEVELS[finding.severity],
        "message": {"text": f"{finding.message}{fix}"},
        "locations": [{"physicalLocation": place}],
        # The id outlives moved lines, so that a scanner knows a finding again.
        "partialFingerprints": {"geoflowFinding/v1": finding.id},
    }


def _region(finding: Finding, text: str) -> dict[str, Any]:
    lines = {"startLine": max(1, finding.line), "endLine": max(1, finding.end_line)}
    if not finding.quote or text[finding.start : finding.end] != finding.quote:
        return lines
    columns = {"startColumn": _column(text, finding.start), "endColumn": _column(text, finding.end)}
    return {**lines, **columns, "snippet": {"text": finding.quote}}


def _column(text: str, offset: int) -> int:
    before = text[text.rfind("\n", 0, offset) + 1 : offset]
    return len(before.encode("utf-16-le", "surrogatepass")) // 2 + 1
