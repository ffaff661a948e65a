"""What a review gives: findings, how far each role came, and what became of its objections."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any, Literal

from geoflow.quality.finding import SEVERITY_ORDER, Finding
from geoflow.quality.waivers import Waived

Verdict = Literal["approve", "revise", "blocked"]
MOST_NAMED = 50
_SHOWN = 5
Place = tuple[str, str]
"""The path of a document and the name of a requirement in it."""


@dataclass(frozen=True, slots=True)
class Withdrawn:
    """An objection that does not stand: what answers it, and where (`path:line`), or why somebody declined it."""

    finding: Finding
    quote: str
    by: str
    is_declined: bool = False

    @property
    def how(self) -> str:
        """Say who or what it was answered or declined by."""
        return f"{'declined' if self.is_declined else 'answered'} by {self.by}"

    def document(self) -> dict[str, Any]:
        """Give the fields that scripts see."""
        return self.finding.document() | {"answered_by": self.by, "answer": self.quote}


@dataclass(frozen=True, slots=True)
class Waiting:
    """A question that waits for a person. `is_new` tells that this review raises it.

    `said` is what a tool or an agent answered, `said_by` which one; it counts once a person confirms it.
    """

    id: str
    question: str
    path: str
    audience: tuple[str, ...] = ()
    finding: str = ""
    is_new: bool = False
    said: str = ""
    said_by: str = ""

    def document(self) -> dict[str, Any]:
        """Give the fields that scripts see."""
        shown: dict[str, Any] = {"id": self.id, "question": self.question, "path": self.path}
        shown |= {"for": list(self.audience)}
        shown |= {"finding": self.finding, "new": self.is_new}
        return shown | ({"said": self.said, "said_by": self.said_by} if self.said else {})


@dataclass(frozen=True, slots=True)
class RoleLook:
    """How far a role came: who sat in its seat, and what was not looked at of what there was."""

    role: str
    by: str
    kind: Literal["model", "agent"]
    missed: tuple[Place, ...]
    total: int
    prompts: tuple[str, ...] = ()

    @property
    def is_whole(self) -> bool:
        """Tell whether it has looked at everything."""
        return not self.missed


@dataclass(frozen=True, slots=True)
class Compared:
    """What became of the findings of earlier rounds: each as `{"id", "role", "requirement", "message"}`."""

    resolved: tuple[Mapping[str, str], ...] = ()
    still_open: tuple[Mapping[str, str], ...] = ()
    new: tuple[Mapping[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class StoredRound:
    """A round as it was stored with the change; without a path it is only what would be."""

    role: str
    verdict: Verdict
    findings: int
    path: str = ""


@dataclass(frozen=True)
class Review:
    """The findings, and how much of the tree the roles have looked at. `notes` say what cut it short.

    `remembered` of the requirements that were looked at had been before; `missed` were not, the riskiest first. `pairs`
    are those that were looked at and those that there are. `waived` are findings that count for nothing, since somebody
    has written down why. `stopped` says that the user did, with Ctrl-C. `empty` says that nothing is there.
    """

    findings: tuple[Finding, ...]
    looked_at: int
    requirements: int
    cost: dict[str, float | int]
    notes: tuple[str, ...] = ()
    stopped: bool = False
    remembered: int = 0
    missed: tuple[Place, ...] = ()
    pairs: tuple[int, int] = (0, 0)
    looks: tuple[RoleLook, ...] = ()
    withdrawn: tuple[Withdrawn, ...] = ()
    questions: tuple[Waiting, ...] = ()
    compared: Compared | None = None
    rounds: tuple[StoredRound, ...] = ()
    waived: tuple[Waived, ...] = ()
    empty: bool = False

    @property
    def verdict(self) -> Verdict:
        """Say `revise` for an error, `blocked` while a question waits, `revise` for a warning or a role's objection."""
        if any(finding.severity == "error" for finding in self.findings):
            return "revise"
        if self.questions:
            return "blocked"
        return "revise" if any(one.severity == "warning" or is_objection(one) for one in self.findings) else "approve"

    def fails(self, level: str) -> bool:
        """Tell whether a finding of this severity or worse was found; `never` is never reached."""
        limit = SEVERITY_ORDER.get(level, -1)
        return any(SEVERITY_ORDER[finding.severity] <= limit for finding in self.findings)

    def document(self) -> dict[str, Any]:
        """Give the review as scripts see it (`geoflow.review/1`)."""
        missed = [{"path": path, "requirement": name} for path, name in self.missed[:MOST_NAMED]]
        return {
            "schema": "geoflow.review/1",
            "findings": [finding.document() for finding in self.findings],
            "verdict": self.verdict,
            "empty": self.empty,
            "looked_at": self.looked_at,
            "remembered": self.remembered,
            "requirements": self.requirements,
            "not_looked_at": missed,
            "not_looked_at_total": len(self.missed),
            "pairs": {"looked_at": self.pairs[0], "pairs": self.pairs[1]},
            "withdrawn": [one.document() for one in self.withdrawn],
            "questions": [one.document() for one in self.questions],
            **self._compared(),
            "rounds": [asdict(one) for one in self.rounds],
            "cost": self.cost,
            "notes": list(self.notes),
            "waived": [one.finding.document() | {"reason": one.reason, "waived_by": one.kind} for one in self.waived],
        }

    def _compared(self) -> dict[str, Any]:
        found = self.compared
        if found is None:
            return {}
        rows = {"resolved": found.resolved, "still_open": found.still_open, "new": found.new}
        return {name: [dict(one) for one in row] for name, row in rows.items()}


def is_objection(finding: Finding) -> bool:
    """Tell whether a role made a finding, whoever sat in its seat."""
    return finding.source.startswith(("role:", "agent:"))


def named(missed: tuple[Place, ...]) -> str:
    """Name the first of what was not looked at, and count the rest; empty where there is none."""
    names = ", ".join(name for _, name in missed[:_SHOWN])
    more = len(missed) - _SHOWN
    return f"{names} and {more} more" if more > 0 else names
