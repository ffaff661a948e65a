"""Deltas whose base has moved: the requirement that they change has another text than when they were written."""

from collections.abc import Iterator, Mapping

from geoflow.openspec.headings import normal_name
from geoflow.openspec.model import Delta
from geoflow.openspec.touches import Touch
from geoflow.quality.finding import Finding, Severity
from geoflow.quality.place import finding_at, place_of

_ON_A_BASE = ("MODIFIED", "REMOVED", "RENAMED FROM")


def stands_on(deeds: list[Touch]) -> list[tuple[Touch, str]]:
    """List the touches of one delta that stand on a requirement of the main spec, with its name there."""
    old_names = {touch.name: touch.other for touch in deeds if touch.operation == "RENAMED TO"}
    return [
        (touch, normal_name(old_names.get(touch.name, touch.name) if touch.operation == "MODIFIED" else touch.name))
        for touch in deeds
        if touch.operation in _ON_A_BASE
    ]


def find_moved(
    deeds: list[Touch], delta: Delta, then: Mapping[str, str], now: Mapping[str, str], commit: str
) -> Iterator[Finding]:
    """Find the touches of a delta whose requirement has changed (GF304).

    A requirement that was not there then, or is not now, is no matter of this rule. Reflowed lines are no change, and a
    MODIFIED block that holds every line that came, and none that went, has taken the change in.

    Args:
        deeds: The touches of this delta.
        delta: The delta.
        then: The requirements of the main spec at the commit in which the delta was last touched: {name: block}.
        now: The requirements of the main spec as it stands.
        commit: That commit.
    """
    for touch, name in stands_on(deeds):
        before, after = then.get(name), now.get(name)
        if before is None or after is None or before.split() == after.split() or _carries(touch.text, before, after):
            continue
        severity: Severity = "info" if touch.operation == "RENAMED FROM" else "warning"
        message = (
            f"“{name}” has changed in the main spec {touch.capability} since this delta was written ({commit[:10]})"
        )
        look = f"git diff {commit[:10]} -- openspec/specs/{touch.capability}/spec.md"
        fix = f"see what has changed ({look}) and take it into the delta"
        yield finding_at(place_of(touch, delta.text), "GF304", severity, message, fix)


def _carries(text: str, before: str, after: str) -> bool:
    if not text:
        return False
    own, old, new = ({" ".join(line.split()) for line in block.split("\n")} for block in (text, before, after))
    return new - old <= own and not (old - new) & own
