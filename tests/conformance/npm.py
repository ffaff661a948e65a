"""The npm CLI as judge: its answer on a tree, with each of its sentences brought back to the rule it stands for."""

import json
import subprocess
from pathlib import Path
from typing import Any, NamedTuple

from geoflow.openspec import Report
from tests.conftest import NPM_OPENSPEC

# Fragments of the judge's sentences, first match wins. C1 needs the merge, which geoflow does not have yet.
FRAGMENTS = (
    ("S1", "Spec must have a Purpose section"),
    ("S2", "Spec must have a Requirements section"),
    ("S3", "Spec must have at least one requirement"),
    ("S13", "Requirement must have at least one scenario. "),
    ("S4", "Requirement must have at least one scenario"),
    ("S5", "Requirement text cannot be empty"),
    ("S7", "Main spec contains delta header"),
    ("S8", "appears outside the main ## Requirements"),
    ("S9", "duplicates the requirement declared on line"),
    ("S10", "Purpose section is still a placeholder"),
    ("S11", "Purpose section is too brief"),
    ("S12", "Requirement text is very long"),
    ("C1", "Archive would refuse this delta"),
    ("C1", "Could not check archive merge conflicts"),
    ("D1b", "is missing a requirement name and is ignored"),
    ("D1", 'is not a "### Requirement:" header and is ignored'),
    ("D2", "has no matching"),
    ("D3", "which is not a delta section, so it is ignored"),
    ("D4", "Duplicate requirement in"),
    ("D4", "Duplicate FROM in"),
    ("D4", "Duplicate TO in"),
    ("D8", "omits scenario(s) the current spec still has"),
    ("D7", "must include at least one scenario"),
    ("D9", "present in both"),
    ("D9", "references old name from RENAMED"),
    ("D9", "RENAMED TO collides with ADDED"),
    ("D0", "Delta spec found at specs/spec.md"),
    ("C2", "Delta spec found at specs/"),
    ("C3", "no requirement entries parsed"),
    ("C4", "No delta sections found"),
    ("C5", "is not valid change metadata"),
    ("C6", "but spec files exist under specs/"),
    ("C7", "zero deltas accepted"),
    ("C8", "Change must have at least one delta"),
    ("C9", "is a folder wrapping"),
    ("T1", "counts as 0 tasks"),
    ("T2", "but its leading number points to group"),
    ("T3", "is duplicated; it was first declared"),
    ("D5", "is missing requirement text"),
)


class Found(NamedTuple):
    """An issue as both sides know it; `line` is None where the judge names none."""

    rule: str
    level: str
    path: str
    line: int | None


class Verdict(NamedTuple):
    """One item and its issues, in order."""

    type: str
    id: str
    valid: bool
    issues: tuple[Found, ...]


def rule_of(message: str) -> str:
    """Name the rule behind a sentence of the judge."""
    if "contain SHALL or MUST" in message:
        spec = message.startswith('Requirement "')
        return {True: "S14" if spec else "D5", False: "S15" if spec else "D6"}['" must contain' in message]
    return next((rule for rule, fragment in FRAGMENTS if fragment in message), f"unknown: {message[:80]}")


def judge(root: Path, *, strict: bool = False) -> list[Verdict]:
    """Ask the npm CLI about every item of a tree."""
    arguments = [str(NPM_OPENSPEC), "validate", "--all", "--json", *(["--strict"] if strict else [])]
    done = subprocess.run(arguments, cwd=root, capture_output=True, check=False)
    assert done.returncode in (0, 1), done.stderr
    return [_verdict(item) for item in json.loads(done.stdout)["items"]]


def _verdict(item: dict[str, Any]) -> Verdict:
    issues = [Found(rule_of(one["message"]), one["level"], one["path"], one.get("line")) for one in item["issues"]]
    return Verdict(item["type"], item["id"], item["valid"], tuple(one for one in issues if one.rule != "C1"))


def ours(report: Report, like: Verdict, *, strict: bool) -> Verdict:
    """Put our report into the judge's words; lines that the judge does not name are left out."""
    lines = [issue.line for issue in like.issues] if len(like.issues) == len(report.issues) else [0] * 9999
    issues = (
        Found(issue.rule.removeprefix("OS-"), issue.level, issue.path, None if line is None else issue.span.line)
        for issue, line in zip(report.issues, lines, strict=False)
    )
    return Verdict(report.type, report.id, report.valid(strict=strict), tuple(issues))
