"""Review: findings by rule, then a model in one role or several, each with one closed question a requirement."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

from geoflow.errors import ExitCode, GeoflowError
from geoflow.openspec import Spec, read_tree, validate
from geoflow.ports import ChatModel, Clock, History, RunProgress, Templates
from geoflow.quality.changed import Changed, changed_paths
from geoflow.quality.finding import SEVERITY_ORDER, Finding, by_place, number_occurrences
from geoflow.quality.findings import documents, find_all, requirements_of
from geoflow.quality.project_lexicon import NO_WORDS, ProjectLexicon
from geoflow.quality.roles import ROLES, Role
from geoflow.quality.waivers import Waived, Waiver, find_waivers, split, waivers_in, waivers_of
from geoflow.settings import Allowed
from geoflow.workflow.base_moved import find_moved_bases
from geoflow.workflow.budget import SPENT, Limits, Meter
from geoflow.workflow.model_failures import ENDS_THE_RUN, INTERRUPTED, ONE_CALL_ONLY
from geoflow.workflow.role_dialogue import Item, RoleDialogue
from geoflow.workflow.role_seats import SeatedReview, Seats

MOVED = "GF304"
MOST_FAILURES = 3
"""So many calls may end without a usable reply; a model that gives no more is not asked on."""
Verdict = Literal["approve", "revise"]


@dataclass(frozen=True)
class Reviewer:
    """What review works with. Without a model only rules look; `off` are codes of rules that are not to look.

    `roles` are the names of those that the model takes, one after the other, on each requirement, but for those whose
    seat an agent takes. `allowed` are findings that the settings let stand, `lexicon` the words of the project.
    """

    model: ChatModel | None
    templates: Templates
    clock: Clock
    progress: RunProgress
    history: History | None = None
    off: frozenset[str] = frozenset()
    roles: tuple[str, ...] = ("testing",)
    seats: Seats | None = None
    allowed: tuple[Allowed, ...] = ()
    lexicon: ProjectLexicon = NO_WORDS


@dataclass(frozen=True)
class Review:
    """The findings, and how much of the tree the role has looked at. `notes` say what cut it short.

    `waived` are findings that count for nothing, since somebody has written down why. `stopped` says that the user
    did, with Ctrl-C.
    """

    findings: tuple[Finding, ...]
    looked_at: int
    requirements: int
    cost: dict[str, float | int]
    notes: tuple[str, ...] = ()
    stopped: bool = False
    waived: tuple[Waived, ...] = ()

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
            "waived": [one.finding.document() | {"reason": one.reason, "waived_by": one.kind} for one in self.waived],
        }


def review(
    reviewer: Reviewer,
    files: Mapping[str, str],
    targets: Sequence[str],
    limits: Limits,
    before: Mapping[str, str] | None = None,
) -> Review:
    """Review main specs and active changes: all, or those whose ids are named.

    With `before`, an earlier state of the files, only what changed since is looked at and spoken of.

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
    within = _in_question(files, prefixes, before)
    moved, unlooked = find_moved_bases(tree, reviewer.history, within) if MOVED not in reviewer.off else ([], ())
    reports = validate(files, within=within)
    found = find_all(tree, reports, files, off=reviewer.off, within=within, lexicon=reviewer.lexicon)
    waivers = [*waivers_in(files, within), *waivers_of(reviewer.allowed, files)]
    judged = _judged(reviewer.off, whole=within is None, moved=not unlooked)
    about_waivers = [one for one in find_waivers(waivers, [*found, *moved], judged) if one.code not in reviewer.off]
    found = sorted(number_occurrences([*found, *moved, *about_waivers]), key=by_place)
    findings = [finding for finding in found if finding.path.startswith(prefixes)]
    chosen = [document for document in documents(tree) if document.path.startswith(prefixes)]
    items = [Item(document, requirement) for document in chosen for requirement in requirements_of(document)]
    if before is not None:
        gone = {path: before[path] for path in within or () if path in before}
        changed = Changed(tree, files, read_tree(gone), before)
        findings = changed.among(findings)
        items = [item for item in items if changed.holds(item.document.path, item.requirement.name)]
    meter = Meter(reviewer.clock, limits)
    reviewer.progress.follow(meter.spent)
    looked = _Looked(notes=list(unlooked))
    seated = reviewer.seats.taken if reviewer.seats else {}
    roles = [role for role in _roles(reviewer.roles) if role.code not in reviewer.off and role.name not in seated]
    if reviewer.seats:
        seats = SeatedReview(reviewer.seats, reviewer.templates, meter, reviewer.off)
        from_seats = seats.over(_riskiest_first(items, findings), reviewer.progress)
        looked.findings += from_seats.findings
        looked.notes += from_seats.notes
    if reviewer.model and roles:
        look = _Look(reviewer, RoleDialogue(reviewer.model, reviewer.templates, meter), roles)
        look.over(_riskiest_first(items, findings), looked)
    kept, waived = split(sorted([*findings, *looked.findings], key=by_place), waivers)
    return Review(
        findings=tuple(kept),
        looked_at=looked.count,
        requirements=len(items),
        cost=meter.cost(),
        notes=tuple(looked.notes),
        stopped=looked.stopped,
        waived=tuple(waived),
    )


def _judged(off: frozenset[str], *, whole: bool, moved: bool) -> Callable[[Waiver, str], bool]:
    """Give what tells whether a rule has looked wherever a waiver holds; what models say differs from run to run."""

    def judged(waiver: Waiver, code: str) -> bool:
        looks = code not in off and code[:3] not in ("GF4", "GF5") and (moved or code != MOVED)
        return looks and (whole or waiver.kind == "comment")

    return judged


def _in_question(
    files: Mapping[str, str], prefixes: tuple[str, ...], before: Mapping[str, str] | None
) -> frozenset[str] | None:
    """Give the files that are asked about; None for all, so that what belongs to no file is found as well."""
    if before is None and prefixes == ("",):
        return None
    paths = files.keys() if before is None else changed_paths(files, before)
    return frozenset(path for path in paths if path.startswith(prefixes))


@dataclass
class _Looked:
    """How far the role has come."""

    notes: list[str]
    findings: list[Finding] = field(default_factory=list)
    count: int = 0
    stopped: bool = False


@dataclass
class _Look:
    """The roles at work, requirement by requirement."""

    reviewer: Reviewer
    dialogue: RoleDialogue
    roles: Sequence[Role]
    failures: list[GeoflowError] = field(default_factory=list)

    def over(self, items: Sequence[Item], looked: "_Looked") -> None:
        """Let every role look at each requirement, until the budget is spent or the model fails for good."""
        ending = ""
        for item in items:
            label = f"{self.roles[0].name if len(self.roles) == 1 else 'roles'}: {item.requirement.name}"
            self.reviewer.progress.update(label[:60], looked.count, len(items))
            ending = self._at(item, looked)
            if ending:
                break
        if self.failures and not looked.count:
            raise self.failures[0]
        if ending:
            looked.notes.append(f"looked at {looked.count} of {len(items)} requirements: {ending}")

    def _at(self, item: Item, looked: "_Looked") -> str:
        """Let the roles look at one requirement; say why the run ends, empty where it goes on."""
        whole = True
        for role in self.roles:
            try:
                looked.findings += self.dialogue.ask(item, role, alone=len(self.roles) == 1)
            except GeoflowError as error:
                if error.code in ENDS_THE_RUN - {INTERRUPTED}:
                    raise
                looked.stopped = error.code == INTERRUPTED
                if error.code in {SPENT, INTERRUPTED}:
                    return "the budget was spent" if error.code == SPENT else error.message
                self.failures.append(error)
                if error.code not in ONE_CALL_ONLY or len(self.failures) == MOST_FAILURES:
                    return f"{error.message} {error.fix}".strip()
                by = "" if len(self.roles) == 1 else f" by {role.name}"
                looked.notes.append(f"not looked at {item.requirement.name}{by}: {error.message}")
                whole = False
        looked.count += whole
        return ""


def _roles(names: Sequence[str]) -> list[Role]:
    unknown = [name for name in names if name not in ROLES]
    if unknown:
        raise GeoflowError(
            f"There is no role named {unknown[0]}.",
            fix=f"Name some of: {', '.join(ROLES)}; or all.",
            code="unknown-role",
            exit_code=ExitCode.USAGE,
        )
    return [ROLES[name] for name in dict.fromkeys(names)]


def _riskiest_first(items: Iterable[Item], findings: Iterable[Finding]) -> list[Item]:
    # New text first, then what the rules found most in: where one thing is wrong another is likely.
    counts: dict[tuple[str, str], int] = {}
    for finding in findings:
        counts[finding.path, finding.requirement] = counts.get((finding.path, finding.requirement), 0) + 1
    return sorted(
        items,
        key=lambda item: (isinstance(item.document, Spec), -counts.get((item.document.path, item.requirement.name), 0)),
    )
