"""Check a commit's measures against thresholds, and against the commit that its branch began at."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from geoflow.errors import ExitCode, GeoflowError
from geoflow.metrics.measure import BY_NAME
from geoflow.metrics.snapshot import Quantity, Snapshot
from geoflow.metrics.thresholds import DEFAULTS, Checked, Sides, check
from geoflow.ports import Progress
from geoflow.settings import MonitorSettings
from geoflow.workflow.measuring import Recorder, complete, inputs_at
from geoflow.workflow.show_snapshots import show_snapshots

_POINTS = 30

SettingsIn = Callable[[str], MonitorSettings]
"""Reads the thresholds from the text of a project's settings."""


@dataclass(frozen=True, slots=True)
class CheckResult:
    """What was checked, against which commit, and whether the thresholds are those of the project."""

    before: str
    after: str
    checks: tuple[Checked, ...]
    own: bool

    @property
    def fails(self) -> bool:
        """Tell whether any rule of level fail is broken, and nobody accepted it."""
        return any(one.verdict == "fail" for one in self.checks)


def check_measures(
    recorder: Recorder, baseline: str, settings_file: str, settings_in: SettingsIn, progress: Progress
) -> CheckResult:
    """Check HEAD against a baseline; both sides are measured by this geoflow.

    A regression is accepted by a line of the settings that the baseline has not: so it counts for the branch that adds
    it, and for nothing after it was merged.

    Args:
        recorder: What snapshots are made with.
        baseline: The id of the commit to compare with.
        settings_file: Path of the project's settings.
        settings_in: Reads them.
        progress: Told how far it is.

    Raises:
        GeoflowError: `unborn-branch`, `nothing-to-measure`, `settings-invalid`, `unknown-measure`.
    """
    head = recorder.commits.resolve("HEAD")
    inputs_at(recorder, head)
    now, then = (settings_in(_text(recorder, commit, settings_file)) for commit in (head, baseline))
    for name in [one.measure for one in now.check] + [one.measure for one in now.accept]:
        if name not in BY_NAME:
            raise GeoflowError(
                f"{settings_file} sets a threshold for {name[:80]!r}, which is no measure.",
                fix="See them with: geoflow monitor measures",
                code="unknown-measure",
                exit_code=ExitCode.USAGE,
            )
    found = complete(recorder, list(dict.fromkeys((baseline, head))), progress)
    recent = [one.snapshot for one in show_snapshots(recorder.repository, _POINTS + 1)]
    after = {**found[head].derived, **_observed(recent, head)}
    before = dict(found[baseline].derived) if baseline in found else {}
    past = _past([one for one in recent if one.commit != head])
    new = tuple(one for one in now.accept if one not in then.accept)
    checks = check(now.check or DEFAULTS, new, Sides(before, after, past))
    return CheckResult(baseline, head, tuple(checks), bool(now.check))


def _text(recorder: Recorder, commit: str, path: str) -> str:
    content = recorder.commits.file(commit, path)
    return content.decode("utf-8", "replace")


def _observed(recent: list[Snapshot], commit: str) -> Mapping[str, Quantity]:
    return next((one.observed for one in recent if one.commit == commit), {})


def _past(snapshots: list[Snapshot]) -> dict[str, list[float]]:
    found: dict[str, list[float]] = {}
    for snapshot in snapshots:
        for name, quantity in snapshot.observed.items():
            found.setdefault(name, []).append(quantity.value)
    return found
