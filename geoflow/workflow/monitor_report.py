"""What the report of the monitor shows: the main line with its measures, runs, findings at HEAD, model calls."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal

from geoflow.metrics.calls import calls_told
from geoflow.metrics.measure import BY_NAME, MEASURES
from geoflow.metrics.observed import wilson_low
from geoflow.metrics.standing import standing
from geoflow.ports import LineCommit, Timeline
from geoflow.workflow.measuring import Recorder, findings_at
from geoflow.workflow.outcomes import Past, outcomes

if TYPE_CHECKING:
    from geoflow.metrics.snapshot import Quantity, Snapshot

SCHEMA = "geoflow.monitor-report/1"
_RULES_KEPT = 4
State = Literal["recorded", "missing"]


@dataclass(frozen=True, slots=True)
class Ground:
    """What a report is made from. `calls` gives the lines of the transcript that are kept, oldest first.

    `rules` keeps what rules found, by the tree id of `openspec/`, for whoever makes many reports.
    """

    recorder: Recorder
    timeline: Timeline
    past: Past
    calls: Callable[[], Sequence[Mapping[str, Any]]]
    rules: dict[str, list[dict[str, Any]]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class ShownCommit:
    """A commit of the main line that changed `openspec/` or has a record; the record where it has one."""

    commit: LineCommit
    snapshot: "Snapshot | None"

    @property
    def values(self) -> "dict[str, Quantity]":
        """Give all measures of the record."""
        return {**self.snapshot.derived, **self.snapshot.observed} if self.snapshot else {}

    def document(self) -> dict[str, Any]:
        """Give the fields that the page and scripts see."""
        state: State = "recorded" if self.snapshot else "missing"
        return {
            "commit": self.commit.id,
            "committed_at": f"{self.commit.time:%Y-%m-%dT%H:%M:%SZ}",
            "subject": self.commit.subject,
            "state": state,
            "edits": self.commit.edits,
        }


def report(ground: Ground, last: int) -> dict[str, Any]:
    """Gather a report over the newest commits of the main line, `last` at most: a `geoflow.monitor-report/1` document.

    Nothing in it tells when it was made, so that the same repository gives the same report.

    Raises:
        GeoflowError: `unborn-branch`.
    """
    head = ground.recorder.repository.head()
    line = ground.timeline.line(head.commit, last)
    shown = _shown(ground, line)
    return {
        "schema": SCHEMA,
        "head": {"commit": head.commit, "branch": head.branch, "committed_at": f"{line[-1].time:%Y-%m-%dT%H:%M:%SZ}"},
        "line": len(line),
        "commits": [one.document() for one in shown],
        "measures": _measures(shown),
        "runs": _runs(ground.past),
        "rules": _rules(ground, line[-1]),
        "calls": calls_told(ground.calls()),
    }


def _shown(ground: Ground, line: Sequence[LineCommit]) -> list[ShownCommit]:
    """Leave out what neither changed `openspec/` nor has a record: its measures are those of the commit before."""
    notes = ground.recorder.repository.notes([one.id for one in line])
    found: list[ShownCommit] = []
    before = None
    for one in line:
        record = standing(one.id, notes[one.id], one.openspec_tree) if one.id in notes else None
        if record or one.edits or (one.openspec_tree and one.openspec_tree != before):
            found.append(ShownCommit(one, record))
        before = one.openspec_tree
    return found


def _measures(shown: Sequence[ShownCommit]) -> list[dict[str, Any]]:
    """Give each measure that a commit has, with a value a commit, None where it has none."""
    rows = [one.values for one in shown]
    names = {name for row in rows for name in row if name in BY_NAME}
    found: list[dict[str, Any]] = []
    for measure in MEASURES:
        if measure.name in names:
            # A record of another unit is of another measure that once had this name.
            quantities = [row.get(measure.name) for row in rows]
            values = [one.value if one and one.unit == measure.unit else None for one in quantities]
            found.append({**measure.document(), "group": measure.group, "values": values})
    return found


def _runs(past: Past) -> list[dict[str, Any]]:
    """Give each kept run, oldest first, with what became of its edits, and the merge rate of all runs up to it."""
    found: list[dict[str, Any]] = []
    good = decided = 0
    for one in outcomes(past).runs[::-1]:
        kinds = [edit.outcome for edit in one.edits]
        counts = {name: kinds.count(name) for name in ("merged", "merged-edited", "rejected", "stale", "pending")}
        own_good = counts["merged"] + counts["merged-edited"]
        own = own_good + counts["rejected"]
        good, decided = good + own_good, decided + own
        found.append(
            {
                "run": one.run.name,
                "at": f"{one.run.at:%Y-%m-%dT%H:%M:%SZ}",
                "edits": len(kinds),
                "refused": len(one.run.refused),
                **{name.replace("-", "_"): count for name, count in counts.items()},
                "rate": _percent(own_good, own),
                "rate_so_far": _percent(good, decided),
                "rate_low": round(100 * wilson_low(good, decided), 1) if decided else None,
            }
        )
    return found


def _percent(part: int, whole: int) -> float | None:
    return round(100 * part / whole, 1) if whole else None


def _rules(ground: Ground, commit: LineCommit) -> list[dict[str, Any]]:
    """Count findings at a commit by rule, the most frequent first; runs the rules once for a state of `openspec/`."""
    if not commit.openspec_tree:
        return []
    if commit.openspec_tree not in ground.rules:
        while len(ground.rules) >= _RULES_KEPT:
            del ground.rules[next(iter(ground.rules))]
        ground.rules[commit.openspec_tree] = _counted(ground, commit)
    return ground.rules[commit.openspec_tree]


def _counted(ground: Ground, commit: LineCommit) -> list[dict[str, Any]]:
    from geoflow.quality.finding import SEVERITY_ORDER
    from geoflow.quality.rules import RULES

    _, parted = findings_at(ground.recorder, commit.id)
    counts: dict[str, dict[str, Any]] = {}
    for one in parted.kept:
        row = counts.setdefault(
            one.code, {"code": one.code, "meaning": RULES.get(one.code, ""), "severity": one.severity, "findings": 0}
        )
        row["findings"] += 1
        row["severity"] = min(row["severity"], one.severity, key=SEVERITY_ORDER.__getitem__)
    return sorted(counts.values(), key=lambda row: (-row["findings"], row["code"]))
