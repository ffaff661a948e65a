"""Review: findings by rule, then a model in one role that asks of each requirement whether a test could fail it."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

from geoflow.errors import ExitCode, GeoflowError
from geoflow.openspec import Delta, Requirement, Spec, read_tree, validate
from geoflow.ports import ChatModel, ChatRequest, Clock, History, RunProgress, Templates
from geoflow.quality.finding import SEVERITY_ORDER, Finding, by_place
from geoflow.quality.findings import documents, find_all, requirements_of
from geoflow.quality.prompt_size import beginning
from geoflow.workflow.base_moved import find_moved_bases
from geoflow.workflow.budget import SPENT, Limits, Meter
from geoflow.workflow.model_failures import ENDS_THE_RUN, INTERRUPTED, ONE_CALL_ONLY
from geoflow.workflow.prompt_room import room

ROLE = "role:testing"
CODE = "GF501"
MOVED = "GF304"
MOST_FAILURES = 3
"""So many calls may end without a usable reply; a model that gives no more is not asked on."""
REPLY_TOKENS = 220
SAMPLES = 3
"""A finding of the model counts when it says the same in two of three samples."""

SCHEMA: Mapping[str, Any] = {
    "type": "object",
    "properties": {
        "quote": {"type": "string", "maxLength": 300},
        "testable": {"type": "boolean"},
        "why": {"type": "string", "maxLength": 240},
    },
    "required": ["quote", "testable", "why"],
    "additionalProperties": False,
}

Verdict = Literal["approve", "revise"]


@dataclass(frozen=True)
class Reviewer:
    """What review works with. Without a model only rules look; `off` are codes of rules that are not to look."""

    model: ChatModel | None
    templates: Templates
    clock: Clock
    progress: RunProgress
    history: History | None = None
    off: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Review:
    """The findings, and how much of the tree the role has looked at. `notes` say what cut it short.

    `stopped` says that the user did, with Ctrl-C.
    """

    findings: tuple[Finding, ...]
    looked_at: int
    requirements: int
    cost: dict[str, float | int]
    notes: tuple[str, ...] = ()
    stopped: bool = False

    @property
    def verdict(self) -> Verdict:
        """Say `revise` where an error or a warning was found."""
        return "revise" if any(finding.severity != "info" for finding in self.findings) else "approve"

    def fails(self, level: str) -> bool:
        """Tell whether a finding of this severity or worse was found; `never` is never reached."""
        limit = SEVERITY_ORDER.get(level, -1)
        return any(SEVERITY_ORDER[finding.severity] <= limit for finding in self.findings)

    def document(self) -> dict[str, Any]:
        """Give the review as scripts see it (`geoflow.review/1`)."""
        return {
            "schema": "geoflow.review/1",
            "findings": [finding.document() for finding in self.findings],
            "verdict": self.verdict,
            "looked_at": self.looked_at,
            "requirements": self.requirements,
            "cost": self.cost,
            "notes": list(self.notes),
        }


@dataclass(frozen=True)
class _Item:
    document: Spec | Delta
    requirement: Requirement


def review(reviewer: Reviewer, files: Mapping[str, str], targets: Sequence[str], limits: Limits) -> Review:
    """Review main specs and active changes: all, or those whose ids are named.

    Raises:
        GeoflowError: A target is unknown, or the model fails before it looked at anything.
    """
    tree = read_tree(files)
    known = {spec.id: spec.path for spec in tree.specs} | {change.id: f"{change.path}/" for change in tree.changes}
    if unknown := [target for target in targets if target not in known]:
        raise GeoflowError(
            f"There is no spec or active change named {unknown[0]}.",
            fix="See the names with: geoflow list --specs, or geoflow list",
            code="unknown-item",
            exit_code=ExitCode.USAGE,
        )
    prefixes = tuple(known[target] for target in targets) or ("",)
    moved, unlooked = find_moved_bases(tree, reviewer.history) if MOVED not in reviewer.off else ([], ())
    found = [*find_all(tree, validate(files), files, off=reviewer.off), *moved]
    findings = [finding for finding in found if finding.path.startswith(prefixes)]
    chosen = [document for document in documents(tree) if document.path.startswith(prefixes)]
    items = [_Item(document, requirement) for document in chosen for requirement in requirements_of(document)]
    meter = Meter(reviewer.clock, limits)
    reviewer.progress.follow(meter.spent)
    looked = _Looked(notes=list(unlooked))
    if reviewer.model and CODE not in reviewer.off:
        _look(reviewer, reviewer.model, meter, _riskiest_first(items, findings), looked)
    return Review(
        findings=tuple(sorted([*findings, *looked.findings], key=by_place)),
        looked_at=looked.count,
        requirements=len(items),
        cost=meter.cost(),
        notes=tuple(looked.notes),
        stopped=looked.stopped,
    )


@dataclass
class _Looked:
    """How far the role has come."""

    notes: list[str]
    findings: list[Finding] = field(default_factory=list)
    count: int = 0
    stopped: bool = False


def _look(reviewer: Reviewer, model: ChatModel, meter: Meter, items: Sequence[_Item], looked: _Looked) -> None:
    failures: list[GeoflowError] = []
    ending = ""
    for item in items:
        reviewer.progress.update(f"testing: {item.requirement.name}"[:60], looked.count, len(items))
        try:
            looked.findings += _ask_role(reviewer, model, meter, item)
            looked.count += 1
        except GeoflowError as error:
            if error.code in ENDS_THE_RUN - {INTERRUPTED}:
                raise
            looked.stopped = error.code == INTERRUPTED
            if error.code in {SPENT, INTERRUPTED}:
                ending = "the budget was spent" if error.code == SPENT else error.message
                break
            failures.append(error)
            if error.code not in ONE_CALL_ONLY or len(failures) == MOST_FAILURES:
                ending = f"{error.message} {error.fix}".strip()
                break
            looked.notes.append(f"not looked at {item.requirement.name}: {error.message}")
    if failures and not looked.count:
        raise failures[0]
    if ending:
        looked.notes.append(f"looked at {looked.count} of {len(items)} requirements: {ending}")


def _riskiest_first(items: Iterable[_Item], findings: Iterable[Finding]) -> list[_Item]:
    # New text first, then what the rules found most in: where one thing is wrong another is likely.
    counts: dict[tuple[str, str], int] = {}
    for finding in findings:
        counts[finding.path, finding.requirement] = counts.get((finding.path, finding.requirement), 0) + 1
    return sorted(
        items,
        key=lambda item: (isinstance(item.document, Spec), -counts.get((item.document.path, item.requirement.name), 0)),
    )


def _ask_role(reviewer: Reviewer, model: ChatModel, meter: Meter, item: _Item) -> list[Finding]:
    objections: list[Finding] = []
    for sample in range(SAMPLES):
        finding = _sample(reviewer, model, meter, item, sample)
        if finding:
            objections.append(finding)
        elif sample == 0:
            return []  # only what the role objects to is sampled again
    return objections[:1] if len(objections) > SAMPLES // 2 else []


def _sample(reviewer: Reviewer, model: ChatModel, meter: Meter, item: _Item, sample: int) -> Finding | None:
    block = item.document.text[item.requirement.start : item.requirement.end]
    left = room(reviewer.templates, "review-testing", {"requirement": ""}, model.context_tokens - REPLY_TOKENS)
    prompt = reviewer.templates.prompt("review-testing", {"requirement": beginning(block, left)})
    temperature = 0.7 if sample else 0.0
    request = ChatRequest(prompt.id, prompt.messages, SCHEMA, REPLY_TOKENS, temperature, 7 + sample)
    value = meter.complete(model, request).value or {}
    if value.get("testable") is not False:
        return None
    place = _find(item.document.text, item.requirement, str(value.get("quote", "")))
    return _finding(item, place, str(value.get("why", ""))) if place else None


def _find(text: str, requirement: Requirement, quote: str) -> tuple[int, int] | None:
    """Find a quote in the normative body, whatever its line breaks; a quote that is not there is no finding."""
    words = quote.split()
    if not words:
        return None
    body = text[requirement.body_start : requirement.body_end]
    match = re.search(r"\s+".join(re.escape(word) for word in words), body)
    return (requirement.body_start + match.start(), requirement.body_start + match.end()) if match else None


def _finding(item: _Item, place: tuple[int, int], why: str) -> Finding:
    text, requirement = item.document.text, item.requirement
    quote = text[slice(*place)]
    line = requirement.span.line + text.count("\n", requirement.start, place[0])
    return Finding(
        code=CODE,
        severity="info",
        path=item.document.path,
        line=line,
        end_line=line + quote.count("\n"),
        requirement=requirement.name,
        message=f"no test could fail this: {' '.join(why.split()) or 'no reason given'}",
        fix="say what can be observed, with a limit where there is one",
        quote=quote,
        start=place[0],
        end=place[1],
        source=ROLE,
    )
