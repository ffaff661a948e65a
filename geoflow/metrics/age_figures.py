"""How old the text of requirements is, and how findings come and go."""

from collections.abc import Collection, Mapping
from datetime import datetime
from statistics import median

from geoflow.openspec.model import Tree

OLD_DAYS = 90
_DAY = 86_400


def age_figures(now: Tree, before: Tree) -> dict[str, float]:
    """Tell how many of the words of main requirements stood there before as well, in whichever document.

    A requirement counts as old while its text is the same but for white space. Nothing where there are no words.
    """
    old = set(_texts(before))
    words = kept = 0
    for text in _texts(now):
        count = text.count(" ") + 1
        words += count
        kept += count if text in old else 0
    return {f"age.text_over_{OLD_DAYS}_days": round(100 * kept / words, 4)} if words else {}


def _texts(tree: Tree) -> list[str]:
    return [" ".join(spec.text[one.start : one.end].split()) for spec in tree.specs for one in spec.requirements]


def finding_figures(
    first_seen: Mapping[str, datetime], now: Collection[str], at: datetime, *, is_next: bool
) -> dict[str, float]:
    """Count findings that came and went since the record before, and tell ages in days.

    Args:
        first_seen: When each finding of the record before was seen first, by id.
        now: The ids of the findings at the commit.
        at: The time of the commit.
        is_next: Whether the record before is of a commit before this one, looked at by the same rules; else nothing
            tells what came and went.
    """
    standing = [(at - first_seen[one]).total_seconds() / _DAY for one in now if one in first_seen]
    gone = [(at - since).total_seconds() / _DAY for one, since in first_seen.items() if one not in now]
    found: dict[str, float] = {}
    if is_next:
        fresh = len(now) - len(standing)
        found |= {"findings.opened": fresh, "findings.closed": len(gone)}
        if gone:
            found["findings.closed_age_p50"] = max(0.0, round(median(gone), 4))
        standing += [0.0] * fresh
    if standing and is_next:
        found["findings.age_p50"] = max(0.0, round(median(standing), 4))
    return found


def seen_until(first_seen: Mapping[str, datetime], now: Collection[str], at: datetime) -> dict[str, datetime]:
    """Give when each finding at a commit was seen first, for the record after it."""
    return {one: first_seen.get(one, at) for one in now}
