"""Review: findings by rule, then a dialogue of roles in rounds: each with closed questions, then those who may know."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from geoflow.errors import ExitCode, GeoflowError
from geoflow.quality.beside import Aside
from geoflow.quality.finding import Finding, by_place
from geoflow.quality.kept import Kept
from geoflow.quality.project_lexicon import NO_WORDS, ProjectLexicon
from geoflow.quality.roles import CONSISTENCY, NAMES, ROLES, Role
from geoflow.quality.waivers import split
from geoflow.settings import Allowed
from geoflow.workflow.budget import Meter
from geoflow.workflow.heard import Heard
from geoflow.workflow.item import Item
from geoflow.workflow.limits import Limits
from geoflow.workflow.review_ground import Ground, looked_by_rule
from geoflow.workflow.review_result import Review, RoleLook
from geoflow.workflow.rule_findings import Rules

# What only roles need is a third of what a review by rule would load.
if TYPE_CHECKING:
    from geoflow.ports import ChatModel, Clock, History, RoleMemory, RunProgress, Templates, ToolBox
    from geoflow.workflow.ahead import Calls
    from geoflow.workflow.role_facts import FactDesk
    from geoflow.workflow.role_lookup import Lookup
    from geoflow.workflow.role_rounds import RoleRounds
    from geoflow.workflow.role_seats import Seats


@dataclass(frozen=True)
class Reviewer:
    """What review works with. Without a model only rules look; `off` are codes of rules that are not to look.

    `roles` are the names of those that the model takes, one after the other, on each requirement, but for those whose
    seat an agent takes. `memory` is what roles said before; `facts` are those who may know what a role misses.
    `allowed` are findings that the settings let stand, `lexicon` the words of the project. With `tools` the model looks
    up what a role misses; `roomy` tells that it is trained for that. `kept` is what rules worked out before,
    `aside` begins a part of their work in another process.
    With `calls` the model is asked about several requirements at a time.
    """

    model: "ChatModel | None"
    templates: "Templates"
    clock: "Clock"
    progress: "RunProgress"
    history: "History | None" = None
    off: frozenset[str] = frozenset()
    roles: tuple[str, ...] = ("testing",)
    seats: "Seats | None" = None
    memory: "RoleMemory | None" = None
    facts: "FactDesk | None" = None
    allowed: tuple[Allowed, ...] = ()
    lexicon: ProjectLexicon = NO_WORDS
    tools: "ToolBox | None" = None
    roomy: bool = False
    kept: Kept | None = None
    aside: Aside | None = None
    calls: "Calls | None" = None


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
    roles = _roles(reviewer)
    rules = Rules(reviewer.off, reviewer.allowed, reviewer.lexicon, reviewer.history, reviewer.kept, reviewer.aside)
    ground = looked_by_rule(rules, files, targets, before)
    meter = Meter(reviewer.clock, limits)
    if reviewer.model or reviewer.seats:
        reviewer.progress.follow(meter.spent)
    looked = _Looked(notes=list(ground.notes))
    _look_from_seats(reviewer, meter, ground.items, looked)
    if reviewer.model and roles:
        _look_with_model(_rounds(reviewer, reviewer.model, meter, roles), ground, looked, pairs=CONSISTENCY in roles)
    looked.findings, waived_objections = split(looked.findings, ground.waivers)
    lookup = _lookup(reviewer, meter)
    about = ground.prefixes if len(targets) == 1 else ()
    heard = _put_to_others(reviewer.facts, files, looked.findings, about, lookup)
    kept, waived = split(sorted([*ground.findings, *heard.findings], key=by_place), ground.waivers)
    unseen = {place for look in looked.looks if look.role != CONSISTENCY.name for place in look.missed}
    return Review(
        findings=tuple(kept),
        looked_at=len(looked.places),
        requirements=len(ground.items),
        cost=meter.cost(),
        notes=(*looked.notes, *heard.notes),
        stopped=looked.stopped or (lookup is not None and lookup.stopped),
        waived=(*waived, *waived_objections),
        remembered=looked.remembered,
        missed=tuple(item.place for item in ground.items if item.place in unseen),
        pairs=looked.pairs,
        looks=tuple(looked.looks),
        withdrawn=tuple(heard.withdrawn),
        questions=tuple({one.id: one for one in reversed(heard.waiting)}.values()),
        empty=ground.is_empty,
    )


def _look_with_model(rounds: "RoleRounds", ground: Ground, looked: "_Looked", *, pairs: bool) -> None:
    from geoflow.workflow.pairs import candidate_pairs

    if rounds.roles:
        rounds.over(ground.items)
    if pairs:
        rounds.over_pairs(candidate_pairs(ground.items, ground.everything, ground.tree))
    looked.take(rounds, len(ground.items))


@dataclass
class _Looked:
    """How far the roles have come, whoever sat in their seats."""

    notes: list[str]
    findings: list[Finding] = field(default_factory=list)
    places: list[tuple[str, str]] = field(default_factory=list)
    looks: list[RoleLook] = field(default_factory=list)
    remembered: int = 0
    pairs: tuple[int, int] = (0, 0)
    stopped: bool = False

    def take(self, rounds: "RoleRounds", total: int) -> None:
        """Add what the model in its roles has seen."""
        self.findings += rounds.findings
        self.notes += rounds.notes
        self.places = rounds.looked
        self.looks += rounds.looks(total)
        self.remembered, self.pairs, self.stopped = rounds.remembered, rounds.pairs, rounds.stopped


def _rounds(reviewer: Reviewer, model: "ChatModel", meter: Meter, roles: Sequence[Role]) -> "RoleRounds":
    from geoflow.workflow.role_asking import Asking
    from geoflow.workflow.role_rounds import RoleRounds

    asking = Asking(model, meter, reviewer.memory)
    named = [role for role in roles if role != CONSISTENCY]
    return RoleRounds(asking, reviewer.templates, reviewer.progress, named, reviewer.calls)


def _look_from_seats(reviewer: Reviewer, meter: Meter, items: Sequence[Item], looked: _Looked) -> None:
    if reviewer.seats is None:
        return
    from geoflow.workflow.role_seats import SeatedReview

    seats = SeatedReview(reviewer.seats, reviewer.templates, meter, reviewer.off, reviewer.memory)
    found = seats.over(items, reviewer.progress)
    looked.findings += found.findings
    looked.notes += found.notes
    looked.looks += found.looks


def _lookup(reviewer: Reviewer, meter: Meter) -> "Lookup | None":
    if reviewer.tools is None or reviewer.model is None:
        return None
    from geoflow.workflow.role_lookup import Lookup

    return Lookup(reviewer.tools, reviewer.model, meter, reviewer.templates, reviewer.clock, reviewer.roomy)


def _put_to_others(
    desk: "FactDesk | None",
    files: Mapping[str, str],
    findings: Sequence[Finding],
    about: tuple[str, ...],
    lookup: "Lookup | None",
) -> Heard:
    """Let those answer who may know; without any the objections stand. `about` are paths whose questions count."""
    if desk is None:
        return Heard(findings=list(findings))
    if not findings and not about:
        return Heard()
    from geoflow.workflow.role_facts import FactRounds

    texts = {path: text.encode("utf-8", "surrogateescape") for path, text in files.items()}
    rounds = FactRounds(desk, texts, lookup)
    heard = rounds.over(findings)
    heard.notes += lookup.notes if lookup else ()
    return replace(heard, waiting=[*heard.waiting, *rounds.waiting_about(about)]) if about else heard


def known_roles(names: Sequence[str]) -> list[Role]:
    """Give the roles of these names, each once; GeoflowError `unknown-role`."""
    known = {**ROLES, CONSISTENCY.name: CONSISTENCY}
    if unknown := [name for name in names if name not in known]:
        raise GeoflowError(
            f"There is no role named {unknown[0]}.",
            fix=f"Name some of: {', '.join(NAMES)}; or all.",
            code="unknown-role",
            exit_code=ExitCode.USAGE,
        )
    return [known[name] for name in dict.fromkeys(names)]


def _roles(reviewer: Reviewer) -> list[Role]:
    """Give the roles that the model takes: those that were named, but for those in other hands or switched off."""
    taken = reviewer.seats.taken if reviewer.seats else {}
    named = known_roles(reviewer.roles)
    return [role for role in named if role.code not in reviewer.off and role.name not in taken]
