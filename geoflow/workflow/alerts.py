"""Which measures got worse at a commit, from the records that are kept: nothing is measured for it."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from geoflow.metrics.alert import Alert, alerts
from geoflow.metrics.snapshot import Quantity, Snapshot
from geoflow.metrics.thresholds import DEFAULTS, Sides
from geoflow.ports import Commits, Repository
from geoflow.settings import MonitorSettings
from geoflow.workflow.measuring import known_snapshot
from geoflow.workflow.show_snapshots import show_snapshots

_POINTS = 30


@dataclass(frozen=True, slots=True)
class Alerting:
    """What alerts are told from. `settings_in` reads the thresholds from the text of the settings at `settings_file`.

    `baseline` gives the commit that a commit is compared with.
    """

    repository: Repository
    commits: Commits
    baseline: Callable[[], str]
    settings_file: str
    settings_in: Callable[[str], MonitorSettings]


@dataclass(frozen=True, slots=True)
class GotWorse:
    """The measures that got worse at a commit, against which other one."""

    commit: str
    baseline: str
    alerts: tuple[Alert, ...] = ()


def got_worse(alerting: Alerting, commit: str) -> GotWorse:
    """Tell which measures got worse; nothing where the commit has no record of this version of geoflow.

    Raises:
        GeoflowError: `settings-invalid` and others of the settings at the commit; those of git.
    """
    baseline = alerting.baseline()
    both = list(dict.fromkeys((commit, baseline)))
    trees = dict(zip(both, alerting.commits.inputs(both), strict=True))
    notes = alerting.repository.notes(both)
    known = {one: known_snapshot(one, tree, notes.get(one, "")) for one, tree in trees.items() if tree}
    now, then = known.get(commit), known.get(baseline)
    if now is None:
        return GotWorse(commit, baseline)
    here, there = (_settings(alerting, one) for one in (commit, baseline))
    new = tuple(one for one in here.accept if one not in there.accept)
    before = dict(then.derived) if then is not None and baseline != commit else {}
    found = alerts(here.check or DEFAULTS, new, Sides(before, _all(now), _past(alerting.repository, now)))
    return GotWorse(commit, baseline, tuple(found))


def _settings(alerting: Alerting, commit: str) -> MonitorSettings:
    content = alerting.commits.file(commit, alerting.settings_file)
    # Without settings nothing needs the reader of YAML, which is most of what a hook would pay for this.
    return alerting.settings_in(content.decode("utf-8", "replace")) if content.strip() else MonitorSettings()


def _all(snapshot: Snapshot) -> dict[str, Quantity]:
    return {**snapshot.derived, **snapshot.observed}


def _past(repository: Repository, now: Snapshot) -> Mapping[str, Sequence[float]]:
    """Gather the values of the commits before; of derived measures those of the same version of geoflow."""
    found: dict[str, list[float]] = {}
    for one in show_snapshots(repository, _POINTS + 1):
        before = one.snapshot
        if before.commit == now.commit:
            continue
        quantities = _all(before) if before.geoflow == now.geoflow else before.observed
        for name, quantity in quantities.items():
            found.setdefault(name, []).append(quantity.value)
    return found
