"""What was learnt, gathered and delivered: one commit a learnt thing, on a branch that a person merges."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from geoflow.errors import GeoflowError
from geoflow.ports import LearntFiles
from geoflow.workflow.budget import Meter
from geoflow.workflow.learn_lessons import Weighed
from geoflow.workflow.learn_record import BRANCHES, RUN_PREFIX, Offer, message_of, record_of
from geoflow.workflow.limits import Limits
from geoflow.workflow.outcomes import Past
from geoflow.workflow.replayed import Rehearsal
from geoflow.workflow.workshop import Workshop

SCHEMA = "geoflow.learn/1"
_OURS = "geoflow/"
FOLDER = "openspec/workflow/"
"""Learning touches nothing outside: neither specs nor settings, and so neither gate nor contracts."""


@dataclass(frozen=True)
class LearnDesk:
    """What learning works with: that of improve, what outcomes are told from, and the files of what was learnt."""

    workshop: Workshop
    past: Past
    stored: LearntFiles


@dataclass(frozen=True)
class LearnResult:
    """What was learnt: offers with the commit of each, candidates that were not admitted, and the cost."""

    run: str
    base: str
    branch: str
    offers: tuple[Offer, ...]
    commits: tuple[str, ...] = ()
    dropped: tuple[Weighed, ...] = ()
    notes: tuple[str, ...] = ()
    cost: Mapping[str, float | int] = field(default_factory=dict)
    stopped: bool = False

    def document(self) -> dict[str, Any]:
        """Give the whole as scripts see it (`geoflow.learn/1`)."""
        commits = self.commits or ("",) * len(self.offers)
        return {
            "schema": SCHEMA,
            "run": self.run,
            "base": self.base,
            "branch": self.branch,
            "offered": [one.document() | {"commit": commit} for one, commit in zip(self.offers, commits, strict=True)],
            "dropped": [one.document() for one in self.dropped],
            "notes": list(self.notes),
            "cost": dict(self.cost),
        }


class Gathered:
    """Offers that are gathered one by one, each on the files that the ones before it have left.

    Raises:
        GeoflowError: `on-improve-branch` where a branch of geoflow's own is checked out; those of the repository.
    """

    def __init__(self, desk: LearnDesk, limits: Limits) -> None:
        self.desk = desk
        repository = desk.workshop.repository
        self.head = repository.head()
        if self.head.branch and self.head.branch.startswith(_OURS):
            raise GeoflowError(
                f"The branch {self.head.branch} is not merged yet, and what is learnt would come on top of it.",
                fix="Check out the branch that you merge into, and type it there.",
                code="on-improve-branch",
            )
        self.files = {
            path: text.decode("utf-8", "surrogateescape") for path, text in repository.read(self.head.commit).items()
        }
        self.meter = Meter(desk.workshop.clock, limits)
        desk.workshop.progress.follow(self.meter.spent)
        self.offers: list[Offer] = []
        self.dropped: list[Weighed] = []
        self.asked: list[str] = []
        self.notes: list[str] = []
        self.obligation = ""
        self.stopped = False

    @property
    def rehearsal(self) -> Rehearsal | None:
        """Give what does cases once more; None without a model."""
        shop = self.desk.workshop
        words = shop.words(self.files)
        if shop.model is None:
            return None
        about = (shop.off, words, shop.progress, self.obligation, shop.kept)
        return Rehearsal(shop.model, shop.templates, self.meter, *about)

    def add(self, offer: Offer) -> None:
        """Take an offer; ValueError where it is of anything but what was learnt, such as a spec or the settings."""
        if not offer.path.startswith(FOLDER) or ".." in offer.path:
            raise ValueError(f"{offer.path} holds nothing that is learnt")
        self.files[offer.path] = offer.text
        self.offers.append(offer)


def deliver(desk: LearnDesk, gathered: Gathered, *, dry_run: bool) -> LearnResult:
    """Write what was gathered as commits on a new branch, one an offer, and keep that it was offered."""
    now, head = desk.workshop.clock.now(), gathered.head
    run = f"{now:%Y%m%d-%H%M%S}-{now.microsecond // 1000:03d}{head.commit[:4]}"
    result = LearnResult(
        run,
        head.commit,
        "",
        tuple(gathered.offers),
        dropped=tuple(gathered.dropped),
        notes=tuple(gathered.notes),
        cost=gathered.meter.cost(),
        stopped=gathered.stopped,
    )
    if dry_run or not (gathered.offers or gathered.asked):
        return result
    branch = f"{BRANCHES}{run}" if gathered.offers else ""
    tip, commits = head.commit, list[str]()
    for offer in gathered.offers:
        text = {offer.path: offer.text.encode("utf-8", "surrogateescape")}
        tip = desk.workshop.repository.commit(tip, text, message_of(offer))
        commits.append(tip)
    record = record_of(run, now, branch, gathered.offers, gathered.asked)
    desk.past.runs.publish(f"{RUN_PREFIX}{run}", branch, tip, record)
    return replace(result, branch=branch, commits=tuple(commits))
