"""The npm CLI as judge: its answer on a tree, with each of its sentences brought back to the rule it stands for."""

import json
import subprocess
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

from geoflow.openspec import Issue, Refusal, Report, merge
from tests.conformance.refusals import refusal_code, refusal_of
from tests.conftest import NPM_OPENSPEC

# Fragments of the judge's sentences, first match wins.
FRAGMENTS = (
    ("C1", "Archive would refuse this delta"),
    ("C1", "Could not check archive merge conflicts"),
    ("A1", "could not read task file"),
    ("A2", " incomplete task"),
    ("C0", "Path is outside the allowed directory"),
    ("D8", "to check the MODIFIED requirements against it"),
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
    refusal: str = ""  # of C1: why archive would refuse the delta


class JudgeFailedError(Exception):
    """The npm CLI gave no answer."""


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


def judge(root: Path, *, strict: bool = False, scope: str = "--all") -> list[Verdict]:
    """Ask the npm CLI about every item of a tree, or (`--archived`) about the tasks of what is archived."""
    arguments = [str(NPM_OPENSPEC), "validate", scope, "--json", *(["--strict"] if strict else [])]
    done = subprocess.run(arguments, cwd=root, capture_output=True, check=False)
    try:
        answer = json.loads(done.stdout)
    except ValueError as error:
        raise JudgeFailedError(done.stderr.decode(errors="replace")[-2000:]) from error
    if "items" not in answer:
        raise JudgeFailedError(str(answer))
    return verdicts(answer)


def verdicts(answer: dict[str, Any]) -> list[Verdict]:
    """Read the items of an answer of the npm CLI."""
    return [_verdict(item) for item in answer["items"]]


def _verdict(item: dict[str, Any]) -> Verdict:
    return Verdict(item["type"], item["id"], item["valid"], tuple(_found(one) for one in item["issues"]))


def _found(one: dict[str, Any]) -> Found:
    rule = rule_of(one["message"])
    refusal = refusal_of(one["message"]) if rule == "C1" else ""
    return Found(rule, one["level"], one["path"], one.get("line"), refusal)


def ours(report: Report, like: Verdict, *, strict: bool, files: Mapping[str, str]) -> Verdict:
    """Put our report into the judge's words; lines that the judge does not name are left out."""
    lines = [issue.line for issue in like.issues] if len(like.issues) == len(report.issues) else [0] * 9999
    issues = tuple(
        Found(
            issue.rule.removeprefix("OS-"),
            issue.level,
            issue.path,
            None if line is None else issue.span.line,
            refusal_of_delta(issue, report.id, files) if issue.rule == "OS-C1" else "",
        )
        for issue, line in zip(report.issues, lines, strict=False)
    )
    return Verdict(report.type, report.id, report.valid(strict=strict), issues)


def refusal_of_delta(issue: Issue, change: str, files: Mapping[str, str]) -> str:
    """Merge a delta anew for the reason why it is refused: the issue tells it in words only."""
    capability = issue.path.removesuffix("/spec.md")
    spec = files.get(f"openspec/specs/{capability}/spec.md")
    answer = merge(files[issue.document], spec, capability=capability, change=change)
    return refusal_code(answer.code) if isinstance(answer, Refusal) else "merged"
